"""Whole elections: true ones of several kinds, unfinished ones, and one that ends in a complaint."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from gmpy2 import mpz, powmod

from tests.verifier.conftest import Verify, rows
from tests.verifier.election_ceremony import Ceremony, Plan, hex_e, hex_s
from tests.verifier.record_files import TRUSTEES, Draft, Made, write_record
from tests.verifier.record_maker import make_drafts
from verifier import hashing
from verifier.engine import Options, verify
from verifier.findings import Report, Status
from verifier.group import G, P, Q


def finding(report: Report, row: str) -> Any:
    """Return the finding of a row."""
    return next(item for item in report.findings if item.row == row)


def test_a_true_election_verifies(paper_election: Made, tmp_path: Path) -> None:
    """Show that a true record has no failure and nothing unevaluated, and what its summary says."""
    folder = write_record(paper_election, tmp_path / "r")
    report = verify(Options(record=str(folder)))
    assert report.verified
    assert rows(report, Status.ERROR) == set()
    summary = report.summary
    assert summary is not None
    numbers = (summary.roll, summary.eligible, summary.cast, summary.counted, summary.challenged)
    assert numbers == (10, 9, 8, 6, 1)
    assert (summary.struck, summary.replaced, summary.annulled, summary.used_trustees) == (2, 1, 1, (1, 3))
    bridge, council = summary.contests
    assert [option.votes for option in bridge.options] == [5, 1]
    assert (bridge.kind, bridge.winners, bridge.blank, bridge.turnout, bridge.eligible) == ("decided", (1,), 1, 8, 9)
    districts = [[(district.label, district.title["en"]) for district in unit.districts] for unit in bridge.units]
    assert districts == [[("North", "North"), ("Islands", "Islands")], [("South", "South")]]
    assert bridge.paper is not None
    assert (bridge.paper.ballots, bridge.paper.invalid) == (2, 1)
    assert council.blank is None


def test_a_tiny_election_verifies(tiny_election: Made, verify_made: Verify) -> None:
    """Show that the small election, whose districts join into one unit, is true."""
    report = verify_made(tiny_election)
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)


def test_weights_seals_and_single_votes(weighted_election: Made, verify_made: Verify) -> None:
    """Show a weighted election in which nobody votes twice and one contest stays sealed."""
    report = verify_made(weighted_election)
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)
    assert finding(report, "E.E").status is Status.PASS
    assert finding(report, "D.I").status is Status.PASS
    assert finding(report, "O.A").status is Status.ABSENT
    assert report.summary is not None
    assert report.summary.contests[1].kind == "sealed"
    assert all(option.votes is None for option in report.summary.contests[1].options)


def test_a_seal_over_paper(verify_made: Verify) -> None:
    """Show that the papers of a sealed contest stay closed, and that opening them fails O.A."""
    made = make_drafts(Plan(few=True, sealed=True))
    report = verify_made(made)
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)
    assert report.summary is not None
    assert [contest.kind for contest in report.summary.contests] == ["withheld", "sealed"]
    made.get("election.paper").value["contests"][1]["votes"] = [1, 0, 2]
    assert rows(verify_made(made), Status.FAIL) == {"O.A"}
    made.get("election.paper").value["contests"][1] |= {"votes": [], "invalid": 1}
    assert rows(verify_made(made), Status.FAIL) == {"O.A"}


def test_a_decryption_of_nothing(verify_made: Verify) -> None:
    """Show that a contest without units is left out of a decryption, and that listing it fails D.F."""
    made = make_drafts(Plan(ballots=False))
    draft = Draft(kind="trustee.decryption", author=TRUSTEES[0], value={"trustee": 1, "contests": []})
    made.drafts.insert(made.find("election.tally") + 1, draft)
    assert verify_made(made).verified
    draft.value["contests"] = [{"contest": 2, "units": []}]
    assert rows(verify_made(made), Status.FAIL) == {"D.F"}


def test_keys_that_cancel(tiny_election: Made, verify_made: Verify) -> None:
    """Show that K = 1 and K^ = 1 fail although they are the products."""
    made = tiny_election.copy()
    made.drafts = made.drafts[: made.find("election.keys") + 1]
    for half, name, row in (("vote", "vote_key", "V3.A"), ("data", "data_key", "V3.B")):
        first = mpz(made.get("trustee.keys").value[half]["commitments"][0], 16)
        made.get("trustee.keys", 1).value[half]["commitments"][0] = hex_e(powmod(first, -1, P))
        made.get("election.keys").value[name] = hex_e(mpz(1))
        assert row in rows(verify_made(made), Status.FAIL)


def test_an_election_id_that_is_not_the_manifests(tiny_election: Made, verify_made: Verify) -> None:
    """Show that the scope must be H_B, also where nothing but the manifest is there."""
    made = tiny_election.copy()
    made.drafts = made.drafts[:1]
    made.scope = bytes(32)
    assert rows(verify_made(made), Status.FAIL) == {"V1.F", "L.J"}


def test_a_closing_without_keys(tiny_election: Made, verify_made: Verify) -> None:
    """Show that H_E of the closing is judged where election.keys is missing."""
    made = tiny_election.copy()
    made.drafts.pop(made.find("election.keys"))
    assert "V4.A" in rows(verify_made(made), Status.PASS)
    made.get("election.close").value["h_e"] = "00" * 32
    assert "V4.A" in rows(verify_made(made), Status.FAIL)
    made.get("election.close").raw = b"{}"
    assert "V4.A" in rows(verify_made(made), Status.ERROR)


@pytest.mark.parametrize(("value", "failed"), [(1000, set()), (1001, {"D.E"})])
def test_range_of_the_rehearsal(verify_made: Verify, value: int, failed: set[str]) -> None:
    """Show that a rehearsal of more than 1000 fails although it decrypts to its value."""
    report = verify_made(make_drafts(Plan(ballots=False, n=2, k=1, used=(1,), rehearsal=value)))
    assert rows(report, Status.FAIL) == failed


def test_a_rehearsal_that_could_be_a_ballot(verify_made: Verify) -> None:
    """Show that a test ciphertext with a free nonce fails although it decrypts to its value with true proofs."""
    report = verify_made(make_drafts(Plan(ballots=False, n=2, k=1, used=(1,), free_rehearsal=True)))
    assert rows(report, Status.FAIL) == {"D.E"}


def test_a_decrypted_seal(weighted_election: Made, verify_made: Verify) -> None:
    """Show that decrypting a sealed contest fails D.I and D.F, and that its votes or units in the result fail too."""
    made = weighted_election.copy()
    made.get("election.result").value["contests"][1]["outcome"]["votes"] = [1, 2, 3]
    made.get("election.final").value["result"] = hashlib.sha256(made.get("election.result").payload()).hexdigest()
    assert rows(verify_made(made), Status.FAIL) == {"O.C"}
    made = weighted_election.copy()
    contests = made.get("election.result").value["contests"]
    contests[1]["units"] = contests[0]["units"]
    assert {"V10.C", "V11.B", "V11.C"} <= rows(verify_made(made), Status.FAIL)
    made = weighted_election.copy()
    contests = made.get("trustee.decryption").value["contests"]
    contests.append(contests[0] | {"contest": 2})
    assert {"D.I", "D.F"} <= rows(verify_made(made), Status.FAIL)


def test_sums_that_no_trustee_decrypted(weighted_election: Made, verify_made: Verify) -> None:
    """Show that a sum which anybody can read is no decrypted sum while no trustee is named."""
    made = weighted_election.copy()
    units = made.get("election.tally").value["contests"][1]["units"][:1]
    units[0]["ciphertexts"] = [pair | {"beta": hex_e(mpz(1))} for pair in units[0]["ciphertexts"]]
    result = made.get("election.result").value
    labels = [option["label"] for option in json.loads(made.manifest)["contests"][1]["options"]]
    options = [{"label": label, "t": hex_e(mpz(1)), "votes": 0} for label in labels]
    result["trustees"], result["contests"][0]["units"] = [], []
    result["contests"][1]["units"] = [{"unit": units[0]["unit"], "options": options}]
    assert "V10.C" in rows(verify_made(made), Status.FAIL)


def test_two_ballots_where_one_is_allowed(verify_made: Verify) -> None:
    """Show that E.E names the second ballot of a credential."""
    made = make_drafts(Plan(paper=False, revoting="last", stated_revoting="never"))
    report = verify_made(made)
    assert "E.E" in rows(report, Status.FAIL)
    assert finding(report, "E.E").places == (f"entry {made.names['second a']}: ballot 2 of its credential",)


def test_an_election_without_ballots(verify_made: Verify) -> None:
    """Show that nothing is decrypted where nobody votes, and that this verifies."""
    report = verify_made(make_drafts(Plan(paper=False, ballots=False)))
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)
    assert {"V5.A", "V6.A", "V9.A", "V10.A", "V10.C", "E.C", "V13.B"} <= rows(report, Status.ABSENT)
    assert report.summary is not None
    assert [contest.kind for contest in report.summary.contests] == ["quorum_missed", "threshold_missed"]


def test_paper_alone_decides(verify_made: Verify) -> None:
    """Show that a contest without online ballots is decided by its paper ballots."""
    report = verify_made(make_drafts(Plan(ballots=False)))
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)
    assert report.summary is not None
    bridge, council = report.summary.contests
    assert (bridge.kind, council.kind) == ("quorum_missed", "decided")
    assert [option.votes for option in council.options] == [1, 0, 2]


def test_too_few_ballots_to_be_secret(verify_made: Verify) -> None:
    """Show that contests with fewer ballots than the minimum are withheld, and that nothing of them is published."""
    report = verify_made(make_drafts(Plan(paper=False, few=True)))
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)
    assert {"V9.A", "V10.A", "V10.C", "D.F"} <= rows(report, Status.ABSENT)
    assert report.summary is not None
    assert [contest.kind for contest in report.summary.contests] == ["withheld", "withheld"]


def test_a_single_trustee(verify_made: Verify) -> None:
    """Show an election with one trustee, who has no shares to give."""
    report = verify_made(make_drafts(Plan(n=1, k=1, used=(1,))))
    assert report.verified, rows(report, Status.FAIL) | rows(report, Status.ERROR)
    assert finding(report, "D.B").status is Status.ABSENT


def test_weights_where_there_is_paper(verify_made: Verify) -> None:
    """Show that a roll with weights fails E.A in an election with paper ballots."""
    report = verify_made(make_drafts(Plan(weights=True)))
    assert "E.A" in rows(report, Status.FAIL)


@pytest.mark.parametrize(
    ("last", "absent"),
    [
        ("election.manifest", {"V1.A", "V2.A", "V5.A", "V9.A", "O.C", "S.D", "E.B"}),
        ("trustee.keys", {"V3.A", "D.C", "V5.A", "V9.A"}),
        ("registrar.roll", {"V5.A", "E.C", "E.D", "V9.A", "D.H"}),
        ("ballot.cast", {"V9.A", "V10.C", "V11.A", "O.B"}),
        ("election.close", {"V9.A", "D.F", "D.G"}),
        ("election.tally", {"V10.A", "V11.D", "O.D"}),
        ("election.result", set()),
    ],
)
def test_an_unfinished_election(paper_election: Made, verify_made: Verify, last: str, absent: set[str]) -> None:
    """Show that the record of an election in progress fails as not final, and in nothing that is there."""
    made = paper_election.copy()
    made.drafts = made.drafts[: made.find(last) + 1]
    report = verify_made(made)
    assert rows(report, Status.FAIL) == {"L.J"}
    assert "not final" in finding(report, "L.J").places[0]
    assert absent <= rows(report, Status.ABSENT)
    # the first of several statements of trustees leaves the others missing, which some rows can't do without
    assert rows(report, Status.ERROR) <= {"D.C", "D.E", "V3.A", "V3.B"}


def complaint(made: Made, *, forged_share: bool, forged_evidence: bool) -> Made:
    """Let trustee 2 complain about the share of trustee 1; the secrets are those that the maker draws."""
    made = made.copy()
    maker = Ceremony(Plan())
    maker.ceremony()
    zeta = maker.zetas[2]
    share = made.get("trustee.shares").value["shares"][0]
    if forged_share:
        # a wrong share behind a right proof: encrypt another plaintext, then prove anew
        wrong = bytes([bytes.fromhex(share["c1"])[0] ^ 1]) + bytes.fromhex(share["c1"])[1:]
        xi, u = mpz(5), mpz(77)
        c0 = powmod(G, xi, P)
        kappa, beta = powmod(G, zeta, P), powmod(powmod(G, zeta, P), xi, P)
        encoded = [hashing.element_bytes(x) for x in (kappa, c0, beta)]
        stream = hashing.share_stream(hashing.share_key(maker.h_p, 1, 2, *encoded), 1, 2)
        wrong = bytes(x ^ y for x, y in zip(stream, bytes(63) + b"\x01", strict=True))
        c = hashing.share_challenge(maker.h_p, 1, 2, hashing.element_bytes(powmod(G, u, P)), encoded[1], wrong)
        share |= {"c0": hex_e(c0), "c1": wrong.hex(), "challenge": hex_s(c), "response": hex_s((u - c * xi) % Q)}
    c0 = mpz(share["c0"], 16)
    beta, u = powmod(c0, zeta, P), mpz(99)
    parts = [hashing.element_bytes(x) for x in (powmod(G, zeta, P), c0, beta)]
    proof = hashing.element_bytes(powmod(G, u, P)) + hashing.element_bytes(powmod(c0, u, P))
    c = hashing.complaint_challenge(maker.h_b, 1, 2, parts[0], parts[1], parts[2], proof)
    value = {
        "trustee": 2,
        "accused": 1,
        "beta": hex_e(beta),
        "challenge": hex_s(c),
        "response": hex_s((u - c * zeta + forged_evidence) % Q),
    }
    made.drafts = made.drafts[: made.find("trustee.confirmation")]
    made.drafts.append(Draft(kind="trustee.complaint", author=TRUSTEES[1], value=value))
    return made


def test_complaints_convict_who_lied(paper_election: Made, verify_made: Verify) -> None:
    """Show that a complaint ends the election and that its evidence names the liar."""
    report = verify_made(complaint(paper_election, forged_share=False, forged_evidence=False))
    assert rows(report, Status.FAIL) == {"L.J"}
    assert "complaint" in finding(report, "L.J").places[0]
    assert "convicts trustee 2" in finding(report, "D.B").note
    report = verify_made(complaint(paper_election, forged_share=True, forged_evidence=False))
    assert "convicts trustee 1" in finding(report, "D.B").note
    report = verify_made(complaint(paper_election, forged_share=False, forged_evidence=True))
    assert rows(report, Status.FAIL) == {"L.J", "D.B"}


def test_nothing_may_follow_a_complaint(paper_election: Made, verify_made: Verify) -> None:
    """Show that a statement after a complaint is out of place."""
    made = complaint(paper_election, forged_share=False, forged_evidence=False)
    made.drafts.append(paper_election.get("election.open"))
    assert "L.I" in rows(verify_made(made), Status.FAIL)


def test_processes_agree_with_one(paper_election: Made, tmp_path: Path) -> None:
    """Show that several workers find what one finds."""
    made = paper_election.copy()
    made.get("ballot.cast").value["confirmation_code"] = "00" * 32
    made.get("ballot.cast", 3).value["contests"][0]["contest_hash"] = "00" * 32
    folder = write_record(made, tmp_path / "r")
    one = verify(Options(record=str(folder), workers=1))
    two = verify(Options(record=str(folder), workers=2))
    assert one.findings == two.findings
    assert one.summary == two.summary
