"""Twenty-four threads on one board: writers with duplicates, and readers who prove everything under one checkpoint."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from evote.client.http_source import HttpSource
from evote.client.reader import RecordReader, open_checkpoint, verify_receipt
from evote.client.source import FolderSource
from evote.log.merkle import leaf_hash, verify_growth
from evote.log.policy import Policy, WitnessedCheckpoint
from evote.log.policy_text import parse_policy
from evote.log.proof import encode_proof
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import body_of
from tests.serve.test_process import KIND, policy_of, served

WRITERS, READERS = 16, 8
BALLOTS = 12  # of each writer
FREE = {"statements_rate": 1e6, "statements_burst": 10**6, "reads_rate": 1e6, "reads_burst": 10**6}


class Shared:
    """The one checkpoint that all readers prove against; it only ever grows, each step with a consistency proof."""

    def __init__(self, url: str, policy: Policy) -> None:
        """Begin with what is published now."""
        self.url, self.policy = url, policy
        self.lock = threading.Lock()
        with HttpSource(url) as source:
            self.newest = open_checkpoint(source, policy)

    def advance(self, source: HttpSource) -> WitnessedCheckpoint:
        """Take the published checkpoint if it is larger, and prove that it continues the shared one."""
        fresh = open_checkpoint(source, self.policy)
        with self.lock:
            old = self.newest.checkpoint
            if fresh.checkpoint.size > old.size:
                proof = RecordReader(source, fresh).consistency_proof(old.size) if old.size else ()
                verify_growth(old.size, fresh.checkpoint.size, proof, old.root, fresh.checkpoint.root)
                self.newest = fresh
            return self.newest


def write(url: str, number: int) -> dict[str, int]:
    """Submit ballots one by one, and each of a neighbour's as well; return the acknowledged indices by leaf hash."""
    found: dict[str, int] = {}
    with httpx.Client(timeout=60) as client:
        for place in range(BALLOTS):
            for owner in (number, (number + 1) % WRITERS):
                posting = toy.ballot(owner * BALLOTS + place)
                answer = client.post(f"{url}/api/statements", content=body_of(posting), headers=KIND)
                (result,) = answer.json()["results"]
                assert result["status"] == 200
                assert found.setdefault(result["leaf_hash"], result["index"]) == result["index"]
    return found


def read(shared: Shared, number: int, is_over: threading.Event) -> int:
    """Prove entries, drawn at random, under the shared checkpoint until the writers are done; return how many."""
    draw, proved = random.Random(number), 0
    with HttpSource(shared.url) as source:
        while not is_over.is_set() or not proved:
            witnessed = shared.advance(source)
            size = witnessed.checkpoint.size
            if size:
                index = draw.randrange(size)
                receipt = encode_proof(RecordReader(source, witnessed).receipt(index))
                assert verify_receipt(receipt, policy=shared.policy).index == index
                proved += 1
    return proved


def test_writers_and_readers_at_once(tmp_path: Path) -> None:
    """Every acknowledged index is one for all who sent the same bytes, and stands in the record; no proof fails."""
    folder = scene.create(tmp_path / "board").folder
    with served(folder, **FREE) as server:
        shared, is_over = Shared(server.url, policy_of(server.url)), threading.Event()
        with ThreadPoolExecutor(WRITERS + READERS) as pool:
            readers = [pool.submit(read, shared, number, is_over) for number in range(READERS)]
            try:
                acknowledged = [
                    one.result() for one in [pool.submit(write, server.url, number) for number in range(WRITERS)]
                ]
            finally:
                is_over.set()
            assert all(one.result() > 0 for one in readers)
        assert server.end() == 0
    indices: dict[str, int] = {}
    for one in acknowledged:
        for leaf, index in one.items():
            assert indices.setdefault(leaf, index) == index
    source = FolderSource(folder / "record")
    reader = RecordReader(source, open_checkpoint(source, parse_policy(source.read("policy"))))
    reader.verify_root()
    assert {leaf_hash(entry.data).hex(): entry.index for entry in reader.entries()} == indices
    assert len(indices) == WRITERS * BALLOTS
