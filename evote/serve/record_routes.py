"""The record over HTTP: checkpoint, policy, tiles and bundles, under the same paths as in the folder.

Spec: C2SP tlog-tiles v0.1.0; docs/formats.md section 1; docs/http.md section 2.

Idea: files that never change are served with a year of caching, so that a copy or a cache in front takes nearly all of
the load; the checkpoint is the one thing that is always asked for anew. Full bundles are compressed once, beside the
record and not in it.

Invariants: a path is parsed as the path of a tile before any file is looked for; nothing but the record is served.
"""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any, Final, Protocol

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from evote.board.files import make_folders, replace_file
from evote.board.publish import CHECKPOINT_NAME, POLICY_NAME
from evote.errors import BoardError, EncodingError
from evote.log.tiles import Tile, TileKind, parse_tile_path, tile_path
from evote.serve.problems import HttpError, problem_response
from evote.serve.submission_routes import problem_answers

IMMUTABLE: Final = "public, max-age=31536000, immutable"
CHECKPOINT_CACHING: Final = "public, max-age=1"
POLICY_CACHING: Final = "public, max-age=60"
TEXT: Final = "text/plain; charset=utf-8"
OCTETS: Final = "application/octet-stream"

_GZIP_LEVEL: Final = 6
_SMALLEST: Final = 1024


class ServedFolders(Protocol):
    """Where a record is, and where compressed bundles may be kept beside it: of a board, or of a copy."""

    @property
    def record_folder(self) -> Path:
        """The record."""

    @property
    def cache_folder(self) -> Path:
        """A folder of the server's own."""


def record_routes(service: ServedFolders) -> APIRouter:
    """Return the routes of a service's record."""
    router = APIRouter(tags=["record"])
    folder = service.record_folder
    compressing = asyncio.Semaphore(1)

    @router.get("/checkpoint", summary="The signed checkpoint (C2SP tlog-checkpoint)", **_described(TEXT))
    async def checkpoint() -> Response:
        return _text(folder / CHECKPOINT_NAME, CHECKPOINT_CACHING)

    @router.get("/policy", summary="The log's policy (C2SP tlog-policy)", **_described(TEXT))
    async def policy() -> Response:
        return _text(folder / POLICY_NAME, POLICY_CACHING)

    @router.get("/tile/{path:path}", summary="A hash tile or a bundle (C2SP tlog-tiles)", **_described(OCTETS))
    async def tile(path: str, request: Request) -> Response:
        try:
            named = parse_tile_path(f"tile/{path}")
        except EncodingError:
            return _missing()
        place = folder / tile_path(named)
        headers = {"cache-control": IMMUTABLE}
        if named.kind is TileKind.HASHES:
            try:
                return Response(place.read_bytes(), headers=headers, media_type=OCTETS)
            except OSError:
                return _missing()
        if not place.is_file():
            return _missing()
        headers["vary"] = "accept-encoding"
        if not named.is_partial and _accepts_gzip(request):
            async with compressing:
                packed = await asyncio.to_thread(_compressed, place, service.cache_folder, named)
            if packed is not None:
                return FileResponse(packed, headers={**headers, "content-encoding": "gzip"}, media_type=OCTETS)
        return FileResponse(place, headers=headers, media_type=OCTETS)

    for path, endpoint in (("/checkpoint", checkpoint), ("/policy", policy), ("/tile/{path:path}", tile)):
        router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
    return router


def _described(content_type: str) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {200: {"content": {content_type: {}}}, **problem_answers(404, 429)},
    }


def _text(path: Path, caching: str) -> Response:
    try:
        return Response(path.read_bytes(), headers={"cache-control": caching}, media_type=TEXT)
    except OSError:
        return _missing()


def _missing() -> Response:
    return problem_response(HttpError("record.not_found", "the record has no such file", status=404))


def _accepts_gzip(request: Request) -> bool:
    for item in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = item.strip().partition(";")
        if name.strip() in ("gzip", "*") and weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            return True
    return False


def _compressed(place: Path, cache: Path, tile: Tile) -> Path | None:
    """Return the compressed twin of a full bundle, made if needed; None where it can't be kept or saves nothing."""
    path = cache / f"{tile_path(tile)}.gz"
    if path.is_file():
        return path
    try:
        data = place.read_bytes()
        packed = gzip.compress(data, _GZIP_LEVEL, mtime=0)
        if len(data) < _SMALLEST or len(packed) >= len(data):
            return None
        make_folders(path.parent)
        replace_file(path, packed)
    except (OSError, BoardError):
        return None
    return path
