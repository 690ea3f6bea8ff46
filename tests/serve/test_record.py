"""The record over HTTP: the files of the folder, readable by anybody, cacheable, and nothing else."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from hashlib import sha256

import httpx
import pytest

from evote.board.board import Board
from evote.log.checkpoint import read_checkpoint
from evote.log.encoding import decode_base64
from evote.log.merkle import verify_consistency
from evote.log.policy_text import parse_policy
from evote.log.tile_reader import NOT_FOUND
from evote.serve.desk import AskedBoard
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import Scene, post

ENTRIES = 300


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return a toy board with more than a full tile of entries."""
    made = scene.create(tmp_path_factory.mktemp("record") / "board")

    async def story(client: httpx.AsyncClient) -> None:
        for start in range(0, ENTRIES, 100):
            sent = [toy.ballot(number, text="x" * 50) for number in range(start, start + 100)]
            assert (await post(client, *sent)).status_code == 200

    made.serve(story)
    return made


def get(board: Scene, path: str, **headers: str) -> httpx.Response:
    """Return the answer to one request."""
    answers: list[httpx.Response] = []

    async def story(client: httpx.AsyncClient) -> None:
        answers.append(await client.get(path, headers={"accept-encoding": "identity", **headers}))

    board.serve(story)
    return answers[0]


def test_every_file_of_the_record_is_served_as_it_is(board: Scene) -> None:
    """Each path of the folder has the same bytes under the base URL, and whoever knows the paths needs nothing else."""
    record = board.folder / "record"

    async def story(client: httpx.AsyncClient) -> None:
        files = [path for path in record.rglob("*") if path.is_file()]
        assert len(files) > 8
        for path in files:
            response = await client.get(f"/{path.relative_to(record)}", headers={"accept-encoding": "identity"})
            assert response.content == path.read_bytes()

    board.serve(story)


def test_a_foreign_reader_rebuilds_the_tree(board: Scene) -> None:
    """A reader with nothing but SHA-256 rebuilds the checkpoint's root from the served bundles and tiles."""

    def root(hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        split = 1 << ((len(hashes) - 1).bit_length() - 1)
        return sha256(b"\x01" + root(hashes[:split]) + root(hashes[split:])).digest()

    async def story(client: httpx.AsyncClient) -> None:
        origin, size, expected, *_ = (await client.get("/checkpoint")).text.split("\n")
        assert (origin, int(size)) == (toy.ORIGIN, ENTRIES)
        leaves: list[bytes] = []
        tiles = b""
        for path, count in (("000", 256), ("001.p/44", 44)):
            data = (await client.get(f"/tile/entries/{path}")).content
            for _ in range(count):
                length = int.from_bytes(data[:2], "big")
                leaves.append(sha256(b"\x00" + data[2 : 2 + length]).digest())
                data = data[2 + length :]
            assert data == b""
            tiles += (await client.get(f"/tile/0/{path}")).content
        assert tiles == b"".join(leaves)
        assert root(leaves) == decode_base64(expected, "root")
        assert (await client.get("/tile/1/000.p/1")).content == root(leaves[:256])

    board.serve(story)


def test_caching(board: Scene) -> None:
    """Tiles may be kept for ever, the checkpoint for a second, a missing file not at all; any page may read them."""
    immutable = "public, max-age=31536000, immutable"
    for path, expected, kind in (
        ("/tile/0/000", immutable, "application/octet-stream"),
        ("/tile/0/001.p/44", immutable, "application/octet-stream"),
        ("/tile/entries/000", immutable, "application/octet-stream"),
        ("/tile/payloads/001.p/44", immutable, "application/octet-stream"),
        ("/checkpoint", "public, max-age=1", "text/plain; charset=utf-8"),
        ("/policy", "public, max-age=60", "text/plain; charset=utf-8"),
        ("/tile/0/002", "no-store", "application/problem+json"),
    ):
        response = get(board, path)
        assert response.headers["cache-control"] == expected, path
        assert response.headers["content-type"] == kind, path
        assert response.headers["access-control-allow-origin"] == "*", path


@pytest.mark.parametrize(
    "path",
    [
        "/tile/0/1",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/0/x000/000",
        "/tile/%2e%2e/%2e%2e/board.sqlite",
        "/tile/entries/000.gz",
        "/board.sqlite",
        "/log.key",
        "/record/checkpoint",
        "/tile/0/001.p/45",
        "/tile/",
    ],
)
def test_nothing_else_is_served(board: Scene, path: str) -> None:
    """Misspelt tiles, other files and ways out of the folder are all 404 problems."""
    response = get(board, path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_full_bundles_are_compressed_for_who_wants_it(board: Scene) -> None:
    """A full bundle comes compressed once asked for; a partial one and a hash tile never do; the record stays clean."""

    async def story(client: httpx.AsyncClient) -> None:
        for _ in range(2):
            request = client.build_request("GET", "/tile/payloads/000", headers={"accept-encoding": "br, gzip;q=0.5"})
            response = await client.send(request, stream=True)
            packed = b"".join([chunk async for chunk in response.aiter_raw()])
            await response.aclose()
            assert response.headers["content-encoding"] == "gzip"
            assert response.headers["vary"] == "accept-encoding"
            assert gzip.decompress(packed) == (board.folder / "record/tile/payloads/000").read_bytes()
        for path in ("/tile/payloads/001.p/44", "/tile/0/000"):
            assert "content-encoding" not in (await client.get(path, headers={"accept-encoding": "gzip"})).headers
        refusing = await client.get("/tile/payloads/000", headers={"accept-encoding": "gzip;q=0"})
        assert "content-encoding" not in refusing.headers

    board.serve(story)
    assert list((board.folder / "record").rglob("*.gz")) == []


def test_head_and_preflight(board: Scene) -> None:
    """HEAD has the headers without the body; a browser's preflight is answered for every path."""

    async def story(client: httpx.AsyncClient) -> None:
        head = await client.head("/checkpoint")
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) > 100
        preflight = await client.options("/api/statements", headers={"origin": "https://booth.example"})
        assert preflight.status_code == 204
        assert "idempotency-key" in preflight.headers["access-control-allow-headers"]

    board.serve(story)


def root_at(size: int) -> Callable[[AskedBoard], bytes]:
    """Return the question for a root that the log had."""

    def ask(opened: AskedBoard) -> bytes:
        assert isinstance(opened, Board)
        return opened._sequencer.tree.root_at(size)

    return ask


def test_consistency_proofs(board: Scene) -> None:
    """A proof between two published sizes verifies; sizes that are not published or not ordered have their answers."""

    async def story(client: httpx.AsyncClient) -> None:
        new = read_checkpoint((await client.get("/checkpoint")).content)
        for old in (1, 100, 256, 299):
            answer = (await client.get(f"/api/consistency/{old}/{new.size}")).json()
            hashes = [decode_base64(item, "hash") for item in answer["hashes"]]
            assert board.service is not None
            root = await board.service.writer.call(root_at(old))
            verify_consistency(old, new.size, hashes, root, new.root)
        between = (await client.get("/api/consistency/7/9")).json()
        assert (between["old"], between["new"]) == (7, 9)
        assert (await client.get(f"/api/consistency/{new.size}/{new.size}")).json()["hashes"] == []
        for path, status in (("0/5", 400), ("6/5", 400), ("01/5", 400), ("x/5", 400), (f"5/{new.size + 1}", 404)):
            assert (await client.get(f"/api/consistency/{path}")).status_code == status

    board.serve(story)


def test_the_policy_names_the_log(board: Scene) -> None:
    """The served policy is a C2SP policy of this log's key, and says that it has no quorum."""
    policy = parse_policy(get(board, "/policy").content)
    assert [log.key.name for log in policy.logs] == [toy.ORIGIN]
    assert policy.quorum == "none"


def test_the_front_page_says_who_vouches(board: Scene) -> None:
    """A person who opens the base URL is told what this is, and that it has no witnesses."""
    response = get(board, "/")
    assert toy.ORIGIN in response.text
    assert "no witnesses" in response.text


def test_readers_do_not_disturb_each_other(board: Scene) -> None:
    """Many readers of one compressed bundle at once all get the same bytes."""

    async def story(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.get("/tile/entries/000") for _ in range(20)))
        assert len({answer.content for answer in answers}) == 1

    board.serve(story)


def test_a_missing_file_has_the_code_of_readers(board: Scene) -> None:
    """The problem's code is the one that readers of a record know for a missing file."""
    assert get(board, "/tile/0/999").json()["code"] == NOT_FOUND
