"""A real election over HTTP: phases and turnout while it runs, ballots found by their codes, refusals by rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from evote.board.admission import Posting
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.client.reader import verify_receipt
from evote.ed25519 import SigningKey
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.log.key import ED25519, VerifierKey
from evote.log.policy import Policy, PolicyLog
from evote.log.statement import encode_statement, sign_statement
from tests.election.built_election import paper_election, person
from tests.serve.scene import QUICK, Scene, post, results_of
from tests.serve.test_submitting import check_problem

LOG_KEY = SigningKey(b"\x07" * 32)
ORIGIN = "board.example/elections"
POLICY = Policy(logs=(PolicyLog(key=VerifierKey(name=ORIGIN, algorithm=ED25519, public_key=LOG_KEY.public_key)),))


def postings() -> list[tuple[Kind, Posting]]:
    """Return the told election, kind by kind."""
    return [
        (step.submission.kind, Posting(statement=step.entry, payload=step.payload)) for step in paper_election().steps
    ]


@pytest.fixture
def board(tmp_path: Path) -> Scene:
    """Return an empty board with the rules of elections."""
    Board.create(tmp_path, ORIGIN, LOG_KEY, admission=ElectionAdmission(1)).close()
    return Scene(tmp_path, admission=lambda: ElectionAdmission(1), settings=replace(QUICK, batch_seconds=0.02))


def test_a_whole_election_over_http(board: Scene) -> None:
    """Statement by statement to the end: phases, live turnout, found ballots, and nothing out of turn."""
    told = postings()
    election = paper_election().state.election_id.hex()

    async def story(client: httpx.AsyncClient) -> None:
        async def state() -> tuple[str, int]:
            assert board.service is not None
            board.service.elections_cache.clear()
            value = (await client.get(f"/api/elections/{election}")).json()
            return value["phase"], value["turnout"]["voted"]

        check_problem(await client.get(f"/api/elections/{election}"), 404, "admission.no_manifest")
        kinds = [kind for kind, _ in told]
        opening, closing = kinds.index(Kind.OPEN), kinds.index(Kind.CLOSE)
        first_ballot = next(posting for kind, posting in told if kind in BALLOT_KINDS)

        # A ballot before its time, then the ceremony in two requests.
        check_problem(await post(client, first_ballot), 409, "admission.no_manifest")
        assert (await post(client, *[one for _, one in told[:5]])).status_code == 200
        check_problem(await post(client, first_ballot), 409, "admission.phase")
        assert (await post(client, *[one for _, one in told[5 : opening + 1]])).status_code == 200
        assert await state() == ("voting", 0)

        # Ballots one by one, strikes and the replacement between them.
        codes = []
        for (_, posting), step in zip(told[opening + 1 : closing], paper_election().steps[opening + 1 :], strict=False):
            response = await post(client, posting)
            assert response.status_code == 200, response.text
            (result,) = results_of(response)
            assert verify_receipt(result["receipt"].encode(), policy=POLICY).entry == posting.statement
            if step.facts is not None:
                codes.append((step.facts.confirmation_code.hex(), result["index"]))
        phase, voted = await state()
        assert (phase, voted) == ("voting", len(paper_election().state.box.latest))
        turnout = (await client.get("/api/elections")).json()["elections"][0]["turnout"]
        assert [one["label"] for one in turnout["districts"]] == ["north", "south", "east", "west"]
        assert sum(one["voted"] for one in turnout["districts"]) == turnout["voted"]
        # Twelve on the roll; Leo voted on paper, Cem is not eligible, Hal's code was replaced.
        assert turnout["credentials"] == 10

        # Whoever knows a code finds the ballot, cast or challenged, with its receipt.
        assert len(codes) == 13
        for code, index in codes:
            found = (await client.get(f"/api/elections/{election}/ballots/{code}")).json()
            assert (found["index"], found["published"]) == (index, True)
            assert verify_receipt(found["receipt"].encode(), policy=POLICY).index == index
        check_problem(await client.get(f"/api/elections/{election}/ballots/{'00' * 32}"), 404, "ballot.not_found")
        check_problem(await client.get(f"/api/elections/{'00' * 32}/ballots/{codes[0][0]}"), 404, "ballot.not_found")
        check_problem(await client.get(f"/api/elections/{election}/ballots/xyz"), 400, "request.bad_hash")

        # The rest, and a late ballot.
        assert (await post(client, told[closing][1])).status_code == 200
        # The same bytes are no late ballot: they give the old receipt. Another ballot is one.
        assert (await post(client, first_ballot)).status_code == 200
        scope = paper_election().state.election_id
        check_problem(await post(client, signed("Ada", scope, first_ballot.payload + b" ")), 409, "admission.phase")
        for _, posting in told[closing + 1 :]:
            assert (await post(client, posting)).status_code == 200
        assert (await state())[0] == "ended"

    board.serve(story)


def test_bad_ballots_are_refused_by_their_rule(board: Scene) -> None:
    """A false proof, a ballot of somebody who is not on the roll, and one whose commitments are others'."""
    told = postings()
    opening = [kind for kind, _ in told].index(Kind.OPEN)
    ballots = [posting for kind, posting in told if kind is Kind.BALLOT_CAST]

    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, *[one for _, one in told[: opening + 1]])).status_code == 200
        scope = paper_election().state.election_id
        # Ada signs Ben's ballot: its id is not made from her key.
        copied = await post(client, signed("Ada", scope, ballots[1].payload))
        assert (copied.status_code, copied.json()["title"]) == (422, "False statement")
        check_problem(await post(client, signed("nobody", scope, ballots[0].payload)), 403, "ballot.not_on_roll")
        other = replace(ballots[0], commitments=b"\x00" * 512)
        assert (await post(client, other)).status_code == 422
        assert (await post(client, ballots[0])).status_code == 200

    board.serve(story)


def signed(author: str, scope: bytes, payload: bytes) -> Posting:
    """Return a cast statement of somebody about any payload."""
    statement = sign_statement(person(author), kind=Kind.BALLOT_CAST, scope=scope, payload=payload)
    return Posting(statement=encode_statement(statement), payload=payload)
