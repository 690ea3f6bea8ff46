"""Row S.B: the manifest obeys section 5, and its rules section 11.

*Spec*: docs/protocol.md, sections 5 and 11; docs/formats.md (types label, title, time).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from verifier.ed25519 import is_key
from verifier.ledger import Ledger
from verifier.manifest import Contest, Manifest, Rule

MAX_LABEL, MAX_TITLE, MAX_DEVICE = 60, 2000, 200
MAX_TRUSTEES, MAX_CONTESTS, MAX_OPTIONS, MAX_LIMIT = 64, 300, 300, 1000
MAX_FRACTION = 10**6
MAX_STYLES = MAX_DISTRICTS = 10_000
METHODS = ("majority", "plurality", "approval", "score")

# Section 5: the first and last code point are no space; ranges are spelled out, so no Unicode version decides.
_NO_LABEL = (
    r"\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ud800-\uf8ff\ufeff\ufff0-\ufffb\U000e0000-\U0010ffff"
)
_LABEL = re.compile(rf"(?! )[^{_NO_LABEL}]{{1,{MAX_LABEL}}}(?<! )")
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)
_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_Fact = tuple[bool, str]


def check_manifest(manifest: Manifest, entry: int, ledger: Ledger) -> None:
    """Evaluate S.B."""
    for holds, words in _facts(manifest):
        ledger.check("S.B", holds, f"entry {entry} (election.manifest): {words}", entry=entry)


def _facts(m: Manifest) -> Iterator[_Fact]:
    yield m.version == "v2.1.0", "version is not v2.1.0"
    yield m.profile == "evote/1", "profile is not evote/1"
    yield _is_label(m.label), "label of the election"
    yield _is_title(m.title), "title of the election"
    yield 1 <= len(m.device) <= MAX_DEVICE, "device is not 1 to 200 characters long"
    yield 1 <= m.n <= MAX_TRUSTEES and 1 <= m.quorum <= m.n, "1 <= k <= n <= 64 does not hold"
    yield m.minimum_ballots >= 2, "minimum_ballots is below 2"
    yield 0 <= m.challenge_limit <= 100, "challenge_limit is outside 0..100"
    yield m.revoting in ("never", "last"), "revoting is neither never nor last"
    keys = (m.authority, m.registrar, *m.trustee_keys)
    yield all(map(is_key, keys)), "a key is not a valid Ed25519 key"
    yield len(set(keys)) == len(keys), "two keys are equal"
    yield from _schedule(m)
    yield _are_labels(m.trustee_labels), "labels of the trustees"
    yield bool(m.styles) and _are_labels(m.style_labels), "ballot styles: none, or their labels"
    yield len(m.styles) <= MAX_STYLES, "more than 10000 ballot styles"
    for index, style in enumerate(m.styles, start=1):
        fits = bool(style) and all(m.contest(contest) for contest in style) and list(style) == sorted(set(style))
        yield fits, f"ballot style {index} does not name existing contests in ascending order"
    yield bool(m.district_labels) and _are_labels(m.district_labels), "districts: none, or their labels"
    yield len(m.district_labels) <= MAX_DISTRICTS, "more than 10000 districts"
    for index, number in enumerate(m.district_styles, start=1):
        yield m.style(number) is not None, f"district {index} names no ballot style"
        yield _is_title(m.district_titles[index - 1]), f"title of district {index}"
    yield 1 <= len(m.contests) <= MAX_CONTESTS, "number of contests is outside 1..300"
    yield _are_labels([contest.label for contest in m.contests]), "labels of the contests"
    for contest in m.contests:
        for holds, words in _contest_facts(contest):
            yield holds, f"contest {contest.index}: {words}"


def _schedule(m: Manifest) -> Iterator[_Fact]:
    valid = _is_time(m.opens) and _is_time(m.closes)
    yield valid, "a time of the schedule is not a date and time in UTC"
    # fixed-width times in UTC compare as text
    yield not valid or m.opens < m.closes, "closes is not later than opens"


def _contest_facts(contest: Contest) -> Iterator[_Fact]:
    m, r_limit, l_limit = len(contest.option_labels), contest.option_limit, contest.selection_limit
    yield _is_title(contest.title), "title"
    yield 1 <= m <= MAX_OPTIONS, "number of options is outside 1..300"
    yield _are_labels(contest.option_labels), "labels of the options"
    yield all(map(_is_title, contest.option_titles)), "titles of the options"
    yield 1 <= r_limit <= l_limit <= min(m * r_limit, MAX_LIMIT), "limits do not obey 1 <= R <= L <= m*R and L <= 1000"
    yield from _rule_facts(contest.rule, m, r_limit, l_limit)


def _rule_facts(rule: Rule, m: int, r_limit: int, l_limit: int) -> Iterator[_Fact]:
    shapes = {
        "majority": m == 2 and r_limit == l_limit == 1 and rule.seats == 1,
        "plurality": r_limit == 1,
        "approval": r_limit == 1 and l_limit == m,
        "score": True,
    }
    yield shapes.get(rule.method, False), "method is unknown or does not fit options, limits and seats"
    yield 1 <= rule.seats <= m, "seats are outside 1..number of options"
    for name, (numerator, denominator) in (("quorum", rule.quorum), ("threshold", rule.threshold)):
        fits = 0 <= numerator <= denominator <= MAX_FRACTION and denominator >= 1
        yield fits, f"{name} is not a fraction from 0 to 1"
    yield rule.threshold_of in ("valid", "ballots", "eligible"), "threshold is of neither valid, ballots nor eligible"
    for name, comparison in (("quorum", rule.quorum_comparison), ("threshold", rule.comparison)):
        yield comparison in ("more_than", "at_least"), f"{name}: comparison is neither more_than nor at_least"
    half = rule.threshold[0] * 2 >= rule.threshold[1]
    yield rule.method != "majority" or half, "threshold of a majority is below one half"
    yield not rule.sealed_below_quorum or rule.quorum[0] > 0, "sealed_below_quorum without a quorum"


def _is_label(label: str) -> bool:
    return bool(_LABEL.fullmatch(label)) and "  " not in label


def _are_labels(labels: Sequence[str]) -> bool:
    return all(map(_is_label, labels)) and all(count == 1 for count in Counter(labels).values())


def _is_title(title: dict[str, str]) -> bool:
    return bool(title) and all(
        _LANGUAGE.fullmatch(language) and 1 <= len(text) <= MAX_TITLE for language, text in title.items()
    )


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return False
    return True
