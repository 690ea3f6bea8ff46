"""Witnesses without sockets: honest ones by the real witness program, and what a bad one does to their answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from evote.log.key import VerifierKey
from evote.log.policy import Policy, PolicyGroup, PolicyWitness
from evote.witness.identity import Identity, Meaning
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.witness import Witness

Handler = Callable[[httpx.Request], Awaitable[httpx.Response]]


class Town(httpx.AsyncBaseTransport):
    """A network of witnesses `w1`, `w2`, ... at http://w1/ and so on; each can be replaced by any other behaviour."""

    def __init__(self, folder: Path, log_key: VerifierKey, count: int) -> None:
        """Make honest witnesses of a log."""
        self.handlers: dict[str, Handler] = {}
        self.identities: dict[str, Identity] = {}
        self.witnesses: dict[str, Witness] = {}
        self.asked: list[str] = []  # host and path of every request
        self.time: Callable[[], int] = lambda: int(time.time())
        for number in range(1, count + 1):
            name = f"w{number}"
            place = folder / name
            self.identities[name] = create_witness(place, f"{name}.example", Meaning.CONSISTENCY, secrets.token_bytes)
            pin_log(place, log_key, log_key.name, "")
            self.witnesses[name] = open_witness(place, Meaning.CONSISTENCY, lambda: self.time())
            self.handlers[name] = self.honest(name)

    def policy(self, threshold: int, *, url: str = "http://{}") -> Policy:
        """Return the policy that needs so many of the witnesses."""
        return Policy(
            witnesses=tuple(
                PolicyWitness(name=name, key=identity.keys[0], url=url.format(name))
                for name, identity in self.identities.items()
            ),
            groups=(PolicyGroup(name="town", threshold=threshold, members=tuple(self.identities)),),
            quorum="town",
        )

    def honest(self, name: str) -> Handler:
        """Return the behaviour of the real witness."""
        witness = self.witnesses[name]

        async def handle(request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and request.url.path == "/add-checkpoint":
                answer = witness.add_checkpoint(request.content)
                return httpx.Response(answer.status, content=answer.body, headers={"content-type": answer.content_type})
            note = witness.latest_note(request.url.path.split("/")[1])
            return httpx.Response(200 if note else 404, content=note or b"")

        return handle

    def gone(self, *names: str) -> None:
        """Let witnesses be unreachable."""
        for name in names:
            self.handlers.pop(name, None)

    def back(self, *names: str) -> None:
        """Let witnesses be honest again."""
        for name in names:
            self.handlers[name] = self.honest(name)

    def slow(self, name: str, seconds: float) -> None:
        """Let a witness think before it answers honestly."""
        honest = self.honest(name)

        async def handle(request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(seconds)
            return await honest(request)

        self.handlers[name] = handle

    def answer(self, name: str, status: int, body: bytes = b"", content_type: str = "text/plain") -> None:
        """Let a witness give one answer to everything."""

        async def handle(_: httpx.Request) -> httpx.Response:
            return httpx.Response(status, content=body, headers={"content-type": content_type})

        self.handlers[name] = handle

    def change(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Let a witness change the body of its honest answers to add-checkpoint."""
        honest = self.honest(name)

        async def handle(request: httpx.Request) -> httpx.Response:
            response = await honest(request)
            if response.status_code != 200 or request.method != "POST":
                return response
            return httpx.Response(200, content=change(response.content), headers={"content-type": "text/plain"})

        self.handlers[name] = handle

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Bring a request to its witness."""
        await request.aread()
        self.asked.append(f"{request.url.host}{request.url.path}")
        handler = self.handlers.get(request.url.host)
        if handler is None:
            raise httpx.ConnectError("nobody is there", request=request)
        response = await handler(request)
        # A response as it comes from a socket: its body is still to be read.
        return httpx.Response(
            response.status_code,
            headers={"content-type": response.headers.get("content-type", "")},
            stream=httpx.ByteStream(response.content),
        )

    def close(self) -> None:
        """Close the witnesses' memories."""
        for witness in self.witnesses.values():
            witness.store.close()
