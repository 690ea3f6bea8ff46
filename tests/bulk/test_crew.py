"""Worker processes: results in order, errors as themselves, and nothing left behind."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evote.bulk.crew import Crew, report_progress, worker_context
from evote.errors import BoardError, EncodingError, ProtocolError
from tests.bulk.election import told
from tests.election.built_election import paper_election

ROOT = Path(__file__).parents[2]
WINDOW_BITS = 4


def election_of_worker(_item: int) -> bytes:
    """Return the id of the election that the worker knows, and who the worker is."""
    return worker_context().election_id


def slow_if_even(number: int) -> int:
    """Return the number, even ones late."""
    time.sleep(0.05 * (1 - number % 2))
    return number


def refuse(number: int) -> int:
    """Refuse like a decoder or, for 1, like a ceremony whose culprits are known."""
    if number == 1:
        raise ProtocolError("test.culprits", "two did it", ("trustee 2", "trustee 3"))
    raise EncodingError("test.refused", f"not {number}", number=number)


def end_process(*_arguments: object) -> None:
    """End a worker process as a lack of memory would."""
    os._exit(9)


def sleep_long(_item: int) -> None:
    """Do something that takes longer than any test waits."""
    time.sleep(600)


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """Return two workers."""
    with Crew(told(), 2, WINDOW_BITS) as two:
        yield two


def test_workers_know_the_election(crew: Crew) -> None:
    """Manifest and keys reach the worker, which computes the same election id from them."""
    assert crew.submit(election_of_worker, 0)() == paper_election().state.election_id


def test_results_keep_their_order(crew: Crew) -> None:
    """An item that takes longer is not overtaken."""
    assert list(crew.map(slow_if_even, range(9))) == list(range(9))


def test_items_are_taken_when_there_is_room(crew: Crew) -> None:
    """An endless supply is read a few items ahead of the results, not to its end."""
    taken: list[int] = []

    def supply() -> Iterator[int]:
        while True:
            taken.append(len(taken))
            yield taken[-1]

    results = crew.map(slow_if_even, supply())

    assert [next(results) for _ in range(3)] == [0, 1, 2]
    assert len(taken) <= 3 + 2 * 3


def slow_and_told(number: int) -> int:
    """Do two things that take a while, and tell of each."""
    for _ in range(2):
        time.sleep(0.4)
        report_progress(number)
    return number


def test_progress_is_told_while_somebody_waits(crew: Crew) -> None:
    """What workers tell adds up, and the first news comes before the first result."""
    told_counts: list[int] = []
    before_first: list[int] = []

    for _ in crew.map(slow_and_told, [1, 10, 100, 1000], told_counts.append):
        before_first = before_first or list(told_counts)

    assert sum(told_counts) == 2222
    assert before_first


def test_progress_outside_of_a_worker_is_nobodys() -> None:
    """The same function may be called in the process itself."""
    report_progress(5)


@pytest.mark.parametrize(
    ("number", "error", "code"), [(0, EncodingError, "test.refused"), (1, ProtocolError, "test.culprits")]
)
def test_errors_come_back_as_they_are(crew: Crew, number: int, error: type[Exception], code: str) -> None:
    """Class, code, message and values of an error survive the way between processes, and the culprits of one."""
    with pytest.raises(error) as caught:
        crew.submit(refuse, number)()
    with pytest.raises(error) as here:
        refuse(number)

    assert getattr(caught.value, "code", "") == code
    assert vars(caught.value) == vars(here.value)
    assert str(caught.value) == str(here.value)


def test_worker_that_dies_is_an_error_with_a_name() -> None:
    """A lost process is no result; whoever asks again hears the same."""
    with Crew(told(), 2, WINDOW_BITS) as crew:
        with pytest.raises(BoardError) as caught:
            crew.submit(end_process)()
        with pytest.raises(BoardError) as again:
            crew.submit(slow_if_even, 1)

    assert caught.value.code == again.value.code == "bulk.worker_crashed"


def test_no_workers() -> None:
    """Nothing can be done by nobody."""
    with pytest.raises(ValueError, match="0 workers"):
        Crew(told(), 0, WINDOW_BITS)


def interrupted() -> None:
    """Start work that takes long, and be interrupted."""
    with Crew(told(), 2, WINDOW_BITS) as crew:
        crew.submit(slow_if_even, 1)()
        for number in range(4):
            crew.submit(sleep_long, number)
        raise KeyboardInterrupt


def test_an_interrupt_ends_the_work_at_once() -> None:
    """Leaving with an error, an interrupt say, does not wait for what the workers are at."""
    before = set(multiprocessing.active_children())
    started = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert time.monotonic() - started < 60
    assert not set(multiprocessing.active_children()) - before


def test_workers_end_with_a_killed_parent() -> None:
    """A process that dies without a word takes its workers with it."""
    code = (
        "import multiprocessing, os, signal\n"
        "from evote.bulk.crew import Crew\n"
        "from tests.bulk.election import told\n"
        "from tests.bulk.test_crew import sleep_long, slow_if_even\n"
        "if __name__ == '__main__':\n"
        "    crew = Crew(told(), 2, 4)\n"
        "    waits = [crew.submit(slow_if_even, 1), crew.submit(sleep_long, 1)]\n"
        "    waits[0]()\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    workers = [int(pid) for pid in ran.stdout.split()]
    deadline = time.monotonic() + 20

    assert workers, ran.stderr
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.1)
