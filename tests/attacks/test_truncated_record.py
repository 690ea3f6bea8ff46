"""A truncated record: the end, the middle or single files are missing, and what is left is true.

A log cut before an unwelcome statement is a correct prefix; tiles can be lost, or withheld. A record that is not
complete up to `election.final` is not verified (L.J), and neither is one whose entries or payloads are not all there
(L.C, L.G).
"""

import pytest

from tests.attacks.caught import assert_fails
from tests.forge.forger import forge
from tests.forge.judges import first_refusal, verify_files
from tests.forge.plans import BASE
from tests.forge.record import files_of
from verifier.errors import RecordUnreadable

FORGERY = forge(BASE)


@pytest.mark.parametrize("end", ["manifest", "keys 3", "joint keys", "roll", "open", "Cem", "close", "tally", "result"])
def test_a_log_that_ends_early_is_not_verified(end: str) -> None:
    """Whatever the last statement is, only completeness fails; the rows on what is missing are absent, not passed."""
    forgery = FORGERY.cut(after=end)

    verdict = assert_fails(forgery, "L.J")
    assert {"V10.C", "O.C", "O.D"} <= verdict.absent or end == "result"
    # A log under way is nothing that the board would refuse.
    assert first_refusal(forgery) is None


def test_an_election_without_its_beginning_is_caught() -> None:
    """Without the manifest nothing can be evaluated, and nothing is verified."""
    verdict = verify_files(files_of(FORGERY.without("manifest")))

    assert not verdict.verified
    assert "L.J" in verdict.failed


@pytest.mark.parametrize("step", ["commitment 2", "keys 2", "shares 2", "rehearsed 2", "credentials 1"])
def test_a_missing_statement_is_caught(step: str) -> None:
    """A statement taken out of the middle is missed by its number or by what needs it."""
    verdict = verify_files(files_of(FORGERY.without(step)))

    assert not verdict.verified
    assert verdict.failed & {"L.J", "E.A"}, str(verdict)


@pytest.mark.parametrize(("folder", "row"), [("tile/entries/", "L.C"), ("tile/payloads/", "L.G"), ("tile/0/", "L.D")])
def test_a_missing_file_is_caught(folder: str, row: str) -> None:
    """A record without its entries, payloads or hashes is not verified."""
    files = {path: data for path, data in files_of(FORGERY).items() if not path.startswith(folder)}

    verdict = verify_files(files, election=None if row != "L.C" else FORGERY.scope)
    assert row in verdict.failed, str(verdict)
    assert not verdict.verified


@pytest.mark.parametrize("folder", ["tile/entries/", "tile/payloads/"])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_bundle_cut_or_lengthened_is_caught(folder: str, change: int) -> None:
    """A byte missing at the end of a bundle, or one more."""
    files = files_of(FORGERY)
    path = next(path for path in files if path.startswith(folder))
    files[path] = files[path][:-1] if change < 0 else files[path] + b"\x00"

    verdict = verify_files(files, election=FORGERY.scope)
    assert ("L.C" if "entries" in folder else "L.G") in verdict.failed, str(verdict)
    assert not verdict.verified


def test_a_record_without_checkpoint_is_no_record() -> None:
    """Without a signed head there is nothing to verify, which is not a pass."""
    files = {path: data for path, data in files_of(FORGERY).items() if path != "checkpoint"}

    with pytest.raises(RecordUnreadable):
        verify_files(files)


def test_a_record_without_policy_is_not_verified() -> None:
    """Without a key from anywhere the log's signature can't be evaluated."""
    verdict = verify_files({path: data for path, data in files_of(FORGERY).items() if path != "policy"})

    assert not verdict.verified
    assert {"L.A", "L.B"} <= verdict.errors, str(verdict)
