"""Rows V13.B and V14: an opened ballot is what its confirmation code says, and is a permitted vote.

*Spec*: docs/protocol.md, section 8 (challenge); EG verifications 13 and 14.

*Idea*: Every opened selection is encrypted again and takes the published ciphertext's place in the contest
hash; what is not opened keeps its published ciphertext, so that a missing opening fails V14 and a wrong one
V13.B.
"""

from typing import Any

from verifier import hashing
from verifier.checks.ballots import BallotChecker
from verifier.election import number
from verifier.group import P, Q, is_scalar
from verifier.ledger import Ledger
from verifier.manifest import Manifest


def check_opening(checker: BallotChecker, entry: int, h_i: bytes, value: dict[str, Any]) -> None:
    """Evaluate V13.B and V14 of one challenged ballot."""
    ledger, ballot, openings = checker.ledger, value["ballot"], value["openings"]
    manifest = checker.manifest
    place = f"entry {entry}, ballot {ballot['id'][:8]}"
    style = manifest.style(ballot["style"]) or ()
    in_style = frozenset(style)
    opened = [opening["contest"] for opening in openings]
    seen = 0
    for contest in opened:
        # in the order of the ballot, which is the manifest's; so none twice
        ledger.check("V14.A", contest in in_style and contest > seen, f"{place}, contest {contest}", entry=entry)
        seen = max(seen, contest)
    there = frozenset(opened)
    for contest in style:
        ledger.check("V14.B", contest in there, f"{place}, contest {contest}", entry=entry)
    for opening in openings:
        _check_values(manifest, opening, place, entry, ledger)
    nonces = [number(selection["nonce"]) for opening in openings for selection in opening["selections"]]
    holds = all(map(is_scalar, nonces)) and _code_holds(checker, h_i, ballot, openings)
    ledger.check("V13.B", holds, place, entry=entry)


def _check_values(manifest: Manifest, opening: dict[str, Any], place: str, entry: int, ledger: Ledger) -> None:
    contest = manifest.contest(opening["contest"])
    if contest is None:
        return
    where = f"{place}, contest {contest.index}"
    values = [selection["value"] for selection in opening["selections"]]
    ledger.check("V14.C", len(values) <= len(contest.option_labels), where, entry=entry)
    ledger.check("V14.D", len(values) >= len(contest.option_labels), where, entry=entry)
    for option, sigma in enumerate(values, start=1):
        ledger.check("V14.E", sigma <= contest.option_limit, f"{where}, option {option}", entry=entry)
    ledger.check("V14.F", sum(values) <= contest.selection_limit, where, entry=entry)


def _code_holds(checker: BallotChecker, h_i: bytes, ballot: dict[str, Any], openings: list[dict[str, Any]]) -> bool:
    by_contest = {opening["contest"]: opening["selections"] for opening in reversed(openings)}
    hashes: dict[int, bytes] = {}
    for contest in ballot["contests"]:
        index, opened = contest["contest"], by_contest.get(contest["contest"], [])
        if index > hashing.MAX_INDEX:
            return False
        ciphertexts: list[bytes] = []
        for number_, selection in enumerate(contest["selections"]):
            if number_ < len(opened):
                nonce, sigma = number(opened[number_]["nonce"]), opened[number_]["value"]
                # (alpha, beta) = (g^xi, K^{sigma + xi})
                pair = checker.g_table.power(nonce) % P, checker.k_table.power((nonce + sigma) % Q) % P
                ciphertexts += map(hashing.element_bytes, pair)
            else:
                ciphertexts += bytes.fromhex(selection["alpha"]), bytes.fromhex(selection["beta"])
        hashes[index] = hashing.contest_hash(h_i, index, ciphertexts)
    code = hashing.confirmation_code(h_i, [hashes[index] for index in sorted(hashes)], checker.keys.b_c)
    return bool(code.hex() == ballot["confirmation_code"])
