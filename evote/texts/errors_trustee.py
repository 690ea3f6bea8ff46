"""Korean sentences for errors of the trustee's program, and for what it refuses to decrypt."""

from __future__ import annotations

from typing import Final

TRUSTEE: Final[dict[str, str]] = {
    "trustee.already_published": "{trustee}번 열쇠 관리인의 부분 복호값은 이미 공표되었습니다. 두 번 만들지 않습니다",
    "trustee.bad_backup": "{path} 파일에서 방금 쓴 내용이 그대로 읽히지 않습니다. 다른 저장 장치를 쓰십시오",
    "trustee.bad_public_file": (
        "{path} 파일의 형식이 올바르지 않습니다. 이 파일을 지우고 `evote-trustee identity`를 실행하면 다시 만들어집니다"
    ),
    "trustee.below_minimum": (
        "안건 {contest}, 집계 단위 {unit}: 투표지가 {ballots}장으로 선거 정의서의 최소 {minimum}장보다 적습니다"
    ),
    "trustee.complained": "{complaint}",
    "trustee.declined": "질문에 '아니요'라고 답하여 멈추었습니다",
    "trustee.election_ended": "{waiting}",
    "trustee.foreign_keystore": "{path} 파일은 열쇠 관리인의 키 저장소가 아니거나 더 새로운 버전의 것입니다",
    "trustee.foreign_statement": (
        "이 키 저장소가 만들지 않은 진술이 본인의 서명으로 기록에 있습니다: {kind}. "
        "다른 사람이 본인의 키를 가졌거나, 오래된 백업에서 복원한 키 저장소입니다"
    ),
    "trustee.locked": "다른 evote-trustee가 {path} 폴더를 쓰고 있습니다. 기다리거나 그 프로그램을 끝내십시오",
    "trustee.log_key_changed": (
        "기록의 키가 전에 쓰던 것과 다릅니다. 기록의 키는 절대로 바뀌지 않습니다(지금 {given}, 전에는 {known})"
    ),
    "trustee.log_key_needed": "공개 기록에 {origin}의 키가 {count}개 있습니다. --log-key로 키를 지정하십시오",
    "trustee.lost_statement": (
        "본인이 공표한 키의 비밀이 이 키 저장소에 없습니다. 맞는 백업을 복원하거나, "
        "키 생성 의식을 다시 시작해야 한다고 선거 주관자에게 알리십시오{detail}"
    ),
    "trustee.no_election": "이 기록에는 해당하는 선거가 없습니다{detail}",
    "trustee.no_keys": "아직 선거 키가 공표되지 않았습니다{detail}",
    "trustee.no_rehearsal": "선거 주관자가 아직 복호 예행연습용 암호문을 공표하지 않았습니다",
    "trustee.no_seat": "이 키 저장소는 선거 {election}에 참여한 적이 없어 키 조각이 없습니다",
    "trustee.no_secret": "이 키 생성 의식의 비밀이 키 저장소에 없습니다(또는 이미 지웠습니다)",
    "trustee.no_share": "이 선거의 키 조각이 키 저장소에 없습니다(또는 이미 지웠습니다)",
    "trustee.no_tally": "선거 주관자가 아직 암호화된 집계를 공표하지 않았습니다",
    "trustee.not_closed": "투표가 아직 마감되지 않았습니다",
    "trustee.not_in_manifest": "선거 {election}의 열쇠 관리인 명단에 본인의 키가 없습니다",
    "trustee.other_set": (
        "전에 복호한 집계와 지금 기록에 있는 집계가 다릅니다. 둘 다 복호하면 한 사람의 표가 드러날 수 있으므로 "
        "복호하지 않습니다. 두 기록을 모두 증거로 보관하십시오{detail}"
    ),
    "trustee.sealed": "안건 {contest}, 집계 단위 {unit}: 정족수에 이르지 못해 규칙에 따라 봉인되었습니다",
    "trustee.several_elections": "기록에 선거가 여럿 있습니다. --election으로 하나를 고르십시오: {known}",
    "trustee.single_ballot": (
        "안건 {contest}, 집계 단위 {unit}: 투표지가 {ballots}장입니다. 투표지 한 장은 절대로 복호하지 않습니다"
    ),
    "trustee.still_needed": "{label}의 비밀은 복호 예행연습을 마칠 때까지 필요합니다",
    "trustee.tally_differs": "공표된 집계가 기록에 있는 투표지의 합계와 다릅니다. 복호하지 말고 이 사실을 알리십시오",
    "trustee.too_late": "결과가 이미 공표되어 더 복호할 필요가 없습니다",
    "trustee.unknown_election": (
        "{wanted}(으)로 시작하는 선거가 {count}개입니다. 선거 번호의 앞 {digits}자리 이상을 쓰십시오: {known}"
    ),
    "trustee.unreadable": "{path} 파일을 읽을 수 없습니다{detail}",
    "trustee.unwritable": "{path} 파일을 쓸 수 없습니다{detail}",
    "trustee.waiting": "{waiting}",
    "trustee.wrong_share": "이 키 조각은 이 선거의 {trustee}번 열쇠 관리인의 것이 아닙니다",
    "trustee.no_policy": "신뢰 정책 파일 {path}을(를) 읽을 수 없습니다{detail}",
    "trustee.policy_changed": (
        "본인 폴더의 신뢰 정책이 이 선거에 참여할 때의 것과 다릅니다. --policy로 맞는 정책을 지정하십시오"
    ),
}
