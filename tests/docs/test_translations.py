"""Every page stands in both languages under the same name, in step, and each language has a page that leads to all."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import paper, stamp
from scripts.paper import LANGUAGES, Chosen

DOCS = paper.DOCS
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
OTHER: dict[Chosen, Chosen] = {"en": "id", "id": "en"}


def names(chosen: Chosen) -> set[str]:
    return {path.name for path in (DOCS / chosen).iterdir()}


def links(path: Path) -> set[str]:
    return set(LINK.findall(path.read_text(encoding="utf-8")))


def test_every_page_and_picture_stands_in_both_languages() -> None:
    assert names("en") == names("id")


def test_no_page_for_users_stands_outside_the_two_languages() -> None:
    assert {path.name for path in DOCS.iterdir()} == {"architecture.md", "en", "id"}, "move it to docs/en and docs/id"


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_page_leads_to_its_twin(chosen: Chosen) -> None:
    pages = sorted((DOCS / chosen).glob("*.md"))

    assert [page.name for page in pages if f"../{OTHER[chosen]}/{page.name}" not in links(page)] == []


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_the_first_page_leads_to_every_other_one(chosen: Chosen) -> None:
    pages = {name for name in names(chosen) if name.endswith(".md")} - {"README.md"}

    assert pages <= links(DOCS / chosen / "README.md")


@pytest.mark.parametrize("name", stamp.pages())
def test_an_indonesian_page_says_what_its_english_twin_says_now(name: str) -> None:
    hint = f"bring docs/id/{name} in step, then: python -m scripts.stamp docs/id/{name}"

    assert stamp.stamped(name) == stamp.stamp_of(name), hint


@pytest.fixture
def write_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Write an English page and its Indonesian twin; give the twin."""
    monkeypatch.setattr(paper, "DOCS", tmp_path)

    def write(english: str, indonesian: str) -> Path:
        for chosen, text in (("en", english), ("id", indonesian)):
            (tmp_path / chosen).mkdir(exist_ok=True)
            (tmp_path / chosen / "honje.md").write_text(text, encoding="utf-8")
        return tmp_path / "id" / "honje.md"

    return write


def test_a_translation_that_fell_behind_is_found(write_pair: Callable[[str, str], Path]) -> None:
    twin = write_pair("# Two days\n", "# Dua hari\n")
    stamp.stamp(twin)
    assert stamp.stamped("honje.md") == stamp.stamp_of("honje.md")

    write_pair("# Three days\n", twin.read_text(encoding="utf-8"))

    assert stamp.stamped("honje.md") != stamp.stamp_of("honje.md")


def test_a_stamp_replaces_the_one_before(write_pair: Callable[[str, str], Path]) -> None:
    twin = write_pair("# Two days\n", "# Dua hari\n")

    stamp.stamp(twin)
    once = twin.read_text(encoding="utf-8")
    stamp.stamp(twin)

    assert once == twin.read_text(encoding="utf-8")
    assert once.startswith("# Dua hari\n\n<!-- en: ")


def test_what_a_script_writes_into_both_pages_ages_no_translation(write_pair: Callable[[str, str], Path]) -> None:
    table = "# Platforms\n<!-- python -m scripts.some_page -->\n{}\n<!-- / -->\n"
    twin = write_pair(table.format("one"), "# Platform\n")
    stamp.stamp(twin)

    write_pair(table.format("two"), twin.read_text(encoding="utf-8"))

    assert stamp.stamped("honje.md") == stamp.stamp_of("honje.md")


OF_A_CASE = re.compile(r"\bpleno\b|\bB\.2\b|\bperkara\b", re.IGNORECASE)
"""What a line has to speak of to say `temuan`: a step in a case, that only a board takes."""


def test_a_match_is_an_indikasi_for_only_a_board_makes_a_temuan() -> None:
    pages = [*(DOCS / "id").glob("*.md"), DOCS.parent / "README.id.md", DOCS.parent / "language" / "id.po"]
    lines = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines()]

    wrong = [line for line in lines if re.search(r"(?<!bukan )(?<!laporan atau )\btemuan\b", line, re.IGNORECASE)]

    assert [line for line in wrong if not OF_A_CASE.search(line)] == []
