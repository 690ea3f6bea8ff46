"""What anchors show, in words, in Korean and English.

*Spec*: docs/anchors.md.
"""

from verifier.findings import AnchorProblem, AnchorSummary
from verifier.report_words import moment, number, visible
from verifier.texts import Language

HEADING = (
    "제시한 시점 확인서가 보여 주는 것 (검사 항목의 결과와는 별개)",
    "What the anchors handed in show (no check depends on them)",
)
_TIMESTAMP = (
    "{name}: 기록 항목 {size}개인 체크포인트({which})가 늦어도 {time}에 있었습니다. 제시한 루트 인증서 아래의 시점 "
    "확인 기관이 서명했습니다.",
    "{name}: the checkpoint of {size} entries ({which}) existed at {time} at the latest, signed by a time-stamping "
    "authority under a root certificate that you gave.",
)
_ETHEREUM = (
    "{name}: 기록 항목 {size}개인 체크포인트({which})가 늦어도 {time}에 있었습니다. 지정한 노드가 보는 체인 {chain}의 "
    "거래에 있으며, 그 블록부터 지금까지 블록이 {depth}개입니다.",
    "{name}: the checkpoint of {size} entries ({which}) existed at {time} at the latest, by a transaction on chain "
    "{chain} as your node sees it. Blocks of the chain from that one on: {depth}.",
)
_FAILS = ("{name}: 이 확인서는 성립하지 않습니다. {why}", "{name}: this receipt does NOT hold. {why}")
_OWN = ("이 기록의 것", "this record's")
_WHY: dict[AnchorProblem, tuple[str, str]] = {
    AnchorProblem.OTHER_CHECKPOINT: (
        "이 기록의 체크포인트나 함께 제시한 이전 체크포인트의 것이 아닙니다.",
        "It is about neither this record's checkpoint nor an earlier one that was handed in.",
    ),
    AnchorProblem.NOT_GRANTED: ("기관이 요청을 거절한 답입니다.", "The authority's answer is a refusal."),
    AnchorProblem.BAD_TOKEN: (
        "기관의 서명이 제시한 루트 인증서 아래에서 유효하지 않습니다.",
        "The authority's signature is not valid under the root certificates that you gave.",
    ),
    AnchorProblem.NO_TRANSACTION: ("체인에 그런 거래가 없습니다.", "The chain has no such transaction."),
    AnchorProblem.OTHER_DATA: (
        "거래에 이 체크포인트의 해시가 들어 있지 않습니다.",
        "The transaction does not carry this checkpoint's hash.",
    ),
    AnchorProblem.NOT_CONFIRMED: (
        "거래가 체인의 블록에 들어 있지 않습니다.",
        "The transaction stands in no block of the chain.",
    ),
    AnchorProblem.FAILED: ("거래가 실패했습니다.", "The transaction has failed."),
}


def anchor_heading(language: Language) -> str:
    """Return the heading above the sentences."""
    return _in(language, HEADING)


def anchor_sentence(anchor: AnchorSummary, language: Language) -> str:
    """Return what an anchor's receipt shows, or why it does not hold."""
    name = visible(anchor.name)
    if anchor.problem is not None:
        return _in(language, _FAILS).format(name=name, why=_in(language, _WHY[anchor.problem]))
    words = _TIMESTAMP if anchor.kind == "rfc3161" else _ETHEREUM
    return _in(language, words).format(
        name=name,
        size=number(anchor.log_size),
        which=visible(anchor.checkpoint) or _in(language, _OWN),
        time=moment(anchor.time, language),
        chain=visible(anchor.chain),
        depth=number(anchor.depth),
    )


def _in(language: Language, words: tuple[str, str]) -> str:
    return words[0] if language == "ko" else words[1]
