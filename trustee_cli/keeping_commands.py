"""The commands around the keystore itself: `identity`, `backup`, `restore`, `forget`.

Idea: a trustee has one keystore. It is made once, copied under a second passphrase, restored where there is none, and
loses secrets only when told.

Invariants: no command overwrites a keystore; a backup is read back before it is called one; the key share goes only
with a flag and a question of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from evote.election.kinds import Kind
from evote.errors import ConfigurationError, PolicyError
from evote.keystore import Keystore
from trustee_cli.command import Session
from trustee_cli.options import BackupFileOption, YesOption
from trustee_cli.passphrase import Passphrases
from trustee_cli.vault import Seat, Vault
from trustee_cli.words import fingerprint

MINIMUM_ID_DIGITS: Final = 8


def identity(session: Session) -> None:
    """Make your identity key, or show the one you have."""
    out, home = session.out, session.home
    with home.lock():
        public = home.public()
        is_new = False
        if public is None or not home.keystore_path.exists():
            is_new = not home.keystore_path.exists()
            passphrases = session.passphrases
            if is_new:
                home.publish(home.make_identity(passphrases.new()))
            else:
                # The last attempt ended between keystore and public part.
                home.unlock(passphrases.existing())
            public = home.require_public()
    if is_new:
        out.say("identity_made")
    out.say("identity_key", key=public.public_key.hex())
    out.say("identity_fingerprint", fingerprint=fingerprint(public.public_key))
    out.result(public_key=public.public_key.hex(), fingerprint=fingerprint(public.public_key), made=is_new)


def backup(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the copy.")],
    backup_passphrase_file: BackupFileOption = None,
) -> None:
    """Copy your keystore into a file under a second passphrase."""
    home = session.home
    with home.lock():
        vault = home.unlock(session.passphrases.existing())
        second = _backup_passphrases(session, backup_passphrase_file).new()
        written = home.create_keystore(file, vault.content(), second)
        if written.read() != vault.content():
            raise ConfigurationError(
                "trustee.bad_backup", f"{file} does not hold what was written; use another disk", path=file
            )
    session.out.say("backup_done", path=file)
    session.out.result(backup=str(file), elections=[election_id.hex() for election_id in vault.seats])


def restore(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    backup_passphrase_file: BackupFileOption = None,
) -> None:
    """Make your keystore from a backup, where there is none."""
    home = session.home
    with home.lock():
        if home.keystore_path.exists():
            home.refuse_existing()
        second = _backup_passphrases(session, backup_passphrase_file).existing()
        saved = Vault(*Keystore.open(file, second.expose().decode(), random=session.settings.random))
        vault = home.store(saved.identity, saved.seats, session.passphrases.new())
        home.publish(vault)
    session.out.notice("restore_warning")
    session.out.say("restore_done", path=home.folder)
    session.out.result(
        public_key=vault.identity.public_key.hex(), elections=[election_id.hex() for election_id in vault.seats]
    )


def forget(
    session: Session,
    election: Annotated[str, typer.Argument(metavar="ELECTION", help="Election id or its beginning (8 digits).")],
    key_share: Annotated[bool, typer.Option("--key-share", help="Destroy the key share too, for ever.")] = False,
    yes: YesOption = False,
) -> None:
    """Destroy the secrets of a ceremony that are no longer needed."""
    home, out = session.home, session.out
    with home.lock():
        vault = home.unlock(session.passphrases.existing())
        election_id = _find_election(vault, election)
        seat = vault.seats[election_id]
        if not key_share:
            _require_finished(seat)
        elif not yes:
            out.confirm("confirm_forget_share", label=seat.label)
        seat.ceremony_secret = None
        if key_share:
            seat.key_share = None
        vault.save()
    out.say("forgot_share" if key_share else "forgot_ceremony", label=seat.label)
    out.result(election=election_id.hex(), key_share_kept=seat.key_share is not None)


def _require_finished(seat: Seat) -> None:
    if seat.key_share is None or Kind.TRUSTEE_REHEARSAL not in seat.statements:
        raise PolicyError(
            "trustee.still_needed",
            f"the secrets of {seat.label} are needed until you have rehearsed with your key share",
            label=seat.label,
        )


def _find_election(vault: Vault, beginning: str) -> bytes:
    found = [election_id for election_id in vault.seats if election_id.hex().startswith(beginning.lower())]
    if len(beginning) < MINIMUM_ID_DIGITS or len(found) != 1:
        known = "; ".join(f"{election_id.hex()} {seat.label}" for election_id, seat in vault.seats.items()) or "none"
        raise ConfigurationError(
            "trustee.unknown_election",
            f"{beginning!r} names {len(found)} elections; give at least {MINIMUM_ID_DIGITS} digits of one of: {known}",
            wanted=beginning,
            count=len(found),
            digits=MINIMUM_ID_DIGITS,
            known=known,
        )
    return found[0]


def _backup_passphrases(session: Session, file: Path | None) -> Passphrases:
    return Passphrases(session.out, file, "passphrase_backup", "passphrase_backup_new")
