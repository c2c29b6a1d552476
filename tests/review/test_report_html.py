"""A report as one page: it needs nothing else, hides who it is about, and nobody's name can do anything in it."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

import language
from core.records import Role
from core.settings import Candidate
from jobs.report import Gathered
from review import report_html
from review.report import report
from tests.review.gathered import CONTEST, HANDLES, REVIEWERS, SECRET, gathered, known, nothing

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</svg></title></table><iframe src=javascript:alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "=HYPERLINK(1)",
    "' onfocus=alert(1) x='",
)
CHART = re.compile(
    r'<svg class="chart" role="img"[^>]*aria-labelledby="(\S+) (\S+)">\s*'
    r'<title id="(\S+)">(.+?)</title><desc id="(\S+)">(.+?)</desc>'
)
pytestmark = pytest.mark.usefixtures("_chosen")


class Elements(HTMLParser):
    """Collects what a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.values: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names.update(name for name, _ in attrs)
        self.values += [value or "" for _, value in attrs]


def elements(html: str) -> Elements:
    found = Elements()
    found.feed(html)
    return found


@pytest.fixture(params=["id", "en"])
def _chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("language._chosen", [request.param])


def page(told: Gathered | None = None, **more: Any) -> str:  # noqa: ANN401  (as `report` takes them)
    return report_html.page(report(told or gathered(), SECRET, **more))


def poisoned() -> Gathered:
    """Let everything that somebody else may have written be hostile."""
    candidates = tuple(Candidate(id=f"c{n}", number=n + 1, names=(word,)) for n, word in enumerate(HOSTILE))
    contest = CONTEST.model_copy(update={"name": HOSTILE[0], "candidates": candidates})
    accounts = {n + 1: known((n % 4) + 1, word, Role.ASN) for n, word in enumerate(HOSTILE)}
    return gathered(controller=HOSTILE[2], contests=(contest,), known=accounts)


def test_a_page_asks_for_nothing_from_anywhere() -> None:
    html = page()

    assert re.search(r"https?:|//[a-z]|url\(|@import|data:", html) is None
    assert not {"script", "link", "img", "iframe", "object", "form", "base", "use", "image"} & set(elements(html).tags)
    assert "default-src 'none'" in html


def test_coverage_comes_before_anything_that_was_found() -> None:
    order = re.findall(r'<h2 id="([a-z]+)"', page())

    assert order == [
        *("coverage", "time", "units", "kinds", "candidates", "evenness"),
        *("decisions", "clocks", "agreement", "model", "unseen"),
    ]


def test_every_chart_says_what_it_shows_and_its_numbers_stand_in_a_table() -> None:
    html = page()

    charts = CHART.findall(html)
    assert len(charts) == html.count('<svg class="chart"') == 5
    for title_id, desc_id, title, words, desc, says in charts:
        assert (title_id, desc_id) == (title, desc)
        assert f"<caption>{words}</caption>" in html
        assert len(says) > 40


def test_every_number_that_a_chart_writes_stands_in_the_table_below_it() -> None:
    html = page()

    written = 0
    for chart, table in re.findall(r'<svg class="chart"(.*?)</svg>.*?<table>(.*?)</table>', html, re.DOTALL):
        cells = set(re.findall(r"<td[^>]*>([^<]*)</td>", table))
        numbers = re.findall(r'<text class="t\d"[^>]*>([\d.,]+)</text>', chart)  # of a matrix
        numbers += re.findall(
            r'<rect class="layer0"[^>]*/>\s*<text [^>]*>([\d.,]+)</text>', chart
        )  # at the end of a bar
        written += len(numbers)
        assert set(numbers) <= cells
    assert written == 3 + 3 + 3  # units, kinds by act, accounts by candidate


def test_no_handle_and_no_name_of_a_reviewer_stands_in_a_page() -> None:
    html = page()

    assert [name for name in (*HANDLES.values(), *REVIEWERS) if name in html] == []
    assert "did:rahasia" not in html


def test_names_stand_in_a_page_only_with_the_reason() -> None:
    html = page(names_because="Sidang pleno 7 Mei")

    assert all(name in html for name in (HANDLES[1], HANDLES[2], HANDLES[3], *REVIEWERS))
    assert "Sidang pleno 7 Mei" in html


def test_what_others_have_written_cannot_do_anything() -> None:
    known_tags, known_names = set(elements(page()).tags), elements(page()).names

    found = elements(page(poisoned(), names_because=HOSTILE[1]))

    assert set(found.tags) <= known_tags
    assert found.names <= known_names
    assert not [value for value in found.values if value.lower().startswith("javascript:")]


def test_an_office_that_has_nothing_yet_is_told_what_is_missing() -> None:
    told = report(nothing(), SECRET)

    html = report_html.page(told)

    assert all(part.missing for part in told.parts)
    assert all(part.text and part.text[0] in html.replace("&#39;", "'") for part in told.parts)
    assert "<table>" not in html


def test_numbers_and_days_are_written_as_the_reader_writes_them() -> None:
    written = {
        "id": ("1.234.567", "6 Mei 2031", "68,0%", "0,43", "16.30 WIB"),
        "en": ("1,234,567", "6 May 2031", "68.0%", "0.43", "16.30 WIB"),
    }

    html = page(gathered(unread=1_234_567))

    assert [word for word in written[language.chosen()] if word not in html] == []


def test_a_person_is_nowhere_told_by_how_often() -> None:
    """Rows of accounts stand in the order of their codes in every table that has them."""
    for part in report(gathered(), SECRET).parts:
        for table in part.tables:
            if table.columns[0].code == "account":
                names = [str(row[0]) for row in table.rows]
                assert names == sorted(names)
