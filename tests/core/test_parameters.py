"""The constants of the standard group are those of the specification."""

import json
from math import gcd

import pytest
from gmpy2 import is_prime

from evote.core.parameters import STANDARD, VERSION, GroupParameters
from tests.core.toy_groups import TOY_16, TOY_64, TOY_256
from tests.shared_data import shared_file

# ElectionGuard 2.1.0, section 3.1.1
DELTA = 287975203778583638958138611533602521491887169409704874643524560756486080635197037903


def inverse_hyperbolic_tangent(inverse: int, unit: int) -> int:
    """Return floor-ish of unit * artanh(1 / inverse) by its power series."""
    total, power, n = 0, unit // inverse, 1
    while power:
        total += power // n
        power //= inverse * inverse
        n += 2
    return total


def scaled_ln2(bits: int) -> int:
    """Return floor(2^bits * ln 2) by ln 2 = 18 artanh(1/26) - 2 artanh(1/4801) + 8 artanh(1/8749)."""
    guard = 64
    unit = 1 << (bits + guard)
    terms = ((18, 26), (-2, 4801), (8, 8749))
    return sum(factor * inverse_hyperbolic_tangent(inverse, unit) for factor, inverse in terms) >> guard


def test_p_follows_the_ln2_formula() -> None:
    """p = 2^4096 - 2^3840 + 2^256 (floor(2^3584 ln 2) + delta) + 2^256 - 1: nobody could choose it freely."""
    expected = 2**4096 - 2**3840 + 2**256 * (scaled_ln2(3584) + DELTA) + 2**256 - 1

    assert expected == STANDARD.p


def test_q_is_the_largest_256_bit_prime() -> None:
    """q = 2^256 - 189 is prime and no number between it and 2^256 is."""
    assert STANDARD.q == 2**256 - 189
    assert is_prime(STANDARD.q, 40)
    assert not any(is_prime(candidate) for candidate in range(STANDARD.q + 1, 2**256))


def test_only_small_subgroup_is_plus_minus_one() -> None:
    """p and (p - 1) / 2q are prime, q and r have no common factor, and -1 is not a square."""
    assert is_prime(STANDARD.p, 10)
    assert is_prime(STANDARD.r // 2, 10)
    assert STANDARD.q * STANDARD.r == STANDARD.p - 1
    assert gcd(STANDARD.q, STANDARD.r) == 1
    assert STANDARD.p % 8 == 7


def test_generator_is_two_to_the_cofactor() -> None:
    """g = 2^r mod p has order q."""
    assert pow(2, STANDARD.r, STANDARD.p) == STANDARD.g
    assert STANDARD.g != 1


def test_sizes_and_version() -> None:
    """Elements have 512 bytes, scalars 32, and the version is the specification's."""
    assert (STANDARD.p_bytes, STANDARD.q_bytes) == (512, 32)
    assert VERSION == "v2.1.0"


def test_published_constants() -> None:
    """The standard and the test constants equal an independently checked transcription."""
    published = json.loads(shared_file("electionguard/params.json").read_text())
    ours = {"standard": STANDARD, "toy_p16_q7": TOY_16, "toy_p64_q24": TOY_64, "toy_p256_q64": TOY_256}
    for name, parameters in ours.items():
        values = {field: int(published[name][field], 16) for field in ("p", "q", "g", "r")}

        assert values == {"p": parameters.p, "q": parameters.q, "g": parameters.g, "r": parameters.r}


@pytest.mark.parametrize(
    ("p", "q", "g", "message"),
    [
        (0xE72F, 0x7D, 0x7F68, "does not divide"),
        (0xE72F, 0x7F, 0x7F69, "order q"),
        (0xE72F, 0x7F, 1, "order q"),
        (0xE72F, 0x7F, 0, "order q"),
        (0xE72F, 0x7F, 0xE72F + 0x7F68, "order q"),
    ],
)
def test_wrong_parameters_are_refused(p: int, q: int, g: int, message: str) -> None:
    """A q that does not divide p - 1, and a g that is 0, 1, unreduced or of another order, are refused."""
    with pytest.raises(ValueError, match=message):
        GroupParameters(p=p, q=q, g=g)
