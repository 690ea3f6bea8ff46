"""Replaying a log: the same state for everybody, or the index of the first entry that may not stand there."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

import pytest

from evote.core.group import Group
from evote.election.kinds import Kind
from evote.election.state import ElectionState, Phase
from evote.errors import BoardError, EncodingError, EvoteError, PolicyError, ProtocolError, VerificationError
from evote.log.statement import encode_statement, sign_statement
from evote.replay import replay as replay_module
from evote.replay.replay import LogEntry, Replay
from tests.election.built_election import paper_election, person, real_group

Log = list[tuple[bytes, bytes]]


@cache
def _positions() -> dict[str, int]:
    """Return the index of the first entry of every kind."""
    positions: dict[str, int] = {}
    for index, step in enumerate(paper_election().steps):
        positions.setdefault(step.submission.kind, index)
    return positions


def _scope() -> bytes:
    return paper_election().state.election_id


def _said(name: str, kind: str, payload: bytes, scope: bytes | None = None) -> tuple[bytes, bytes]:
    statement = sign_statement(person(name), kind=kind, scope=scope or _scope(), payload=payload)
    return encode_statement(statement), payload


def _facts(state: ElectionState) -> tuple[object, ...]:
    """Return what two states of the same election have in common (contexts are compared by identity)."""
    return state.phase, state.trustees, state.roll, state.box, state.tally, state.result, state.share_keys


def replay_election(entries: Iterable[tuple[bytes, bytes]], scope: bytes, group: Group, workers: int = 1) -> Replay:
    """Replay entries that have no commitments beside them."""
    return replay_module.replay_election((LogEntry(*entry) for entry in entries), scope, group, workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_replay_gives_the_same_state(workers: int) -> None:
    """From bytes alone, one process or two: the state of the story, with every ballot and figure."""
    story = paper_election()

    replay = replay_election(story.entries(), _scope(), real_group(), workers)

    assert _facts(replay.state) == _facts(story.state)
    assert (replay.position, replay.ignored, replay.state.phase) == (len(story.steps), 0, Phase.ENDED)


def test_other_scopes_are_counted_and_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements of other services change nothing but the count; neither do small chunks that wait for each other."""
    monkeypatch.setattr(replay_module, "CHUNK_BALLOTS", 2)
    monkeypatch.setattr(replay_module, "_CHUNKS_PER_WORKER", 1)
    log = paper_election().entries()
    foreign = _said("Mallory", "badge.issued", b"{}", bytes(32))
    for index in (45, 30, 10, 0):
        log.insert(index, foreign)

    replay = replay_election(log, _scope(), real_group(), 2)

    assert _facts(replay.state) == _facts(paper_election().state)
    assert (replay.position, replay.ignored) == (len(log), 4)


def test_feeding_on_after_a_pause() -> None:
    """A replay goes on where it stopped, which is what somebody who waits for the next round does."""
    log = paper_election().entries()
    replay = replay_election(log[:25], _scope(), real_group())

    assert [replay.feed(*entry) for entry in log[25:]] == [True] * (len(log) - 25)
    assert _facts(replay.state) == _facts(paper_election().state)


def test_known_facts_spare_the_proofs() -> None:
    """With the facts of an earlier verification the state is the same; the signature is verified all the same."""
    story = paper_election()
    replay = Replay(real_group(), _scope())
    for step in story.steps:
        replay.feed(step.entry, step.payload, step.facts)
    assert _facts(replay.state) == _facts(story.state)

    first = _positions()[Kind.BALLOT_CAST]
    replay = replay_election(story.entries()[:first], _scope(), real_group())
    step = story.steps[first]
    with pytest.raises(VerificationError) as caught:
        replay.feed(step.entry, step.payload + b" ", step.facts)
    assert caught.value.code == "statement.payload_mismatch"


def _without(kind: Kind) -> Callable[[Log], Log]:
    return lambda log: log[: _positions()[kind]] + log[_positions()[kind] + 1 :]


def _replaced(kind: Kind, entry: tuple[bytes, bytes]) -> Callable[[Log], Log]:
    return lambda log: [*log[: _positions()[kind]], entry, *log[_positions()[kind] + 1 :]]


def _ballot_under_other_name(log: Log) -> Log:
    index = _positions()[Kind.BALLOT_CAST]
    return [*log[:index], _said("Ben", Kind.BALLOT_CAST, log[index][1]), *log[index + 1 :]]


def _ballot_twice(log: Log) -> Log:
    index = _positions()[Kind.BALLOT_CAST]
    return [*log[: index + 3], log[index], *log[index + 3 :]]


def _payload_changed(log: Log) -> Log:
    index = _positions()[Kind.CLOSE]
    return [*log[:index], (log[index][0], log[index][1] + b" "), *log[index + 1 :]]


@pytest.mark.parametrize(
    ("change", "offset", "error", "code"),
    [
        (_without(Kind.MANIFEST), (Kind.MANIFEST, 0), PolicyError, "admission.no_manifest"),
        (_without(Kind.OPEN), (Kind.OPEN, 0), PolicyError, "admission.phase"),
        (_without(Kind.CLOSE), (Kind.CLOSE, 0), PolicyError, "admission.phase"),
        (_ballot_under_other_name, (Kind.BALLOT_CAST, 0), VerificationError, "ballot.identifier"),
        (_ballot_twice, (Kind.BALLOT_CAST, 3), VerificationError, "ballot.repeated_id"),
        (_payload_changed, (Kind.CLOSE, 0), VerificationError, "statement.payload_mismatch"),
        (
            _replaced(Kind.CLOSE, _said("authority", "election.recount", b"{}")),
            (Kind.CLOSE, 0),
            PolicyError,
            "admission.unknown_kind",
        ),
        (
            _replaced(Kind.CLOSE, _said("authority", Kind.CLOSE, b'{"h_e": 1}')),
            (Kind.CLOSE, 0),
            EncodingError,
            "encoding.not_canonical",
        ),
        (_replaced(Kind.CLOSE, (b"no statement", b"{}")), (Kind.CLOSE, 0), EncodingError, "encoding.not_json"),
        (
            lambda log: [*log[:3], log[2], *log[3:]],
            (Kind.TRUSTEE_COMMITMENT, 1),
            ProtocolError,
            "admission.twice",
        ),
    ],
)
def test_first_inadmissible_entry_is_named(
    change: Callable[[Log], Log], offset: tuple[Kind, int], error: type[EvoteError], code: str
) -> None:
    """Whatever is wrong, the error says at which index, with the class and code of the rule."""
    index = _positions()[offset[0]] + offset[1]

    with pytest.raises(EvoteError) as caught:
        replay_election(change(paper_election().entries()), _scope(), real_group())

    assert type(caught.value) is error
    assert caught.value.code == code
    assert caught.value.message.startswith(f"log entry {index} (")


def test_culprits_survive() -> None:
    """The trustee who spoke twice is still named in the error of the replay."""
    log = paper_election().entries()

    with pytest.raises(ProtocolError) as caught:
        replay_election([*log[:3], log[2]], _scope(), real_group())

    assert caught.value.culprits == ("1",)


@pytest.mark.parametrize(
    "change",
    [
        lambda log: _payload_changed(_ballot_under_other_name(log)),
        lambda log: _payload_changed(_ballot_twice(log)),
        _without(Kind.OPEN),
    ],
)
def test_two_workers_report_the_same_first_error(change: Callable[[Log], Log]) -> None:
    """A false ballot is reported before a later statement that is wrong too, however the work is spread."""
    log = change(paper_election().entries())

    errors = []
    for workers in (1, 2):
        with pytest.raises(EvoteError) as caught:
            replay_election(log, _scope(), real_group(), workers)
        errors.append((type(caught.value), caught.value.code, caught.value.message))

    assert errors[0] == errors[1]
    assert errors[0][1] in ("ballot.identifier", "ballot.repeated_id", "admission.phase")


@pytest.mark.parametrize(("false_ballot", "code"), [(False, "source.missing"), (True, "ballot.identifier")])
def test_source_that_fails(false_ballot: bool, code: str) -> None:
    """Where reading breaks off, entries read before are judged first; then the source's error stands."""
    log = paper_election().entries()
    if false_ballot:
        log = _ballot_under_other_name(log)

    def broken() -> Iterator[tuple[bytes, bytes]]:
        yield from log[: _positions()[Kind.BALLOT_CAST] + 2]
        raise BoardError("source.missing", "a bundle is missing")

    with pytest.raises(EvoteError) as caught:
        replay_election(broken(), _scope(), real_group(), 2)

    assert caught.value.code == code


def test_replay_stands_still_at_an_error() -> None:
    """A refused entry is not taken: the position stays at it and the state is as before."""
    log = paper_election().entries()
    replay = replay_election(log[:2], _scope(), real_group())

    with pytest.raises(PolicyError):
        replay.feed(*log[6])

    assert replay.position == 2
    assert replay.feed(*log[2])
