"""Policies: quorums, which checkpoints satisfy them, and what they tolerate, against enumeration of all cases."""

from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evote.ed25519 import SigningKey
from evote.log.checkpoint import sign_checkpoint
from evote.log.cosignature import Cosigner
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import NoteSigner, add_signatures, decode_note, encode_note, make_signature
from evote.log.policy import (
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    Tolerance,
    open_witnessed,
    quorum_holds,
    quorum_time,
    tolerance,
)
from tests.log.known import BOARD, CHECKPOINT_7, COSIGNERS, LOG_SIGNER, POLICY, SEED, TIME, refusal


def signed(*cosigners: int, signer: NoteSigner = LOG_SIGNER) -> bytes:
    """Return the checkpoint signed by the log and cosigned by some of the three witnesses."""
    return sign_checkpoint(CHECKPOINT_7, [signer, *(COSIGNERS[number].at(TIME + number) for number in cosigners)])


@pytest.mark.parametrize("cosigners", [(0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_enough_witnesses(cosigners: tuple[int, ...]) -> None:
    """Two of three suffice, in any combination of algorithms; their names and times come out."""
    data = signed(*cosigners)
    opened = open_witnessed(data, POLICY)
    assert opened.checkpoint == CHECKPOINT_7
    assert opened.log == LOG_SIGNER.key
    assert opened.times == tuple(("abc"[number], TIME + number) for number in cosigners)
    assert opened.note == data


@pytest.mark.parametrize("cosigners", [(), (0,), (1,), (2,)])
def test_too_few_witnesses(cosigners: tuple[int, ...]) -> None:
    """One of three does not suffice."""
    assert refusal(open_witnessed, signed(*cosigners), POLICY) == "policy.no_quorum"


def test_one_witness_twice_is_one_witness() -> None:
    """Two valid lines by the same witness do not make a quorum of two."""
    data = signed(0)
    note = decode_note(data)
    second = make_signature(note.text, COSIGNERS[0].at(TIME + 9))
    doubled = encode_note(replace(note, signatures=(*note.signatures, second)))
    assert refusal(open_witnessed, doubled, POLICY) == "policy.no_quorum"


def test_unknown_cosigners_do_not_count() -> None:
    """Lines by keys outside of the policy are ignored, even under a known witness's name."""
    strangers = [Cosigner("witness.example/b", SigningKey(b"x" * 32)), Cosigner("other", SigningKey(b"y" * 32))]
    lines = [make_signature(decode_note(signed(0)).text, stranger.at(TIME)) for stranger in strangers]
    assert refusal(open_witnessed, add_signatures(signed(0), lines), POLICY) == "policy.no_quorum"
    assert open_witnessed(add_signatures(signed(0, 1), lines), POLICY).times == (("a", TIME), ("b", TIME + 1))


def test_a_wrong_line_by_a_known_witness_spoils_the_checkpoint() -> None:
    """Even where the quorum holds without it."""
    note = decode_note(signed(0, 1))
    wrong = make_signature(note.text.replace("\n7\n", "\n8\n"), COSIGNERS[2].at(TIME))
    data = encode_note(replace(note, signatures=(*note.signatures, wrong)))
    assert refusal(open_witnessed, data, POLICY) == "signature.invalid"


def test_the_log_must_be_known_and_named_like_the_origin() -> None:
    """Witnesses alone, an unknown log, and a known log under another's origin are refused."""
    witnesses_only = sign_checkpoint(CHECKPOINT_7, [cosigner.at(TIME) for cosigner in COSIGNERS])
    assert refusal(open_witnessed, witnesses_only, POLICY) == "policy.unknown_log"
    other_origin = replace(CHECKPOINT_7, origin="example.com/other")
    data = sign_checkpoint(other_origin, [LOG_SIGNER, *(cosigner.at(TIME) for cosigner in COSIGNERS)])
    assert refusal(open_witnessed, data, POLICY) == "policy.unknown_log"
    assert refusal(open_witnessed, signed(), replace(POLICY, witnesses=(), logs=(), quorum="none")) == "note.not_signed"


def test_a_log_with_an_ml_dsa_key() -> None:
    """A log may be known by a key of type 0x06 under its own name."""
    signer = MldsaCosigner(BOARD, SEED)
    policy = Policy(logs=(PolicyLog(key=signer.key),))
    assert open_witnessed(signed(signer=signer.at(TIME)), policy).log == signer.key


def test_quorum_none_needs_no_witness() -> None:
    """Without a quorum the log's signature is enough, and cosignature times still come out."""
    policy = replace(POLICY, quorum="none")
    assert open_witnessed(signed(), policy).times == ()
    assert open_witnessed(signed(1), policy).times == (("b", TIME + 1),)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"a": 10, "b": 20, "c": 30}, 20),
        ({"a": 10, "b": 10, "c": 2**62}, 10),
        ({"a": 0, "b": 0, "c": 30}, 0),
        ({"a": 10}, 0),
        ({}, 0),
    ],
)
def test_the_time_that_a_quorum_states(times: dict[str, int], expected: int) -> None:
    """Of two of three: the second latest. One liar, ahead or behind, does not move it out of the honest ones' range."""
    group = PolicyGroup(name="q", threshold=2, members=("a", "b", "c"))
    policy = Policy(witnesses=witnesses("abc"), groups=(group,), quorum="q")
    assert quorum_time(policy, tuple(times.items())) == expected


def test_without_a_quorum_any_witness_states_the_time() -> None:
    """Nobody has to be asked, so nobody is outvoted."""
    policy = Policy(witnesses=witnesses("ab"))
    assert quorum_time(policy, (("a", 10), ("b", 20))) == 20
    assert quorum_time(policy, ()) == 0


def witnesses(names: str) -> tuple[PolicyWitness, ...]:
    """Return witnesses of these one-letter names."""
    return tuple(PolicyWitness(name=name, key=Cosigner(name, SigningKey(name.encode() * 32)).key) for name in names)


# the example of tlog-policy: two of X1..X3 and one of Y1..Y3
NESTED = Policy(
    witnesses=witnesses("abcxyz"),
    groups=(
        PolicyGroup(name="X", threshold=2, members=("a", "b", "c")),
        PolicyGroup(name="Y", threshold=1, members=("x", "y", "z")),
        PolicyGroup(name="X-and-Y", threshold=2, members=("X", "Y")),
    ),
    quorum="X-and-Y",
)


@pytest.mark.parametrize(
    ("cosigned", "holds"),
    [("abx", True), ("bcz", True), ("abc", False), ("axyz", False), ("", False), ("abcxyz", True), ("abq", False)],
)
def test_nested_groups(cosigned: str, holds: bool) -> None:
    """The specification's example of two levels."""
    assert quorum_holds(NESTED, set(cosigned)) is holds


def k_of_n(k: int, n: int) -> Policy:
    """Return the policy of k of n witnesses."""
    names = "abcdefghijklmnop"[:n]
    group = PolicyGroup(name="group", threshold=k, members=tuple(names))
    return Policy(witnesses=witnesses(names), groups=(group,), quorum="group")


@pytest.mark.parametrize(
    ("n", "k", "malicious", "offline"),
    [
        (3, 2, 0, 1),
        (3, 3, 2, 0),
        (4, 3, 1, 1),
        (5, 3, 0, 2),
        (5, 4, 2, 1),
        (7, 5, 2, 2),
        (7, 6, 4, 1),
        (10, 7, 3, 3),
        (1, 1, 0, 0),
        (4, 2, -1, 2),
        (2, 1, -1, 1),
    ],
)
def test_the_tolerance_of_k_of_n(n: int, k: int, malicious: int, offline: int) -> None:
    """Hirschi, Schmid, Basin (2021): 2k - n must exceed the number of dishonest witnesses; n - k may be offline."""
    assert tolerance(k_of_n(k, n)) == Tolerance(malicious=malicious, offline=offline)


def test_the_tolerance_of_a_single_witness_and_of_none() -> None:
    """One witness must be honest and present; without a quorum nothing protects and nothing can be missing."""
    assert tolerance(Policy(witnesses=witnesses("a"), quorum="a")) == Tolerance(malicious=0, offline=0)
    assert tolerance(Policy(witnesses=witnesses("ab"), quorum="none")) == Tolerance(malicious=-1, offline=2)


def enumerated_tolerance(policy: Policy) -> Tolerance:
    """Return the tolerance by going through all sets of witnesses."""
    names = [witness.name for witness in policy.witnesses]
    subsets = [set(some) for some in chain.from_iterable(combinations(names, r) for r in range(len(names) + 1))]
    quorums = [some for some in subsets if quorum_holds(policy, some)]
    common = min(len(first & second) for first in quorums for second in quorums)
    blocking = min(len(some) for some in subsets if not quorum_holds(policy, set(names) - some))
    return Tolerance(malicious=common - 1, offline=blocking - 1)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy of two levels over at most seven witnesses."""
    names = "abcdefg"[: draw(st.integers(2, 7))]
    cut = draw(st.integers(1, len(names) - 1))
    groups = [
        PolicyGroup(name=name, threshold=draw(st.integers(1, len(members))), members=tuple(members))
        for name, members in (("left", names[:cut]), ("inner", names[cut:]))
    ]
    groups.append(PolicyGroup(name="top", threshold=draw(st.integers(1, 2)), members=("left", "inner")))
    return Policy(witnesses=witnesses(names), groups=tuple(groups), quorum="top")


@settings(max_examples=40, deadline=None)
@given(policies())
def test_the_tolerance_of_nested_groups(policy: Policy) -> None:
    """The computed tolerance is the one found by trying every two quorums and every set of absent witnesses."""
    assert tolerance(policy) == enumerated_tolerance(policy)
    assert tolerance(NESTED) == enumerated_tolerance(NESTED)
