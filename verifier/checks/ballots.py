"""Rows V5 to V8, S.C, E.E, E.F, E.I of one ballot, and what it adds to sums and lists of values that must not repeat.

*Spec*: docs/protocol.md, section 8; EG 3.3, 3.4, verifications 5 to 8.

*Idea*: Proofs hold challenges and responses only, so every commitment is recomputed and hashed. Ciphertext
components have one squaring chain each for all their exponents; powers of g and K come from tables. Where
commitments are recorded beside ballots, ``verifier/batch_search.py`` has most proofs verified without this.

*Invariants*: Limits come from the manifest for row S.C only; a proof is judged with the branches it has, so that
a proof of another length fails S.C and not the equation. Cast and challenged ballots are judged alike, but for the
number (E.E), which only a cast ballot is held to.

*Cost* per selection with R + 1 branches: 2 chains with R + 1 exponents and 2(R + 1) table powers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gmpy2 import mpz, powmod

from verifier import hashing
from verifier.batch_proofs import ContestProofs
from verifier.election import number
from verifier.facts import BallotFacts
from verifier.group import FixedBase, G, P, Q, SquaringChain, fixed_base, is_scalar, product_chain
from verifier.harvest import Harvest
from verifier.ledger import Ledger
from verifier.manifest import Manifest
from verifier.partitions import digest_record, digest_records

# alpha is value 1 of its option, beta is value 2
ALPHA = 1
PROOF_ROWS = ("V6.A", "V6.B", "V6.C", "V6.D", "V7.A", "V7.B", "V7.C", "V7.D", "E.H")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestKeys:
    """The secret keys of the three lists of values that must not repeat."""

    ids: bytes
    components: bytes
    commitments: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotKeys:
    """The recomputed values that ballots are judged with."""

    h_e: bytes
    b_c: bytes
    vote_key: mpz


class BallotChecker:
    """Judges ballots one by one; everything goes into the ledger and the harvest that are set on it."""

    def __init__(self, manifest: Manifest, keys: BallotKeys, digests: DigestKeys, window: int) -> None:
        self.manifest, self.keys, self._digests, self._window = manifest, keys, digests, window
        self.ledger, self.harvest = Ledger(), Harvest()

    @cached_property
    def g_table(self) -> FixedBase:
        """Return the table of g."""
        return fixed_base(G, self._window)

    @cached_property
    def k_table(self) -> FixedBase:
        """Return the table of K."""
        return fixed_base(self.keys.vote_key, self._window)

    def check(self, entry: int, author: bytes, ballot: dict[str, Any], facts: BallotFacts) -> bytes:
        """Judge one ballot but for the rows of ``PROOF_ROWS``, and return its H_I."""
        place = _place(entry, ballot)
        identifier = bytes.fromhex(ballot["id"])
        self.harvest.ids += digest_record(self._digests.ids, identifier, (entry, 0, 0, 0))
        h_i = hashing.identifier_hash(self.keys.h_e, identifier)
        self.ledger.check("V5.B", ballot["identifier_hash"] == h_i.hex(), place, entry=entry)
        own = identifier == hashing.ballot_id(author, bytes.fromhex(ballot["salt"]))
        self.ledger.check("E.F", own, place, entry=entry)
        if facts.number is not None:
            self._check_number(entry, ballot["number"], facts.number, place)
        self._check_structure(entry, ballot, facts, place)
        contest_hashes: dict[int, bytes] = {}
        for contest in ballot["contests"]:
            index = contest["contest"]
            where = f"{place}, contest {index}"
            if index > hashing.MAX_INDEX:
                # has no encoding in any hash; S.C has said that there is no such contest
                self.ledger.unevaluated("V8.A", "contest index without encoding")
                continue
            self._list_components(entry, contest)
            chi = contest_hash_of(h_i, contest)
            self.ledger.check("V8.A", contest["contest_hash"] == chi.hex(), where, entry=entry)
            contest_hashes[index] = chi
            if self.manifest.contest(index):
                self.harvest.contests.add(index)
        self.add_up(ballot, facts)
        ordered = [contest_hashes[index] for index in sorted(contest_hashes)]
        code = hashing.confirmation_code(h_i, ordered, self.keys.b_c)
        self.ledger.check("V8.B", ballot["confirmation_code"] == code.hex(), place, entry=entry)
        return h_i

    def _check_number(self, entry: int, found: int, wanted: int, place: str) -> None:
        """Evaluate E.E but for what ``credentials`` says of it."""
        if found < 1:
            # S.A has said that this is no number
            self.ledger.unevaluated("E.E", "a ballot: its number is 0")
        else:
            self.ledger.check("E.E", found == wanted, f"{place}: number {found} instead of {wanted}", entry=entry)

    def _check_structure(self, entry: int, ballot: dict[str, Any], facts: BallotFacts, place: str) -> None:
        """Evaluate S.C and E.I."""
        style = self.manifest.style(ballot["style"])
        listed = tuple(contest["contest"] for contest in ballot["contests"])
        self.ledger.check("S.C", style is not None and listed == style, f"{place}: contests", entry=entry)
        for contest in ballot["contests"]:
            stated = self.manifest.contest(contest["contest"])
            if stated is None:
                continue
            where = f"{place}, contest {stated.index}"
            proofs = [(selection, stated.option_limit) for selection in contest["selections"]]
            proofs.append((contest["limit_proof"], stated.selection_limit))
            right = len(contest["selections"]) == len(stated.option_labels) and all(
                len(proof["challenges"]) == len(proof["responses"]) == limit + 1 for proof, limit in proofs
            )
            self.ledger.check("S.C", right, f"{where}: options or branches", entry=entry)
        if facts.district is not None:
            same = ballot["style"] == self.manifest.district_style(facts.district)
            self.ledger.check("E.I", same, f"{place}: style {ballot['style']}", entry=entry)

    def _list_components(self, entry: int, contest: dict[str, Any]) -> None:
        for option, selection in enumerate(contest["selections"], start=1):
            values = bytes.fromhex(selection["alpha"]), bytes.fromhex(selection["beta"])
            place = (entry, contest["contest"], option)
            self.harvest.components += digest_records(self._digests.components, values, place, ALPHA)

    def record_proofs(self, entry: int, contests: Sequence[ContestProofs], ledger: Ledger) -> bytes:
        """Count a ballot's proofs as passed in ``ledger``; return the digest records of their commitments.

        For proofs that hold, with commitments that are those of the proofs.
        """
        records = bytearray()
        for contest in contests:
            for group, proofs in (("V6", contest.selections), ("V7", (contest.limit,))):
                branches = sum([len(proof.challenges) for proof in proofs])
                ledger.passed(f"{group}.B", branches)
                ledger.passed(f"{group}.C", branches)
                ledger.passed(f"{group}.D", len(proofs))
            ledger.passed("V6.A", 2 * len(contest.selections))
            ledger.passed("V7.A")
            for option, proof in enumerate((contest.limit, *contest.selections)):
                records += digest_records(self._digests.commitments, proof.encoded, (entry, contest.contest, option))
        return bytes(records)

    def check_proofs(self, entry: int, ballot: dict[str, Any], h_i: bytes) -> None:
        """Judge all proofs of one ballot, and list their commitments, proof by proof."""
        for contest in ballot["contests"]:
            if contest["contest"] <= hashing.MAX_INDEX:
                where = f"{_place(entry, ballot)}, contest {contest['contest']}"
                self._check_contest(entry, contest, h_i, where)

    def _check_contest(self, entry: int, contest: dict[str, Any], h_i: bytes, where: str) -> None:
        index = contest["contest"]
        alphas: list[SquaringChain] = []
        betas: list[SquaringChain] = []
        members = True
        for option, selection in enumerate(contest["selections"], start=1):
            place = f"{where}, option {option}"
            location = (entry, index, option)
            alpha, beta = (SquaringChain(number(selection[name])) for name in ("alpha", "beta"))
            member_a, member_b = alpha.is_element(), beta.is_element()
            encoded = bytes.fromhex(selection["alpha"]), bytes.fromhex(selection["beta"])
            commitments = self._commitments(alpha, beta, selection, location)
            self.ledger.check("V6.A", member_a, f"{place}: alpha", entry=entry)
            self.ledger.check("V6.A", member_b, f"{place}: beta", entry=entry)
            challenge = hashing.selection_challenge(h_i, index, option, *encoded, commitments)
            self._check_branches("V6", entry, selection, challenge, place)
            members = members and member_a and member_b
            alphas.append(alpha)
            betas.append(beta)
        alpha_bar, beta_bar = product_chain(alphas), product_chain(betas)
        proof = contest["limit_proof"]
        commitments = self._commitments(alpha_bar, beta_bar, proof, (entry, index, 0))
        self.ledger.check("V7.A", members, where, entry=entry)
        bars = hashing.element_bytes(alpha_bar.base), hashing.element_bytes(beta_bar.base)
        challenge = hashing.limit_challenge(h_i, index, *bars, commitments)
        self._check_branches("V7", entry, proof, challenge, f"{where}, limit")

    def _commitments(
        self, alpha: SquaringChain, beta: SquaringChain, proof: dict[str, Any], location: tuple[int, int, int]
    ) -> list[bytes]:
        """Return a_0, b_0, a_1, b_1, ..."""
        challenges = [number(text) for text in proof["challenges"]]
        responses = [number(text) for text in proof["responses"]]
        result: list[bytes] = []
        branches = zip(challenges, responses, alpha.powers(challenges), beta.powers(challenges), strict=False)
        for j, (c, v, alpha_c, beta_c) in enumerate(branches):
            # a_j = g^{v_j} * alpha^{c_j}
            a = self.g_table.power(v) * alpha_c % P
            # b_j = K^{v_j - j*c_j} * beta^{c_j}
            b = self.k_table.power((v - j * c) % Q) * beta_c % P
            for part, value in enumerate((a, b)):
                encoded = hashing.element_bytes(value)
                place = (*location, 2 * j + part)
                self.harvest.commitments += digest_record(self._digests.commitments, encoded, place)
                result.append(encoded)
        return result

    def _check_branches(self, group: str, entry: int, proof: dict[str, Any], challenge: mpz, place: str) -> None:
        """Evaluate B, C and D of V6 or V7 on one proof."""
        challenges = [number(text) for text in proof["challenges"]]
        for j, c in enumerate(challenges):
            self.ledger.check(f"{group}.B", is_scalar(c), f"{place}, c_{j}", entry=entry)
        for j, text in enumerate(proof["responses"]):
            self.ledger.check(f"{group}.C", is_scalar(number(text)), f"{place}, v_{j}", entry=entry)
        # sum c_j = c in Z_q
        holds = len(challenges) == len(proof["responses"]) and sum(challenges) % Q == challenge
        self.ledger.check(f"{group}.D", bool(holds), place, entry=entry)

    def add_up(self, ballot: dict[str, Any], facts: BallotFacts) -> None:
        """Add alpha^W and beta^W to the sums of the ballot's district, if it counts."""
        if not facts.counted or facts.district is None or facts.weight is None:
            return
        for contest in ballot["contests"]:
            stated = self.manifest.contest(contest["contest"])
            # no tally has a sum of what the manifest does not know
            options = len(stated.option_labels) if stated else 0
            for option, selection in enumerate(contest["selections"][:options], start=1):
                # by way of bytes, which takes half the time
                alpha = mpz.from_bytes(bytes.fromhex(selection["alpha"]), "big")
                beta = mpz.from_bytes(bytes.fromhex(selection["beta"]), "big")
                if facts.weight != 1:
                    alpha, beta = powmod(alpha, facts.weight, P), powmod(beta, facts.weight, P)
                self.harvest.add((facts.district, contest["contest"], option), alpha, beta)


def _place(entry: int, ballot: dict[str, Any]) -> str:
    return f"entry {entry}, ballot {ballot['id'][:8]}"


def contest_hash_of(h_i: bytes, contest: dict[str, Any]) -> bytes:
    """Return chi of a contest as it stands on the ballot."""
    texts = [text for selection in contest["selections"] for text in (selection["alpha"], selection["beta"])]
    return hashing.contest_hash(h_i, contest["contest"], [bytes.fromhex(text) for text in texts])


def describe(location: Sequence[int]) -> str:
    """Return the words for a place in the lists of values that must not repeat."""
    entry, contest, option, part = location
    text = f"entry {entry}"
    if contest:
        text += f", contest {contest}, " + (f"option {option}" if option else "limit")
    return text if not contest else f"{text}, value {part}"
