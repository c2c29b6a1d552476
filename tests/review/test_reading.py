"""Answers come back from a review file, whatever a spreadsheet made of it."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records import Answer
from review.columns import COLUMNS, ReviewRow
from review.csvfile import Delimiter, write_csv
from review.reader import Answers, read_answers
from review.reasons import REASONS, Language
from review.workbook import write_xlsx
from tests.review.books import FACTS
from tests.review.sheets import (
    DECISION,
    NOTE,
    REVIEWER,
    ROWS,
    TRUTH,
    WORDS,
    Damage,
    Sheet,
    given_by,
    knowing,
    read,
    row,
    shuffle_rows,
)

WRITTEN_NOTE = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cc", "Cf", "Zl", "Zp"])
)

LANGUAGES = st.sampled_from(["id", "en"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])


@st.composite
def reviewed_rows(draw: st.DrawFn) -> list[ReviewRow]:
    rows = []
    for match in draw(st.lists(st.integers(1, 32**7 - 1), unique=True, max_size=5)):
        reason = draw(st.none() | st.sampled_from(list(REASONS.values())))
        answer = reason.answer if reason else draw(st.none() | st.sampled_from(Answer))
        base = row(1, text=draw(st.none() | st.text()) or "", answer=answer)
        rows.append(
            replace(
                base,
                match=match,
                reason=reason.code if reason else None,
                note=draw(WRITTEN_NOTE).strip() or None if answer else None,
                reviewer=draw(st.sampled_from([None, "r1", "=ibu", "'Ani", "Désy"])),
            )
        )
    return rows


def check_round_trip(rows: list[ReviewRow], answers: Answers) -> None:
    decided = [r for r in rows if r.answer]
    assert [(a.match, a.answer, a.reason, a.reviewer) for a in answers.given] == [
        (r.match, r.answer, r.reason, r.reviewer) for r in decided
    ]
    assert [a.note for a in answers.given] == [r.note.replace(" ⏎ ", "\n") if r.note else None for r in decided]
    assert answers.blank == len(rows) - len(decided)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reviewed_rows(), LANGUAGES, st.sampled_from([";", ",", "tab", "auto"]), ENCODINGS)
def test_every_answer_comes_back_as_it_went_out(
    rows: list[ReviewRow], language: Language, delimiter: Delimiter, encoding: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        write_csv(rows, path, language=language, delimiter=delimiter)
        path.write_bytes(path.read_text(encoding="utf-8-sig").encode(encoding))
        answers = read_answers(path, knowing(rows))

    check_round_trip(rows, answers)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reviewed_rows(), LANGUAGES)
def test_every_answer_comes_back_from_a_workbook(rows: list[ReviewRow], language: Language) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_xlsx(rows, path, language=language, facts=FACTS)
        answers = read_answers(path, knowing(rows))

    check_round_trip(rows, answers)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_whatever_a_spreadsheet_saves_is_read(reviewed: Sheet, tmp_path: Path, delimiter: str, encoding: str) -> None:
    reviewed[1][NOTE] = reviewed[2][NOTE] = "Désa “lama”"

    answers = read(reviewed, tmp_path, delimiter=delimiter, encoding=encoding)

    assert given_by(answers) == {match: WORDS[word] for match, word in TRUTH.items()}
    assert answers.blank == len(ROWS) - len(TRUTH)
    assert {a.note for a in answers.given if a.row in {2, 3}} == {"Désa “lama”"}


def reverse_columns(sheet: Sheet) -> None:
    for line in sheet:
        line.reverse()


def keep_two_columns(sheet: Sheet) -> None:
    for line in sheet:
        del line[2:]


def add_a_column(sheet: Sheet) -> None:
    for line in sheet:
        line.insert(3, "punya saya")


def translate_header(sheet: Sheet) -> None:
    sheet[0] = [f" {title.upper()} " for title in COLUMNS["en"]]


def excel_separator_line(sheet: Sheet) -> None:
    sheet.insert(0, ["sep=", ""])


def blank_rows(sheet: Sheet) -> None:
    sheet.insert(0, [])
    sheet.insert(9, [""] * 16)
    sheet.append([])


def sort_whole_rows(sheet: Sheet) -> None:
    sheet[1:] = sorted(sheet[1:], key=lambda line: (not line[DECISION], line[DECISION]))


def sort_whole_rows_backwards(sheet: Sheet) -> None:
    sheet[1:] = sorted(sheet[1:], key=lambda line: line[DECISION], reverse=True)


def use_synonyms(sheet: Sheet) -> None:
    words = {"ajakan": "Ya", "bukan": " TIDAK ", "ragu": "3", "": "", "keputusan": "keputusan"}
    for line in sheet:
        line[DECISION] = words[line[DECISION]]


def put_two_files_together(sheet: Sheet) -> None:
    sheet.extend([list(line) for line in sheet[:20]])


def number_rows_away(sheet: Sheet) -> None:
    for line in sheet[1:]:
        line[0] = line[0].lower().replace("-", " ").replace("0", "o")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "change",
    [
        *(reverse_columns, keep_two_columns, add_a_column, translate_header, excel_separator_line, blank_rows),
        *(shuffle_rows, sort_whole_rows, sort_whole_rows_backwards, use_synonyms, put_two_files_together),
        number_rows_away,
    ],
)
def test_harmless_changes_cost_no_answer(reviewed: Sheet, tmp_path: Path, change: Damage, form: str) -> None:
    change(reviewed)

    assert given_by(read(reviewed, tmp_path, form=form)) == {match: WORDS[word] for match, word in TRUTH.items()}


def test_rows_that_repeat_an_answer_are_counted_once(reviewed: Sheet, tmp_path: Path) -> None:
    put_two_files_together(reviewed)

    assert read(reviewed, tmp_path).repeated == sum(bool(line[DECISION]) for line in reviewed[1:20])


def test_two_reviewers_may_differ_in_one_file(reviewed: Sheet, tmp_path: Path) -> None:
    first = reviewed[1]
    first[DECISION], first[REVIEWER] = "ajakan", "r1"
    reviewed.append([*first[:1], "bukan", *first[2:4], "r2", *first[5:]])

    answers = read(reviewed, tmp_path)

    assert [(a.answer, a.reviewer) for a in answers.given if a.match == 1] == [
        (Answer.SOLICITATION, "r1"),
        (Answer.NOT, "r2"),
    ]
