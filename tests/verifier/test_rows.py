"""For every row a record that is true but for one lie, and the rows that must name it.

*Idea*: A lie changes drafts before they are signed, so that signatures, hashes and tree fit again. Most lies
fail exactly one row; where a lie makes two statements false, both are named.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.verifier.conftest import Verify, rows
from tests.verifier.record_files import AUTHORITY, REGISTRAR, TRUSTEES, Draft, Made, Signer, signer
from verifier.findings import Status
from verifier.group import P, Q

Lie = Callable[[Made], None]
STRANGER = signer("stranger")


def put(kind: str, *path: Any, to: Any, number: int = 0) -> Lie:
    """Set a field of a payload; ``to`` may be a function of the old value."""

    def lie(made: Made) -> None:
        target = made.get(kind, number).value
        for step in path[:-1]:
            target = target[step]
        old = target[path[-1]]
        target[path[-1]] = to(old) if callable(to) else to

    return lie


def plus_one(text: str) -> str:
    """Return hexadecimal digits of the number after."""
    return f"{int(text, 16) + 1:0{len(text)}x}"


def negative(text: str) -> str:
    """Return p - x, which is no element."""
    return f"{int(P) - int(text, 16):01024x}"


def beyond(text: str) -> str:
    """Return x + q where that fits into 256 bits, else the largest number of 256 bits; no scalar in any case."""
    value = int(text, 16) + int(Q)
    return f"{value if value < 1 << 256 else (1 << 256) - 1:064x}"


def both(*lies: Lie) -> Lie:
    """Do several things."""

    def lie(made: Made) -> None:
        for one in lies:
            one(made)

    return lie


def author(kind: str, key: Signer, number: int = 0) -> Lie:
    """Let somebody else sign."""

    def lie(made: Made) -> None:
        made.get(kind, number).author = key

    return lie


def drop(kind: str, number: int = 0) -> Lie:
    """Leave a statement out."""

    def lie(made: Made) -> None:
        made.drafts.pop(made.find(kind, number))

    return lie


def repeat(kind: str) -> Lie:
    """Say a statement twice."""

    def lie(made: Made) -> None:
        at = made.find(kind)
        made.drafts.insert(at + 1, made.drafts[at])

    return lie


def move(kind: str, after: str, number: int = 0) -> Lie:
    """Put a statement behind the first of another kind."""

    def lie(made: Made) -> None:
        draft = made.drafts.pop(made.find(kind, number))
        made.drafts.insert(made.find(after) + 1, draft)

    return lie


def commit_again(made: Made) -> None:
    """Make the commitments of round 0 fit the changed keys."""
    for i in range(len([draft for draft in made.drafts if draft.kind == "trustee.keys"])):
        digest = hashlib.sha256(made.get("trustee.keys", i).payload()).hexdigest()
        made.get("trustee.commitment", i).value["keys"] = digest


def finish_again(made: Made) -> None:
    """Make election.final fit the changed result."""
    made.get("election.final").value["result"] = hashlib.sha256(made.get("election.result").payload()).hexdigest()


def open_again(made: Made) -> None:
    """Make election.open fit the changed roll."""
    made.get("election.open").value["roll"] = hashlib.sha256(made.get("registrar.roll").payload()).hexdigest()


def keys_lie(*path: Any, to: Any) -> Lie:
    """Change the first trustee's keys and its commitment."""
    return both(put("trustee.keys", *path, to=to), commit_again)


def result_lie(*path: Any, to: Any) -> Lie:
    """Change the result and the final statement."""
    return both(put("election.result", *path, to=to), finish_again)


def raw(kind: str, change: Callable[[bytes], bytes], number: int = 0) -> Lie:
    """Change payload bytes."""

    def lie(made: Made) -> None:
        draft = made.get(kind, number)
        draft.raw = change(draft.payload())

    return lie


def wrong_hash(made: Made) -> None:
    """Let a statement name another payload than the one beside it."""
    made.get("election.close").claimed = bytes(32)


def wrong_signature(made: Made) -> None:
    """Break the signature of a statement."""
    made.get("election.close").signature = bytes(64)


def loose_entry(made: Made) -> None:
    """Add an entry that is no statement."""
    made.drafts.insert(5, Draft(kind="", author=AUTHORITY, value={}, entry=b'{"kind":"x"}'))


def unknown_kind(made: Made) -> None:
    """Add a statement of a kind that no election has."""
    made.drafts.insert(5, Draft(kind="election.surprise", author=AUTHORITY, value={}))


def strike(key: bytes, reason: str) -> Lie:
    """Strike a credential just before the closing."""

    def lie(made: Made) -> None:
        value = {"credential": key.hex(), "reason": reason}
        at = made.find("election.close")
        made.drafts.insert(at, Draft(kind="registrar.strike", author=REGISTRAR, value=value))

    return lie


def replace_j(key: bytes) -> Lie:
    """Replace a credential that did not vote just before the closing."""

    def lie(made: Made) -> None:
        value = {"old": signer("voter j").public.hex(), "new": key.hex(), "reason": "lost"}
        at = made.find("election.close")
        made.drafts.insert(at, Draft(kind="registrar.replacement", author=REGISTRAR, value=value))

    return lie


def units_left_out(made: Made) -> None:
    """Leave the decrypted sums of a contest out of the result and announce what is left: its paper votes."""
    contest = made.get("election.result").value["contests"][0]
    contest["units"], contest["outcome"]["votes"] = [], [1, 0]
    finish_again(made)


def one_more_out_of_range(opened: list[Any]) -> list[Any]:
    """Open an option that the ballot does not have, with a nonce that is no scalar."""
    return [*opened, {"value": 0, "nonce": f"{int(Q):064x}"}]


def turnout_above_the_eligible(made: Made) -> None:
    """Let a contest of two districts have more ballots than these have voters, but fewer than there are in all."""
    paper = made.get("election.paper").value
    paper["voters"] = paper["contests"][1]["ballots"] = 3
    made.get("election.result").value["contests"][1]["outcome"]["turnout"] = 8
    finish_again(made)


def copied_component(made: Made) -> None:
    """Repeat a ciphertext component of another ballot on the challenged one, whose proofs nobody reads."""
    other = made.get("ballot.cast").value["contests"][0]["selections"][0]["alpha"]
    made.get("ballot.challenged").value["ballot"]["contests"][0]["selections"][0]["alpha"] = other


def second_challenge(made: Made) -> None:
    """Let one credential challenge more ballots than allowed."""
    at = made.find("ballot.challenged")
    made.drafts.insert(at + 1, made.drafts[at])


def strike_before_the_roll(made: Made) -> None:
    """Put a strike between the list of credentials and the roll."""
    draft = made.drafts.pop(made.find("registrar.strike"))
    made.drafts.insert(made.find("registrar.roll"), draft)


def annulled(*path: Any, to: Any) -> Lie:
    """Change a ballot that does not count, so that the sums stay right."""
    return lambda made: put("ballot.cast", *path, to=to, number=made.names["annulled"] - made.names["first a"])(made)


CAST = ("ballot.cast", "contests", 0)
SELECTION = (*CAST, "selections", 0)
FIRST = ("contests", 0, "selections", 0)
LIMIT = ("contests", 0, "limit_proof")
OUTSIDE_THE_GROUP = {"V6.A", "V6.D", "V7.A", "V7.D", "V8.A", "V8.B"}
TALLIED = ("election.tally", "contests", 0, "units", 0, "ciphertexts", 0)
OPENED = ("ballot.challenged", "openings", 0)
PARTIAL = ("trustee.decryption", "contests", 0, "units", 0, "partials", 0)
DECRYPTED = ("contests", 0, "units", 0, "options")
OUTCOME = ("contests", 0, "outcome")

LIES: list[tuple[str, Lie, set[str]]] = [
    ("other version", put("election.parameters", "version", to="v2.0.0"), {"V1.A"}),
    ("other p", put("election.parameters", "p", to=plus_one), {"V1.B"}),
    ("other q", put("election.parameters", "q", to=plus_one), {"V1.C"}),
    ("other g", put("election.parameters", "g", to=plus_one), {"V1.D"}),
    ("other H_P", put("election.parameters", "h_p", to=plus_one), {"V1.E"}),
    ("other n", put("election.parameters", "n", to=4), {"V1.E"}),
    ("other H_B", put("election.parameters", "h_b", to=plus_one), {"V1.F"}),
    ("key proof response out of range", keys_lie("vote", "responses", 0, to=beyond), {"V2.B", "V2.C"}),
    ("key proof challenge", keys_lie("data", "challenge", to=plus_one), {"V2.C"}),
    ("other K", put("election.keys", "vote_key", to=plus_one), {"V3.A"}),
    ("other K^", put("election.keys", "data_key", to=plus_one), {"V3.B"}),
    ("other H_E", put("election.keys", "h_e", to=plus_one), {"V4.A"}),
    ("other H_E at the closing", put("election.close", "h_e", to=plus_one), {"V4.A"}),
    ("other H_I", put("ballot.cast", "identifier_hash", to=plus_one), {"V5.B"}),
    ("challenge of a selection", put(*SELECTION, "challenges", 0, to=plus_one), {"V6.D"}),
    ("response of a selection", put(*SELECTION, "responses", 0, to=plus_one), {"V6.D"}),
    ("challenge of a limit", put(*CAST, "limit_proof", "challenges", 0, to=plus_one), {"V7.D"}),
    ("response of a limit", put(*CAST, "limit_proof", "responses", 0, to=plus_one), {"V7.D"}),
    ("alpha that is no element", annulled(*FIRST, "alpha", to=negative), OUTSIDE_THE_GROUP),
    ("beta that is no element", annulled(*FIRST, "beta", to=negative), OUTSIDE_THE_GROUP),
    ("challenge out of range", annulled(*FIRST, "challenges", 0, to=beyond), {"V6.B", "V6.D"}),
    ("response out of range", annulled(*FIRST, "responses", 0, to=beyond), {"V6.C", "V6.D"}),
    ("limit challenge out of range", annulled(*LIMIT, "challenges", 0, to=beyond), {"V7.B", "V7.D"}),
    ("limit response out of range", annulled(*LIMIT, "responses", 0, to=beyond), {"V7.C", "V7.D"}),
    ("a branch too many", annulled(*LIMIT, "responses", to=lambda old: [*old, old[0]]), {"S.C", "V7.D"}),
    ("kappa that is no element", keys_lie("communication_key", to=negative), {"V2.A", "V2.C", "D.C"}),
    ("sum of alphas", put(*TALLIED, "alpha", to=plus_one), {"V9.A", "V10.B"}),
    ("sum of betas", put(*TALLIED, "beta", to=plus_one), {"V9.B", "V10.B", "V10.C"}),
    ("partial decryption that is no element", put(*PARTIAL, "partial", to=negative), {"V10.A", "V10.B", "V10.C"}),
    ("decrypted number", result_lie(*DECRYPTED, 0, "votes", to=9), {"V10.C", "O.B", "O.C"}),
    ("contest missing in the result", result_lie("contests", to=lambda old: old[:1]), {"V11.D", "O.D"}),
    ("units missing in the result", units_left_out, {"V11.C"}),
    ("paper where there is none", put("election.paper", "contests", 0, "invalid", to=0), {"O.A"}),
    ("contest hash", put(*CAST, "contest_hash", to=plus_one), {"V8.A"}),
    ("confirmation code", put("ballot.cast", "confirmation_code", to=plus_one), {"V8.B"}),
    ("device hash", put("election.keys", "device_hash", to=plus_one), {"V8.C"}),
    ("chaining field", put("election.keys", "chaining_field", to=plus_one), {"V8.D"}),
    ("partial decryption's proof", put(*PARTIAL, "response", to=plus_one), {"V10.B"}),
    ("decrypted element", result_lie(*DECRYPTED, 0, "t", to=plus_one), {"V10.C"}),
    ("contest label", result_lie("contests", 0, "label", to="Tunnel"), {"V11.A"}),
    ("option label", result_lie(*DECRYPTED, 0, "label", to="maybe"), {"V11.B"}),
    ("options in another order", result_lie(*DECRYPTED, 0, "label", to="no"), {"V11.C"}),
    ("opened nonce", put(*OPENED, "selections", 0, "nonce", to=plus_one), {"V13.B"}),
    ("opened nonces out of range", put(*OPENED, "selections", to=one_more_out_of_range), {"V13.B", "V14.C"}),
    ("openings in another order", put("ballot.challenged", "openings", to=lambda old: old[::-1]), {"V14.A"}),
    ("opening of another contest", put(*OPENED, "contest", to=3), {"V14.A", "V14.B"}),
    ("one opened option too many", put(*OPENED, "selections", to=lambda old: [*old, old[0] | {"value": 0}]), {"V14.C"}),
    ("one opened option missing", put(*OPENED, "selections", to=lambda old: old[:1]), {"V14.D"}),
    ("opened value too large", put(*OPENED, "selections", 0, "value", to=2), {"V13.B", "V14.E", "V14.F"}),
    ("white space", raw("election.close", lambda data: data + b"\n"), {"S.A"}),
    ("unknown key", raw("ballot.cast", lambda data: data[:-1] + b',"x":1}'), {"S.A"}),
    ("style of another district", put("ballot.cast", "style", to=2), {"S.C", "E.I"}),
    ("commitment of a trustee", put("trustee.commitment", "keys", to=plus_one), {"D.A"}),
    ("proof of a share", put("trustee.shares", "shares", 0, "response", to=plus_one), {"D.B"}),
    ("ciphertext of a share", put("trustee.shares", "shares", 0, "c1", to=plus_one), {"D.B"}),
    ("receiver of a share", put("trustee.shares", "shares", 0, "to", to=1), {"S.D", "D.B"}),
    ("confirmed H_G", put("trustee.confirmation", "h_g", to=plus_one), {"D.C"}),
    ("proof of the rehearsal", put("trustee.rehearsal", "response", to=plus_one), {"D.D"}),
    ("value of the rehearsal", put("election.rehearsal", "value", to=322), {"D.E"}),
    ("rehearsal that is no ciphertext", put("election.rehearsal", "alpha", to=negative), {"D.D", "D.E"}),
    ("payload of another hash", wrong_hash, {"L.G"}),
    ("broken signature", wrong_signature, {"L.H"}),
    ("entry that is no statement", loose_entry, {"L.F"}),
    ("unknown kind", unknown_kind, {"L.J"}),
    ("roll before the manifest's parameters", move("election.parameters", "trustee.commitment"), {"L.I"}),
    ("ballot before the opening", move("ballot.challenged", "registrar.roll"), {"L.I"}),
    ("ballot after the closing", move("ballot.challenged", "election.close"), {"L.I"}),
    ("strike before the roll", strike_before_the_roll, {"L.I"}),
    ("two closings", repeat("election.close"), {"L.J"}),
    ("no parameters", drop("election.parameters"), {"L.I", "L.J"}),
    ("no rehearsal of one trustee", drop("trustee.rehearsal"), {"L.I", "L.J"}),
    ("closing by the registrar", author("election.close", REGISTRAR), {"L.K"}),
    ("keys by another trustee", author("trustee.keys", TRUSTEES[1]), {"L.K"}),
    ("roll by the authority", author("registrar.roll", AUTHORITY), {"L.K"}),
    ("number on the roll", both(put("registrar.roll", "count", to=11), open_again), {"E.A"}),
    ("part number", put("registrar.credentials", "part", to=2), {"E.A"}),
    ("roll at the opening", put("election.open", "roll", to=plus_one), {"E.A"}),
    ("H_E at the opening", put("election.open", "h_e", to=plus_one), {"E.A"}),
    ("order of credentials", put("registrar.credentials", "credentials", to=lambda old: old[::-1]), {"E.B"}),
    ("ballot of a stranger", author("ballot.challenged", STRANGER), {"E.C", "E.F"}),
    ("reason of a strike", put("registrar.strike", "reason", to="bored", number=0), {"E.D"}),
    ("strike of a stranger", strike(STRANGER.public, "wrong_person"), {"E.D"}),
    ("new key of an official", replace_j(AUTHORITY.public), {"E.D"}),
    ("new key that is no key", replace_j(bytes(32)), {"E.D"}),
    ("new key that was on the list", replace_j(signer("voter b").public), {"E.D"}),
    ("lost after casting", strike(signer("voter b").public, "lost"), {"E.D"}),
    ("salt of a ballot", put("ballot.cast", "salt", to=plus_one), {"E.F"}),
    ("copied ciphertext", copied_component, {"V6.D", "V7.D", "V8.A", "V8.B", "E.G"}),
    ("challenges beyond the limit", second_challenge, {"V5.A", "E.G", "E.H", "E.J"}),
    (
        "decryption without a unit",
        put("trustee.decryption", "contests", 0, "units", to=lambda old: old[:1]),
        {"D.F", "V10.C"},
    ),
    ("one trustee is not enough", result_lie("trustees", to=[1]), {"D.G", "V10.C"}),
    ("ballots of a unit", put("election.tally", "contests", 0, "units", 0, "ballots", to=4), {"D.H"}),
    ("weight of a unit", put("election.tally", "contests", 0, "units", 0, "weight", to=4), {"D.H"}),
    ("more paper ballots than voters", put("election.paper", "voters", to=1), {"O.A"}),
    ("more ballots than voters of a contest", turnout_above_the_eligible, {"O.A"}),
    ("turnout", result_lie(*OUTCOME, "turnout", to=9), {"O.C"}),
    ("eligible", result_lie(*OUTCOME, "eligible", to=8), {"O.C"}),
    ("quorum required", result_lie(*OUTCOME, "quorum_required", to=2), {"O.C"}),
    ("winner", result_lie(*OUTCOME, "winners", to=[2]), {"O.D"}),
    ("kind of outcome", result_lie(*OUTCOME, "kind", to="tie"), {"O.D"}),
    ("result of the final statement", put("election.final", "result", to=plus_one), {"O.D"}),
]


# Lies that need annulled ballots, strikes, more districts or a quorum of two; the others are told of a tiny election.
LARGE = {
    "alpha that is no element",
    "beta that is no element",
    "challenge out of range",
    "response out of range",
    "limit challenge out of range",
    "limit response out of range",
    "a branch too many",
    "strike before the roll",
    "reason of a strike",
    "lost after casting",
    "decryption without a unit",
    "one trustee is not enough",
    "more ballots than voters of a contest",
}


@pytest.mark.parametrize(("name", "lie", "expected"), [pytest.param(*case, id=case[0]) for case in LIES])
def test_a_lie_fails_its_rows_and_no_other(
    paper_election: Made, tiny_election: Made, verify_made: Verify, name: str, lie: Lie, expected: set[str]
) -> None:
    """Show that one lie fails exactly the rows that speak of it."""
    made = (paper_election if name in LARGE else tiny_election).copy()
    lie(made)
    report = verify_made(made)
    assert rows(report, Status.FAIL) == expected
    assert not report.verified
