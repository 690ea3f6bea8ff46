"""Reports as the verifier could hand them to its reports: true, failing, unfinished, large, sealed, hostile ones."""

from collections.abc import Mapping
from dataclasses import replace

from verifier.findings import (
    ContestSummary,
    DistrictSummary,
    Finding,
    LogSummary,
    OptionSummary,
    PaperSummary,
    ReceiptMeaning,
    ReceiptSummary,
    Report,
    Status,
    Summary,
    UnitSummary,
)
from verifier.rows import NOT_IN_PROFILE
from verifier.texts import ROWS

ELECTION_ID = "3f9a" * 16
ROOT = "c07e" * 16
ABSENT_ROWS = {
    "L.B": "the policy says quorum none",
    "L.E": "no earlier checkpoint was handed in",
    "L.L": "no receipt was handed in",
    "L.M": "no witness of the policy has cosigned",
    **NOT_IN_PROFILE,
    "O.A": "the manifest knows no paper ballots",
}

# Every kind of statement of an election that went to its end.
KINDS = (
    "election.manifest",
    "election.keys",
    "registrar.roll",
    "election.open",
    "election.close",
    "election.tally",
    "election.result",
    "election.final",
)

DISTRICTS = (
    "거창읍", "주상면", "웅양면", "고제면", "북상면", "위천면", "마리면", "남상면", "남하면", "신원면",
    "가조면", "가북면",
)  # fmt: skip


def districts(*names: str) -> tuple[DistrictSummary, ...]:
    """Return districts whose labels differ from their titles."""
    return tuple(DistrictSummary(label=f"d-{name}", title={"ko": name}) for name in names)


def passed(checked: int = 28_112, *, absent: Mapping[str, str] = ABSENT_ROWS) -> tuple[Finding, ...]:
    """Return one finding for every row: PASS, or ABSENT with its reason."""
    return tuple(
        Finding(
            row=row,
            status=Status.ABSENT if row in absent else Status.PASS,
            checked=0 if row in absent else checked,
            failures=0,
            places=(),
            note=absent.get(row, ""),
        )
        for row in ROWS
    )


def with_findings(report: Report, *changed: Finding) -> Report:
    """Return a report in which some rows have other findings."""
    rows = {finding.row: finding for finding in changed}
    return replace(report, findings=tuple(rows.get(finding.row, finding) for finding in report.findings))


def log(key_source: str = "auditor", witnesses: int = 0) -> LogSummary:
    """Return the facts about a log of 31,412 entries."""
    return LogSummary(
        origin="vote.example.kr/log",
        size=31_412,
        root=ROOT,
        key_source=key_source,
        policy_source=key_source,
        witnesses=witnesses,
        witnessed="",
        other_files=(),
    )


def geochang_contest() -> ContestSummary:
    """Return the resident vote of Geochang of 16 October 2019 in its published totals, spread over twelve "
    "districts."""
    ballots = (17_412, 812, 903, 640, 655, 980, 811, 1_402, 577, 604, 2_688, 603)
    first = [18_041 * count // 28_087 for count in ballots]
    second = [9_820 * count // 28_087 for count in ballots]
    first[0] += 18_041 - sum(first)
    second[0] += 9_820 - sum(second)
    return ContestSummary(
        contest=1,
        label="site",
        title={"ko": "거창구치소 신축사업 관련 요구서 제출", "en": "Site of the new Geochang detention centre"},
        options=(
            OptionSummary(
                label="current", title={"ko": "현재 장소 추진", "en": "Build at the present site"}, votes=18_041
            ),
            OptionSummary(label="move", title={"ko": "거창 내 이전", "en": "Move elsewhere in Geochang"}, votes=9_820),
        ),
        kind="decided",
        winners=(1,),
        tied=(),
        turnout=28_087,
        eligible=53_186,
        quorum_required=13_297,
        blank=226,
        paper=None,
        units=tuple(
            UnitSummary(
                unit=place + 1, districts=districts(name), ballots=ballots[place], votes=(first[place], second[place])
            )
            for place, name in enumerate(DISTRICTS)
        ),
    )


def geochang() -> Report:
    """Return a verified record of one referendum with two options."""
    return Report(
        program_version="0.1.0",
        record="geochang-record.zip",
        log=log(),
        summary=Summary(
            election_id=ELECTION_ID,
            label="geochang",
            title={"ko": "거창군 주민투표", "en": "Resident vote of Geochang County"},
            opens="2019-10-10T21:00:00Z",
            closes="2019-10-16T11:00:00Z",
            trustees=5,
            quorum=3,
            used_trustees=(1, 2, 4),
            roll=53_190,
            eligible=53_186,
            cast=28_090,
            counted=28_087,
            challenged=22,
            struck=4,
            replaced=2,
            annulled=3,
            kinds=KINDS,
            contests=(geochang_contest(),),
        ),
        findings=passed(),
        seconds=412.6,
    )


def failing() -> Report:
    """Return the same record with a forged proof, a removed ballot, an unreadable document and a key from the "
    "record."""
    changed = (
        Finding(
            row="V6.D",
            status=Status.FAIL,
            checked=56_224,
            failures=2,
            places=("entry 10442: ballot 9c11, contest 1, option 1", "entry 10977: ballot 03fe, contest 1, option 2"),
            note="a proof does not show that the choice is an allowed value",
        ),
        Finding(
            row="V9.A",
            status=Status.FAIL,
            checked=24,
            failures=24,
            places=tuple(f"election.tally: contest 1, unit {unit}, option 1" for unit in range(1, 13)),
            note="",
        ),
        Finding(
            row="D.E",
            status=Status.ERROR,
            checked=0,
            failures=0,
            places=(),
            note="election.rehearsal can't be read",
        ),
    )
    return replace(with_findings(geochang(), *changed), log=log(key_source="record"))


def approval_contest() -> ContestSummary:
    """Return a contest of 22 projects with approval votes in two merged units, seven seats."""
    projects = (
        "어린이 놀이터 정비", "마을 도서관 야간 개방", "하천 산책로 조명", "경로당 냉난방 교체", "자전거 보관대 설치",
        "통학로 안전 울타리", "골목 소화전 보강", "공원 화장실 개보수", "작은 음악회", "텃밭 분양",
        "유기동물 보호소 환기 시설", "장애인 승강기 설치", "버스 정류장 온열 의자", "무선 인터넷 설치", "벽화 거리",
        "청년 공유 부엌", "빗물 저금통 보급", "재활용 정거장", "마을 기록관", "보행자 우선 도로",
        "안심 귀갓길 비상벨", "폐교를 고쳐 쓰는 주민 체육관과 작은 영화관 및 돌봄 교실을 함께 짓는 사업",
    )  # fmt: skip
    votes = (
        380, 435, 434, 314, 177, 119, 285, 623, 391, 610, 308, 1030, 364, 92, 272, 279, 139, 119, 190, 531, 501, 375,
    )  # fmt: skip
    return ContestSummary(
        contest=1,
        label="projects",
        title={"ko": "주민참여예산 사업 선정", "en": "Projects of the participatory budget"},
        options=tuple(
            OptionSummary(label=f"p{place + 1}", title={"ko": name}, votes=votes[place])
            for place, name in enumerate(projects)
        ),
        kind="tie",
        winners=(2, 3, 8, 10, 12, 20),
        tied=(6, 18),
        turnout=2_412,
        eligible=9_830,
        quorum_required=0,
        blank=None,
        paper=None,
        units=(
            UnitSummary(
                unit=1, districts=districts("동부", "서부"), ballots=1_300, votes=tuple(vote // 2 for vote in votes)
            ),
            UnitSummary(
                unit=3, districts=districts("남부"), ballots=1_112, votes=tuple(vote - vote // 2 for vote in votes)
            ),
        ),
    )


def sealed_contest() -> ContestSummary:
    """Return a recall whose quorum of one third was missed, so that nobody opened the ballots."""
    return ContestSummary(
        contest=2,
        label="recall",
        title={"ko": "군수 주민소환", "en": "Recall of the county governor"},
        options=(
            OptionSummary(label="yes", title={"ko": "찬성", "en": "For"}, votes=None),
            OptionSummary(label="no", title={"ko": "반대", "en": "Against"}, votes=None),
        ),
        kind="sealed",
        winners=(),
        tied=(),
        turnout=8_038,
        eligible=24_925,
        quorum_required=8_309,
        blank=None,
        paper=None,
        units=(),
    )


def paper_contest() -> ContestSummary:
    """Return a yes/no contest that was voted on online and on paper and ended in a tie."""
    return ContestSummary(
        contest=3,
        label="merger",
        title={"ko": "시군 통합", "en": "Merger of town and county"},
        options=(
            OptionSummary(label="yes", title={"ko": "찬성", "en": "For"}, votes=1_500),
            OptionSummary(label="no", title={"ko": "반대", "en": "Against"}, votes=1_500),
        ),
        kind="tie",
        winners=(),
        tied=(1, 2),
        turnout=3_040,
        eligible=9_830,
        quorum_required=2_458,
        blank=40,
        paper=PaperSummary(ballots=640, invalid=12, votes=(310, 318)),
        units=(UnitSummary(unit=1, districts=districts("동부", "서부", "남부"), ballots=2_400, votes=(1_190, 1_182)),),
    )


def many() -> Report:
    """Return a verified record of three contests: 22 projects, a sealed recall and a tie with paper ballots."""
    report = geochang()
    assert report.summary is not None
    contests = (approval_contest(), sealed_contest(), paper_contest())
    summary = replace(report.summary, title={"ko": "가람시 주민총회"}, label="assembly", contests=contests)
    return replace(report, summary=summary, log=log(witnesses=3), findings=passed(absent=NOT_IN_PROFILE))


def sealed() -> Report:
    """Return a verified record of one contest that stays closed."""
    report = geochang()
    assert report.summary is not None
    summary = replace(
        report.summary,
        title={"ko": "양양군수 주민소환투표", "en": "Recall vote of Yangyang County"},
        used_trustees=(),
        contests=(replace(sealed_contest(), contest=1),),
    )
    return replace(report, summary=summary, log=log(key_source="record"))


HOSTILE = "</title><script>alert(1)</script>\" onload='x' {key} \u202e\u0000\x1b[31m&amp;\u3164\n<b>"


def hostile() -> Report:
    """Return a report in which every text of the record tries to become markup or terminal commands."""
    report = failing()
    assert report.summary is not None
    title = {"ko": HOSTILE, 'en" onclick="x': HOSTILE}
    contest = replace(
        geochang_contest(),
        label=HOSTILE,
        title=title,
        options=tuple(replace(option, title=title, label=HOSTILE) for option in geochang_contest().options),
        units=(
            UnitSummary(
                unit=1,
                districts=(DistrictSummary(label=HOSTILE, title=title), DistrictSummary(label=HOSTILE, title={})),
                ballots=28_087,
                votes=(18_041, 9_820),
            ),
        ),
    )
    summary = replace(
        report.summary,
        election_id=HOSTILE,
        label=HOSTILE,
        title=title,
        opens=HOSTILE,
        closes=HOSTILE,
        contests=(contest, replace(contest, contest=2, kind=HOSTILE)),
    )
    finding = Finding(row="L.K", status=Status.FAIL, checked=1, failures=1, places=(HOSTILE,), note=HOSTILE)
    odd = replace(finding, row=HOSTILE)
    changed = with_findings(report, finding)
    return replace(
        changed,
        record=HOSTILE,
        summary=summary,
        findings=(*changed.findings, odd),
        log=replace(log(), origin=HOSTILE, root=HOSTILE, witnessed=HOSTILE, other_files=(HOSTILE,)),
    )


def unreadable() -> Report:
    """Return a report on a folder that holds no record."""
    findings = tuple(
        Finding(row=row, status=Status.ERROR, checked=0, failures=0, places=(), note="the record has no checkpoint")
        for row in ROWS
    )
    return Report(program_version="0.1.0", record="empty", log=None, summary=None, findings=findings, seconds=0.1)


def unfinished(*, newest: int = 0) -> Report:
    """Return the same record while people vote, with a receipt from a log of ``newest`` entries where that is not 0."""
    report = geochang()
    assert report.summary is not None
    closed = replace(
        geochang_contest(),
        options=tuple(replace(option, votes=None) for option in geochang_contest().options),
        kind="",
        winners=(),
        turnout=9_000,
        blank=None,
        units=(),
    )
    summary = replace(report.summary, kinds=KINDS[:4], used_trustees=(), contests=(closed,))
    words = "not final yet: election.final is missing, the last phase in the record is election.open"
    missing = Finding(row="L.J", status=Status.FAIL, checked=9, failures=1, places=(words,), note="")
    receipt = ReceiptSummary(
        name="my.proof",
        entry=17,
        scope=ELECTION_ID,
        kind="ballot.cast",
        meaning=ReceiptMeaning.COUNTED,
        log_size=newest,
    )
    return replace(
        with_findings(report, missing),
        summary=summary,
        receipts=(receipt,) if newest else (),
        log=log(key_source="record"),
    )


def wrong_key() -> Report:
    """Return the true record, checked with a key that did not sign its checkpoint."""
    words = "checkpoint: no signature by the log's key for origin 'vote.example.kr/log'"
    unsigned = Finding(row="L.A", status=Status.FAIL, checked=1, failures=1, places=(words,), note="")
    return with_findings(geochang(), unsigned)


ALL: dict[str, Report] = {
    "geochang": geochang(),
    "failing": failing(),
    "many": many(),
    "sealed": sealed(),
    "hostile": hostile(),
    "unreadable": unreadable(),
    "unfinished": unfinished(newest=40_000),
    "wrong key": wrong_key(),
}
