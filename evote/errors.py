"""Every exception of the project, drawn as a tree by who is to blame.

    EvoteError
    ├── EncodingError        the sender: bytes that are not the one encoding of a value
    ├── VerificationError    the prover: a statement that is false (proof, signature, hash)
    ├── ProtocolError        a participant: out of turn, twice, contradicting; names the culprits
    ├── PolicyError          the submitter: correct, but not allowed now
    ├── ConfigurationError   the operator: a definition, roll or command that can't be carried out
    ├── KeystoreError        the owner of a secret: wrong passphrase, damaged or missing file
    └── BoardError           the board: unavailable or inconsistent
        └── EquivocationError  two signed words of a log that contradict each other, as evidence

Invariants: every error has a stable `code` for machines (`<group>.<rule>`, lower case, e.g.
"encoding.not_canonical") and a message that names the rule and the value; neither message nor values hold a secret.
"""

from __future__ import annotations


class EvoteError(Exception):
    """Base of all errors that are somebody's mistake rather than a bug of ours."""

    def __init__(self, code: str, message: str, **values: object) -> None:
        """Keep `code` (stable, for machines) and `message` (one sentence, for people, in English).

        `values` are what the message names, for the sentence of another language (`evote.texts`).
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.values = values


class EncodingError(EvoteError):
    """Bytes or text that are not the single accepted encoding of a value."""


class VerificationError(EvoteError):
    """A proof, signature, hash or equation that does not hold."""


class ProtocolError(EvoteError):
    """A participant broke the protocol; `culprits` are trustee indices (one-based) or public keys in hex."""

    def __init__(self, code: str, message: str, culprits: tuple[str, ...] = (), **values: object) -> None:
        """Keep `culprits`, most certain first; empty where the fault can't be attributed."""
        super().__init__(code, message, **values)
        self.culprits = culprits


class PolicyError(EvoteError):
    """A correct request that the rules do not allow now."""


class ConfigurationError(EvoteError):
    """A definition, roll or command line that can't be carried out as written."""


class KeystoreError(EvoteError):
    """A secret file that is missing, damaged, or locked by another passphrase."""


class BoardError(EvoteError):
    """The board is unavailable, out of space, or its stored state contradicts itself."""


class EquivocationError(BoardError):
    """Two things that a log has signed and that contradict each other: checkpoints, or promises, or one of each."""

    def __init__(self, code: str, message: str, first: bytes, second: bytes, **values: object) -> None:
        """Keep both, byte for byte, as portable evidence."""
        super().__init__(code, message, **values)
        self.first = first
        self.second = second
