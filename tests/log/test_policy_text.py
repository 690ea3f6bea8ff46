"""Policy files: what is read, what is written, and every rule broken alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.ed25519 import SigningKey
from evote.errors import EncodingError
from evote.log.cosignature import Cosigner
from evote.log.key import VerifierKey, format_verifier_key
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, format_policy, parse_policy
from tests.log.known import BOARD_KEY, LOG_SIGNER, MLDSA_COSIGNER, POLICY, TESSERA_KEY, WITNESS_KEY, refusal


def vkey(name: str, algorithm: int = 0x04) -> str:
    """Return the key text of a key that hangs on the name's first letter only."""
    key = SigningKey(name[:1].encode() * 32).public_key
    return format_verifier_key(VerifierKey(name=name, algorithm=algorithm, public_key=key))


def parse(text: str) -> Policy:
    """Return the policy of a text."""
    return parse_policy(text.encode())


EXAMPLE = f"""log {BOARD_KEY}

witness X1 {vkey("a")}
witness X2 {vkey("b")}
witness X3 {vkey("c")}
group X-witnesses 2 X1 X2 X3

witness Y1 {vkey("x")}
witness Y2 {vkey("y")}
witness Y3 {vkey("z")}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification() -> None:
    """Logs, witnesses, groups with "any" and "all", and the quorum are what the text says."""
    policy = parse(EXAMPLE)
    assert [log.key for log in policy.logs] == [LOG_SIGNER.key]
    assert [witness.name for witness in policy.witnesses] == ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
    assert policy.groups == (
        PolicyGroup(name="X-witnesses", threshold=2, members=("X1", "X2", "X3")),
        PolicyGroup(name="Y-witnesses", threshold=1, members=("Y1", "Y2", "Y3")),
        PolicyGroup(name="X-and-Y", threshold=2, members=("X-witnesses", "Y-witnesses")),
    )
    assert policy.quorum == "X-and-Y"
    assert parse_policy(format_policy(policy)) == policy


def test_the_written_form() -> None:
    """Logs, witnesses, groups and quorum, one line each, single spaces, thresholds as numbers."""
    text = (
        f"log {BOARD_KEY} https://log.example.com/\nwitness w1 {vkey('a')} https://w1.example.com/\n"
        f"witness w2 {vkey('b')}\ngroup g1 1 w1 w2\nquorum g1\n"
    )
    assert format_policy(parse(text.replace("group g1 1", "# a comment\n\tgroup  g1 any "))).decode() == text
    assert parse_policy(format_policy(POLICY)) == POLICY


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("quorum none\n", Policy()),
        ("quorum none", Policy()),
        (
            f"\n# comment\n\t # another\n\twitness \t w1  {vkey('a')}   https://w1.example.com/  \n\n  quorum\tw1",
            Policy(
                witnesses=(
                    PolicyWitness(
                        name="w1", key=Cosigner("a", SigningKey(b"a" * 32)).key, url="https://w1.example.com/"
                    ),
                ),
                quorum="w1",
            ),
        ),
    ],
)
def test_white_space_and_comments(text: str, policy: Policy) -> None:
    """White space around and between is ignored, and so are empty and comment lines."""
    assert parse(text) == policy


def test_names_are_opaque_octets() -> None:
    """Octets that are no UTF-8 are a name like any other, and are written back; K and the Kelvin sign differ."""
    data = b"witness K\x80 %s\nwitness \xe2\x84\xaa\x80 %s\nquorum K\x80\n" % (vkey("a").encode(), vkey("b").encode())
    policy = parse_policy(data)
    assert format_policy(policy) == data
    assert policy.quorum == policy.witnesses[0].name != policy.witnesses[1].name


def test_keywords_are_names_too() -> None:
    """Only "none" is reserved."""
    text = f"witness all {vkey('a')}\nwitness any {vkey('b')}\ngroup group 2 all any\nquorum group\n"
    assert parse(text).groups == (PolicyGroup(name="group", threshold=2, members=("all", "any")),)


def test_witnesses_by_ml_dsa_and_logs_of_both_kinds() -> None:
    """Keys of type 0x06 are read for logs and witnesses."""
    key, other = MLDSA_COSIGNER.key, MldsaCosigner("witness.example/pq", b"p" * 32).key
    lines = f"log {format_verifier_key(key)}\nwitness w {format_verifier_key(other)}\n"
    policy = parse(f"log {TESSERA_KEY}\n{lines}quorum w\n")
    assert (policy.logs[1].key, policy.witnesses[0].key) == (key, other)


W1, W2 = f"witness w1 {vkey('a')}\n", f"witness w2 {vkey('b')}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("quorum none\n\x01", "policy.bad_octet"),
        ("quorum none\r\n", "policy.bad_octet"),
        ("quorum none\n\x7f", "policy.bad_octet"),
        ("quibble w1\nquorum none\n", "policy.bad_line"),
        ("Quorum none\n", "policy.bad_line"),
        (f"witness w1 {vkey('a')} https://w1.example.com/ # comment\nquorum w1\n", "policy.bad_line"),
        ("log\nquorum none\n", "policy.bad_line"),
        (f"log {BOARD_KEY} url more\nquorum none\n", "policy.bad_line"),
        ("witness w1\nquorum none\n", "policy.bad_line"),
        (W1 + "group g1 1\nquorum w1\n", "policy.bad_line"),
        ("quorum\n", "policy.bad_line"),
        (W1 + "quorum w1 w1\n", "policy.bad_line"),
        ("log garbage\nquorum none\n", "key.malformed"),
        (f"log {BOARD_KEY[:-4]}\nquorum none\n", "key.bad_width"),
        (f"log {WITNESS_KEY}\nquorum none\n", "policy.bad_algorithm"),
        (f"witness w1 {BOARD_KEY}\nquorum w1\n", "policy.bad_algorithm"),
        (f"log {BOARD_KEY}\nlog {BOARD_KEY} https://log.example.com/\nquorum none\n", "policy.duplicate_key"),
        (W1 + f"witness w2 {vkey('another.name')}\nquorum w1\n", "policy.duplicate_key"),
        (f"witness none {vkey('a')}\nquorum none\n", "policy.duplicate_name"),
        (W1 + f"witness w1 {vkey('b')}\nquorum w1\n", "policy.duplicate_name"),
        (W1 + "group w1 any w1\nquorum w1\n", "policy.duplicate_name"),
        (W1 + "group none any w1\nquorum none\n", "policy.duplicate_name"),
        (W1 + "group g1 0 w1\nquorum g1\n", "policy.bad_threshold"),
        (W1 + "group g1 2 w1\nquorum g1\n", "policy.bad_threshold"),
        (W1 + "group g1 -1 w1\nquorum g1\n", "encoding.not_decimal"),
        (W1 + "group g1 01 w1\nquorum g1\n", "encoding.not_decimal"),
        (W1 + "group g1 some w1\nquorum g1\n", "encoding.not_decimal"),
        (W1 + "group g1 any w2\nquorum g1\n", "policy.undefined_name"),
        ("group g1 any w1\n" + W1 + "quorum g1\n", "policy.undefined_name"),
        (W1 + "group g1 any g1\nquorum g1\n", "policy.undefined_name"),
        (W1 + "group g1 any none w1\nquorum g1\n", "policy.undefined_name"),
        (W1 + "group g1 all w1 w1\nquorum g1\n", "policy.repeated_member"),
        (W1 + W2 + "group g1 any w1 w2\ngroup g2 any w1\nquorum g1\n", "policy.repeated_member"),
        (W1, "policy.no_single_quorum"),
        ("", "policy.no_single_quorum"),
        (W1 + "quorum w1\nquorum w1\n", "policy.no_single_quorum"),
        ("quorum unknown\n", "policy.undefined_name"),
        ("quorum w1\n" + W1, "policy.undefined_name"),
        ("#" * (MAXIMUM_POLICY_BYTES + 1), "policy.too_long"),
    ],
)
def test_each_rule_of_reading(text: str, code: str) -> None:
    """Each way a policy can be malformed has its code."""
    assert refusal(parse, text) == code


def test_many_definitions() -> None:
    """At least 32 logs, witnesses and groups are read (the specification's advice); there is a limit far above."""

    def definitions(count: int) -> str:
        keys = [SigningKey(number.to_bytes(32, "big")).public_key for number in range(count)]
        lines = [
            f"witness w{i} {format_verifier_key(VerifierKey(name='n', algorithm=4, public_key=key))}\n"
            f"group g{i} 1 w{i}\n"
            for i, key in enumerate(keys)
        ]
        return "".join(lines) + "quorum g0\n"

    assert len(parse(definitions(100)).groups) == 100
    assert refusal(parse, definitions(129)) == "policy.too_long"


@pytest.mark.parametrize(
    "policy",
    [
        replace(POLICY, logs=(PolicyLog(key=LOG_SIGNER.key, url="a b"),)),
        replace(POLICY, witnesses=(replace(POLICY.witnesses[0], name="a b"), *POLICY.witnesses[1:])),
        replace(POLICY, logs=(PolicyLog(key=LOG_SIGNER.key, url="\ud800"),)),
        replace(POLICY, quorum="three"),
        replace(POLICY, groups=()),
    ],
)
def test_nothing_malformed_is_written(policy: Policy) -> None:
    """What could not be read back as the same policy is not written."""
    assert refusal(format_policy, policy).startswith(("policy.", "key."))


LINES = st.sampled_from(
    [W1, W2, f"log {BOARD_KEY}\n", "quorum none\n", "quorum w1\n", "group g any w1\n", "group h 2 g w2\n"]
)


@given(st.binary(max_size=40) | st.lists(LINES, max_size=6).map("".join).map(str.encode))
def test_only_encoding_errors_come_out_and_writing_is_stable(data: bytes) -> None:
    """For arbitrary bytes: either an EncodingError, or a policy that is read back from its written form."""
    try:
        policy = parse_policy(data)
    except EncodingError:
        return
    assert parse_policy(format_policy(policy)) == policy
