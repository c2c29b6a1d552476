"""Cells that no spreadsheet runs, and that give back what was put in."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import cells
from review.cells import CUT_MARK, LONGEST, cell, uncell

TRIGGERS = "=+-@'\t\r\n＝＋－＠"
HOSTILE = [
    *("=46+1", "+46", "-46+1", "@SUM(A1)", "'=1", "＝1+1", "＋1", "－1", "＠SUM(1)", "=", "'", "''=1"),
    *(" =1", "  \t=1", "\t=1", "\r=1", "\n=1", "\r\n=1", "\u00a0=1", "\u3000=1", "\u2003=1", "\u2028=1", "\u2029=1"),
    *("\u200b=1", "\u200c=1", "\u200d=1", "\u2060=1", "\ufeff=1", "\u00ad=1", "\u180e=1", "\u2800=1", "\u3164=1"),
    *("\u202e=1", "\u2066=1", "\u200e=1", "\x00=1", "\x07=1", "\x85=1", "\x9b=1", "\x0b=1", "\x0c=1", "\x1b=1"),
    *('=HYPERLINK("a";"b")', "=cmd|' /C calc'!A0", '=DDE("a";"b")', "-2+3+cmd|' /C calc'!A0", "@@", "=\n=1"),
    *("\u200b \u00a0\ufeff=1", "'\u200b=1", "=1;=2", "+62812345", "-", "\ufe0f=1"),
]


def starts_a_formula(text: str) -> bool:
    seen = text.lstrip()
    while seen and (unicodedata.category(seen[0]) in {"Cc", "Cf", "Zs", "Mn"} or seen[0] in "\u2800\u3164"):
        seen = seen[1:].lstrip()
    return seen[:1] in set(TRIGGERS) - {"'"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_starts_a_formula(text: str) -> None:
    written = cell(text)

    assert written.startswith("'")
    assert not starts_a_formula(written)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", written)


def test_there_are_enough_hostile_cells() -> None:
    assert len(set(HOSTILE)) >= 40


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_what_a_person_wrote_comes_back_from_its_cell(text: str) -> None:
    safe = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)
    safe = re.sub("[\u2028\u2029]", " ⏎ ", safe).replace(" ⏎ ", "\n")

    assert uncell(cell(text)) == safe.strip()
    assert not starts_a_formula(cell(text))


@given(st.text())
def test_a_cell_is_one_line_without_controls_that_can_be_written(text: str) -> None:
    written = cell(text)

    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written)
    written.encode()


def test_lines_are_shown_and_come_back() -> None:
    assert cell("satu\r\ndua\ntiga") == "satu ⏎ dua ⏎ tiga"
    assert uncell("satu ⏎ dua ⏎ tiga") == "satu\ndua\ntiga"


def test_a_long_text_is_cut_with_a_mark() -> None:
    written = cell("a" * 40_000)

    assert len(written) == LONGEST
    assert written.endswith(CUT_MARK)
    assert cell("a" * LONGEST) == "a" * LONGEST


def test_half_a_surrogate_pair_can_be_written() -> None:
    assert cell("a\ud83db") == "a\ufffdb"


@given(st.text(max_size=30))
def test_one_look_finds_the_same_as_all_of_them(text: str) -> None:
    assert cell(text) == cells._guarded(cells._cut(cells._one_line(text)))  # noqa: SLF001  (the long way)
