"""A published tally that is not the sum of the ballots.

Belenios did not compare the encrypted tally of its archive with the recomputed one until 2025: ballots could be left
out, counted twice or added after the fact, and every decryption proof held. Here the sums are recomputed over the
counted ballots of the log (V9), with their numbers and weights (D.H).
"""

import pytest

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, More, forge
from tests.forge.plans import BASE, WEIGHTED, person


def left_out(forger: Forger) -> None:
    """Leave out Ada's ballot."""
    del forger.counting.box[0]


def twice(forger: Forger) -> None:
    """Count Ada's ballot for Fay, who did not vote, too."""
    forger.counting.box.append((person("Fay").public_key.hex(), forger.said["Ada"]))


def superseded(forger: Forger) -> None:
    """Count Eva's first ballot instead of her last."""
    key = person("Eva").public_key.hex()
    forger.counting.box = [one for one in forger.counting.box if one[1] is not forger.said["Eva"]]
    assert sum(author == key for author, _ in forger.counting.box) == 1


def challenged(forger: Forger) -> None:
    """Count the ballot that Jan challenged, and that everybody knows, instead of the one that was cast."""
    key = person("Jan").public_key.hex()
    forger.counting.box = [(author, ballot) for author, ballot in forger.counting.box if author != key]
    forger.counting.box.append((key, forger.said["challenge Jan"]["ballot"]))


@pytest.mark.parametrize(
    ("lie", "rows", "code"),
    [
        # The turnout of the outcome follows the tally, not the log (O.C).
        pytest.param(left_out, "V9.A V9.B D.H O.C", "tally.ballots", id="a ballot left out"),
        pytest.param(twice, "V9.A V9.B D.H O.C", "tally.ballots", id="a ballot counted twice"),
        pytest.param(superseded, "V9.A V9.B", "tally.ciphertext", id="a superseded ballot"),
        pytest.param(challenged, "V9.A V9.B", "tally.ciphertext", id="a challenged ballot"),
    ],
)
def test_another_set_of_ballots_is_caught(lie: More, rows: str, code: str) -> None:
    """Decryptions, result and outcome are right for the false sums."""
    forgery = forge(BASE, Lies(after={"close": lie}))

    assert_fails(forgery, rows)
    assert_refused(forgery, "tally", code)


def test_another_weight_is_caught() -> None:
    """A ballot counted with the weight 6 where the list says 5."""

    def heavier(forger: Forger) -> None:
        forger.counting.roll[person("Ben").public_key.hex()] = (1, 6)

    forgery = forge(WEIGHTED, Lies(after={"close": heavier}))

    # O.B: 11 votes by weight in a unit that holds 10.
    assert_fails(forgery, "V9.A V9.B D.H O.B O.C")
    assert_refused(forgery, "tally", "tally.weight")
