"""Texts of `evote serve`, Korean and English."""

from __future__ import annotations

from typing import Final

SERVE: Final[dict[str, tuple[str, str]]] = {
    "serving": (
        "{url}에서 기록 {origin}을(를) 공개하고 있습니다. 끝내려면 Ctrl-C를 누르십시오.",
        "Serving the log {origin} at {url}; Ctrl-C ends it.",
    ),
    "serving_alone": (
        "이 기록에는 증인이 없습니다. 모든 사람에게 같은 기록이 보인다는 것을 운영자 말고는 아무도 보증하지 않습니다",
        "this log has no witnesses: nobody but its operator vouches that everybody is shown the same history",
    ),
    "serving_witnessed": (
        "증인 {count}곳: 한편이 된 {malicious}곳까지, 멈춘 {offline}곳까지 견딥니다.",
        "{count} witnesses: up to {malicious} may collude with the log, up to {offline} may be offline.",
    ),
    "local_witnesses": (
        "증인이 모두 이 컴퓨터에 있습니다. 시험용이며, 다른 사람에게는 아무것도 증명하지 못합니다",
        "all witnesses are on this machine: good for trying out, and proof of nothing to anybody else",
    ),
    "serving_front_end": (
        "{url}에서 기록 {origin}의 진술을 접수하고 있습니다. 끝내려면 Ctrl-C를 누르십시오.",
        "A front end of the log {origin} answers at {url}; Ctrl-C ends it.",
    ),
    "served_front_end": ("끝났습니다.", "Ended."),
    "served": (
        "끝났습니다. 접수된 것은 모두 기록되었습니다.",
        "Ended; everything that was accepted is in the log.",
    ),
}
