"""The group of commands `evote roll`, and what its commands share."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from evote.cli.command import new_app
from evote.cli.files import read_input
from evote.cli.locked import Passphrase, create_locked, unlock
from evote.cli.output import Output
from evote.cli.roll_encoding import CP949, UTF_8_BOM
from evote.cli.roll_file import RollError, RollReport, parse_roll
from evote.cli.roll_links import Links, links_from_json, links_to_json
from evote.election.state import ElectionState
from evote.errors import ConfigurationError
from evote.keystore import Keystore

app = new_app("The roll of voters, for the registrar")


def read_roll(
    out: Output,
    file: Path,
    districts: Sequence[str] | None,
    *,
    unweighted: bool = False,
    maximum_total: int | None = None,
) -> tuple[RollReport, str]:
    """Return a roll without mistakes and the SHA-256 (hex) of its file.

    Mistakes go to stderr, all of them up to a limit; then ConfigurationError `roll_file.refused` is raised.
    """
    data = read_input(file)
    report = parse_roll(data, districts, unweighted=unweighted, maximum_total=maximum_total)
    if report.encoding == CP949:
        out.notice("converted_encoding", encoding=report.encoding)
    elif report.encoding == UTF_8_BOM:
        out.notice("seen_encoding", encoding=report.encoding)
    if report.normalised_cells:
        out.notice("normalised_cells", count=report.normalised_cells)
    if report.error_count:
        for error in report.errors:
            out.failure(_as_error(error, file.name))
        raise ConfigurationError(
            "roll_file.refused",
            f"{file.name}: mistakes: {report.error_count}; nothing was imported",
            file=file.name,
            count=report.error_count,
        )
    return report, sha256(data).hexdigest()


def _as_error(error: RollError, file: str) -> ConfigurationError:
    place = {name: value for name, value in (("row", error.row), ("column", error.column)) if value}
    return ConfigurationError(f"roll_file.{error.rule}", f"{file}, {error}", file=file, **place, **error.values)


class LinksFile:
    """The unlocked file with the list of links."""

    def __init__(self, path: Path, keystore: Keystore, links: Links) -> None:
        """Take what `create` or `open` found."""
        self.path = path
        self.links = links
        self._keystore = keystore

    @classmethod
    def create(cls, path: Path, links: Links, passphrase: Passphrase) -> LinksFile:
        """Lock a new list; raise KeystoreError."""
        return cls(path, create_locked(path, links_to_json(links), passphrase), links)

    @classmethod
    def open(cls, path: Path, passphrase: Passphrase, state: ElectionState) -> LinksFile:
        """Unlock the list of an election; raise KeystoreError, ConfigurationError `links.malformed`
        or `.other_election`.
        """
        keystore, content = unlock(path, passphrase)
        links = links_from_json(content, path.name)
        if links.election != state.election_id.hex():
            belongs = links.election[:16]
            raise ConfigurationError(
                "links.other_election", f"{path} belongs to election {belongs}", path=path, election=belongs
            )
        return cls(path, keystore, links)

    def save(self, links: Links) -> None:
        """Replace the list in one step; durable on return."""
        self._keystore.save(links_to_json(links))
        self.links = links
