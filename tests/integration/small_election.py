"""A small election by commands alone: ten people, three trustees of whom two decrypt, paper beside the ballot box.

Two contests are sealed unless seven of ten take part, so that the paper count decides whether anything is opened.
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.integration.programs import (
    INBOX,
    PASSPHRASE,
    RECORD,
    REGISTRAR,
    TRUSTEES,
    Town,
    changed,
    finish,
    kill_when,
    succeeded,
)

NORTH, SOUTH = ("kim", "lee", "park", "kang", "yoon", "lim"), ("choi", "jung", "cho", "jang")
LOST = "jung.csv"
STRIKE = ("--id", "kang", "--reason", "voted_on_paper")
REPLACE = ("--id", "jung", "--reason", "lost", "--codes", LOST)

DEFINITION = """\
label: "small town"
title: {{ ko: "작은 동네", en: "Small town" }}
authority: "{authority}"
registrar: "{registrar}"
trustees:
{trustees}
quorum: 2
opens: 2020-06-03T06:00:00+09:00
closes: 2020-06-03T20:00:00+09:00
minimum_ballots: 2
revoting: last
paper: true
contests:
  - label: merger
    title: {{ ko: "통합에 찬성하십니까?", en: "Do you agree to merge?" }}
    rule: {{ method: majority, quorum: at_least 7/10, threshold: more_than 1/2 of valid, sealed_below_quorum: true }}
    options:
      - {{ label: "yes", title: {{ ko: "찬성", en: "Yes" }} }}
      - {{ label: "no", title: {{ ko: "반대", en: "No" }} }}
  - label: site
    title: {{ ko: "어디에 지을까요?", en: "Where to build?" }}
    rule: {{ method: plurality, quorum: at_least 7/10, sealed_below_quorum: true }}
    options:
      - {{ label: hill, title: {{ ko: "언덕", en: "On the hill" }} }}
      - {{ label: river, title: {{ ko: "강가", en: "At the river" }} }}
      - {{ label: field, title: {{ ko: "들", en: "In the field" }} }}
ballot_styles:
  - {{ label: both, contests: [merger, site] }}
  - {{ label: merger alone, contests: [merger] }}
districts:
  - {{ label: north, title: {{ ko: "북동", en: "North" }}, ballot_style: both }}
  - {{ label: south, title: {{ ko: "남동", en: "South" }}, ballot_style: merger alone }}
"""

FIRST_BALLOTS = {
    "kim": ("merger=yes", "site=hill"),
    "lee": ("merger=no", "site=river"),
    "choi": ("merger=no",),
}

# Five vote online and seven of ten are needed: two papers are enough, one is not.
ENOUGH_PAPER = """\
voters: 2
contests:
  merger: { ballots: 2, invalid: 0, votes: { "yes": 1, "no": 1 } }
  site: { ballots: 2, invalid: 0, votes: { hill: 1, river: 1, field: 0 } }
"""
TOO_LITTLE_PAPER = """\
voters: 1
contests:
  merger: { ballots: 1 }
  site: { ballots: 1 }
"""


def set_up(town: Town) -> None:
    """Make keys, identities, the board, the definition and the election."""
    passphrase = town.folder / "passphrase"
    passphrase.touch(0o600)
    passphrase.write_text("correct horse battery\n")
    authority, registrar, *identities, _ = town.together(
        *(("evote", "key", "create", f"{role}.key", *PASSPHRASE, "--json") for role in ("authority", "registrar")),
        *(("evote-trustee", "identity", "--home", f"trustee-{i}", *PASSPHRASE, "--json") for i in TRUSTEES),
        ("evote", "board", "create", "board", "--origin", "board.example/town"),
    )
    trustees = [
        f'  - {{ label: "trustee {i}", public_key: "{ran.json["public_key"]}" }}'
        for i, ran in zip(TRUSTEES, identities, strict=True)
    ]
    text = DEFINITION.format(
        authority=authority.json["public_key"], registrar=registrar.json["public_key"], trustees="\n".join(trustees)
    )
    (town.folder / "vote.yaml").write_text(text)
    lines = [f"{name},{name},north" for name in NORTH] + [f"{name},{name},south" for name in SOUTH]
    (town.folder / "roll.csv").write_text("id,name,district\n" + "\n".join(lines) + "\n")
    (town.folder / "paper.yaml").write_text(ENOUGH_PAPER)
    (town.folder / "little.yaml").write_text(TOO_LITTLE_PAPER)
    town.election("create", "vote.yaml")


def hold_ceremony(town: Town) -> int:
    """Let the trustees make the key, while trustee 2 is killed after each thing it saves; return how often it was."""
    log_key = (town.folder / RECORD / "policy").read_text().split()[1]
    options = ("--log-key", log_key, "--yes", "--wait")
    others = [town.start(*town.trustee_command(i, "ceremony", *options)) for i in (1, 3)]
    is_over = threading.Event()
    collector = threading.Thread(target=_collect_until, args=(town, is_over))
    collector.start()
    kills = 0
    try:
        while True:
            process = town.start(*town.trustee_command(2, "ceremony", *options))
            if not kill_when(process, changed(town.keystore(2))):
                break
            kills += 1
        assert process.returncode == 0
        for other in others:
            succeeded(("ceremony",), finish(other))
    finally:
        is_over.set()
        collector.join()
        for other in others:
            other.kill()
    town.collect()
    return kills


def _collect_until(town: Town, is_over: threading.Event) -> None:
    while not is_over.wait(0.2):
        if any((town.folder / INBOX).glob("*.submission")):
            town.run("evote", "board", "collect", "board")


def prepare_vote(town: Town) -> None:
    """Publish keys, rehearse, publish the roll and open the ballot box."""
    town.election("keys")
    town.election("rehearsal")
    town.together(*(town.trustee_command(i, "rehearse") for i in TRUSTEES))
    town.collect()
    make_credentials(town)
    town.election("open", "--off-schedule")


def make_credentials(town: Town) -> Any:
    """Run `roll credentials`; return the JSON."""
    return town.good("evote", "roll", "credentials", "roll.csv", "--codes", "codes.csv", *REGISTRAR, "--json").json


def change_roll(town: Town, step: str, options: tuple[str, ...]) -> Any:
    """Strike or replace a credential; return the JSON."""
    return town.good("evote", "roll", step, *options, *REGISTRAR, "--json").json


def hold_vote(town: Town) -> dict[str, Any]:
    """Let everybody vote and close the box; return what the commands said, by a name for each."""
    said: dict[str, Any] = {}
    with ThreadPoolExecutor(2) as pool:
        # Park challenges the device first; Jung's ballot is prepared and then lost with the code.
        park, jung = pool.submit(_challenge, town), pool.submit(town.prepare, "jung", "merger=no")
        cast = {name: pool.submit(_vote, town, name, *choices) for name, choices in FIRST_BALLOTS.items()}
        said |= {name: future.result() for name, future in cast.items()}
        said["prepared"], said["challenge"] = park.result()
        jung.result()
    said["first"] = town.collect()
    # Now Park marks two sites, which counts for none.
    said["overvote"] = town.prepare("park", "merger=yes", "site=hill", "site=river")
    said["park"] = town.cast("park")
    # Lee thinks again: this one counts.
    town.prepare("lee", "merger=yes", "site=hill")
    said["lee again"] = town.cast("lee")
    said["strike"] = change_roll(town, "strike", STRIKE)
    said["strike again"] = change_roll(town, "strike", STRIKE)
    said["replace"] = change_roll(town, "replace", REPLACE)
    said["replace again"] = change_roll(town, "replace", REPLACE)
    # Jung's old ballot comes when the code is no longer worth anything.
    said["lost"] = town.cast("jung")
    said["second"] = town.collect()
    town.prepare("jung", "merger=yes", codes=LOST)
    said["jung"] = town.cast("jung", codes=LOST)
    said["third"] = town.collect()
    town.election("close", "--off-schedule")
    return said


def _vote(town: Town, name: str, *choices: str) -> Any:
    town.prepare(name, *choices)
    return town.cast(name)


def _challenge(town: Town) -> tuple[Any, Any]:
    prepared = town.prepare("park", "merger=no", "site=field")
    return prepared, town.voter("park", "challenge", "--record", RECORD, "--inbox", INBOX).json


def count_paper(town: Town, counts: str) -> None:
    """Publish the paper counts and the encrypted sums."""
    town.election("paper", counts)
    town.election("tally")


def decrypt_killed(town: Town, index: int, attempts: int = 5) -> bool:
    """Let a trustee be killed as soon as the decryption is saved; return whether that came off."""
    keystore = town.keystore(index)
    saved = keystore.read_bytes()
    for attempt in range(attempts):
        command = ("evote-trustee", "decrypt", RECORD, "--home", f"trustee-{index}", *PASSPHRASE, "--yes")
        process = town.start(*command, "--outbox", f"lost-{attempt}")
        if kill_when(process, changed(keystore)):
            return True
        # It was done sooner than we looked: nobody has seen the file, so begin anew.
        keystore.write_bytes(saved)
    return False


def end(town: Town) -> Path:
    """Publish result and final and export the record; return the archive."""
    town.election("result")
    town.election("finish")
    town.good("evote", "record", "export", "board", "record.zip")
    return town.folder / "record.zip"


def verify(town: Town, record: object, *more: object) -> tuple[int, Any]:
    """Run the independent verifier; return its exit code and JSON report, None where there is none."""
    ran = town.run("evote-verify", record, "--json", "--quiet", "--workers", 1, *more)
    return ran.code, json.loads(ran.out) if ran.out else None


def failed_rows(report: Any) -> set[str]:
    """Return the rows that failed in a report of the verifier."""
    return {finding["row"] for finding in report["findings"] if finding["status"] == "FAIL"}


def status(town: Town) -> Any:
    """Return the JSON of `election status`."""
    return town.good("evote", "election", "status", "--board", "board", "--json").json
