"""What a trustee reads in Korean when something is wrong."""

from evote.errors import PolicyError
from evote.texts.language import Language
from tests.trustee_cli.stage import Stage
from trustee_cli.output import Output

KOREAN = ("--language", "ko")


def test_decrypting_without_a_seat_is_refused_in_korean(begun: Stage) -> None:
    """The last two lines say what is wrong, with the code, and nothing of it in English."""
    ran = begun.work(1, "decrypt", *KOREAN)
    assert ran.exit_code == 2
    election = begun.story.context.h_b.hex()
    assert ran.stderr.splitlines()[-1] == (
        f"오류: 이 키 저장소는 선거 {election}에 참여한 적이 없어 키 조각이 없습니다 [trustee.no_seat]"
    )


def test_a_wrong_passphrase_names_the_file_in_korean(begun: Stage) -> None:
    """File, code and what to do about it; nothing in English."""
    wrong = begun.folder / "wrong"
    wrong.write_text("some other passphrase\n")
    wrong.chmod(0o600)
    ran = begun.run(1, "ceremony", str(begun.record), "--passphrase-file", str(wrong), *KOREAN)
    assert ran.exit_code == 2
    sentence, hint = ran.stderr.splitlines()
    path = begun.home(1) / "keystore"
    assert sentence == f"오류: 비밀 문구가 {path} 파일과 맞지 않습니다 [keystore.wrong_passphrase]"
    assert hint.startswith("도움말: ")


def test_a_record_that_is_not_there_is_explained_in_korean(begun: Stage) -> None:
    """The sentence is Korean; particulars that have no Korean follow on a line that says what it is."""
    ran = begun.run(1, "status", str(begun.folder / "없음"), *KOREAN)
    assert ran.exit_code == 4
    sentence, detail, hint = ran.stderr.splitlines()
    assert sentence == "오류: 기록이 없거나 기록의 일부 파일이 없습니다 [record.not_found]"
    assert detail.startswith("자세히(영어): there is no record")
    assert hint.startswith("도움말: ")


def test_what_an_election_waits_for_is_never_an_internal_name(begun: Stage) -> None:
    """A refusal that carries a sentence in the reader's language shows that sentence and nothing else."""
    assert begun.work(1, "ceremony", *KOREAN).exit_code == 0
    begun.collect(1)
    ran = begun.work(1, "ceremony", *KOREAN)
    assert ran.exit_code == 4
    assert "오류: 키 생성 의식 0단계: 2번(t2), 3번(t3)의 약속값을 기다립니다 [trustee.waiting]" in ran.stderr
    assert "자세히" not in ran.stderr


def test_kinds_are_named_in_english_too() -> None:
    """An English message that speaks of a kind gets its name in words; for a program it stays as it is."""
    error = PolicyError("trustee.no_keys", "the log holds no election.keys yet")
    assert str(Output(language=Language.ENGLISH).describe(error)) == (
        "the log holds no election keys (election.keys) yet"
    )
    assert str(Output(language=Language.KOREAN, json=True).describe(error)) == error.message
