"""Records behind a URL: the findings of the folder, and every misbehaviour of a server ends in a name for it."""

import gzip
import json
import random
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import Made, make_checkpoint, notes, write_record
from tests.verifier.record_server import Answer, Behaviour, Server, packed, serve
from tests.verifier.test_state import false_proof
from verifier import url_record
from verifier.commitments import most_beside_a_ballot
from verifier.engine import Options, verify
from verifier.errors import RecordUnreadable, Unavailable, UsageError
from verifier.findings import Report, Status
from verifier.korean import in_korean
from verifier.layout import read_layout
from verifier.main import main
from verifier.manifest import manifest_from
from verifier.reader import open_record, read_file
from verifier.url_record import UrlRecord


@pytest.fixture(scope="module")
def folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a true record of two bundles, the second of them partial."""
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    return write_record(made, tmp_path_factory.mktemp("true") / "record")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attempts follow each other at once, and let slowness be noticed soon."""
    monkeypatch.setattr(url_record, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(url_record, "TIMEOUT_SECONDS", 0.5)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """Return a well-behaved server."""
    with serve(folder) as running:
        yield running


def check(server: Server, **how: Any) -> Report:
    """Verify what a server shows."""
    return verify(Options(record=server.url, **how))


@pytest.mark.parametrize("behave", [None, packed], ids=["plain", "gzip"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_url_is_as_good_as_a_folder(folder: Path, behave: Behaviour | None, workers: int) -> None:
    """Show the findings of the folder, with gzip and worker processes too, over one connection a reader."""
    with serve(folder, behave) as server:
        report = check(server, workers=workers)
    assert report.verified
    assert report.findings == verify(Options(record=str(folder))).findings
    assert report.record == server.url.removeprefix("http://")
    # A worker that finds no range left never connects.
    assert 2 <= server.connections <= 1 + workers
    payloads = [path for path in server.asked if "payloads" in path]
    assert len(set(payloads)) == 2


def test_a_chunked_answer(folder: Path) -> None:
    """Show that answers of unknown length are read to their end."""

    def chunked(path: str, answer: Answer) -> Answer:
        answer.chunked = True
        return answer

    with serve(folder, chunked) as server:
        assert check(server).verified


def test_a_log_that_grows(folder: Path, tiny_election: Made, tmp_path: Path) -> None:
    """Show that the checkpoint which is read first decides, whatever the server shows afterwards."""
    made = tiny_election.copy()
    small = write_record(made, tmp_path / "small")
    extra = [(b'{"later":1}', b"")] * 300
    large = write_record(made, tmp_path / "large", extra=extra)

    def growing(path: str, answer: Answer) -> Answer:
        if path == "checkpoint":
            return answer
        later = large / path
        return Answer(body=later.read_bytes()) if later.is_file() else answer

    with serve(small, growing) as server:
        report = check(server)
    assert report.verified
    assert report.log is not None
    assert report.log.size == len(made.drafts)


@pytest.mark.parametrize(
    ("path", "rows_failed"),
    [("tile/payloads/001.p/36", "L.G"), ("tile/entries/000", "L.C"), ("tile/0/000", "L.D"), ("tile/1/000.p/1", "L.D")],
)
def test_a_missing_file(folder: Path, path: str, rows_failed: str) -> None:
    """Show that a file which the server does not have fails the row that it fails in a folder."""
    assert (folder / path).is_file()

    def without(asked: str, answer: Answer) -> Answer:
        return Answer(status=404) if asked == path else answer

    with serve(folder, without) as server:
        assert rows_failed in rows(check(server), Status.FAIL)


def test_a_missing_side_file(folder: Path) -> None:
    """Show that a record without side file is verified, and that it is asked for once a bundle."""

    def without(asked: str, answer: Answer) -> Answer:
        return Answer(status=404) if "commitments" in asked else answer

    with serve(folder, without) as server:
        assert check(server).verified
    assert 1 <= sum("commitments" in path for path in server.asked) <= 4


BESIDE = "the commitments beside some ballots can't be fetched, so their proofs were verified one by one"
BROKEN = {
    "busy": Answer(status=503),
    "hangs up": Answer(hang_up=True),
    "breaks off": Answer(body=b"x" * 100, cut=10),
}


@pytest.mark.parametrize("behaviour", BROKEN)
def test_a_server_that_fails_for_the_side_file(folder: Path, behaviour: str) -> None:
    """Show that ballots are judged proof by proof then, with a note, and that a range asks no longer than once."""

    def without(asked: str, answer: Answer) -> Answer:
        return Answer(**vars(BROKEN[behaviour])) if "commitments" in asked else answer

    with serve(folder, without) as server:
        report = check(server)
    assert report.verified
    asked = [path for path in server.asked if "commitments" in path]
    # once by the leader and once for the range, with all attempts
    assert len(asked) == 2 * (len(url_record.PAUSES) + 1)
    whole = verify(Options(record=str(folder)))
    noted = [finding.row for finding in report.findings if BESIDE in finding.note]
    assert noted == ["V6.D"]
    assert [replace(finding, note="") for finding in report.findings] == [
        replace(finding, note="") for finding in whole.findings
    ]
    assert BESIDE not in "".join(finding.note for finding in whole.findings)
    assert in_korean(BESIDE)


def test_a_false_proof_without_its_side_file(paper_election: Made, tmp_path: Path) -> None:
    """Show that a false ballot is found all the same where the server fails for the side file."""
    made = paper_election.copy()
    false_proof(4)(made)

    def without(asked: str, answer: Answer) -> Answer:
        return Answer(status=503) if "commitments" in asked else answer

    with serve(write_record(made, tmp_path / "record"), without) as server:
        assert rows(check(server), Status.FAIL) == {"V6.D"}


def test_a_side_file_beyond_what_ballots_need(folder: Path, paper_election: Made, tmp_path: Path) -> None:
    """Show that no more of a side file is fetched than the ballots of the manifest can fill, however it is packed."""
    manifest = manifest_from(json.loads(paper_election.manifest))
    most = most_beside_a_ballot(manifest)
    assert most == max(len(draft.commitments) for draft in paper_election.drafts)
    sent: list[int] = []

    def huge(asked: str, answer: Answer) -> Answer:
        if "commitments" in asked:
            sent.append(256 * (4 + most) + 2)
            return Answer(body=b"", length=sent[-1])
        return answer

    with serve(folder, huge) as server:
        report = check(server)
    assert sent
    assert report.findings == verify(Options(record=str(folder))).findings


def test_a_limit_of_the_reader(tmp_path: Path) -> None:
    """Show that a file is fetched up to the reader's limit, packed or not, and not a byte beyond."""
    noise = random.Random(1).randbytes(1 << 20)
    (tmp_path / "tile/commitments").mkdir(parents=True)
    (tmp_path / "tile/commitments/000").write_bytes(noise)
    for behave in (None, packed):
        with serve(tmp_path, behave) as server:
            record = UrlRecord(server.url)
            with record.open("tile/commitments/000", len(noise)) as stream:
                assert stream.read() == noise
            with pytest.raises(RecordUnreadable, match="is longer than"):
                record.open("tile/commitments/000", len(noise) - 1)


def test_a_log_of_any_size_that_is_claimed(tiny_election: Made, tmp_path: Path) -> None:
    """Show that a checkpoint of 2^62 entries costs a few requests and no memory."""
    folder = write_record(tiny_election, tmp_path / "record")
    (folder / "checkpoint").write_bytes(make_checkpoint(1 << 62, bytes(32)))
    with serve(folder) as server:
        report = check(server)
    assert "L.C" in rows(report, Status.FAIL)
    assert len(server.asked) < 100
    assert not read_layout(UrlRecord(server.url), 1 << 62).listed


def failing(times: int, bad: Answer) -> Behaviour:
    """Return a behaviour that answers badly so many times."""
    left = [times]

    def behave(path: str, answer: Answer) -> Answer:
        if path.startswith("tile/payloads") and left[0]:
            left[0] -= 1
            return Answer(**vars(bad))
        return answer

    return behave


SOON_OVER = {
    "overloaded": Answer(status=503),
    "too many requests": Answer(status=429, headers={"Retry-After": "0"}),
    "hangs up": Answer(hang_up=True),
    "breaks off": Answer(body=bytes(100_000), cut=50_000),
    "says nothing more": Answer(body=bytes(100), length=200),
}


@pytest.mark.parametrize("kind", SOON_OVER)
def test_trouble_that_passes(folder: Path, kind: str) -> None:
    """Show that a file is fetched again, and that the findings are those of the folder."""
    with serve(folder, failing(2, SOON_OVER[kind])) as server:
        report = check(server)
    assert report.verified


@pytest.mark.parametrize("kind", SOON_OVER)
def test_trouble_that_stays(folder: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Show that attempts end, with exit code 4 and a name, and never in a report that passes."""
    with serve(folder, failing(1000, SOON_OVER[kind])) as server:
        assert main([server.url, "--workers", "1", "--quiet", "--json"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3 attempts" in captured.err


def test_ranges_that_can_not_be_fetched(folder: Path) -> None:
    """Show that where workers alone meet the trouble, rows are ERROR and name it."""
    served: dict[str, int] = {}

    def behave(path: str, answer: Answer) -> Answer:
        served[path] = served.get(path, 0) + 1
        # the first two readings are for the manifest and the other payloads that are no ballots
        return Answer(status=503) if path == "tile/payloads/000" and served[path] > 2 else answer

    with serve(folder, behave) as server:
        report = check(server)
    status = {finding.row: finding for finding in report.findings}
    assert not report.verified
    assert rows(report, Status.FAIL) == set()
    for row in ("L.G", "V6.D", "V9.A", "E.H"):
        assert status[row].status is Status.ERROR
    assert "503" in status["V6.D"].note


def test_a_server_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Show exit code 4 for a port where nobody answers."""
    assert main(["http://127.0.0.1:9/log", "--quiet"]) == 4
    assert "attempts" in capsys.readouterr().err


def test_a_server_that_drips(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that a server which sends too little a second is given up."""
    monkeypatch.setattr(url_record, "FREE_SECONDS", 0.0)
    monkeypatch.setattr(url_record, "LEAST_RATE", 1 << 40)
    with serve(folder) as server, pytest.raises(Unavailable, match="too slowly"):
        UrlRecord(server.url).open("checkpoint")


def redirected(where: str) -> Behaviour:
    """Return a behaviour that sends everybody elsewhere."""

    def behave(path: str, answer: Answer) -> Answer:
        return answer if path.startswith("moved/") else Answer(status=302, headers={"Location": where + path})

    return behave


def test_redirects(folder: Path, tmp_path: Path) -> None:
    """Show that redirects on the same host are followed, and not to another one, nor in circles."""
    (tmp_path / "moved").symlink_to(folder)
    with serve(tmp_path, redirected("/log/moved/")) as server:
        assert read_file(open_record(server.url), "checkpoint", 10_000) == (folder / "checkpoint").read_bytes()
    with serve(folder) as other, serve(folder, redirected(other.url + "/")) as server:
        with pytest.raises(RecordUnreadable, match="another host"):
            UrlRecord(server.url).open("checkpoint")
        assert other.asked == []
    with serve(folder, redirected("https://127.0.0.1/")) as server, pytest.raises(RecordUnreadable, match="another"):
        UrlRecord(server.url).open("checkpoint")
    with serve(folder, redirected("/log/x")) as server, pytest.raises(RecordUnreadable, match="redirects"):
        UrlRecord(server.url).open("checkpoint")


def gzipped(body: bytes) -> Behaviour:
    """Return a behaviour that sends this as gzip data."""
    return lambda path, answer: Answer(body=body, headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (gzip.compress(bytes(100 << 20), 1), "longer than"),
        (gzip.compress(b"x" * 1000)[:-4], "do not end"),
        (gzip.compress(b"x" * 1000) + b"more", "do not end"),
        (b"no gzip data", "damaged"),
        (b"", "do not end"),
    ],
    ids=["bomb", "cut", "long", "noise", "empty"],
)
def test_bad_gzip_data(folder: Path, body: bytes, words: str) -> None:
    """Show that a bomb is unpacked no further than its bound, and that damage is damage."""
    with serve(folder, gzipped(body)) as server, pytest.raises(RecordUnreadable, match=words):
        UrlRecord(server.url).open("checkpoint")


def always(answer: Answer) -> Behaviour:
    """Return a behaviour that knows one answer."""
    return lambda path, _: answer


@pytest.mark.parametrize("chunked", [False, True])
def test_files_that_are_too_long(folder: Path, chunked: bool) -> None:
    """Show that a file is not even begun where its stated length is too much, nor read on where it is not stated."""
    answer = Answer(body=bytes(2_000_000), chunked=chunked)
    with serve(folder, always(answer)) as server, pytest.raises(RecordUnreadable, match="longer than"):
        UrlRecord(server.url).open("checkpoint")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=403, body=b"no"), "403"),
        (Answer(body=b"x", headers={"Content-Encoding": "br"}), "encoding"),
    ],
    ids=["forbidden", "encoding"],
)
def test_other_refusals(folder: Path, answer: Answer, words: str) -> None:
    """Show that a forbidden file and an unknown encoding can't be read, and are not asked for again."""
    with serve(folder, always(answer)) as server:
        with pytest.raises(RecordUnreadable, match=words):
            UrlRecord(server.url).open("checkpoint")
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    ["http://", "http://host:port/", "http://user:word@host/", "http://host/?q", "http://host/#f", "http://host/a b"],
)
def test_urls_that_are_none(url: str) -> None:
    """Show that only plain URLs are taken."""
    with pytest.raises(UsageError):
        open_record(url)


def test_a_connection_that_was_closed_meanwhile(server: Server) -> None:
    """Show that a connection which the server closed is opened again without a pause."""
    waited: list[float] = []
    record = UrlRecord(server.url, waited.append)
    first = read_file(record, "checkpoint", 10_000)
    assert record._connection.sock is not None
    record._connection.sock.close()
    assert read_file(record, "checkpoint", 10_000) == first
    assert waited in ([], [0.0])


def test_packed_data_of_the_right_length(folder: Path) -> None:
    """Show that the bound is on what is unpacked: data of exactly that length are read."""
    exact = bytes(url_record.MAX_OTHER_BYTES)
    for body, fits in ((exact, True), (exact + b"x", False)):
        packer = zlib.compressobj(wbits=31)
        with serve(folder, gzipped(packer.compress(body) + packer.flush())) as server:
            if fits:
                assert read_file(UrlRecord(server.url), "checkpoint", len(exact)) == exact
            else:
                with pytest.raises(RecordUnreadable, match="longer"):
                    UrlRecord(server.url).open("checkpoint")


def test_a_server_that_drips_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that an answer whose headers never end is given up, although a byte arrives now and then."""
    monkeypatch.setattr(url_record, "FREE_SECONDS", 0.3)
    monkeypatch.setattr(url_record, "PAUSES", ())
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                while not over.wait(0.05):
                    connection.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(Unavailable, match="1 attempts"):
                UrlRecord(f"http://127.0.0.1:{listener.getsockname()[1]}/").open("checkpoint")
        finally:
            over.set()
            thread.join()
