"""Admission of the statements that move an election on: manifest, parameters, open, close, final.

Spec: docs/protocol.md sections 4 and 5; formulas of H_P and H_B in section 2.1.

Idea: the authority states again what follows from the log, and is held to it.

Invariants: a check changes nothing; an apply assumes that its check passed.
"""

from __future__ import annotations

from evote.election.admission_common import require_equal, require_once, require_phase
from evote.election.context import make_context
from evote.election.kinds import Kind
from evote.election.manifest import VERSION, Manifest, check_manifest
from evote.election.records import Closing, Final, Opening, Parameters
from evote.election.state import ElectionState, TrusteeFacts
from evote.election.submission import Submission
from evote.errors import ConfigurationError, VerificationError


def check_manifest_statement(state: ElectionState, submission: Submission, manifest: Manifest) -> None:
    """Check that the manifest obeys section 5 and that the scope is its H_B.

    Raise VerificationError `manifest.<rule>` or `manifest.election_id`, ProtocolError `admission.twice`.
    """
    require_once(state.context, submission.kind, submission.author)
    try:
        check_manifest(manifest)
    except ConfigurationError as error:
        raise VerificationError(error.code, error.message) from error
    context = make_context(state.group, manifest, submission.manifest_bytes)
    # scope = H_B = H(H_P; 0x01, manifest)
    require_equal(state.election_id, context.h_b, "manifest.election_id", "the scope of election.manifest")


def apply_manifest(state: ElectionState, submission: Submission, manifest: Manifest) -> None:
    """Let the election begin."""
    state.context = make_context(state.group, manifest, submission.manifest_bytes)
    state.trustees = [TrusteeFacts() for _ in manifest.trustees]


def check_parameters(state: ElectionState, submission: Submission, record: Parameters) -> None:
    """Check every parameter against the standard and the manifest; raise VerificationError `parameters.<field>`."""
    require_once(state.parameters, submission.kind, submission.author)
    context = state.known_context
    standard, manifest = state.group.parameters, state.manifest
    expected = {
        "version": VERSION,
        "p": standard.p,
        "q": standard.q,
        "g": standard.g,
        "n": len(manifest.trustees),
        "k": manifest.quorum,
        "h_p": context.h_p,
        "h_b": context.h_b,
    }
    for name, value in expected.items():
        require_equal(getattr(record, name), value, f"parameters.{name}", f"{name} of election.parameters")


def apply_parameters(state: ElectionState, _submission: Submission, record: Parameters) -> None:
    """Note the parameters; round 0 of the key ceremony can begin."""
    state.parameters = record


def check_open(state: ElectionState, submission: Submission, record: Opening) -> None:
    """Check that all is ready and that the opening names H_E and the roll.

    Raise PolicyError `admission.phase`, VerificationError `open.h_e` or `open.roll`, ProtocolError `admission.twice`.
    """
    require_once(state.opened, submission.kind, submission.author)
    require_phase(state.roll.totals, submission.kind, "it follows registrar.roll; state the roll first")
    missing = [i for i, trustee in enumerate(state.trustees, 1) if trustee.rehearsal is None]
    require_phase(
        not missing, submission.kind, f"it follows the trustee.rehearsal of every trustee; missing are {missing}"
    )
    _require_h_e(state, submission.kind, record.h_e, "open.h_e")
    require_equal(record.roll, state.roll.digest, "open.roll", "roll of election.open")


def apply_open(state: ElectionState, _submission: Submission, _record: Opening) -> None:
    """Open the ballot box."""
    state.opened = True


def check_close(state: ElectionState, submission: Submission, record: Closing) -> None:
    """Check that the box is open; raise PolicyError `admission.phase`, VerificationError `close.h_e`."""
    require_once(state.closed, submission.kind, submission.author)
    require_phase(state.opened, submission.kind, "it follows election.open")
    _require_h_e(state, submission.kind, record.h_e, "close.h_e")


def apply_close(state: ElectionState, _submission: Submission, _record: Closing) -> None:
    """Close the ballot box for good."""
    state.closed = True


def check_final(state: ElectionState, submission: Submission, record: Final) -> None:
    """Check that the result stands and is the one named; raise VerificationError `final.result`."""
    require_phase(state.result, submission.kind, "it follows election.result")
    require_equal(record.result, state.result_digest, "final.result", "result of election.final")


def apply_final(state: ElectionState, _submission: Submission, _record: Final) -> None:
    """End the scope."""
    state.final = True


def _require_h_e(state: ElectionState, kind: Kind, stated: bytes, code: str) -> None:
    require_phase(state.keys, kind, "it follows election.keys")
    if state.keys is not None:
        require_equal(stated, state.keys.h_e, code, f"h_e of {kind}")
