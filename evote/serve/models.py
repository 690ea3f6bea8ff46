"""The shapes of the API's answers, with examples, for its OpenAPI description.

Spec: docs/http.md. Hashes, codes and keys are lower-case hexadecimal; C2SP formats keep their base64.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

_HASH: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_ELECTION: Final = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_LOG: Final[dict[str, Any]] = {
    "origin": "vote.example.org/2026",
    "size": 1042,
    "published_size": 1042,
    "witnesses": "quorum",
    "notice": "A quorum of this log's witnesses has cosigned its checkpoint.",
}
_PROMISE: Final[dict[str, Any]] = {
    "deadline": 1780000060,
    "index": 1042,
    "leaf_hash": _HASH,
    "origin": "vote.example.org/2026",
    "signature": "00" * 64,
}
_RECEIPT: Final = "c2sp.org/tlog-proof@v1\nextra eyJ...\nindex 1041\n...\n\nvote.example.org/2026\n1042\n..."
_TURNOUT: Final[dict[str, Any]] = {
    "credentials": 520,
    "voted": 311,
    "districts": [{"label": "north", "credentials": 520, "voted": 311}],
}
PROBLEM_EXAMPLE: Final[dict[str, Any]] = {
    "type": "urn:evote:problem:ballot.already_cast",
    "title": "Not allowed now",
    "status": 409,
    "detail": "credential 5f2b... has cast its ballot, and the manifest allows no second one (E.E)",
    "code": "ballot.already_cast",
}


class Log(BaseModel):
    """How the log stands; `witnesses` is none, quorum or missing."""

    origin: str
    size: int = Field(description="Entries that are durably in the log.")
    published_size: int = Field(description="Entries under the published checkpoint.")
    witnesses: str
    notice: str


class Problem(BaseModel):
    """RFC 9457 problem details; `code` is stable for machines."""

    model_config = ConfigDict(json_schema_extra={"example": PROBLEM_EXAMPLE})

    type: str
    title: str
    status: int
    detail: str
    code: str


class Promise(BaseModel):
    """The log's signed word that an entry is published by the deadline (docs/http.md section 5)."""

    deadline: int
    index: int
    leaf_hash: str
    origin: str
    signature: str


class Result(BaseModel):
    """What became of one statement: `status` as if it had been submitted alone."""

    status: int
    leaf_hash: str | None = None
    index: int | None = None
    receipt: str | None = Field(default=None, description="The text of the .tlog-proof file (status 200).")
    promise: Promise | None = Field(default=None, description="Instead of a receipt, while there is no quorum (202).")
    problem: Problem | None = Field(default=None, description="Why the statement was refused.")


class Submitted(BaseModel):
    """The answer to a submission, one result for each statement in its order."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "log": _LOG,
                "results": [
                    {"status": 200, "leaf_hash": _HASH, "index": 1041, "receipt": _RECEIPT},
                    {"status": 202, "leaf_hash": _HASH, "index": 1042, "promise": _PROMISE},
                    {"status": 409, "leaf_hash": _HASH, "problem": PROBLEM_EXAMPLE},
                ],
            }
        }
    )

    log: Log
    results: list[Result]


class Promised(BaseModel):
    """An entry that is in the log and not yet published."""

    model_config = ConfigDict(json_schema_extra={"example": {"log": _LOG, "promise": _PROMISE}})

    log: Log
    promise: Promise


class Turnout(BaseModel):
    """Valid credentials, and how many of them have a ballot that counts."""

    credentials: int
    voted: int
    districts: list[dict[str, int | str]]


class Election(BaseModel):
    """An election in the log."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "log": _LOG,
                "id": _ELECTION,
                "label": "council",
                "title": {"ko": "2026 의회 선거", "en": "Council 2026"},
                "phase": "voting",
                "opens": "2026-06-03T00:00:00Z",
                "closes": "2026-06-03T12:00:00Z",
                "turnout": _TURNOUT,
            }
        }
    )

    log: Log | None = None
    id: str
    label: str
    title: dict[str, str]
    phase: str
    opens: str
    closes: str
    turnout: Turnout


class Elections(BaseModel):
    """All elections in the log, oldest first."""

    log: Log
    elections: list[Election]


class FoundBallot(BaseModel):
    """Where the ballot with a confirmation code stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "log": _LOG,
                "election": _ELECTION,
                "confirmation_code": _HASH,
                "index": 1041,
                "published": True,
            }
        }
    )

    log: Log
    election: str
    confirmation_code: str
    index: int
    published: bool
    receipt: str | None = Field(default=None, description="The text of the .tlog-proof file, once it is published.")


class Consistency(BaseModel):
    """A consistency proof (RFC 9162 section 2.1.4) between two sizes; hashes in base64."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"log": _LOG, "old": 7, "new": 8, "hashes": ["dUzyMMwdndiPQiJhzC/71zAbcvdO1PXXvQ7FQDF8WdU="]}
        }
    )

    log: Log
    old: int
    new: int
    hashes: list[str]
