"""One line of the table of rows: a dishonest record, the rows that fail and no others, and the board's refusal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.forge.forger import Lies, forge
from tests.forge.judges import Refusal, Verdict, first_refusal, verify_files
from tests.forge.log import Forgery
from tests.forge.plans import BASE, Plan
from tests.forge.record import files_of


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A record's files and what the auditor holds beside them."""

    files: Mapping[str, bytes]
    earlier: Mapping[str, bytes] = field(default_factory=dict)
    receipts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A dishonest record.

    `rows` (parted by blanks) are the rows that fail, all of them. `refused` are the step and the code with which the
    board's admission stops; None where it can't know, and then `unseen` says why. `edit` changes the log after it was
    told, `publish` makes the files.
    """

    rows: str
    name: str
    lies: Lies = field(default_factory=Lies)
    plan: Plan = BASE
    edit: Callable[[Forgery], Forgery] = lambda forgery: forgery
    publish: Callable[[Forgery], Handed] = lambda forgery: Handed(files=files_of(forgery))
    refused: tuple[str, str] | None = None
    unseen: str = ""

    def __str__(self) -> str:
        """Name the case."""
        return f"{self.rows.replace(' ', '+')}: {self.name}"

    def forgery(self) -> Forgery:
        """Tell the election."""
        return self.edit(forge(self.plan, self.lies))

    def verdict(self) -> Verdict:
        """Let the verifier judge."""
        forgery = self.forgery()
        handed = self.publish(forgery)
        return verify_files(handed.files, earlier=handed.earlier, receipts=handed.receipts, election=forgery.scope)

    def refusal(self) -> Refusal | None:
        """Let the board judge."""
        return first_refusal(self.forgery())
