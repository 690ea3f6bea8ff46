"""Workers on other machines: a Dask cluster as the executor. Optional; nothing else of this program needs it.

*Spec*: docs/verifying.md (what the machines of a cluster are trusted with).

*Idea*: Dask runs a task again where its worker has died, and gives up on one that has cost several workers. Either a
task has a result or an error; there is nothing between.

*Invariants*: Every machine must run this very program. A cluster that is gone, or has had no worker for a minute, is an
error and not a reason to wait forever.
"""

import importlib
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import Any

from verifier.crew import WAITING, common_reason
from verifier.errors import Unavailable, UsageError
from verifier.job import Job
from verifier.program import identity

CONNECT_SECONDS = 20
PATIENCE_SECONDS = 60.0
CLOSE_SECONDS = 5
LOST = "the cluster's scheduler is gone"


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """Connect to a scheduler and lend the client; raise UsageError without Dask, Unavailable without a scheduler."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise UsageError("--cluster needs Dask: install this program with its extra 'cluster'") from None
    client = None
    try:
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
            programs = client.run(identity)
        except (OSError, TimeoutError, ImportError, AttributeError, ValueError, RuntimeError) as error:
            raise Unavailable(f"cluster {address}: {type(error).__name__}: {error}") from None
        for worker, program in programs.items():
            if program != identity():
                raise Unavailable(f"cluster {address}: {worker} runs the verifier {program}, this is {identity()}")
        yield client
    finally:
        if client is not None:
            client.close(timeout=CLOSE_SECONDS)


class Cluster:
    """Hands of a crew on many machines; the job is sent to every worker once."""

    def __init__(self, client: Any, job: Job) -> None:
        self._client = client
        self.executor: Executor = client.get_executor(pure=False)
        try:
            self.sent = client.scatter(job, broadcast=True)
        except (OSError, TimeoutError, CancelledError) as error:
            raise Unavailable(f"cluster: {type(error).__name__}: {error}") from error
        self.at_once = WAITING * max(sum(client.nthreads().values()), 1)
        self._well = time.monotonic()

    def done(self) -> int | None:
        """Return None: finished ranges are all that is known."""
        return None

    def look(self) -> None:
        """Raise Unavailable where the scheduler is lost, or all workers are and none comes."""
        if self._client.status != "running":
            # a scheduler that comes back knows nothing of our tasks
            raise Unavailable(LOST)
        if self._client.scheduler_info()["workers"]:
            self._well = time.monotonic()
        elif time.monotonic() - self._well > PATIENCE_SECONDS:
            raise Unavailable(f"the cluster has had no worker for {PATIENCE_SECONDS:.0f} seconds")

    def reason(self, error: BaseException) -> str:
        """Return why a task has no result; what Dask itself raises is never an error of this program."""
        if type(error).__module__.split(".")[0] == "distributed":
            return f"cluster: {type(error).__name__}: {error}"
        if isinstance(error, CancelledError):
            if self._client.status != "running":
                return LOST
            return "the cluster gave up a task: the workers that had what it needs are gone"
        if isinstance(error, ImportError):
            return f"a worker of the cluster has not this program: {error}"
        return common_reason(error)
