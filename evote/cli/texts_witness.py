"""Texts of `evote witness`, `evote policy` and `evote evidence`, Korean and English."""

from __future__ import annotations

from typing import Final

WITNESS: Final[dict[str, tuple[str, str]]] = {
    # witness
    "witness_created": ("{folder}에 증인 서버 {name}을(를) 만들었습니다.", "The witness {name} is in {folder}."),
    "witness_keys": (
        "공개 키. 신뢰 정책에는 둘 중 하나만 적으십시오:",
        "Public keys; put one of the two into a policy, not both:",
    ),
    "witness_key": ("  {key}", "  {key}"),
    "witness_no_backup": (
        "이 폴더를 백업본으로 되돌리면 이미 서명한 것을 잊게 됩니다. 폴더를 잃으면 새 키로 새 증인 서버를 만드십시오",
        "never restore this folder from a backup: the witness would forget what it has signed. "
        "If it is lost, make a new witness with new keys",
    ),
    "log_pinned": ("이제 기록 {origin}을(를) 지켜봅니다.", "The witness follows the log {origin} now."),
    "log_was_pinned": (
        "기록 {origin}의 이 키는 이미 등록되어 있습니다.",
        "This key of the log {origin} was pinned before.",
    ),
    "witness_line": ("증인 서버 {name} (서명의 뜻: {statement})", "Witness {name} (states {statement})"),
    "witness_log": ("  기록 {origin}: 마지막으로 서명한 크기 {size}", "  Log {origin}: last cosigned size {size}"),
    "witness_log_new": ("  기록 {origin}: 아직 서명하지 않음", "  Log {origin}: nothing cosigned yet"),
    "witness_convicted": (
        "기록 {origin}이(가) 서로 다른 두 기록에 서명했습니다. 증거 {count}개를 보관하고 있습니다",
        "the log {origin} has signed two histories; pieces of evidence kept: {count}",
    ),
    "witness_serving": ("{url} 에서 증인 서버 {name}이(가) 응답합니다.", "The witness {name} answers at {url}."),
    "evidence_written": ("  {file} ({kind}): {reason}", "  {file} ({kind}): {reason}"),
    "evidence_none": ("보관하고 있는 증거가 없습니다.", "No evidence is kept."),
    # policy
    "policy_log": ("기록: {key}", "Log: {key}"),
    "policy_witness": ("증인 서버 {name}: {key}", "Witness {name}: {key}"),
    "policy_group": ("모둠 {name}: {members} 중 {threshold}", "Group {name}: {threshold} of {members}"),
    "policy_quorum": ("정족수: {quorum}", "Quorum: {quorum}"),
    "policy_no_quorum": (
        "증인 서버가 없는 정책입니다. 기록의 키를 가진 사람은 사람마다 다른 기록을 보일 수 있습니다",
        "this policy needs no witness: whoever has the log's key can show everybody another history",
    ),
    "policy_malicious": (
        "악의적 증인 서버: {count}개까지 견딥니다. {names}이(가) 모두 기록의 운영자와 짜면 두 기록을 보일 수 있습니다.",
        "Malicious witnesses tolerated: {count}; if {names} all collude with the log, it can show two histories.",
    ),
    "policy_offline": (
        "응답하지 않는 증인 서버: {count}개까지 견딥니다. {names}이(가) 모두 빠지면 체크포인트를 낼 수 없습니다.",
        "Offline witnesses tolerated: {count}; without {names} no checkpoint can be published.",
    ),
    "policy_split": (
        "정직한 증인 서버만으로도 두 기록에 정족수가 찰 수 있습니다. 정족수를 과반보다 높이십시오",
        "two histories may both find a quorum of honest witnesses; choose a quorum of more than half",
    ),
    "policy_majority": (
        "증인 서버 하나만 기록의 운영자와 짜면 두 기록을 보일 수 있습니다. 다섯 중 넷처럼 정족수를 더 높이십시오",
        "one malicious witness is enough for two histories; a simple majority protects from none. "
        "Choose a larger quorum, like 4 of 5",
    ),
    "policy_same_owner": (
        "한 증인 서버의 키가 둘 이상입니다({name}). 증인 서버마다 키 하나로 한 번만 세십시오",
        "several keys of one witness ({name}): count each witness once, by one key",
    ),
    "policy_written": ("{file}에 정책을 썼습니다.", "The policy is in {file}."),
    # evidence
    "evidence_made": ("{file}에 증거를 썼습니다.", "The evidence is in {file}."),
    "evidence_proven": (
        "기록 {origin}이(가) 서로 다른 두 기록에 서명했음이 증명됩니다(크기 {first}, {second}).",
        "It is proven that the log {origin} has signed two histories (of sizes {first} and {second}).",
    ),
    "promise_broken": (
        "기록 {origin}이(가) {index}번 항목을 {deadline}까지 공표하겠다는 약속을 지키지 않았음이 증명됩니다"
        "(체크포인트의 항목 {size}개).",
        "It is proven that the log {origin} has not kept its promise of entry {index} by {deadline} (the checkpoint "
        "has {size} entries).",
    ),
    "promise_late": (
        "왜 늦었는지는 증명되지 않습니다. 네트워크가 기록을 증인 서버와 끊어 놓았을 수도 있습니다",
        "why it is late is not proven: the network may have cut the log off from its witnesses",
    ),
    "evidence_cosigned": (
        "체크포인트 {number}에 공동 서명한 증인 서버: {names}",
        "Witnesses of checkpoint {number}: {names}",
    ),
    "evidence_dishonest": (
        "두 체크포인트에 모두 공동 서명한 증인 서버: {names}. 믿을 수 없습니다",
        "these witnesses have cosigned both and can't be trusted: {names}",
    ),
}
