"""The exceptions of the verifier. They never reach a verdict by themselves: who catches one writes it into the ledger.

*Idea*: ``Malformed`` says that bytes are not what they should be. ``RecordUnreadable`` says that a file of the
record is missing or refuses to be read. ``Unavailable`` says that the machine failed (disk, network, worker), not
the record.
"""


class Malformed(Exception):  # noqa: N818 - 2026-11-22: names a state of bytes, as "malformed" does in the protocol
    """Bytes that are not a valid encoding of what they should be; the message names the rule."""


class RecordUnreadable(Exception):  # noqa: N818 - 2026-11-22: names a state of the record
    """A file of the record that is missing, too large, not a plain file, or damaged."""


class UsageError(Exception):
    """The program was called in a way that it can't follow."""


class Unavailable(Exception):  # noqa: N818 - 2026-11-22: names a state of the machine
    """The machine could not do its part: a disk is full, a server does not answer, a worker process died."""
