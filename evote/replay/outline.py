"""The course of all elections of a log without the proofs of their ballots: for those who act in it.

Spec: docs/protocol.md sections 3 and 4.

Idea: whoever publishes the next statement needs manifest, ceremony, roll and phase, and how many ballots there are, but
not what is in them. So the payload of a ballot is not even read: that it is in the log is proven, that it was
admissible is left to the board, the trustees and the verifier, who all look. Everything else is verified and admitted
by the rules. The sums of `election.tally` can't be compared without the ballots; they are taken on the authority's
signature.

Invariants: every entry is proven to be in the log; every statement but a ballot has a valid signature and its payload;
a state has the ballots that count by credential, district and weight, and the ciphertexts of none. Never compute a
tally from it.
"""

from __future__ import annotations

from collections.abc import Callable

from evote.client.reader import RecordReader
from evote.core.group import Group
from evote.election.admission import admit, apply
from evote.election.admission_ballots import check_voter
from evote.election.kinds import BALLOT_KINDS, Kind, parse_kind
from evote.election.state import BallotForm, CastBallot, ElectionState
from evote.election.submission import Submission
from evote.errors import EvoteError, PolicyError
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.log.tiles import TILE_WIDTH, TileKind
from evote.replay.replay import located_error, read_submission

_KINDS = frozenset(kind.value for kind in Kind)


class Outline:
    """The states of the elections of a log by id, oldest first; `position` is the index of the next entry."""

    def __init__(self, group: Group) -> None:
        """Begin before the first entry."""
        self._group = group
        self.states: dict[bytes, ElectionState] = {}
        self.position = 0

    def read(self, reader: RecordReader, progress: Callable[[int], None] = lambda _: None) -> None:
        """Take everything from `position` to the reader's checkpoint; `progress` counts entries.

        Raise EvoteError with the index in its message for the first statement that is not admissible, after which the
        outline can't go on; and as `RecordReader.entries`.
        """
        payloads: tuple[bytes, ...] = ()
        bundle = -1
        for entry in reader.entries(self.position):
            try:
                statement = decode_statement(entry.data)
                if self._is_ballot(statement):
                    self._count(statement)
                elif self._is_of_election(statement):
                    number, place = divmod(entry.index, TILE_WIDTH)
                    if number != bundle:
                        bundle, payloads = number, reader.bundle(TileKind.PAYLOADS, number)
                    self._admit(statement, payloads[place])
            except EvoteError as error:
                raise located_error(error, entry.index, "entry") from error
            self.position = entry.index + 1
            progress(1)

    def _is_ballot(self, statement: Statement) -> bool:
        return statement.kind in BALLOT_KINDS and statement.scope in self.states

    def _is_of_election(self, statement: Statement) -> bool:
        # What stands before its manifest is no part of an election, and other services have kinds of their own.
        return statement.kind in _KINDS and (statement.scope in self.states or statement.kind == Kind.MANIFEST)

    def _admit(self, statement: Statement, payload: bytes) -> None:
        verify_statement(statement, payload)
        submission = read_submission(statement, payload, self._group)
        state = self.states.get(statement.scope) or ElectionState(group=self._group, election_id=statement.scope)
        if submission.kind is Kind.TALLY:
            _believe_tally(state, submission)
        else:
            admit(state, submission)
        self.states[statement.scope] = state

    def _count(self, statement: Statement) -> None:
        """Count a ballot of a credential that may vote, without having looked into it."""
        state, author = self.states[statement.scope], statement.author
        check_voter(state, parse_kind(statement.kind), author)
        entry, box = state.roll.entries[author], state.box
        if statement.kind == Kind.BALLOT_CHALLENGED:
            box.challenged_count[author] = box.challenged_count.get(author, 0) + 1
            return
        box.cast_count[author] = box.next_number(author)
        box.put(
            CastBallot(
                credential=author,
                district=entry.district,
                weight=entry.weight,
                confirmation_code=b"",
                form=BallotForm(group=self._group, options=(), source=None),
                held=b"",
            )
        )


def _believe_tally(state: ElectionState, submission: Submission) -> None:
    """Take a tally on the signature of the authority."""
    if submission.author != state.manifest.authority:
        raise PolicyError("admission.author", f"{submission.kind} does not come from the authority")
    if not state.closed or state.tally is not None:
        raise PolicyError("admission.phase", f"{submission.kind} follows election.close, once")
    apply(state, submission)
