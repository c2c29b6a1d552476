"""A damaged review file gives no answer at all, and says why."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import sheets
from core.errors import InputError
from core.sampling import place_by_chance
from review.csvfile import write_csv
from review.ids import public_id, read_id
from review.reader import read_answers
from tests.review.sheets import (
    DECISION,
    MARK,
    REASON,
    REVIEWER,
    ROWS,
    TEXT,
    TRUTH,
    Damage,
    Sheet,
    knowing,
    problems,
    read,
    save,
    sheet_of,
    shuffle_rows,
)


def sort_ids_alone(sheet: Sheet) -> None:
    for line, typed in zip(sheet[1:], sorted((line[0] for line in sheet[1:]), reverse=True), strict=True):
        line[0] = typed


def sort_texts_alone(sheet: Sheet) -> None:
    for line, text in zip(sheet[1:], sorted((line[TEXT] for line in sheet[1:]), reverse=True), strict=True):
        line[TEXT] = text


def sort_marks_alone(sheet: Sheet) -> None:
    for line, mark in zip(sheet[1:], sorted(line[MARK] for line in sheet[1:]), strict=True):
        line[MARK] = mark


def sort_decisions_alone(sheet: Sheet) -> None:
    words = sorted((line[DECISION] for line in sheet[1:]), key=lambda word: (not word, word))
    for line, word in zip(sheet[1:], words, strict=True):
        line[DECISION] = word


def sort_decisions_alone_backwards(sheet: Sheet) -> None:
    for line, word in zip(sheet[1:], sorted((line[DECISION] for line in sheet[1:]), reverse=True), strict=True):
        line[DECISION] = word


def sort_decisions_of_an_unordered_file(sheet: Sheet) -> None:
    shuffle_rows(sheet)
    sort_decisions_alone(sheet)


def mistype_an_id(sheet: Sheet) -> None:
    line = next(line for line in sheet[1:] if line[DECISION])
    line[0] = line[0][:5] + ("Z" if line[0][5] != "Z" else "Y") + line[0][6:]


def empty_an_id(sheet: Sheet) -> None:
    next(line for line in sheet[1:] if line[DECISION])[0] = ""


def use_a_foreign_id(sheet: Sheet) -> None:
    next(line for line in sheet[1:] if line[DECISION])[0] = public_id(99_999)


def decide_twice(sheet: Sheet) -> None:
    line = next(line for line in sheet[1:] if line[DECISION] == "ajakan")
    sheet.append([line[0], "bukan", *line[2:]])


def use_an_unknown_word(sheet: Sheet) -> None:
    sheet[1][DECISION] = "mungkin"


def use_an_unknown_reason(sheet: Sheet) -> None:
    sheet[1][DECISION : REASON + 1] = ["bukan", "entah"]


def contradict(sheet: Sheet) -> None:
    sheet[1][DECISION : REASON + 1] = ["ajakan", "pensiun"]


def forget_the_decision(sheet: Sheet) -> None:
    sheet[1][DECISION : REASON + 1] = ["", "pensiun"]


def spill_over(sheet: Sheet) -> None:
    sheet[1].append("tumpah")


def lose_digits(sheet: Sheet) -> None:
    sheet[1][DECISION], sheet[1][REVIEWER] = "bukan", "1,98001E+017"


def lose_the_id_column(sheet: Sheet) -> None:
    sheet[0][0] = "nomor"


def name_a_column_twice(sheet: Sheet) -> None:
    sheet[0][REASON] = "decision"


def cut_the_mark_off(sheet: Sheet) -> None:
    next(line for line in sheet[1:] if line[DECISION]).pop()


def mistype_many_ids(sheet: Sheet) -> None:
    for line in sheet[1:]:
        line[0] = line[0][:6] + ("Z" if line[0][6] != "Z" else "Y") + line[0][7:]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (sort_ids_alone, {"rows_mixed"}),
        (mistype_many_ids, {"id_unreadable"}),
        (sort_texts_alone, {"rows_mixed"}),
        (sort_marks_alone, {"rows_mixed"}),
        (sort_decisions_alone, {"decision_sorted_alone"}),
        (sort_decisions_alone_backwards, {"decision_sorted_alone"}),
        (sort_decisions_of_an_unordered_file, {"decision_sorted_alone"}),
        (mistype_an_id, {"id_unreadable"}),
        (empty_an_id, {"id_missing"}),
        (use_a_foreign_id, {"id_unknown"}),
        (decide_twice, {"answered_twice"}),
        (use_an_unknown_word, {"decision_unknown"}),
        (use_an_unknown_reason, {"reason_unknown"}),
        (contradict, {"reason_contradicts"}),
        (forget_the_decision, {"reason_without_decision"}),
        (lose_digits, {"number_destroyed"}),
        (lose_the_id_column, {"column_missing"}),
        (name_a_column_twice, {"column_twice"}),
        (cut_the_mark_off, {"rows_mixed"}),
    ],
)
def test_a_damaged_file_gives_no_answer_at_all(
    reviewed: Sheet, tmp_path: Path, change: Damage, codes: set[str], form: str
) -> None:
    change(reviewed)

    assert {problem.code for problem in problems(reviewed, tmp_path, form=form)} == codes


def test_a_row_that_spills_over_is_refused_where_cells_can_slip(reviewed: Sheet, tmp_path: Path) -> None:
    spill_over(reviewed)

    assert {problem.code for problem in problems(reviewed, tmp_path)} == {"ragged_row"}
    assert len(read(reviewed, tmp_path, form="xlsx").given) == len(TRUTH)  # a cell of a workbook stays where it is


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_old_export_is_told_from_a_mixed_up_one(tmp_path: Path, form: str) -> None:
    old = [replace(row, text=f"Naskah lama nomor {row.match} sebelum disunting") for row in ROWS]
    write_csv(old, tmp_path / "old.csv", language="id")
    sheet = sheet_of(tmp_path / "old.csv")
    for line in sheet[1:]:
        line[DECISION] = "bukan"

    found = problems(sheet, tmp_path, form=form)

    assert {problem.code for problem in found} == {"row_of_another_wording"}
    assert len(found) == len(ROWS)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_of_another_office_is_told_as_such(tmp_path: Path, form: str) -> None:
    foreign = [replace(row, post_id=f"lain:{row.match}") for row in ROWS]
    write_csv(foreign, tmp_path / "foreign.csv", language="id")
    sheet = sheet_of(tmp_path / "foreign.csv")
    for line in sheet[1:]:
        line[DECISION] = "bukan"

    assert {problem.code for problem in problems(sheet, tmp_path, form=form)} == {"row_of_another_database"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_id_of_a_text_is_no_id_of_a_match(reviewed: Sheet, tmp_path: Path, form: str) -> None:
    line = next(line for line in reviewed[1:] if line[DECISION])
    line[0] = public_id(read_id(line[0]) or 0, "T")

    assert [problem.code for problem in problems(reviewed, tmp_path, form=form)] == ["id_unknown"]


def test_every_problem_is_told_at_once_with_its_place(reviewed: Sheet, tmp_path: Path) -> None:
    use_an_unknown_word(reviewed)
    reviewed[2][DECISION : REASON + 1] = ["bukan", "ajakan langsung"]
    reviewed[3][0] = "F-12"
    reviewed[3][DECISION] = "ragu"

    found = problems(reviewed, tmp_path)

    assert [(p.code, p.row, p.column, p.value) for p in found] == [
        ("decision_unknown", 2, "keputusan", "mungkin"),
        ("reason_contradicts", 3, "alasan", "ajakan langsung"),
        ("id_unreadable", 4, "id", "F-12"),
    ]
    assert found[0].hint == "ajakan / bukan / ragu"
    assert {p.where for p in found} == {"back.csv"}


def test_a_mistyped_id_is_told_with_the_one_that_was_meant(reviewed: Sheet, tmp_path: Path) -> None:
    meant = next(line for line in reviewed[1:] if line[DECISION])[0]
    mistype_an_id(reviewed)

    (problem,) = problems(reviewed, tmp_path)
    assert problem.hint == meant


def test_a_second_answer_names_the_row_of_the_first(reviewed: Sheet, tmp_path: Path) -> None:
    decide_twice(reviewed)
    first = next(n for n, line in enumerate(reviewed, start=1) if line[DECISION] == "ajakan")

    (problem,) = problems(reviewed, tmp_path)
    assert (problem.row, problem.hint) == (len(reviewed), str(first))


def test_who_sorted_on_purpose_is_believed(reviewed: Sheet, tmp_path: Path) -> None:
    sort_decisions_alone(reviewed)
    path = tmp_path / "back.csv"
    save(reviewed, path)

    assert len(read_answers(path, knowing(ROWS), sorted_on_purpose=True).given) == len(TRUTH)


@pytest.fixture
def blind(reviewed: Sheet) -> Sheet:
    """The same answers in the order of a blind file, without scores."""
    for line in reviewed[1:]:
        line[5], line[REVIEWER] = "", "Ani"
    reviewed[1:] = sorted(reviewed[1:], key=lambda line: place_by_chance(read_id(line[0]) or 0, "Ani"))
    return reviewed


def test_a_blind_file_whose_rows_were_sorted_is_believed(blind: Sheet, tmp_path: Path) -> None:
    blind[1:] = sorted(blind[1:], key=lambda line: (not line[DECISION], line[DECISION]))

    assert len(read(blind, tmp_path).given) == len(TRUTH)


def test_a_decision_column_of_a_blind_file_sorted_alone_is_refused(blind: Sheet, tmp_path: Path) -> None:
    sort_decisions_alone(blind)

    assert {problem.code for problem in problems(blind, tmp_path)} == {"decision_sorted_alone"}


def test_one_answer_for_all_rows_is_not_a_sorted_column(reviewed: Sheet, tmp_path: Path) -> None:
    for line in reviewed[1:]:
        line[DECISION] = "bukan"

    assert len(read(reviewed, tmp_path).given) == len(ROWS)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\r\n\r\n", "file_empty"),
        (b"PK\x03\x04 no workbook", "workbook_broken"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "old_workbook"),
        (b"id;keputusan\r\nF-0\x0000012;ajakan\r\n", "nul_bytes"),
        (b"\xef\xbb\xbfid;keputusan\r\n\xff;ajakan\r\n", "not_text"),
        (b'id;keputusan;catatan\r\nF-0000012;ajakan;"tak ditutup\r\nF-0000013;bukan;\r\n', "broken_quotes"),
        (b'id;keputusan;catatan\r\nF-0000012;ajakan;"a"b"\r\n', "broken_quotes"),
        (b"id;keputusan;catatan\r\nF-0000012;ajakan;" + b"x" * 200_000 + b"\r\n", "broken_quotes"),
        (b"id;keputusan\r\n" + b"x" * 1_200_000, "line_too_long"),
        (b"id|keputusan\r\n", "column_missing"),
    ],
)
def test_what_is_no_sound_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "back.csv"
    path.write_bytes(content)

    with pytest.raises(InputError) as caught:
        read_answers(path, knowing(ROWS))
    assert caught.value.problems[0].code == code


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    path = tmp_path / "back.csv"
    path.write_bytes(b"id;keputusan\r\n")

    with pytest.raises(InputError) as caught:
        read_answers(path, knowing(ROWS))
    assert caught.value.problems[0].code == "file_too_large"


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.csv", "file_unreadable"), (tmp_path, "not_a_table")):
        with pytest.raises(InputError) as caught:
            read_answers(path, knowing(ROWS))
        assert caught.value.problems[0].code == code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_answers_or_an_input_error(noise: bytes, headed: bool) -> None:  # noqa: FBT001
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes((b"id;keputusan\r\n" if headed else b"") + noise)
        try:
            answers = read_answers(path, knowing(ROWS))
        except InputError as error:
            assert error.problems  # noqa: PT017
        else:
            assert headed
            assert len(answers.given) <= 300
