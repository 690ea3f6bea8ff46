"""The rows of the verification table, in its order, and those that this profile leaves empty.

*Spec*: docs/protocol.md, section 12.
"""


def _span(group: str, letters: str) -> tuple[str, ...]:
    return tuple(f"{group}.{letter}" for letter in letters)


ROWS: tuple[str, ...] = (
    *_span("V1", "ABCDEF"),
    *_span("V2", "ABC"),
    *_span("V3", "AB"),
    *_span("V4", "A"),
    *_span("V5", "AB"),
    *_span("V6", "ABCD"),
    *_span("V7", "ABCD"),
    *_span("V8", "ABCDEFG"),
    *_span("V9", "AB"),
    *_span("V10", "ABC"),
    *_span("V11", "ABCD"),
    "V12",
    *_span("V13", "AB"),
    *_span("V14", "ABCDEF"),
    *_span("S", "ABCD"),
    *_span("L", "ABCDEFGHIJKLM"),
    *_span("E", "ABCDEFGHIJ"),
    *_span("D", "ABCDEFGHI"),
    *_span("O", "ABCD"),
)

# Rows that hold nothing in this profile, with the reason that the table gives.
NOT_IN_PROFILE: dict[str, str] = {
    "V8.E": "no chaining in this profile; the log gives the order",
    "V8.F": "no chaining in this profile; the log gives the order",
    "V8.G": "no chaining in this profile; the log gives the order",
    "V12": "no contest data in this profile",
    "V13.A": "no contest data in this profile",
}
