"""Statements of another election brought into this one: a vote of last year, or a share of another count.

Scope and keys are the same people's. A statement names its election in what is signed (L.H), an election's id is the
hash of its manifest (V1.F), and every proof of ballot and decryption is made for H_E of its own election.
"""

from dataclasses import replace

from evote.election.kinds import Kind
from evote.log.statement import decode_statement, encode_statement
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import first_refusal, verify_files
from tests.forge.log import Value
from tests.forge.plans import BASE, YES, cast
from tests.forge.record import files_of

LAST_YEAR = BASE.with_manifest(label="last year")
OLD = forge(LAST_YEAR)
NOTHING = (0, 0, 0)


def test_a_foreign_statement_is_no_part_of_the_election() -> None:
    """A log carries several elections; an old ballot beside the new ones is not counted and harms nobody."""
    forgery = forge(BASE).added(OLD.line("Ada"), before="close")

    assert verify_files(files_of(forgery), election=forgery.scope).verified
    assert first_refusal(forgery) is None


def test_an_old_statement_with_a_new_scope_is_caught() -> None:
    """Fay voted last year; her statement with this year's scope written over it is no longer signed."""
    with_fay = forge(LAST_YEAR, Lies(after={"Cem": lambda forger: forger.act(cast("Fay", YES, NOTHING))}))
    honest = forge(BASE)
    old = with_fay.line("Fay")
    statement = replace(decode_statement(old.entry), scope=honest.scope)
    forgery = honest.added(replace(old, entry=encode_statement(statement)), before="close")

    verdict = verify_files(files_of(forgery), election=forgery.scope)
    assert "L.H" in verdict.failed
    assert_refused(forgery, "Fay", "signature.invalid")


def test_an_old_ballot_signed_anew_is_caught() -> None:
    """A device that keeps a ballot for the next election: identifier hash, proofs and code are those of the old one."""

    def old_ballot(_forger: Forger, _value: Value) -> Value:
        return OLD.value("Eva at first")

    forgery = forge(BASE, Lies(say={"Eva at first": old_ballot}))

    assert_fails(forgery, "V5.B V6.D V7.D V8.A V8.B")
    assert_refused(forgery, "Eva at first", "ballot.identifier_hash")


def test_an_old_decryption_is_caught() -> None:
    """Trustee 3 repeats last year's decryption instead of making one."""
    forgery = forge(BASE, Lies(say={"decryption 3": lambda _forger, _value: OLD.value("decryption 3")}))

    assert_fails(forgery, "V10.B")
    assert_refused(forgery, "decryption 3", "verification.partial_decryption")


def test_an_old_rehearsal_is_caught() -> None:
    """A trustee who lost the share repeats last year's proof that it was there."""
    forgery = forge(BASE, Lies(say={"rehearsed 3": lambda _forger, _value: OLD.value("rehearsed 3")}))

    # What the three give together is not the announced value then (D.E).
    assert_fails(forgery, "D.D D.E")
    assert_refused(forgery, "rehearsed 3", "verification.partial_decryption")


def test_old_joint_keys_are_caught() -> None:
    """Joint keys of the same trustees: H_G, H_E, device hash and chaining field name another election."""
    forgery = forge(BASE, Lies(say={"joint keys": lambda _forger, _value: OLD.value("joint keys")}))

    assert_fails(forgery, "V4.A V8.C V8.D D.C")
    assert_refused(forgery, "joint keys", "keys.h_g")


def test_an_old_closing_is_caught() -> None:
    """A closing of the right election names its H_E; somebody else's closing does not close this box."""
    forgery = forge(BASE, Lies(say={"close": lambda _forger, _value: OLD.value("close")}))

    assert_fails(forgery, "V4.A")
    assert_refused(forgery, "close", "close.h_e")


def test_a_second_manifest_is_caught() -> None:
    """An election begins once; another manifest in its scope changes nothing."""

    def again(forger: Forger) -> None:
        forger.authority("manifest again", Kind.MANIFEST, OLD.value("manifest"))

    forgery = forge(BASE, Lies(after={"roll": again}))

    assert_fails(forgery, "L.J")
    assert_refused(forgery, "manifest again", "admission.twice")
