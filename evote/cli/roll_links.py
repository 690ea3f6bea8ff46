"""The registrar's secret list of who has which credential.

Spec: docs/protocol.md section 7.

Idea: people and credentials are drawn together once, saved under the registrar's passphrase before anything is
published, and published after. A code stays here only until it has been written for delivery and its credential is in
the log; from then on the list says who, but not how to vote for them.

Invariants: the list belongs to one election and one roll file; equal people of an equal roll keep their codes when a
command is repeated.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn

from evote.canonical_json import JsonObject
from evote.cli.roll_file import Person
from evote.core.random_source import RandomBytes
from evote.election.credentials import CredentialCode, credential_key, format_code, make_code
from evote.election.manifest import Manifest
from evote.election.records import Credential, CredentialsPart, DistrictTotal, RollTotals
from evote.errors import ConfigurationError

FORMAT: Final = "evote/links/1"
PART_CREDENTIALS: Final = 4096
_KEYS_TOGETHER: Final = 256
_CODE_COLUMNS: Final = ("id", "name", "contact", "code")
# A spreadsheet program takes a cell that begins so for a formula.
_FORMULA_STARTS: Final = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A person and their credential (public key, hex); `code` is secret and empty once delivered.

    `replacing` is the credential that a replacement under way takes the place of, `delivery` the name of the file that
    the last replacement's code was written to.
    """

    id: str
    name: str
    contact: str
    district: str
    weight: int
    key: str
    code: str = field(repr=False)
    replacing: str = ""
    reason: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The list for one election; `roll` is the SHA-256 of the roll file."""

    election: str
    roll: str
    people: tuple[Link, ...] = field(repr=False)

    def find(self, person_id: str) -> Link:
        """Return the link of a row id; raise ConfigurationError `links.unknown_id`."""
        found = next((link for link in self.people if link.id == person_id), None)
        if found is None:
            message = f"no person has the id {person_id!r} in this list of links"
            raise ConfigurationError("links.unknown_id", message, id=person_id)
        return found

    def with_link(self, link: Link) -> Links:
        """Return the list with one person's link exchanged."""
        return replace(self, people=tuple(link if other.id == link.id else other for other in self.people))

    def without_codes(self) -> Links:
        """Return the list without the codes, which have been written for delivery."""
        return replace(self, people=tuple(replace(link, code="") for link in self.people))


def make_links(
    election_id: bytes, roll: str, people: Sequence[Person], random: RandomBytes, progress: Callable[[int], None]
) -> Links:
    """Draw a code for every person; the result is secret."""
    codes = [make_code(random) for _ in people]
    parts = [codes[start : start + _KEYS_TOGETHER] for start in range(0, len(codes), _KEYS_TOGETHER)]
    keys: list[str] = []
    # PBKDF2 lets go of the interpreter's lock, so that threads are enough to use all processors.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda part: [_public_key(code, election_id) for code in part], parts):
            keys += found
            progress(len(found))
    links = [
        Link(
            id=person.id,
            name=person.name,
            contact=person.contact,
            district=person.district,
            weight=person.weight,
            key=key,
            code=format_code(code),
        )
        for person, code, key in zip(people, codes, keys, strict=True)
    ]
    return Links(election=election_id.hex(), roll=roll, people=tuple(links))


def draw_credential(election_id: bytes, random: RandomBytes) -> tuple[str, str]:
    """Return a new code (secret text) and its public key in hex."""
    code = make_code(random)
    return format_code(code), _public_key(code, election_id)


def _public_key(code: CredentialCode, election_id: bytes) -> str:
    return credential_key(code, election_id).public_key.hex()


def credential_parts(links: Links, manifest: Manifest) -> tuple[CredentialsPart, ...]:
    """Return the list of credentials in its public form: ascending by key, in parts."""
    numbers = {district.label: number for number, district in enumerate(manifest.districts, 1)}
    credentials = sorted(
        (
            Credential(key=bytes.fromhex(link.key), district=numbers[link.district], weight=link.weight)
            for link in links.people
        ),
        key=lambda credential: credential.key,
    )
    return tuple(
        CredentialsPart(part=part, credentials=tuple(credentials[start : start + PART_CREDENTIALS]))
        for part, start in enumerate(range(0, len(credentials), PART_CREDENTIALS), 1)
    )


def roll_totals(links: Links, manifest: Manifest) -> RollTotals:
    """Return the totals of the list."""
    weights = {district.label: [0, 0] for district in manifest.districts}
    for link in links.people:
        weights[link.district][0] += 1
        weights[link.district][1] += link.weight
    return RollTotals(
        parts=-(-len(links.people) // PART_CREDENTIALS),
        count=len(links.people),
        weight=sum(link.weight for link in links.people),
        districts=tuple(DistrictTotal(count=count, weight=weight) for count, weight in weights.values()),
    )


def encode_codes(links: Sequence[Link]) -> bytes:
    """Return the delivery file of codes, secret: CSV in UTF-8, in the order of the roll, safe in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CODE_COLUMNS)
    for link in links:
        writer.writerow([_inert(cell) for cell in (link.id, link.name, link.contact, link.code)])
    return text.getvalue().encode()


def links_to_json(links: Links) -> JsonObject:
    """Return the list as the JSON object that the keystore locks; secret."""
    people = [{name: getattr(link, name) for name in Link.__dataclass_fields__} for link in links.people]
    return {"format": FORMAT, "election": links.election, "roll": links.roll, "people": people}


def links_from_json(value: JsonObject, file: str) -> Links:
    """Read what `links_to_json` wrote; raise ConfigurationError `links.malformed`."""
    if set(value) != {"format", "election", "roll", "people"} or value["format"] != FORMAT:
        _malformed(file)
    people = value["people"]
    if not isinstance(people, list) or not all(_is_link(item) for item in people):
        _malformed(file)
    return Links(election=value["election"], roll=value["roll"], people=tuple(Link(**item) for item in people))


def _is_link(item: Any) -> bool:
    if not isinstance(item, dict) or set(item) != set(Link.__dataclass_fields__):
        return False
    return all(isinstance(value, int if name == "weight" else str) for name, value in item.items())


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _malformed(file: str) -> NoReturn:
    raise ConfigurationError("links.malformed", f"{file} holds no list of links of this program", path=file)
