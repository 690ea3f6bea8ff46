"""A handful of partial decryptions as a task: rows V10.A and V10.B.

*Spec*: docs/protocol.md, section 10; EG verification 10.
"""

from dataclasses import dataclass

from gmpy2 import mpz

from verifier.checks.ceremony import partial_verdict
from verifier.election import number
from verifier.group import is_element, is_scalar
from verifier.ledger import Ledger
from verifier.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """One partial decryption with the ciphertext (A, B) of the tally; B as it stands in the record."""

    entry: int
    trustee: int
    place: tuple[int, int, int]
    a: mpz
    b: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialTask:
    """A handful of partial decryptions."""

    partials: tuple[Partial, ...]

    def run(self, worker: Worker) -> Ledger:
        """Evaluate V10.A and V10.B."""
        ledger, keys = Ledger(), worker.job.keys
        for item in self.partials:
            contest, option, unit = item.place
            place = f"entry {item.entry}, trustee {item.trustee}, contest {contest}, unit {unit}, option {option}"
            scalars = all(is_scalar(number(item.fields[name])) for name in ("challenge", "response"))
            if keys is None or len(keys.verification_keys) < item.trustee:
                member = is_element(number(item.fields["partial"]))
                ledger.unevaluated("V10.B", "the trustees' keys can't be read")
            else:
                member, holds = partial_verdict(keys, item.place, item.trustee, item.a, item.b, item.fields)
                ledger.check("V10.B", holds, place, entry=item.entry)
            ledger.check("V10.A", scalars and member, place, entry=item.entry)
        return ledger
