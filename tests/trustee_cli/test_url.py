"""The record at a URL: read like a folder, asked for politely, and waited for."""

from __future__ import annotations

import json
from dataclasses import replace

from evote.election.ceremony import make_election_keys
from evote.election.decryption import compute_rehearsal
from evote.election.kinds import Kind
from tests.remote.file_server import served
from tests.trustee_cli.stage import LOG_KEY, Stage


def test_status_of_a_url_is_that_of_the_folder(begun: Stage) -> None:
    """The same election, phase and size from both."""
    with served(begun.record) as (url, _):
        from_url = begun.run_json(1, "status", url, "--log-key", LOG_KEY)
    assert from_url == begun.run_json(1, "status", str(begun.record), "--log-key", LOG_KEY)


def test_an_unencrypted_board_elsewhere_is_refused(begun: Stage) -> None:
    """http is for this machine alone; nothing is asked for."""
    result = begun.run(1, "ceremony", "http://board.example/votes", "--log-key", LOG_KEY, "--wait")
    assert (result.exit_code, "[board.insecure_url]" in result.stderr) == (2, True)


def test_while_nothing_happens_the_checkpoint_alone_is_read(begun: Stage) -> None:
    """Every further look asks for one file, and the pauses grow to ten seconds."""
    slept: list[float] = []
    settings = replace(begun.settings, sleep=slept.append, clock=lambda: sum(slept))
    with served(begun.record) as (url, asked):
        command = ["ceremony", url, "--outbox", str(begun.outbox(1)), "--log-key", LOG_KEY, "--yes"]
        result = begun.run(1, *command, "--wait-seconds", "120", settings=settings)
    assert result.exit_code == 4
    assert max(slept) == 10.0
    assert slept[0] < slept[3] < slept[6]
    assert asked[-len(slept) :] == len(slept) * ["/checkpoint"]
    assert result.stderr.count("waiting for the commitment") == 2  # while waiting, and at the end


def test_a_rehearsal_waits_for_the_authority(begun: Stage) -> None:
    """Begun before the joint keys are published, `rehearse --wait` ends when they and the test are."""
    for _ in range(4):
        begun.round()
    story = begun.story
    keys = [facts.keys for facts in story.state.trustees if facts.keys]
    joint = make_election_keys(story.context, keys)
    steps = [
        lambda: story.say("authority", Kind.KEYS, joint),
        lambda: story.say("authority", Kind.REHEARSAL, compute_rehearsal(story.group, joint, 17)),
    ]

    def go_on(_: float) -> None:
        steps.pop(0)()
        begun.publish()

    settings = replace(begun.settings, sleep=go_on)
    with served(begun.record) as (url, _):
        command = ["rehearse", url, "--outbox", str(begun.outbox(1)), "--log-key", LOG_KEY]
        assert begun.run(1, *command).exit_code == 4
        result = begun.run(1, *command, "--wait", "--json", settings=settings)
    assert result.exit_code == 0, result.stderr
    assert len(json.loads(result.stdout)["written"]) == 1
    assert begun.collect() == [Kind.TRUSTEE_REHEARSAL]


def test_a_decryption_waits_for_the_tally(voted: Stage) -> None:
    """Begun while people vote, `decrypt --wait` ends when the sums stand; a time that is too short ends it with 4."""
    steps = [voted.story.close, voted.story.publish_tally]

    def go_on(_: float) -> None:
        steps.pop(0)()
        voted.publish()

    with served(voted.record) as (url, _):
        command = ["decrypt", url, "--outbox", str(voted.outbox(1)), "--log-key", LOG_KEY, "--yes"]
        short = voted.run(1, *command, "--wait-seconds", "0")
        assert (short.exit_code, "waited 0 seconds" in short.stderr) == (4, True)
        result = voted.run(1, *command, "--wait", "--json", settings=replace(voted.settings, sleep=go_on))
    assert result.exit_code == 0, result.stderr
    assert voted.collect(1) == [Kind.TRUSTEE_DECRYPTION]


def test_a_board_that_is_away_is_waited_for(begun: Stage) -> None:
    """Without an outbox the statement goes to the board; while nobody answers it stays saved, and 4 is the code."""
    slept: list[float] = []
    settings = replace(begun.settings, sleep=slept.append, clock=lambda: sum(slept))
    with served(begun.record) as (url, asked):
        command = ["ceremony", url, "--log-key", LOG_KEY, "--yes"]
        # A server of files alone is no board.
        result = begun.run(1, *command, settings=settings)
        assert (result.exit_code, "[submit.no_board]" in result.stderr) == (4, True)
        assert any(path == "/api/statements" for path in asked)
    result = begun.run(1, *command, "--wait-seconds", "1", settings=settings)
    assert result.exit_code == 4
    assert "can't be fetched" in result.stderr
