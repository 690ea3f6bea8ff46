"""Payload bytes and records stand one to one."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote import canonical_json
from evote.codec.payloads import MAXIMUM_PAYLOAD_BYTES, PAYLOAD_KINDS, decode_payload, encode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.core.range_proof import RangeProof
from evote.election import records
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.outcome import OutcomeKind, PublishedOutcome
from evote.election.voting_rules import Comparison, ContestRule, Method, Quorum, Threshold, ThresholdBase
from evote.errors import EncodingError

Examples = dict[str, records.Record | Manifest]
GROUP = Group(STANDARD)
FORMATS = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def assert_round_trip(kind: str, record: records.Record | Manifest) -> None:
    """Check that a record comes back equal, and its bytes too."""
    data = encode_payload(kind, record)
    decoded = decode_payload(kind, data, GROUP)

    assert decoded == record
    assert encode_payload(kind, decoded) == data


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_every_kind_comes_back(examples: Examples, kind: str) -> None:
    """decode(encode(x)) == x and encode(decode(b)) == b for a record of every kind."""
    assert_round_trip(kind, examples[kind])


def test_every_kind_has_a_payload() -> None:
    """The tables cover the kinds of the protocol, in its order, and no other."""
    assert list(PAYLOAD_KINDS) == [kind.value for kind in Kind]


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_top_level_fields_are_those_of_the_document(examples: Examples, kind: str) -> None:
    """The field names of docs/formats.md are the keys of the payload."""
    section = FORMATS.read_text().split("\n## 3. Payloads")[1]
    described = re.search(
        rf"^`{re.escape(kind)}`(.*?)(?=^`[a-z]+\.[a-z]+`|^Malformed)", section, re.MULTILINE | re.DOTALL
    )
    assert described is not None
    # Keys at depth 1 of the object that stands in the description.
    text, depth, names = described.group(1), 0, set()
    for match in re.finditer(r'[{\[]|[}\]]|"([a-z0-9_]+)":', text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match.group(0), 0)
        if match.group(1) and depth == 1:
            names.add(match.group(1))

    payload = canonical_json.decode(encode_payload(kind, examples[kind]), maximum_bytes=MAXIMUM_PAYLOAD_BYTES)
    assert set(payload) == names


def test_a_record_of_another_kind_is_not_written(examples: Examples) -> None:
    """Mixing up kind and record is a bug of the caller."""
    with pytest.raises(TypeError, match="a Closing, not a Final"):
        encode_payload("election.close", examples["election.final"])


def test_a_payload_that_is_too_long_is_not_written() -> None:
    """Nothing is encoded that the log would refuse."""
    paper = records.PaperContest(contest=1, ballots=0, invalid=0, votes=(10**15,) * 300_000)

    with pytest.raises(EncodingError) as caught:
        encode_payload("election.paper", records.PaperCount(voters=0, contests=(paper,)))

    assert caught.value.code == "encoding.too_long"


def test_text_that_is_not_nfc_is_not_written(examples: Examples) -> None:
    """A label typed as decomposed Hangul is refused when the manifest is made, by name of the kind."""
    manifest = examples["election.manifest"]
    assert isinstance(manifest, Manifest)

    with pytest.raises(EncodingError, match=r"election\.manifest: \$\.label") as caught:
        encode_payload("election.manifest", replace(manifest, label=unicodedata.normalize("NFD", "주민투표")))

    assert caught.value.code == "encoding.not_nfc"


DIGESTS = st.binary(min_size=32, max_size=32)
COUNTS = st.integers(min_value=0, max_value=2**53 - 1)
INDICES = st.integers(min_value=1, max_value=2**53 - 1)
TEXTS = st.text(max_size=20).map(lambda text: unicodedata.normalize("NFC", text))
SCALARS = st.integers(min_value=0, max_value=GROUP.order - 1).map(GROUP.scalar)
UNTESTED = st.integers(min_value=1, max_value=int(GROUP.p) - 1).map(
    lambda value: GROUP.decode_untested(value.to_bytes(512, "big"))
)


def tuples(
    item: st.SearchStrategy[object], maximum: int = 3, minimum: int = 0
) -> st.SearchStrategy[tuple[object, ...]]:
    """Return short tuples of one strategy."""
    return st.lists(item, min_size=minimum, max_size=maximum).map(tuple)


PROOFS = st.builds(RangeProof, challenges=tuples(SCALARS), responses=tuples(SCALARS))
PARTIALS = st.builds(records.UntestedPartial, partial=UNTESTED, challenge=SCALARS, response=SCALARS)
BALLOTS = st.builds(
    records.Ballot,
    id=DIGESTS,
    salt=DIGESTS,
    number=INDICES,
    identifier_hash=DIGESTS,
    style=INDICES,
    confirmation_code=DIGESTS,
    contests=tuples(
        st.builds(
            records.EncryptedContest,
            contest=INDICES,
            contest_hash=DIGESTS,
            selections=tuples(st.builds(records.EncryptedSelection, alpha=UNTESTED, beta=UNTESTED, proof=PROOFS)),
            limit_proof=PROOFS,
        ),
        maximum=2,
    ),
)
OUTCOMES = st.builds(
    PublishedOutcome,
    kind=st.sampled_from(OutcomeKind),
    winners=tuples(INDICES),
    tied=tuples(INDICES),
    votes=tuples(COUNTS),
    turnout=COUNTS,
    eligible=COUNTS,
    quorum_required=COUNTS,
)
STRATEGIES: dict[str, st.SearchStrategy[records.Record]] = {
    "election.parameters": st.builds(
        records.Parameters,
        version=TEXTS,
        p=st.integers(min_value=0, max_value=2**4096 - 1),
        q=st.integers(min_value=0, max_value=2**256 - 1),
        g=st.integers(min_value=0, max_value=2**4096 - 1),
        n=COUNTS,
        k=COUNTS,
        h_p=DIGESTS,
        h_b=DIGESTS,
    ),
    "trustee.commitment": st.builds(records.TrusteeCommitment, trustee=INDICES, keys=DIGESTS),
    "trustee.rehearsal": st.builds(records.TrusteeRehearsal, trustee=INDICES, partial=PARTIALS),
    "registrar.credentials": st.builds(
        records.CredentialsPart,
        part=INDICES,
        credentials=tuples(st.builds(records.Credential, key=DIGESTS, district=INDICES, weight=COUNTS), 5, 1),
    ),
    "registrar.roll": st.builds(
        records.RollTotals,
        parts=COUNTS,
        count=INDICES,
        weight=COUNTS,
        districts=tuples(st.builds(records.DistrictTotal, count=COUNTS, weight=COUNTS)),
    ),
    "registrar.strike": st.builds(records.Strike, credential=DIGESTS, reason=TEXTS),
    "ballot.cast": BALLOTS,
    "ballot.challenged": st.builds(
        records.ChallengedBallot,
        ballot=BALLOTS,
        openings=tuples(
            st.builds(
                records.OpenedContest,
                contest=INDICES,
                selections=tuples(st.builds(records.OpenedSelection, value=COUNTS, nonce=SCALARS)),
            )
        ),
    ),
    "election.paper": st.builds(
        records.PaperCount,
        voters=COUNTS,
        contests=tuples(
            st.builds(records.PaperContest, contest=INDICES, ballots=COUNTS, invalid=COUNTS, votes=tuples(COUNTS))
        ),
    ),
    "trustee.decryption": st.builds(
        records.TrusteeDecryption,
        trustee=INDICES,
        contests=tuples(
            st.builds(
                records.ContestPartials,
                contest=INDICES,
                units=tuples(st.builds(records.UnitPartials, unit=INDICES, partials=tuples(PARTIALS)), maximum=2),
            ),
            maximum=2,
        ),
    ),
    "election.result": st.builds(
        records.Result,
        trustees=tuples(INDICES),
        contests=tuples(
            st.builds(
                records.ContestResult,
                contest=INDICES,
                label=TEXTS,
                units=tuples(
                    st.builds(
                        records.UnitResult,
                        unit=INDICES,
                        options=tuples(st.builds(records.OptionResult, label=TEXTS, t=UNTESTED, votes=COUNTS)),
                    ),
                    maximum=2,
                ),
                outcome=OUTCOMES,
            ),
            maximum=2,
        ),
    ),
}


@pytest.mark.parametrize("kind", STRATEGIES)
@given(data=st.data())
def test_random_records_come_back(kind: str, data: st.DataObject) -> None:
    """Any record, sensible or not, has bytes of its own; what makes sense is not the codec's business."""
    assert_round_trip(kind, data.draw(STRATEGIES[kind]))


@given(
    rule=st.builds(
        ContestRule,
        method=st.just(Method.SCORE),
        seats=st.integers(1, 2),
        quorum=st.integers(1, 10**6).flatmap(
            lambda d: st.builds(Quorum, numerator=st.integers(1, d), denominator=st.just(d))
        ),
        threshold=st.integers(1, 10**6).flatmap(
            lambda d: st.builds(
                Threshold,
                of=st.sampled_from(ThresholdBase),
                comparison=st.sampled_from(Comparison),
                numerator=st.integers(0, d),
                denominator=st.just(d),
            )
        ),
        sealed_below_quorum=st.booleans(),
    )
)
def test_every_rule_comes_back(examples: Examples, rule: ContestRule) -> None:
    """All fields of a contest's rule are in the manifest."""
    manifest = examples["election.manifest"]
    assert isinstance(manifest, Manifest)
    first, second = manifest.contests

    assert_round_trip("election.manifest", replace(manifest, contests=(first, replace(second, rule=rule))))
