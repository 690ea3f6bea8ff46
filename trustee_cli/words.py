"""The state of an election in words: what it is, what it waits for, who is missing, what will be decrypted.

Idea: a trustee decides by what is written here, so everything comes from the verified record, nothing from a message
that somebody sent.

Invariants: trustees are named by index and label; ballots are numbers, never a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from evote.election.kinds import Kind
from evote.election.manifest import Manifest, parse_time
from evote.election.records import ContestTally
from evote.election.state import ElectionState, Phase
from evote.election.tally import contests_to_decrypt
from evote.texts.language import Language
from trustee_cli.decrypting import Plan
from trustee_cli.output import Output
from trustee_cli.rounds import due_kind, missing_trustees

_FINGERPRINT_DOMAIN: Final = b"evote/fingerprint/1\x00"
_FINGERPRINT_DIGITS: Final = 24
_GROUP_DIGITS: Final = 4
_KOREA: Final = timedelta(hours=9)

_COMMANDS: Final = {Kind.TRUSTEE_REHEARSAL: "rehearse", Kind.TRUSTEE_DECRYPTION: "decrypt"}


def fingerprint(data: bytes) -> str:
    """Return 24 decimal digits for a key or a digest (32 bytes), in groups of four, to be read out on the phone."""
    number = int.from_bytes(sha256(_FINGERPRINT_DOMAIN + data).digest(), "big") % 10**_FINGERPRINT_DIGITS
    digits = f"{number:0{_FINGERPRINT_DIGITS}d}"
    return " ".join(digits[i : i + _GROUP_DIGITS] for i in range(0, _FINGERPRINT_DIGITS, _GROUP_DIGITS))


def describe_manifest(out: Output, manifest: Manifest, election_id: bytes, trustee: int) -> Iterator[str]:
    """Yield the lines that a trustee reads before taking part."""
    yield out.text("manifest_title", title=out.title(manifest.title), label=manifest.label)
    yield out.text("manifest_id", id=election_id.hex())
    opens, closes = (shown_time(time, out.language) for time in (manifest.opens, manifest.closes))
    yield out.text("manifest_schedule", opens=opens, closes=closes)
    for number, contest in enumerate(manifest.contests, 1):
        options = ", ".join(out.title(option.title) for option in contest.options)
        yield out.text("manifest_contest", number=number, title=out.title(contest.title), options=options)
    yield out.text("manifest_quorum", n=len(manifest.trustees), k=manifest.quorum)
    for index, one in enumerate(manifest.trustees, 1):
        key = "manifest_you" if index == trustee else "manifest_trustee"
        yield out.text(key, index=index, label=one.label, fingerprint=fingerprint(one.public_key))
    yield out.text("manifest_minimum", minimum=manifest.minimum_ballots)
    yield out.text("manifest_authority", fingerprint=fingerprint(manifest.authority))


def shown_time(text: str, language: Language) -> str:
    """Return a UTC time of a manifest as its reader's clock shows it: in Korean Korea's, else UTC."""
    time = parse_time(text, "time")
    if language is Language.KOREAN:
        there = time + _KOREA
        return f"{there.year}년 {there.month}월 {there.day}일 {there:%H:%M}(한국 시각)"
    return f"{time:%Y-%m-%d %H:%M} UTC"


def name_trustees(out: Output, manifest: Manifest, trustees: Iterable[int]) -> str:
    """Return trustees by index and label, comma-separated."""
    return ", ".join(
        out.text("trustee_name", index=index, label=manifest.trustees[index - 1].label) for index in trustees
    )


def describe_waiting(out: Output, state: ElectionState) -> str:
    """Return in a sentence what the election waits for and who is missing."""
    phase = state.phase
    if phase is Phase.ABORTED:
        return out.text("waiting_aborted", culprit=name_trustees(out, state.manifest, (state.culprit or 0,)))
    if phase is Phase.DECRYPTION and not _awaits_trustees(state):
        return out.text("waiting_result")
    missing = missing_trustees(state)
    who = name_trustees(out, state.manifest, missing)
    needed = max(0, state.manifest.quorum - (len(state.trustees) - len(missing))) if missing else 0
    return out.text(f"waiting_{phase.value}", who=who, needed=needed)


def describe_own_step(out: Output, state: ElectionState, trustee: int) -> str | None:
    """Return in a sentence what this trustee has to do now, None for nothing."""
    command = own_command(state, trustee)
    return out.text("your_step", command=f"evote-trustee {command}") if command else None


def own_command(state: ElectionState, trustee: int) -> str | None:
    """Return the command that is due for this trustee, None for nothing."""
    kind = due_kind(state, trustee)
    if kind is None or (kind is Kind.TRUSTEE_DECRYPTION and not _awaits_trustees(state)):
        return None
    return _COMMANDS.get(kind, "ceremony")


def describe_plan(out: Output, state: ElectionState, plan: Plan) -> Iterator[str]:
    """Yield the lines that a trustee reads before decrypting."""
    for contest in plan.contests:
        yield out.text("plan_contest", number=contest.contest, title=_contest_title(out, state, contest.contest))
        for unit in contest.units:
            districts = ", ".join(out.title(state.manifest.districts[d - 1].title) for d in unit.districts)
            yield out.text(
                "plan_unit", unit=unit.unit, districts=districts, ballots=unit.ballots, options=len(unit.ciphertexts)
            )
    for key, numbers in (("plan_sealed", plan.sealed), ("plan_withheld", plan.withheld)):
        for number in numbers:
            yield out.text(key, number=number, title=_contest_title(out, state, number))
    if plan.contests:
        # Two histories of the log that differ in one ballot have two tallies: only comparing shows it.
        yield out.text("plan_fingerprint", fingerprint=_tally_fingerprint(state))


def plan_as_json(plan: Plan, state: ElectionState) -> dict[str, Any]:
    """Return the plan for `--json`."""
    return {
        "tally_fingerprint": _tally_fingerprint(state),
        "decrypted": [_contest_as_json(contest) for contest in plan.contests],
        "sealed": list(plan.sealed),
        "withheld": list(plan.withheld),
    }


def _tally_fingerprint(state: ElectionState) -> str:
    return fingerprint(state.tally_digest)


def _contest_as_json(contest: ContestTally) -> dict[str, Any]:
    units = [
        {"unit": unit.unit, "districts": list(unit.districts), "ballots": unit.ballots, "weight": unit.weight}
        for unit in contest.units
    ]
    return {"contest": contest.contest, "units": units}


def _contest_title(out: Output, state: ElectionState, number: int) -> str:
    return out.title(state.manifest.contests[number - 1].title)


def _awaits_trustees(state: ElectionState) -> bool:
    """Tell whether the result still needs a decryption by somebody."""
    published = len(state.trustees) - len(missing_trustees(state))
    if state.tally is None or published >= state.manifest.quorum:
        return False
    return bool(contests_to_decrypt(state, state.tally))
