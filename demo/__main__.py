"""The demo: a whole referendum with the real programs, from the key ceremony to the independent verdict."""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from demo.console import Console, Running
from demo.facts import DEFINITION, SIZES, TRUSTEES, Turnout
from demo.voters import ANOTHER, BLANK, PRESENT, Voter, vote

CHALLENGES = 3
EVERYBODY = range(1, len(TRUSTEES) + 1)
DECRYPTING = (1, 3, 4)
STRUCK = "ballot.removed_credential"
PASSPHRASE = "a passphrase for the demo only"


def main() -> None:
    """Run the demo in `demo-work`, and leave the record in `demo-record`."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="The resident vote of Geochang 2019, replayed.")
    parser.add_argument("--ballots", choices=sorted(SIZES), default="all", help="all ballots (default) or a tenth")
    turnout = SIZES[parser.parse_args().ballots]
    work, record = Path("demo-work").resolve(), Path("demo-record").resolve()
    for folder in (work, record):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    console = Console(work)
    console.say(
        "The totals are real (Geochang, 16 October 2019). Korea publishes no ballots, so these are made from them."
    )
    console.say("합계는 실제 개표 결과입니다. 투표지는 공개되지 않으므로 합계에 맞추어 만들었습니다.")
    set_up(console, turnout)
    hold_ceremony(console)
    voters = make_roll(console, turnout)
    open_election(console)
    hold_vote(console, turnout, voters)
    count(console)
    publish(console, record)


def set_up(console: Console, turnout: Turnout) -> None:
    """Make the board, the keys of authority and registrar, the trustees' identities, and the manifest."""
    console.chapter("게시판과 정의서", "A board, and the definition of the vote")
    passphrase = console.folder / "passphrase"
    passphrase.touch(0o600)
    passphrase.write_text(PASSPHRASE + "\n")
    # Nobody waits for anybody here: these are people on machines of their own.
    board = console.start(["evote", "board", "create", "board", "--origin", "demo.example/geochang-2019"])
    options = ("--passphrase-file", "passphrase", "--json")
    officials = console.start(
        *(["evote", "key", "create", f"{name}.key", *options] for name in ("authority", "registrar"))
    )
    homes = console.start(*(["evote-trustee", "identity", "--home", f"trustee-{i}", *options] for i in EVERYBODY))
    console.finish(board)
    authority_key, registrar_key = map(_public_key, console.finish(officials, quiet=True))
    identities = map(_public_key, console.finish(homes, quiet=True))
    trustees = "\n".join(
        f'  - label: "{label}"\n    public_key: "{key}"' for label, key in zip(TRUSTEES, identities, strict=True)
    )
    definition = DEFINITION.format(trustees=trustees, authority=authority_key, registrar=registrar_key)
    (console.folder / "definition.yaml").write_text(definition)
    authority(console, "create", "definition.yaml")
    console.say(f"{turnout.eligible:,} people may vote; {turnout.ballots:,} will.")


def hold_ceremony(console: Console) -> None:
    """Let five trustees make the election key, in four rounds, each on a machine of their own."""
    console.chapter("키 생성 의식", "Key ceremony: five trustees, any three of whom can open the result")
    console.say("(The board collects what they hand in; each waits for the others in four rounds.)")
    # The key of the log as the authority announced it: a trustee's first command pins it.
    log_key = (console.folder / "board" / "record" / "policy").read_text().split()[1]
    collector = console.start(["evote", "board", "collect", "board", "--watch"])
    trustees = start_trustees(console, "ceremony", EVERYBODY, "--log-key", log_key, "--wait", "--yes")
    console.finish(trustees, quiet=True)
    console.finish(collector, stop=True)
    authority(console, "keys")
    console.chapter("복호 예행연습", "Rehearsal: every trustee decrypts a test with the share read back from disk")
    authority(console, "rehearsal")
    console.finish(start_trustees(console, "rehearse", EVERYBODY), quiet=True)
    console.run("evote", "board", "collect", "board")


def make_roll(console: Console, turnout: Turnout) -> list[dict[str, str]]:
    """Make a roll of invented people, and a credential for each; return the letters the registrar would send."""
    console.chapter("명부와 투표 자격", "The roll, and a credential for everybody on it")
    with (console.folder / "roll.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "district"])
        writer.writerows([f"{i:05}", f"주민 {i:05}", "all"] for i in range(1, turnout.eligible + 1))
    registrar(console, "credentials", "roll.csv", "--codes", "codes.csv")
    with (console.folder / "codes.csv").open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def open_election(console: Console) -> None:
    """Open the ballot box."""
    console.chapter("투표 개시", "The vote opens")
    console.say("(It plays the schedule of 2019 today, so opening and closing say --off-schedule.)")
    authority(console, "open", "--off-schedule")


def hold_vote(console: Console, turnout: Turnout, people: list[dict[str, str]]) -> None:
    """Strike one credential, and let everybody else vote in random order, a few challenging first."""
    console.chapter("자격 말소", "One code is lost: its credential is struck, in public, with a reason")
    order = random.SystemRandom()
    order.shuffle(people)
    lost, people = people[0], people[1:]
    registrar(console, "strike", "--id", lost["id"], "--reason", "lost")

    console.chapter(
        "투표", f"{turnout.ballots:,} voters encrypt, prove and sign; {CHALLENGES} of them challenge their device first"
    )
    choices = [PRESENT] * turnout.present_place + [ANOTHER] * turnout.another_place + [BLANK] * turnout.blank
    order.shuffle(choices)
    voters = [Voter(code=person["code"], values=choice) for person, choice in zip(people, choices, strict=False)]
    challenges = [Voter(code=person["code"], values=PRESENT, challenges=True) for person in people[:CHALLENGES]]
    finder = Voter(code=lost["code"], values=ANOTHER)
    vote(console.folder / "board" / "record", console.folder / "board" / "inbox", [*challenges, finder, *voters])
    console.run("evote", "board", "collect", "board")
    reasons = [path.read_text() for path in (console.folder / "board" / "inbox" / "refused").glob("*.txt")]
    codes = [reason.splitlines()[0] for reason in reasons]
    if codes != [STRUCK]:
        sys.exit(f"one ballot must be refused, with {STRUCK}; these were: {sorted(set(codes))}, {len(codes)} in all")
    console.say("refused, as it must be: the ballot with the lost code")


def count(console: Console) -> None:
    """Close, add up the encrypted ballots, and let three trustees open the sums; two are absent."""
    console.chapter(
        "집계와 복호", "Adding up while encrypted; three trustees verify everything and open the sums, two are absent"
    )
    console.say("(Each trustee verifies every ballot and adds up alone, and waits for the tally of the authority.)")
    # They share this machine; on one of their own, each would use all of it.
    workers = max(1, (os.cpu_count() or 1) // len(DECRYPTING))
    trustees = start_trustees(console, "decrypt", DECRYPTING, "--wait", "--workers", str(workers), "--yes")
    authority(console, "close", "--off-schedule")
    authority(console, "tally")
    console.finish(trustees, quiet=True)
    console.run("evote", "board", "collect", "board")
    authority(console, "result")
    authority(console, "finish")


def publish(console: Console, record: Path) -> None:
    """Export the record as one file while the independent verifier checks it."""
    console.chapter("독립 검증", "The independent verifier, from the published record alone")
    archive, report = record / "geochang.zip", record / "report.html"
    exporting = console.start(["evote", "record", "export", "board", archive])
    console.run("evote-verify", "--quiet", "board/record", "--report", report)
    console.finish(exporting, quiet=True)
    console.chapter("이제 직접", "Now you")
    for path in (archive, report):
        console.say(f"{path.relative_to(record.parent)}   {path.stat().st_size / 1e6:.1f} MB")
    console.say("verify again:   .venv/bin/evote-verify demo-record/geochang.zip")
    console.say("tamper:         .venv/bin/python -m demo.tamper demo-record/geochang.zip demo-record/forged.zip")
    console.say("see it fail:    .venv/bin/evote-verify demo-record/forged.zip")


def authority(console: Console, step: str, *arguments: str) -> None:
    """Run one step of the election authority."""
    keys = ("--board", "board", "--authority-key", "authority.key", "--passphrase-file", "passphrase")
    console.run("evote", "election", step, *arguments, *keys)


def registrar(console: Console, step: str, *arguments: str) -> None:
    """Run one step of the registrar."""
    keys = (
        "--board",
        "board",
        "--registrar-key",
        "registrar.key",
        "--links",
        "links",
        "--passphrase-file",
        "passphrase",
    )
    console.run("evote", "roll", step, *arguments, *keys)


def start_trustees(console: Console, step: str, indices: Iterable[int], *options: str) -> list[Running]:
    """Start one step of several trustees at the same time."""
    common = ("--outbox", "board/inbox", "--passphrase-file", "passphrase", *options)
    return console.start(*(["evote-trustee", step, "board/record", "--home", f"trustee-{i}", *common] for i in indices))


def _public_key(output: str) -> str:
    return str(json.loads(output)["public_key"])


if __name__ == "__main__":
    main()
