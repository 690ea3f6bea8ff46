"""Paper counts, tally, partial decryptions and the result as JSON.

Spec: docs/formats.md section 3, from `election.paper` to `election.final`.
"""

from __future__ import annotations

from typing import Final

from evote.codec.forms import (
    DIGEST,
    ELEMENT,
    INDEX,
    INTEGER,
    SCALAR,
    TEXT,
    UNTESTED_ELEMENT,
    Form,
    array,
    fields,
    word,
)
from evote.core.elgamal import Ciphertext
from evote.election import records
from evote.election.outcome import OutcomeKind, PublishedOutcome

PAPER_COUNT: Final[Form[records.PaperCount]] = fields(
    records.PaperCount,
    voters=INTEGER,
    contests=array(fields(records.PaperContest, contest=INDEX, ballots=INTEGER, invalid=INTEGER, votes=array(INTEGER))),
)
ENCRYPTED_TALLY: Final[Form[records.EncryptedTally]] = fields(
    records.EncryptedTally,
    contests=array(
        fields(
            records.ContestTally,
            contest=INDEX,
            units=array(
                fields(
                    records.TallyUnit,
                    unit=INDEX,
                    districts=array(INDEX),
                    ballots=INTEGER,
                    weight=INTEGER,
                    ciphertexts=array(fields(Ciphertext, alpha=ELEMENT, beta=ELEMENT)),
                )
            ),
        )
    ),
)
TRUSTEE_DECRYPTION: Final[Form[records.TrusteeDecryption]] = fields(
    records.TrusteeDecryption,
    trustee=INDEX,
    contests=array(
        fields(
            records.ContestPartials,
            contest=INDEX,
            units=array(
                fields(
                    records.UnitPartials,
                    unit=INDEX,
                    partials=array(
                        fields(records.UntestedPartial, partial=UNTESTED_ELEMENT, challenge=SCALAR, response=SCALAR)
                    ),
                )
            ),
        )
    ),
)
_OUTCOME: Final[Form[PublishedOutcome]] = fields(
    PublishedOutcome,
    kind=word(OutcomeKind),
    winners=array(INDEX),
    tied=array(INDEX),
    votes=array(INTEGER),
    turnout=INTEGER,
    eligible=INTEGER,
    quorum_required=INTEGER,
)
RESULT: Final[Form[records.Result]] = fields(
    records.Result,
    trustees=array(INDEX),
    contests=array(
        fields(
            records.ContestResult,
            contest=INDEX,
            label=TEXT,
            units=array(
                fields(
                    records.UnitResult,
                    unit=INDEX,
                    options=array(fields(records.OptionResult, label=TEXT, t=UNTESTED_ELEMENT, votes=INTEGER)),
                )
            ),
            outcome=_OUTCOME,
        )
    ),
)
FINAL: Final[Form[records.Final]] = fields(records.Final, result=DIGEST)
