"""Texts of `evote board scrub`, Korean and English."""

from __future__ import annotations

from typing import Final

SCRUB: Final[dict[str, tuple[str, str]]] = {
    "scrubbing": ("저장된 기록을 대조하는 중", "Comparing what is stored"),
    "scrub_sound": (
        "손상된 곳이 없습니다. 항목 {size}개와 그중 공표된 {published}개의 공개 파일을 모두 대조했습니다.",
        "Nothing is damaged: all {size} entries and the public files of the {published} published ones were compared.",
    ),
    "scrub_found": ("손상: {place}: {what}", "Damaged: {place}: {what}"),
    "scrub_more": (
        "그 밖에 {count}군데가 더 있습니다. --json을 붙이면 모두 나옵니다.",
        "{count} more places; --json lists all of them.",
    ),
    "scrub_public_file": ("공개 파일 {path}", "public file {path}"),
    "scrub_entry": ("데이터베이스의 항목 {numbers}", "database, entry {numbers}"),
    "scrub_database": ("데이터베이스", "database"),
    "scrub_is_missing": ("파일이 없습니다", "the file is missing"),
    "scrub_is_unreadable": ("파일을 읽을 수 없습니다({message})", "the file can't be read: {message}"),
    "scrub_is_file": ("내용이 바뀌었거나 잘렸습니다({message})", "it was changed or cut off: {message}"),
    "scrub_is_statement": ("진술이나 그 해시가 바뀌었습니다", "the statement or its hash was changed"),
    "scrub_is_payload": ("본문이 진술에 적힌 것과 다릅니다", "the payload is not the one that the statement names"),
    "scrub_is_derived": (
        "투표지 옆에 저장된 값이 투표지와 맞지 않습니다({message})",
        "what is stored beside the ballot does not belong to it: {message}",
    ),
    "scrub_is_facts": (
        "투표지 옆에 저장된 값이 처음 저장한 것과 다릅니다",
        "what is stored beside the ballots is not what was stored there at first",
    ),
    "scrub_is_root": (
        "항목들도 공개 타일도 데이터베이스에 적힌 루트 해시와 맞지 않습니다",
        "neither the entries nor the public tiles lead to the root hash that it states",
    ),
    "scrub_restore": (
        "할 일(데이터베이스): 게시판을 끝내고 지금 폴더를 그대로 보관하십시오. 공표된 항목 {published}개가 모두 든 "
        "백업본으로 데이터베이스를 복원하고 이 명령을 다시 실행하십시오. 그런 백업본이 없으면 게시판을 다시 열지 말고 "
        "감사인에게 알리십시오.",
        "What to do (database): stop the board and keep its folder as it is. Restore a backup of the database that has "
        "all {published} published entries, and run this command again. Without such a backup don't open the board "
        "again, and tell the auditors.",
    ),
    "scrub_delete": (
        "할 일(공개 파일): 원래 내용은 데이터베이스에 있습니다. 게시판을 끝내고 위의 공개 파일을 지운 뒤 게시판을 다시 "
        "시작하면 새로 만들어집니다. 앞에 둔 캐시에 남은 것도 지우십시오.",
        "What to do (public files): the database has what they should hold. Stop the board, delete the public files "
        "named above and start the board again: it writes them anew. Caches in front of it must drop them too.",
    ),
    "scrub_database_first": (
        "데이터베이스를 먼저 복원하십시오.",
        "Restore the database first.",
    ),
}
