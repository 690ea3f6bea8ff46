"""The verifier's page: well formed, self-contained, readable by everybody, safe against what a record says."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.verifier import report_samples as samples
from tests.verifier.report_samples import ALL
from verifier.findings import Report, Status
from verifier.labels import label
from verifier.promises import PROVES, PROVES_NOT
from verifier.report_html import content_security_policy, render_html
from verifier.report_style import SCRIPT, STYLE
from verifier.report_text import render_text
from verifier.texts import LANGUAGES, ROWS

VOID = {"meta", "br", "rect", "use", "path"}


class Page(HTMLParser):
    """Read a page: whether its tags nest, its texts, attributes, ids, and headings by language."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.headings: list[int] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a beginning"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def test_sealed_contest_shows_no_votes_and_no_bars() -> None:
    """A sealed contest says that nothing was opened; only its turnout has a bar."""
    html = render_html(samples.sealed())
    assert 'class="chart"' not in html
    assert html.count('<svg class="bar"') == len(LANGUAGES)
    assert "missed by 271" in html
    text = render_text(samples.sealed())
    assert text.count("not opened") == 2
    assert "#" not in text


@pytest.mark.parametrize("name", ALL)
def test_page_is_well_formed(name: str) -> None:
    """Tags nest, ids are unique, references lead somewhere, headings skip no level, table heads have a scope."""
    page = Page(render_html(ALL[name]))
    assert page.open == []
    ids = [values["id"] for _, values in page.attributes if "id" in values]
    assert len(ids) == len(set(ids))
    for _, values in page.attributes:
        assert values.get("aria-labelledby", ids[0]) in ids
        assert not values.get("href", "").startswith("#") or values["href"][1:] in ids
    assert page.headings[0] == 1
    assert page.headings.count(1) == len(LANGUAGES)
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert all("scope" in values for tag, values in page.attributes if tag == "th")
    assert page.tags["main"] == page.tags["header"] == page.tags["nav"] == page.tags["footer"] == 1


@pytest.mark.parametrize("name", ALL)
def test_page_carries_everything_and_asks_for_nothing(name: str) -> None:
    """Nothing makes a request or runs code outside the policy, whose hashes are those of the page."""
    html = render_html(ALL[name])
    page = Page(html)
    assert page.tags["script"] == page.tags["style"] == 1
    assert not {"link", "img", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    for _, values in page.attributes:
        assert not {"src", "style", "action", "srcset"} & set(values)
        assert not [attribute for attribute in values if attribute.startswith("on")]
        assert values.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:", html)
    policy = next(values["content"] for tag, values in page.attributes if "http-equiv" in values)
    assert policy == content_security_policy()
    assert policy.startswith("default-src 'none'; ")
    for content, element in ((STYLE, "style"), (SCRIPT, "script")):
        inside = re.search(f"<{element}>(.*?)</{element}>", html, re.DOTALL)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
        assert inside[1] == content


def test_page_is_readable_in_both_languages_without_the_script() -> None:
    """Both languages stand in the page, marked as such, and nothing hides one of them before the script has run."""
    html = render_html(samples.geochang())
    page = Page(html)
    for language in LANGUAGES:
        assert any(tag == "article" and values.get("lang") == language for tag, values in page.attributes)
        for row in ROWS.values():
            assert row.title.of(language) in page.text
            assert row.meaning.of(language) in page.text
        assert label("verified", language) in page.text
    assert "data-show" not in html.split("<style>")[0]
    assert "hidden" not in {attribute for _, values in page.attributes for attribute in values}


def test_page_shows_numbers_identity_and_limits() -> None:
    """The page of a true record holds result, turnout, identification, what it proves and what it does not."""
    text = Page(render_html(samples.geochang())).text
    for words in ("18,041", "9,820", "226", "28,087 of 53,186 eligible (52.81%)", "13,297 required, met", "확정: 1. "):
        assert words in text
    for words in (samples.ELECTION_ID, samples.ROOT, "31,412", "vote.example.kr/log", "evote-verify 0.1.0"):
        assert words in text
    assert all(korean.format(quorum="3") in text for korean, _ in (*PROVES, *PROVES_NOT))
    assert "거창읍" in text


def test_failing_page_does_not_say_that_it_proves_anything() -> None:
    """A page that is not verified names every failing row and place, and leaves out what a verification proves."""
    html = render_html(samples.failing())
    text = Page(html).text
    assert label("verified", "ko") not in text.replace(label("not_verified", "ko"), "")
    assert "entry 10442: ballot 9c11, contest 1, option 1" in text
    assert "and 12 more" in text
    assert PROVES[0][0] not in text
    assert PROVES_NOT[0][1] in text
    assert html.count('class="status fail"') == len(LANGUAGES) * 2 * 2


def test_statuses_are_words_beside_symbols() -> None:
    """No status is told by colour or symbol alone."""
    html = render_html(samples.failing())
    marks = re.findall(r'<span class="status \w+"><svg [^>]*aria-hidden="true"[^>]*>.*?</svg>([^<]*)</span>', html)
    assert len(marks) == html.count('<span class="status ')
    assert set(marks) == {label(status.value, language) for status in Status for language in LANGUAGES}


def test_hostile_record_stays_text() -> None:
    """Markup, quotes, braces, overrides of direction, escapes and invisible letters of a record are only shown."""
    html = render_html(samples.hostile())
    page = Page(html)
    assert page.tags["script"] == 1
    assert "alert(1)" in page.text
    assert "<script>alert" not in html
    assert "{key}" in page.text
    for hidden in "\u202e\u0000\x1b\u3164":
        assert hidden not in html
        assert f"[U+{ord(hidden):04X}]" in page.text
    assert not any("onclick" in values for _, values in page.attributes)
    assert page.tags["bdi"] > 20
    languages = {values["lang"] for _, values in page.attributes if "lang" in values}
    assert languages == {"ko", "en"}


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_contrast_suffices(mode: int) -> None:
    """Text has at least 4.5:1 on every ground, bars and marks 3:1, in light and in dark mode."""
    block = STYLE.split(":root{")[1 + mode].split("}")[0]
    colours = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", block))
    grounds = ("page", "card", "soft")
    for ink in ("ink", "muted", "link"):
        assert all(_contrast(colours[ink], colours[ground]) >= 4.5 for ground in grounds)
    for status in ("pass", "fail", "error", "absent"):
        assert _contrast(colours[status], colours[f"{status}-soft"]) >= 4.5
        assert _contrast(colours["ink"], colours[f"{status}-soft"]) >= 4.5
        assert _contrast(colours["muted"], colours[f"{status}-soft"]) >= 4.5
    assert _contrast(colours["on-accent"], colours["accent"]) >= 4.5
    for bar in ("bar", "rest"):
        assert _contrast(colours[bar], colours["card"]) >= 3
    assert _contrast(colours["mark"], colours["rest"]) >= 3


@pytest.mark.parametrize("name", ["geochang", "many"])
def test_reports_are_functions_of_the_findings(name: str) -> None:
    """The same report yields the same bytes, so two auditors can compare their pages."""
    report: Report = ALL[name]
    assert render_html(report) == render_html(report)
    assert render_text(report) == render_text(report)
