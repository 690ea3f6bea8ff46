"""`evote roll strike`, `replace` and `destroy-links`: what happens to the roll after it was published.

Spec: docs/protocol.md section 7; Personal Information Protection Act of Korea, article 21 (destroy without delay when
the purpose has ended).

Idea: a strike or replacement is one public statement without a name; the name is looked up in the secret list. When
nobody can object any more, the list is destroyed and a signed note says so.

Invariants: a replacement is safe in the secret list before it is published; the command that made it can be repeated
without making another one; the note exists before the list is gone.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import replace as changed
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import typer

from evote.board.files import move_file, remove_file, reported
from evote.cli.board_access import BoardAccess
from evote.cli.boards import access_board
from evote.cli.command import command
from evote.cli.files import read_input, write_public, write_secret
from evote.cli.locked import Passphrase, load_key, read_passphrase
from evote.cli.options import BoardPlace, CodesFile, ElectionId, LinksPath, PassphraseFile, RegistrarKey, Yes
from evote.cli.output import Output
from evote.cli.roll_app import LinksFile, app
from evote.cli.roll_links import Link, draw_credential, encode_codes
from evote.cli.steps import check_author
from evote.ed25519 import SigningKey
from evote.election.admission_roll import REPLACEMENT_REASONS, STRIKE_REASONS
from evote.election.kinds import Kind
from evote.election.records import Replacement, Strike
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, PolicyError, VerificationError
from evote.log.note import Ed25519Signer, sign_note
from evote.texts.names import name_reason

NOTE_FIRST_LINE: Final = "evote/links-destroyed/1"
_NOTE_KEY_NAME: Final = "evote-registrar"

PersonId = Annotated[str, typer.Option("--id", help="The person's id in the roll.")]


@command(app, "strike", "Take a credential off the roll")
def strike(
    out: Output,
    person: PersonId,
    reason: Annotated[str, typer.Option("--reason", help=f"One of {', '.join(STRIKE_REASONS)}.")],
    board: BoardPlace,
    registrar_key: RegistrarKey,
    links: LinksPath,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish a strike."""
    _check_reason(reason, STRIKE_REASONS)
    passphrase = read_passphrase(out, passphrase_file)
    key = load_key(registrar_key, passphrase)
    with access_board(board, out) as opened:
        state, held = _open_links(opened, election, key, links, passphrase)
        credential = bytes.fromhex(held.links.find(person).key)
        is_new = state.roll.removed.get(credential) != reason
        if is_new:
            opened.publish(key, state.election_id, Kind.STRIKE, Strike(credential=credential, reason=reason))
    out.say("struck" if is_new else "was_struck", id=person, reason=name_reason(reason, out.language))
    out.result(credential=credential.hex(), reason=reason, published=is_new)


@command(app, "replace", "Give a person a new credential")
def replace(
    out: Output,
    person: PersonId,
    reason: Annotated[str, typer.Option("--reason", help=f"One of {', '.join(REPLACEMENT_REASONS)}.")],
    board: BoardPlace,
    registrar_key: RegistrarKey,
    links: LinksPath,
    codes: CodesFile,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish a replacement; the same codes file again is the same replacement, another one a further replacement."""
    _check_reason(reason, REPLACEMENT_REASONS)
    passphrase = read_passphrase(out, passphrase_file)
    key = load_key(registrar_key, passphrase)
    with access_board(board, out) as opened:
        state, held = _open_links(opened, election, key, links, passphrase)
        is_new = _replace(opened, state, key, held, person, reason, codes)
    out.say("replaced" if is_new else "was_replaced", id=person, file=codes)
    out.result(published=is_new, codes=str(codes))


@command(app, "destroy-links", "Destroy the list of who has which credential")
def destroy_links(
    out: Output,
    board: BoardPlace,
    registrar_key: RegistrarKey,
    links: LinksPath,
    note: Annotated[Path, typer.Option("--note", help="Where to write the signed note of the destruction.")],
    objections_ended: Annotated[
        datetime,
        typer.Option("--objections-ended", formats=["%Y-%m-%d"], help="The last day on which anybody could object."),
    ],
    election: ElectionId = None,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write a signed note, then overwrite and remove the list."""
    passphrase = read_passphrase(out, passphrase_file)
    key = load_key(registrar_key, passphrase)
    today = datetime.now(UTC).date()
    if not objections_ended.date() < today:
        raise PolicyError(
            "links.objections",
            f"objections are possible until {objections_ended.date()}; the links are needed until then",
            day=objections_ended.date(),
        )
    if note.exists() and not read_input(note).startswith(NOTE_FIRST_LINE.encode()):
        message = f"{note} exists and is no note of a destruction; name another file"
        raise ConfigurationError("file.exists", message, path=note)
    if not links.exists() and note.exists():
        _destroy(links)
        out.say("links_gone", note=note)
        out.result(destroyed=False, note=str(note))
        return
    with access_board(board, out) as opened:
        state, _ = _open_links(opened, election, key, links, passphrase)
        if not state.final:
            raise PolicyError("links.not_final", "the election has not ended (evote election finish)")
    if not yes:
        typer.confirm(out.text("ask_destroy", file=links), abort=True)
    data = read_input(links)
    write_public(note, _destruction_note(key, state.election_id, data, objections_ended.date(), today))
    _destroy(links)
    out.say("links_destroyed", note=note)
    out.result(destroyed=True, note=str(note))


def _open_links(
    opened: BoardAccess, election: str | None, key: SigningKey, links: Path, passphrase: Passphrase
) -> tuple[ElectionState, LinksFile]:
    state = opened.find(election)
    check_author(state.manifest.registrar, key, "registrar")
    return state, LinksFile.open(links, passphrase, state)


def _replace(
    opened: BoardAccess, state: ElectionState, key: SigningKey, held: LinksFile, person: str, reason: str, codes: Path
) -> bool:
    """Finish or make a replacement; return False where the one with this codes file was finished before."""
    link, delivery = held.links.find(person), str(codes.absolute())
    if not link.replacing:
        if link.delivery == delivery:
            return False
        if codes.exists():
            # Refused before anything is drawn: what is drawn has to be finished with the same file.
            message = f"{codes} exists already; name a new file for this person's code"
            raise ConfigurationError("file.exists", message, path=codes)
        code, new_key = draw_credential(state.election_id, secrets.token_bytes)
        link = changed(link, key=new_key, code=code, replacing=link.key, reason=reason, delivery=delivery)
        held.save(held.links.with_link(link))
    if (link.delivery, link.reason) != (delivery, reason):
        raise ConfigurationError(
            "links.unfinished",
            f"a replacement of {link.id!r} is under way (reason {link.reason}, codes {link.delivery}); finish it first "
            "by repeating its command",
            id=link.id,
            reason=link.reason,
            path=link.delivery,
        )
    write_secret(codes, encode_codes([link]))
    old, new = bytes.fromhex(link.replacing), bytes.fromhex(link.key)
    if state.roll.replaced_by.get(old) != new:
        try:
            opened.publish(key, state.election_id, Kind.REPLACEMENT, Replacement(old=old, new=new, reason=reason))
        except (PolicyError, VerificationError):
            # The rules don't allow it: the person keeps the old credential, and the new code is worth nothing.
            held.save(held.links.with_link(_restored(link)))
            codes.unlink(missing_ok=True)
            raise
    held.save(held.links.with_link(changed(link, code="", replacing="", reason="")))
    return True


def _restored(link: Link) -> Link:
    return changed(link, key=link.replacing, code="", replacing="", reason="", delivery="")


def _check_reason(reason: str, reasons: tuple[str, ...]) -> None:
    if reason not in reasons:
        known = ", ".join(reasons)
        raise ConfigurationError(
            "roll.reason", f"{reason!r} is no reason; there are: {known}", given=reason, known=known
        )


def _destruction_note(key: SigningKey, election_id: bytes, data: bytes, objections_ended: date, today: date) -> bytes:
    lines = (
        NOTE_FIRST_LINE,
        f"election {election_id.hex()}",
        f"file {sha256(data).hexdigest()}",
        f"objections ended {objections_ended.isoformat()}",
        f"destroyed {today.isoformat()}",
    )
    return sign_note("\n".join(lines) + "\n", [Ed25519Signer(_NOTE_KEY_NAME, key)])


def _destroy(links: Path) -> None:
    """Overwrite and remove the list; a list that an earlier run was killed with is finished off."""
    # It loses its name first: half overwritten, it would look like a damaged list that somebody must repair.
    doomed = links.with_name(f".{links.name}.destroyed")
    if links.exists():
        move_file(links, doomed)
    if not doomed.exists():
        return
    # Best effort: a file system may keep old blocks. What really protects the list is that it was never there unlocked.
    with reported(doomed), doomed.open("r+b") as file:
        file.write(secrets.token_bytes(doomed.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    remove_file(doomed)
