"""Dishonest records for the rows on form, log and roll: S.A, L, E.A, E.B, E.D."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.voting_rules import ContestRule, Method
from evote.log.note import Ed25519Signer, NoteSigner
from evote.log.proof import decode_proof, encode_proof
from evote.log.statement import decode_statement, encode_statement
from tests.attacks.case import Case, Handed
from tests.forge.forger import Forger, Lies
from tests.forge.lies import OTHER_HASH, one_more, put, silent, spelled, swapped
from tests.forge.log import Forgery, Line, Value, sign_line, spell
from tests.forge.plans import (
    NORTH,
    PAPER,
    SMALL,
    SOUTH,
    WITHHELD,
    YES,
    YES_NO,
    Voter,
    cast,
    contest,
    manifest_of,
    person,
    replacement,
    strike,
)
from tests.forge.record import (
    LOG,
    ORIGIN,
    TWO_WITNESSES,
    WITNESSES,
    checkpoint_of,
    files_of,
    leaves,
    receipt_of,
)

ELSEWHERE = "the board signs what it publishes; nobody submits it"
OPENS_AT = 1780444800  # 2026-06-03T00:00:00Z
CLOSES_AT = OPENS_AT + 12 * 3600
IMPOSTOR = Ed25519Signer(ORIGIN, SigningKey(sha256(b"impostor").digest()))
# y = 2 is the ordinate of no point of the curve.
NO_POINT = (2).to_bytes(32, "little").hex()


def say(step: str, path: str, new: object) -> Lies:
    """Return the lie at one place of one step."""
    return Lies(say={step: put(path, new)})


def after(step: str, more: Callable[[Forger], None]) -> Lies:
    """Return the lie that says more after a step."""
    return Lies(after={step: more})


def with_files(change: Callable[[Forgery, dict[str, bytes]], dict[str, bytes]]) -> Callable[[Forgery], Handed]:
    """Return a publication with some files changed."""
    return lambda forgery: Handed(files={**files_of(forgery), **change(forgery, files_of(forgery))})


def flipped_tile(_forgery: Forgery, files: dict[str, bytes]) -> dict[str, bytes]:
    """Change one hash in the tile of leaf hashes."""
    path = next(path for path in files if path.startswith("tile/0/"))
    return {path: bytes([files[path][0] ^ 1]) + files[path][1:]}


def flipped_upper_tile(_forgery: Forgery, files: dict[str, bytes]) -> dict[str, bytes]:
    """Change the hash of the first 256 entries."""
    return {"tile/1/000.p/1": bytes([files["tile/1/000.p/1"][0] ^ 1]) + files["tile/1/000.p/1"][1:]}


def after_others(forgery: Forgery) -> Forgery:
    """Put 250 statements of other services before the election."""
    scope = sha256(b"elsewhere").digest()
    others = [sign_line(f"other {i}", "badge.issued", person("issuer"), scope, b"{}") for i in range(250)]
    return replace(forgery, lines=(*others, *forgery.lines))


def other_root(forgery: Forgery) -> bytes:
    """Return a checkpoint of the same size and another root, signed by the log."""
    return checkpoint_of(leaves(forgery), root=bytes.fromhex(OTHER_HASH))


def half_witnessed(forgery: Forgery) -> Handed:
    """Publish with one cosignature where the policy asks for two."""
    return Handed(files=files_of(forgery, policy=TWO_WITNESSES, signers=(LOG, WITNESSES[0].at(CLOSES_AT))))


def witnessed_too_early(forgery: Forgery) -> Handed:
    """Publish with cosignatures that saw the whole election a second before it was to open."""
    signers: list[NoteSigner] = [LOG, *(witness.at(OPENS_AT - 1) for witness in WITNESSES)]
    return Handed(files=files_of(forgery, policy=TWO_WITNESSES, signers=signers))


def missing_receipt(forgery: Forgery) -> Handed:
    """Hand in the receipt of a ballot that the record no longer holds."""
    before = forgery.added(
        sign_line("lost", Kind.BALLOT_CAST, person("Fay"), forgery.scope, b"{}"), before="challenge Cem"
    ).cut(after="lost")
    return Handed(files=files_of(forgery), receipts={"fay.tlog-proof": receipt_of(before, "lost")})


def foreign_receipt(forgery: Forgery) -> Handed:
    """Hand in a receipt for a statement of the log under a checkpoint of another key."""
    proof = decode_proof(receipt_of(forgery, "Ada"))
    forged = replace(proof, checkpoint=checkpoint_of(leaves(forgery), signers=(IMPOSTOR,)))
    return Handed(files=files_of(forgery), receipts={"ada.tlog-proof": encode_proof(forged)})


def other_signature(forgery: Forgery) -> Forgery:
    """Let somebody else sign what Ada is said to have said."""
    line = forgery.line("Ada")
    statement = decode_statement(line.entry)
    forged = decode_statement(sign_line("", statement.kind, person("Mallory"), forgery.scope, line.payload).entry)
    return forgery.changed("Ada", entry=encode_statement(replace(statement, signature=forged.signature)))


def unknown_kind(forgery: Forgery) -> Forgery:
    """Say something that no election knows."""
    line = sign_line("party", "election.party", person("authority"), forgery.scope, spell({}))
    return forgery.added(line, before="final")


def again(forger: Forger) -> None:
    """Close a second time."""
    forger.authority("close again", Kind.CLOSE, {"h_e": forger.keys.h_e.hex()})


def ballot_between(step: str) -> Lies:
    """Return the lie that Fay casts a ballot right after a step."""
    return after(step, lambda forger: forger.act(cast("Fay", YES, (0, 0, 0))))


def heavy(value: Value) -> Value:
    """Give the first credential of a list the weight 2."""
    return {**value, "weight": 2}


# Eva, who does not vote, and anybody else weigh more than 10^9 together, times an option limit of 1000.
HEAVY = replace(
    WITHHELD,
    manifest=manifest_of(
        "heavy", (YES_NO, contest("budget", "a b", (1000, 1000), ContestRule(method=Method.SCORE))), ((1,), (2,))
    ),
    voters=(*SMALL.voters, Voter("Eva", SOUTH, 10**9)),
    acts=SMALL.acts,
)

CASES = (
    Case(
        rows="S.A",
        name="a payload with white space in it",
        lies=Lies(say={"close": spelled(lambda data: data.replace(b":", b": "))}),
        refused=("close", "encoding.not_canonical"),
    ),
    Case(
        rows="S.A",
        name="an unknown field",
        lies=Lies(say={"close": lambda _forger, value: {**value, "reason": "late"}}),
        refused=("close", "encoding.unknown_field"),
    ),
    Case(
        rows="S.A",
        name="upper-case hexadecimal digits",
        lies=say("Ada", "contests.0.selections.0.alpha", str.upper),
        refused=("Ada", "encoding.not_lower_hex"),
    ),
    Case(
        rows="L.A",
        name="a checkpoint signed by somebody else",
        publish=with_files(lambda forgery, _: {"checkpoint": checkpoint_of(leaves(forgery), signers=(IMPOSTOR,))}),
        unseen=ELSEWHERE,
    ),
    Case(
        rows="L.A",
        name="a checkpoint of another log by the same key",
        publish=with_files(
            lambda forgery, _: {"checkpoint": checkpoint_of(leaves(forgery), origin="forge.example/other")}
        ),
        unseen=ELSEWHERE,
    ),
    Case(rows="L.B", name="one witness where two are asked for", publish=half_witnessed, unseen=ELSEWHERE),
    Case(
        rows="L.C",
        name="a checkpoint with another root",
        publish=with_files(lambda forgery, _: {"checkpoint": other_root(forgery)}),
        unseen=ELSEWHERE,
    ),
    Case(rows="L.D", name="a wrong tile over right entries", publish=with_files(flipped_tile), unseen=ELSEWHERE),
    Case(
        rows="L.D",
        name="a wrong tile of level 1 in a larger log",
        edit=after_others,
        publish=with_files(flipped_upper_tile),
        unseen=ELSEWHERE,
    ),
    Case(
        rows="L.E",
        name="an earlier checkpoint of another history",
        publish=lambda forgery: Handed(
            files=files_of(forgery), earlier={"kept": other_root(forgery.cut(after="close"))}
        ),
        unseen=ELSEWHERE,
    ),
    Case(
        rows="L.F",
        name="an entry that is no statement",
        edit=lambda forgery: forgery.added(Line(step="noise", entry=b"noise", payload=b"{}")),
        refused=("noise", "encoding.not_json"),
    ),
    Case(
        rows="L.G",
        name="a payload that was exchanged",
        edit=lambda forgery: forgery.changed(
            "strike Mia", payload=spell({**forgery.value("strike Mia"), "reason": "wrong_person"})
        ),
        refused=("strike Mia", "statement.payload_mismatch"),
    ),
    Case(rows="L.H", name="a signature by another key", edit=other_signature, refused=("Ada", "signature.invalid")),
    Case(
        rows="L.I",
        name="a ballot after the closing",
        lies=ballot_between("close"),
        refused=("Fay", "admission.phase"),
    ),
    Case(
        rows="L.I", name="a ballot before the opening", lies=ballot_between("roll"), refused=("Fay", "admission.phase")
    ),
    Case(
        rows="L.I",
        name="the parameters after a statement of a trustee",
        edit=lambda forgery: forgery.moved("parameters", before="commitment 2"),
        refused=("commitment 1", "admission.phase"),
    ),
    Case(
        rows="L.J",
        name="an election that is not final",
        lies=Lies(say={"final": silent}),
        unseen="a log that ends early is a log under way",
    ),
    Case(
        rows="L.J",
        name="a kind of statement that no election knows",
        edit=unknown_kind,
        refused=("party", "admission.unknown_kind"),
    ),
    Case(rows="L.J", name="a second closing", lies=after("close", again), refused=("close again", "admission.twice")),
    Case(
        rows="L.K",
        name="a closing by the registrar",
        lies=Lies(authors={"close": person("registrar")}),
        refused=("close", "admission.author"),
    ),
    Case(
        rows="L.K",
        name="a decryption by another trustee",
        lies=Lies(authors={"decryption 3": person("trustee 1")}),
        refused=("decryption 3", "admission.author"),
    ),
    Case(
        rows="L.L",
        name="a receipt that somebody else has signed",
        publish=foreign_receipt,
        unseen=ELSEWHERE,
    ),
    Case(rows="L.L", name="a receipt for a ballot that is not in the log", publish=missing_receipt, unseen=ELSEWHERE),
    Case(rows="L.M", name="an opening before its time", publish=witnessed_too_early, unseen=ELSEWHERE),
    Case(
        rows="E.A",
        name="more credentials than announced",
        lies=say("roll", "count", lambda count: count - 1),
        refused=("roll", "roll.count"),
    ),
    Case(
        rows="E.A",
        name="a total weight that is not the list's",
        lies=say("roll", "weight", one_more),
        refused=("roll", "roll.weight_total"),
    ),
    Case(
        rows="E.A",
        name="a district with a person more",
        lies=say("roll", "districts.0.count", one_more),
        refused=("roll", "roll.districts"),
    ),
    Case(
        rows="E.A",
        name="an opening on another roll",
        lies=say("open", "roll", OTHER_HASH),
        refused=("open", "open.roll"),
    ),
    Case(
        rows="E.A",
        name="an opening of another election",
        lies=say("open", "h_e", OTHER_HASH),
        refused=("open", "open.h_e"),
    ),
    Case(
        rows="E.A",
        name="weights whose sums nobody could decrypt",
        plan=HEAVY,
        refused=("credentials 2", "roll.weight_sum"),
    ),
    Case(
        rows="E.A",
        name="a weight where paper is counted",
        plan=PAPER,
        lies=say("credentials 2", "credentials.2", heavy),
        refused=("credentials 2", "roll.weight_on_paper"),
    ),
    Case(
        rows="E.B",
        name="credentials out of order",
        lies=say("credentials 1", "credentials", swapped),
        refused=("credentials 1", "roll.order"),
    ),
    Case(
        rows="E.B",
        name="a credential that is no point of the curve",
        lies=Lies(
            say={
                "credentials 1": lambda _forger, value: {
                    **value,
                    "credentials": [{"key": NO_POINT, "district": NORTH, "weight": 1}, *value["credentials"]],
                }
            }
        ),
        refused=("credentials 1", "signature.not_a_point"),
    ),
    Case(
        rows="E.D",
        name="a credential struck as lost after it has voted",
        lies=after("Ada", lambda forger: forger.act(strike("Ada", "lost"))),
        refused=("strike Ada", "roll.has_voted"),
    ),
    Case(
        rows="E.D",
        name="a strike of somebody who is not on the roll",
        lies=after("Ada", lambda forger: forger.act(strike("Zoe", "lost"))),
        refused=("strike Zoe", "roll.unknown"),
    ),
    Case(
        rows="E.D",
        name="a strike without a reason of the list",
        lies=after("Ada", lambda forger: forger.act(strike("Fay", "unloved"))),
        refused=("strike Fay", "roll.reason"),
    ),
    Case(
        rows="E.D",
        name="a replacement by a credential of the roll",
        lies=after("Ada", lambda forger: forger.act(replacement("Fay", "Gus", "lost"))),
        refused=("replace Fay", "roll.key_used"),
    ),
)
