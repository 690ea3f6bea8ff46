"""The 518 conformance vectors of transparency-dev/merkle: inclusion, consistency, and both for subtrees."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from evote.errors import VerificationError
from evote.log.merkle import verify_consistency, verify_inclusion
from evote.log.subtree import verify_subtree_consistency, verify_subtree_inclusion
from tests.shared_data import shared_file

COUNTS = {"inclusion": 98, "consistency": 98, "subtreeinclusion": 204, "subtreeconsistency": 118}


def verify(kind: str, case: dict[str, Any]) -> None:
    """Run the verification that a vector of this kind is about."""
    proof = [base64.b64decode(item) for item in case["proof"] or ()]
    hashes = {
        name: base64.b64decode(case[name] or "") for name in ("root", "leafHash", "root1", "root2") if name in case
    }
    match kind:
        case "inclusion":
            verify_inclusion(hashes["leafHash"], case["leafIdx"], case["treeSize"], proof, hashes["root"])
        case "consistency":
            verify_consistency(case["size1"], case["size2"], proof, hashes["root1"], hashes["root2"])
        case "subtreeinclusion":
            verify_subtree_inclusion(
                hashes["leafHash"], case["leafIdx"], case["start"], case["end"], proof, hashes["root"]
            )
        case _:
            verify_subtree_consistency(
                case["start"], case["end"], case["size"], proof, hashes["root1"], hashes["root2"]
            )


def verdict(kind: str, path: Path) -> bool:
    """Say whether a vector's proof is refused."""
    try:
        verify(kind, json.loads(path.read_text()))
    except VerificationError:
        return True
    return False


@pytest.mark.parametrize("kind", COUNTS)
def test_every_vector_has_its_verdict(kind: str) -> None:
    """All vectors of a kind are there, and each is accepted or refused as it says; nothing but our error comes out."""
    paths = sorted(shared_file(f"transparency-log/merkle/{kind}").rglob("*.json"))
    assert len(paths) == COUNTS[kind]
    wrong = [str(path) for path in paths if verdict(kind, path) != json.loads(path.read_text())["wantErr"]]
    assert wrong == []
