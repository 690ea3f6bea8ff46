"""Texts about boards at a URL, Korean and English."""

from __future__ import annotations

from typing import Final

REMOTE: Final[dict[str, tuple[str, str]]] = {
    "ask_log_key": (
        "이 게시판은 기록의 키가 다음과 같다고 합니다.\n  {key}\n다른 경로로 알려진 키와 같습니까?",
        "This board says that its log has the key\n  {key}\nIs it the key that was announced elsewhere?",
    ),
    "board_trusted": (
        "이제 {url}의 기록은 이 키로만 믿습니다.",
        "From now on the record at {url} is believed under this key alone.",
    ),
    "board_was_trusted": (
        "{url}의 기록은 이미 이 키로 믿고 있습니다.",
        "The record at {url} was trusted under this key already.",
    ),
    "one_log_key": (
        "체크포인트의 서명을 기록의 Ed25519 키로만 확인합니다. 양자컴퓨터가 나와도 믿으려면 ML-DSA-44 키도 함께 "
        "지정하십시오(--log-key를 두 번 쓰거나 정책 파일에 적습니다)",
        "checkpoints are checked by the log's Ed25519 key alone, which a quantum computer could forge; give its "
        "ML-DSA-44 key too (--log-key twice, or both in the policy file)",
    ),
    "submitting": ("게시판에 제출 중", "Submitting to the board"),
    "verifying_ballots": ("투표지를 모두 검증하는 중", "Verifying all ballots"),
    "promised": (
        "게시판이 진술을 {index}번 항목으로 받았지만 지금은 증인 서버가 모자랍니다. {deadline}까지 공표하겠다고 "
        "약속했습니다. 영수증을 기다립니다",
        "the board has accepted the statement as entry {index}, but has not enough witnesses at this moment; it has "
        "promised to publish it by {deadline}; waiting for its receipt",
    ),
    "record_stale": (
        "이 기록은 증인 서버들이 {moment}에 마지막으로 확인한 모습입니다. 운영 중인 게시판은 몇 분마다 다시 "
        "확인받습니다. 투표가 진행 중이라면 그 뒤에 더해진 내용이 가려졌을 수 있으니, 다른 네트워크나 사본(미러)에서도 "
        "확인하십시오",
        "this is the record as its witnesses last confirmed it, at {moment}. A board in operation is confirmed anew "
        "every few minutes. While an election goes on, what came later may be kept from you: look from another "
        "network, or at a mirror",
    ),
    "ballot_published": (
        "투표지가 기록의 {index}번 항목에 있습니다. 게시판의 영수증을 검증했습니다.",
        "The ballot is entry {index} of the log; the board's receipt was verified.",
    ),
}
