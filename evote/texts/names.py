"""What kinds of statement, phases, methods and reasons are called, so that no internal name stands alone before people.

Spec: docs/glossary.md for the words, docs/protocol.md section 4 for the kinds.

Invariants: a name that the tables don't know is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from evote.texts.language import Language

Names = Mapping[str, tuple[str, str]]

# Korean, English; in the order of an election's course.
KINDS: Final[Names] = {
    "election.manifest": ("선거 정의서", "manifest"),
    "election.parameters": ("수학 매개변수", "parameters"),
    "trustee.commitment": ("열쇠 관리인의 키 약속", "trustee's commitment"),
    "trustee.keys": ("열쇠 관리인의 키", "trustee's keys"),
    "trustee.shares": ("열쇠 관리인의 키 조각", "trustee's shares"),
    "trustee.confirmation": ("열쇠 관리인의 확인", "trustee's confirmation"),
    "trustee.complaint": ("열쇠 관리인의 이의 제기", "trustee's complaint"),
    "election.keys": ("선거 키", "election keys"),
    "election.rehearsal": ("복호 예행연습용 암호문", "test ciphertext of the rehearsal"),
    "trustee.rehearsal": ("열쇠 관리인의 복호 예행연습", "trustee's rehearsal"),
    "registrar.credentials": ("투표 자격 목록", "list of credentials"),
    "registrar.roll": ("선거인 명부", "roll"),
    "registrar.strike": ("자격 말소", "strike"),
    "registrar.replacement": ("재발급", "replacement"),
    "election.open": ("투표 시작", "opening of the ballot box"),
    "ballot.cast": ("투함한 투표지", "cast ballot"),
    "ballot.challenged": ("시험 투표지", "challenged ballot"),
    "election.close": ("투표 마감", "closing of the ballot box"),
    "election.paper": ("종이 투표 집계", "paper counts"),
    "election.tally": ("암호화된 집계", "encrypted tally"),
    "trustee.decryption": ("열쇠 관리인의 부분 복호값", "trustee's decryption"),
    "election.result": ("선거 결과", "result"),
    "election.final": ("선거 종료", "end of the election"),
}

# What is awaited in a phase.
PHASES: Final[Names] = {
    "manifest": ("선거 정의서 공표", "the manifest"),
    "parameters": ("수학 매개변수 공표", "the parameters"),
    "commitments": ("열쇠 관리인의 키 약속", "the trustees' commitments"),
    "trustee_keys": ("열쇠 관리인의 키 공표", "the trustees' keys"),
    "shares": ("열쇠 관리인의 키 조각 교환", "the trustees' shares"),
    "confirmations": ("열쇠 관리인의 확인", "the trustees' confirmations"),
    "keys": ("선거 키 공표", "the election keys"),
    "rehearsal": ("복호 예행연습 준비", "the test ciphertext of the rehearsal"),
    "trustee_rehearsals": ("열쇠 관리인의 복호 예행연습", "the trustees' rehearsals"),
    "opening": ("투표 시작", "the opening of the ballot box"),
    "voting": ("투표와 마감", "ballots and the closing of the ballot box"),
    "paper": ("종이 투표 집계 공표", "the paper counts"),
    "tally": ("암호화된 표의 집계", "the encrypted tally"),
    "decryption": ("복호와 결과 공표", "the trustees' decryptions and the result"),
    "final": ("선거 종료", "the end of the election"),
    "ended": ("없음(선거가 끝남)", "nothing: the election has ended"),
    "aborted": ("없음(키 생성 의식이 중단됨)", "nothing: the key ceremony ended with a complaint"),
}

METHODS: Final[Names] = {
    "majority": ("찬반 투표", "for or against"),
    "plurality": ("다득표 순", "most votes"),
    "approval": ("승인 투표", "approval of any number of options"),
    "score": ("점수 투표", "scores"),
}

ROLES: Final[Names] = {
    "authority": ("선거 주관자", "authority"),
    "registrar": ("명부 관리자", "registrar"),
    "trustee": ("열쇠 관리인", "trustee"),
    "credential": ("투표 자격", "credential"),
}

# Why a credential was struck or replaced.
REASONS: Final[Names] = {
    "voted_on_paper": ("종이로 투표함", "voted on paper"),
    "lost": ("분실", "lost"),
    "wrong_person": ("다른 사람에게 전달됨", "reached the wrong person"),
    "not_eligible": ("투표권 없음", "not eligible"),
}

# A kind as a word of its own, unless it stands in brackets behind its name already.
_KIND: Final = re.compile(r"(?<![\w.(])(?:" + "|".join(map(re.escape, KINDS)) + r")(?![\w.]*\w)")


def name_kind(kind: str, language: Language) -> str:
    """Return a kind as "closing of the ballot box (election.close)"."""
    return f"{language.pick(*KINDS[kind])} ({kind})" if kind in KINDS else kind


def name_kinds(text: str, language: Language) -> str:
    """Return a text with the name in words before every kind of statement in it."""
    return _KIND.sub(lambda found: name_kind(found.group(), language), text)


def name_phase(phase: str, language: Language) -> str:
    """Return what a phase awaits, in words."""
    return language.pick(*PHASES[phase]) if phase in PHASES else phase


def name_method(method: str, language: Language) -> str:
    """Return a method of counting in words."""
    return language.pick(*METHODS[method]) if method in METHODS else method


def name_role(role: str, language: Language) -> str:
    """Return the role of an author in words."""
    return language.pick(*ROLES[role]) if role in ROLES else role


def name_reason(reason: str, language: Language) -> str:
    """Return the reason of a strike or replacement in words, with the word that commands take behind it."""
    return f"{language.pick(*REASONS[reason])} ({reason})" if reason in REASONS else reason
