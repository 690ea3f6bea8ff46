"""Worker processes that know one election: what verifying and encrypting in bulk have in common.

Spec: none.

Idea: what is done with ballots needs manifest and joint keys alone, so every worker gets those once, as public bytes,
and builds its tables itself; after that a task is a function of a module and what it is called with.

Invariants: a worker is started anew and inherits nothing but these bytes; it ends with the process that started it,
however that ends, and at once when the crew is dismissed. An interrupt of the keyboard is the business of the process
that started the crew. A worker that dies is BoardError `bulk.worker_crashed`, never a result.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.sharedctypes import Synchronized
from types import TracebackType
from typing import Final, ParamSpec, TypeVar

from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.core.parameters import GroupParameters
from evote.election.context import ElectionKeyContext, make_context, with_keys
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import ElectionKeys
from evote.errors import (
    BoardError,
    ConfigurationError,
    EncodingError,
    EvoteError,
    PolicyError,
    ProtocolError,
    VerificationError,
)

P = ParamSpec("P")
Item = TypeVar("Item")
Result = TypeVar("Result")

# Tasks that may wait for each worker: enough to keep it busy, few enough to bound the memory.
_TASKS_PER_WORKER: Final = 3
_POLL_SECONDS: Final = 0.5

_ERROR_CLASSES: Final[dict[str, type[EvoteError]]] = {
    kind.__name__: kind
    for kind in (
        BoardError,
        EncodingError,
        VerificationError,
        ProtocolError,
        PolicyError,
        ConfigurationError,
        EvoteError,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionBytes:
    """What a worker is told: the group, the exact manifest, the payload of `election.keys`; all of it public."""

    parameters: GroupParameters
    manifest: bytes
    keys: bytes

    def context(self, window_bits: int) -> ElectionKeyContext:
        """Return the election's context with tables of that width; raise as `decode_payload` and `with_keys`."""
        group = Group(self.parameters)
        manifest = decode_payload(Kind.MANIFEST, self.manifest, group)
        keys = decode_payload(Kind.KEYS, self.keys, group)
        if not isinstance(manifest, Manifest) or not isinstance(keys, ElectionKeys):
            raise TypeError("a worker needs the payloads of election.manifest and election.keys")
        return with_keys(make_context(group, manifest, self.manifest), keys, window_bits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An EvoteError as plain data, since exceptions with arguments of their own don't cross processes."""

    error_class: str
    code: str
    message: str
    values: dict[str, object] = field(default_factory=dict)
    culprits: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: EvoteError) -> Failure:
        """Return an error as data."""
        return cls(
            error_class=type(error).__name__,
            code=error.code,
            message=error.message,
            values=error.values,
            culprits=error.culprits if isinstance(error, ProtocolError) else (),
        )

    def error(self) -> EvoteError:
        """Return the error again; of a class that is not known here, as an EvoteError."""
        if self.error_class == ProtocolError.__name__:
            return ProtocolError(self.code, self.message, self.culprits, **self.values)
        return _ERROR_CLASSES.get(self.error_class, EvoteError)(self.code, self.message, **self.values)


class Crew:
    """Worker processes for one election; a context manager, because it holds processes."""

    def __init__(self, election: ElectionBytes, workers: int, window_bits: int) -> None:
        """Prepare for `workers` >= 1 processes; they start with the first task. Raise ValueError for none."""
        if workers < 1:
            raise ValueError(f"{workers} workers can't do anything")
        self.workers = workers
        self._election = election
        self._window_bits = window_bits
        self._pool: ProcessPoolExecutor | None = None
        self._leash: connection.Connection | None = None
        self._done: Synchronized[int] | None = None

    def submit(self, function: Callable[P, Result], *arguments: P.args, **named: P.kwargs) -> Callable[[], Result]:
        """Start a function of a module in a worker; return a function that waits for what it returns.

        Both raise BoardError `bulk.worker_crashed`; the second one also the EvoteError that the function raised.
        """
        future = self._start(function, arguments, named)
        return lambda: self._result(future, None)

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """Yield the results for items in their order; a few items for each worker are taken ahead, never all.

        `progress` is called, while this waits, with what workers have newly told by `report_progress`. Raise as
        `submit`.
        """
        waiting: deque[Future[Result | Failure]] = deque()
        for item in items:
            if len(waiting) == self.workers * _TASKS_PER_WORKER:
                yield self._result(waiting.popleft(), progress)
            waiting.append(self._start(function, (item,), {}))
        while waiting:
            yield self._result(waiting.popleft(), progress)

    def close(self) -> None:
        """End the worker processes when they have done what they are at; what waits is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._leash is not None:
            self._leash.close()
        self._pool, self._leash = None, None

    def dismiss(self) -> None:
        """End the worker processes at once: their work is lost."""
        if self._leash is not None:
            self._leash.close()
        self.close()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.dismiss()

    def _start(
        self, function: Callable[..., Result], arguments: tuple[object, ...], named: dict[str, object]
    ) -> Future[Result | Failure]:
        try:
            return self._started().submit(_outcome, function, arguments, named)
        except BrokenProcessPool as error:
            raise _crashed() from error

    def _result(self, future: Future[Result | Failure], progress: Callable[[int], None] | None) -> Result:
        while True:
            try:
                outcome = future.result(_POLL_SECONDS if progress is not None else None)
            except TimeoutError:
                self._tell(progress)
                continue
            except BrokenProcessPool as error:
                raise _crashed() from error
            self._tell(progress)
            if isinstance(outcome, Failure):
                raise outcome.error()
            return outcome

    def _tell(self, progress: Callable[[int], None] | None) -> None:
        if progress is not None and self._done is not None:
            with self._done.get_lock():
                count, self._done.value = self._done.value, 0
            if count:
                progress(count)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # A forked copy of a process with threads may stand still; a spawned one knows nothing of us.
            context = multiprocessing.get_context("spawn")
            held, self._leash = context.Pipe(duplex=False)
            self._done = context.Value("q", 0)
            self._pool = ProcessPoolExecutor(
                self.workers,
                mp_context=context,
                initializer=start_worker,
                initargs=(self._election, self._window_bits, held, self._done),
            )
        return self._pool


# Set once by the initializer of a worker process, and only there.
_CONTEXT: list[ElectionKeyContext] = []
_DONE: list[Synchronized[int]] = []


def worker_context() -> ElectionKeyContext:
    """Return the election that this worker process was started for; IndexError elsewhere."""
    return _CONTEXT[0]


def report_progress(count: int) -> None:
    """Tell whoever waits for this worker process that so many more are done; nothing happens elsewhere."""
    for done in _DONE:
        with done.get_lock():
            done.value += count


def start_worker(
    election: ElectionBytes, window_bits: int, leash: connection.Connection, done: Synchronized[int]
) -> None:
    """Prepare a worker process; called by the pool that starts it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_leash, args=(leash,), daemon=True).start()
    _DONE[:] = [done]
    _CONTEXT[:] = [election.context(window_bits)]


def _end_with_leash(leash: connection.Connection) -> None:
    """Leave nothing behind where the process that started this one was killed, or has let go of it."""
    parent = multiprocessing.parent_process()
    connection.wait([leash, *([parent.sentinel] if parent is not None else [])])
    os._exit(1)


def _outcome(
    function: Callable[..., Result], arguments: tuple[object, ...], named: dict[str, object]
) -> Result | Failure:
    try:
        return function(*arguments, **named)
    except EvoteError as error:
        return Failure.of(error)


def _crashed() -> BoardError:
    return BoardError(
        "bulk.worker_crashed",
        "a process that works on ballots ended before its work was done, most likely for lack of memory; "
        "nothing was decided, try again with fewer workers",
    )
