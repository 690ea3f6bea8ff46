"""Korean sentences for errors of clients of a served board."""

from __future__ import annotations

from typing import Final

REMOTE: Final[dict[str, str]] = {
    "ballot.no_record": "공개 기록이 있는 곳을 --board(주소) 또는 --record로 지정하십시오",
    "ballot.one_way": "투표지를 보낼 곳을 --board(주소)와 --inbox(폴더) 가운데 하나로 지정하십시오",
    "board.key_changed": (
        "이 주소의 기록이 전에 믿기로 한 것과 다른 키를 씁니다. 기록의 키는 절대로 바뀌지 않습니다. "
        "정말 다른 기록이면 {path} 파일을 지우십시오"
    ),
    "board.no_key": "신뢰 정책에 기록 {origin}의 키가 하나로 정해져 있지 않습니다. --log-key로 지정하십시오",
    "board.not_trusted": "{url}의 기록을 어느 키로 믿을지 아직 정하지 않았습니다",
}
