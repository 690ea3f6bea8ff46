"""A whole election over HTTP: every person with processes and a folder of their own, talking to the board alone."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evote.client.reader import verify_receipt
from evote.log.policy_text import parse_policy
from tests.integration.programs import PASSPHRASE, finish, succeeded
from tests.remote.served_town import DEFINITION, TRUSTEES, VOTERS, WITNESSES, ServedTown, wait_for


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTown]:
    """Return a town with a served board that everybody trusts under its key and its witnesses."""
    town = ServedTown(tmp_path_factory.mktemp("served"))
    try:
        town.serve()
        keys = {role: town.at(role, "evote", "key", "create", f"{role}.key", *PASSPHRASE, "--json") for role in ROLES}
        identities = [
            town.at(f"trustee-{i}", "evote-trustee", "identity", "--home", "home", *PASSPHRASE, "--json")
            for i in TRUSTEES
        ]
        made = {role: succeeded((role,), finish(process)).json["public_key"] for role, process in keys.items()}
        trustees = [
            f'  - {{ label: "t{i}", public_key: "{succeeded((i,), finish(process)).json["public_key"]}" }}'
            for i, process in zip(TRUSTEES, identities, strict=True)
        ]
        text = DEFINITION.format(trustees="\n".join(trustees), **made)
        (town.person("authority") / "vote.yaml").write_text(text)
        roll = "id,name,district\n" + "".join(f"{name},{name},all\n" for name in VOTERS)
        (town.person("registrar") / "roll.csv").write_text(roll)
        for name in (*ROLES, "voters"):
            town.good_at(name, "evote", "board", "trust", town.url, "--policy", town.policy)
        yield town
    finally:
        town.stop()


ROLES = ("authority", "registrar")


def test_a_whole_election(town: ServedTown) -> None:
    """Trustees wait through all rounds, one is killed, the board is killed: all under four witnesses of five, and the
    verifier, which knows them, finds the votes.
    """
    # A trustee may begin before there is an election.
    ceremonies = {i: town.trustee(i, "ceremony", "--yes") for i in TRUSTEES}
    town.authority("create", "vote.yaml")
    keystore = town.folder / "trustee-2" / "home" / "keystore"
    before = keystore.stat().st_mtime_ns
    wait_for(lambda: keystore.stat().st_mtime_ns != before, "trustee 2 joining")
    ceremonies[2].kill()
    assert finish(ceremonies[2]).code == -signal.SIGKILL
    town.kill_server()
    town.serve()
    ceremonies[2] = town.trustee(2, "ceremony", "--yes")
    ended = {i: succeeded((i,), finish(process)).json for i, process in ceremonies.items()}
    assert all(one["done"] for one in ended.values())
    assert all(set(one["published"]) <= set(range(2, 14)) for one in ended.values())
    assert not list(town.folder.rglob("*.submission"))

    town.registrar("credentials", "roll.csv", "--codes", "codes.csv")
    rehearsals = [town.trustee(i, "rehearse") for i in TRUSTEES]
    assert town.authority("advance")["done"] == ["election.keys", "election.rehearsal"]
    for rehearsal in rehearsals:
        succeeded(("rehearse",), finish(rehearsal))
    assert town.authority("open", "--off-schedule")["published"] is True
    assert town.authority("open", "--off-schedule")["published"] is False

    said = _vote(town)
    decrypting = {i: town.trustee(i, "decrypt", "--yes") for i in (1, 3)}
    assert town.authority("close", "--off-schedule")["phase"] == "tally"
    town.kill_server()
    town.serve()
    assert town.authority("tally")["published"] is True
    for process in decrypting.values():
        succeeded(("decrypt",), finish(process))
    assert town.authority("result")["phase"] == "final"
    assert town.authority("finish")["phase"] == "ended"
    status = town.good_at("authority", "evote", "election", "status", "--board", town.url, "--json").json
    assert (status["cast"], status["challenged"], status["outcomes"]) == (3, 1, ["decided"])

    ran = town.verify(town.url)
    report = json.loads(ran.out)
    assert (ran.code, report["verified"]) == (0, True), ran.err
    (contest,) = report["summary"]["contests"]
    assert [unit["votes"] for unit in contest["units"]] == [[2, 1]]
    _check_receipts(town, said)


def _vote(town: ServedTown) -> dict[str, Any]:
    """Let one challenge and three cast; return what the casting said."""
    codes = dict(
        line.split(",")[0::3]
        for line in (town.folder / "registrar" / "codes.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    )
    for name, code in codes.items():
        (town.person("voters") / f"{name}.code").write_text(code + "\n")

    def voter(name: str, step: str, *more: object) -> Any:
        options = ("--board", town.url, "--code-file", f"{name}.code", "--json")
        return town.good_at("voters", "evote", "ballot", step, f"{name}.ballot", *options, *more).json

    voter("choi", "prepare", "--choose", "merger=no")
    assert voter("choi", "challenge")["opening"] == {"merger": [0, 1]}
    said = {}
    for name, choice in {"kim": "yes", "lee": "yes", "park": "no"}.items():
        voter(name, "prepare", "--choose", f"merger={choice}")
        said[name] = voter(name, "cast", "--receipt", f"{name}.receipt")
    again = town.at("voters", "evote", "ballot", "prepare", "kim.again", "--board", town.url, "--code-file", "kim.code")
    assert finish(again).code == 0
    refused = ("--board", town.url, "--code-file", "kim.code", "--receipt", "kim.second")
    ran = finish(town.at("voters", "evote", "ballot", "cast", "kim.again", *refused))
    assert (ran.code, "[ballot.already_cast]" in ran.err) == (4, True)
    return said


def _check_receipts(town: ServedTown, said: dict[str, Any]) -> None:
    policy = parse_policy(town.policy.read_bytes())
    assert (len(policy.witnesses), policy.groups[0].threshold) == (WITNESSES, 4)
    for one in said.values():
        proof = Path(town.person("voters") / one["proof"]).read_bytes()
        assert verify_receipt(proof, policy=policy).index == one["index"]
    found = ("ballot", "receipt", "kim.receipt", "--board", town.url, "--out", "kim.proof", "--json")
    assert town.good_at("voters", "evote", *found).json["index"] == said["kim"]["index"]
