"""Clash attacks: one ballot shown to several voters as theirs, so that the other ballots can be replaced.

Kuesters, Truderung, Vogt ("Clash attacks on the verifiability of e-voting systems", 2012): devices that know who votes
alike give them the same receipt and cast something else in the place of the second. Here the identifier, and with it
every hash and the confirmation code, follows from the credential that signs (E.F), so two voters never have the same
code, and a receipt holds the entry with its author.
"""

import base64
import json

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import verify_files
from tests.forge.lies import crafted
from tests.forge.log import Value
from tests.forge.plans import BASE, YES, person
from tests.forge.record import files_of, receipt_of

MARKS = (YES, (1, 1, 0))


def test_equal_ballots_of_two_voters_have_different_codes() -> None:
    """The same marks, the same salt and the same nonces under two credentials share no identifier, hash or code."""
    codes = {}

    def look(forger: Forger) -> None:
        for voter in ("Ada", "Ben"):
            ballot = crafted(forger, voter, "the same randomness", *MARKS).ballot
            codes[voter] = {ballot["id"], ballot["identifier_hash"], ballot["confirmation_code"]} | {
                contest["contest_hash"] for contest in ballot["contests"]
            }

    forge(BASE, Lies(after={"open": look}))

    assert codes["Ada"].isdisjoint(codes["Ben"])


def test_one_ballot_published_for_two_voters_is_caught() -> None:
    """Ben is shown Ada's code; to have it in the log under his name too, her ballot must stand there twice."""

    def the_same(forger: Forger, _value: Value) -> Value:
        return forger.said["Ada"]

    forgery = forge(BASE, Lies(say={"Ben": the_same}))

    assert_fails(forgery, "V5.A E.F E.G E.H")
    assert_refused(forgery, "Ben", "ballot.identifier")


def test_a_borrowed_code_is_caught() -> None:
    """Ben's own ballot with Ada's code written on it: the code is recomputed from the ciphertexts."""

    def borrowed(forger: Forger, value: Value) -> Value:
        return {**value, "confirmation_code": forger.said["Ada"]["confirmation_code"]}

    forgery = forge(BASE, Lies(say={"Ben": borrowed}))

    assert_fails(forgery, "V8.B")
    assert_refused(forgery, "Ben", "ballot.confirmation_code")


def test_a_receipt_says_whose_it_is() -> None:
    """The receipt that Ada and Ben were both given is in the log (L.L), and names Ada's credential, not Ben's."""
    forgery = forge(BASE)
    receipt = receipt_of(forgery, "Ada")

    verdict = verify_files(files_of(forgery), receipts={"receipt": receipt})
    assert verdict.verified, str(verdict)
    extra = next(line for line in receipt.decode().split("\n") if line.startswith("extra "))
    entry = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    assert entry["author"] == person("Ada").public_key.hex() != person("Ben").public_key.hex()
