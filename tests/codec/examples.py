"""One record for every kind of payload, none of its lists empty, for tests of the codec."""

from hashlib import sha256

from evote.core.elgamal import Ciphertext
from evote.core.group import Group
from evote.election import records
from evote.election.ceremony_trustee import make_complaint
from evote.election.challenge import open_ballot
from evote.election.manifest import Manifest
from evote.election.outcome import OutcomeKind, PublishedOutcome
from tests.core.randomness import seeded
from tests.election.samples import (
    BOTH_CONTESTS,
    SCORE,
    YES_NO,
    hold_ceremony,
    prepare,
    sample_manifest,
    signing_key,
)

VOTER = signing_key("Ada").public_key
OTHER = signing_key("Bob").public_key
DIGEST = sha256(b"digest").digest()


def make_examples(group: Group) -> dict[str, records.Record | Manifest]:
    """Return a record of every kind; what belongs together in one election does not always agree here."""
    held = hold_ceremony(group)
    prepared = prepare(held.key_context, "Ada", {YES_NO: (1, 0), SCORE: (0, 2)}, style=BOTH_CONTESTS)
    ciphertext = Ciphertext(alpha=group.generator**5, beta=held.keys.vote_key**5)
    untested = group.decode_untested((group.generator**7).to_bytes())
    partial = records.UntestedPartial(partial=untested, challenge=group.scalar(8), response=group.scalar(-9))
    share = dict(held.all_shares[1].shares)[1]
    parameters = group.parameters
    return {
        "election.manifest": sample_manifest(),
        "election.parameters": records.Parameters(
            version="v2.1.0",
            p=parameters.p,
            q=parameters.q,
            g=parameters.g,
            n=3,
            k=2,
            h_p=held.context.h_p,
            h_b=held.context.h_b,
        ),
        "trustee.commitment": records.TrusteeCommitment(trustee=1, keys=DIGEST),
        "trustee.keys": held.all_keys[0],
        "trustee.shares": held.all_shares[0],
        "trustee.confirmation": records.TrusteeConfirmation(trustee=3, h_g=held.keys.h_g),
        "trustee.complaint": make_complaint(held.context, 1, held.secrets[0], 2, share, seeded("complaint")),
        "election.keys": held.keys,
        "election.rehearsal": records.Rehearsal(ciphertext=ciphertext, value=321),
        "trustee.rehearsal": records.TrusteeRehearsal(trustee=2, partial=partial),
        "registrar.credentials": records.CredentialsPart(
            part=1,
            credentials=(
                records.Credential(key=VOTER, district=1, weight=1),
                records.Credential(key=OTHER, district=2, weight=10**9),
            ),
        ),
        "registrar.roll": records.RollTotals(
            parts=1,
            count=2,
            weight=10**9 + 1,
            districts=(
                records.DistrictTotal(count=1, weight=1),
                records.DistrictTotal(count=1, weight=10**9),
            ),
        ),
        "registrar.strike": records.Strike(credential=VOTER, reason="voted_on_paper"),
        "registrar.replacement": records.Replacement(old=VOTER, new=OTHER, reason="lost"),
        "election.open": records.Opening(h_e=held.keys.h_e, roll=DIGEST),
        "ballot.cast": prepared.ballot,
        "ballot.challenged": open_ballot(prepared),
        "election.close": records.Closing(h_e=held.keys.h_e),
        "election.paper": records.PaperCount(
            voters=9, contests=(records.PaperContest(contest=1, ballots=8, invalid=1, votes=(4, 3)),)
        ),
        "election.tally": records.EncryptedTally(
            contests=(
                records.ContestTally(
                    contest=1,
                    units=(
                        records.TallyUnit(
                            unit=1, districts=(1, 2), ballots=5, weight=6, ciphertexts=(ciphertext, ciphertext)
                        ),
                    ),
                ),
                records.ContestTally(contest=2, units=()),
            )
        ),
        "trustee.decryption": records.TrusteeDecryption(
            trustee=3,
            contests=(
                records.ContestPartials(contest=1, units=(records.UnitPartials(unit=1, partials=(partial, partial)),)),
            ),
        ),
        "election.result": records.Result(
            trustees=(1, 3),
            contests=(
                records.ContestResult(
                    contest=1,
                    label="question",
                    units=(
                        records.UnitResult(unit=1, options=(records.OptionResult(label="찬성", t=untested, votes=4),)),
                    ),
                    outcome=PublishedOutcome(
                        kind=OutcomeKind.TIE,
                        winners=(3,),
                        tied=(1, 2),
                        votes=(4, 4, 5),
                        turnout=13,
                        eligible=20,
                        quorum_required=5,
                    ),
                ),
            ),
        ),
        "election.final": records.Final(result=DIGEST),
    }
