"""Review files of invented matches, and what the tests do with them."""

import csv
import io
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.errors import InputError, Problem
from core.records import Action, Answer
from review.columns import ReviewRow
from review.reader import Answers, Known, KnownMatch, read_answers

Sheet = list[list[str]]
Damage = Callable[[Sheet], None]

ACTED = datetime(2024, 11, 27, 1, 5, tzinfo=UTC)
DECISION, REASON, NOTE, REVIEWER, TEXT, MARK = 1, 2, 3, 4, 12, 17


def row(match: int, *, text: str | None = None, answer: Answer | None = None) -> ReviewRow:
    return ReviewRow(
        match=match,
        account="kel.contoh",
        action=Action.LIKED,
        acted_at=ACTED - timedelta(minutes=match),
        captured_at=ACTED,
        zone="Asia/Jakarta",
        text=f"Warga RT {match} mari bersama memilih pasangan {'abcdefghij'[match % 10] * 9}" if text is None else text,
        post_id=f"ig:18423456789{match:08}",
        district="Contoh",
        keywords=("memilih",),
        score=1 - match / 1000,
        answer=answer,
    )


def knowing(rows: list[ReviewRow]) -> Known:
    matches = {r.match: KnownMatch(post_id=r.post_id, text=r.text) for r in rows}
    return lambda asked: {match: matches[match] for match in asked if match in matches}


def sheet_of(path: Path, delimiter: str = ";") -> Sheet:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


def save(sheet: Sheet, path: Path, *, delimiter: str = ";", encoding: str = "utf-8") -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(sheet)
    path.write_bytes(stream.getvalue().encode(encoding, "replace"))


ROWS = [row(match) for match in range(1, 121)]


def decision_of(match: int) -> str:
    return ("ajakan", "bukan", "ragu", "")[(match * 7919) % 11 % 4]


TRUTH = {r.match: decision_of(r.match) for r in ROWS if decision_of(r.match)}
WORDS = {"ajakan": Answer.SOLICITATION, "bukan": Answer.NOT, "ragu": Answer.UNSURE}


def read(sheet: Sheet, tmp_path: Path, *, delimiter: str = ";", encoding: str = "utf-8", form: str = "csv") -> Answers:
    path = tmp_path / f"back.{form}"
    if form == "xlsx":
        save_book(sheet, path)
    else:
        save(sheet, path, delimiter=delimiter, encoding=encoding)
    return read_answers(path, knowing(ROWS))


def save_book(sheet: Sheet, path: Path, *further: Sheet, hidden: Sheet | None = None) -> None:
    """Save sheets as texts, as somebody's spreadsheet program would."""
    book = Workbook(write_only=True)
    for lines in (sheet, *further, *([hidden] if hidden else [])):
        page = book.create_sheet()
        page.sheet_state = "hidden" if lines is hidden else "visible"
        for line in lines:
            page.append([text or None for text in line])
    book.save(path)


def problems(sheet: Sheet, tmp_path: Path, *, form: str = "csv") -> tuple[Problem, ...]:
    with pytest.raises(InputError, match="review_file") as caught:
        read(sheet, tmp_path, form=form)
    assert caught.value.fields["count"] == len(caught.value.problems)
    return caught.value.problems


def given_by(answers: Answers) -> dict[int, Answer]:
    return {answer.match: answer.answer for answer in answers.given}


def shuffle_rows(sheet: Sheet) -> None:
    body = sheet[1:]
    random.Random(1).shuffle(body)  # noqa: S311  (a test's shuffle)
    sheet[1:] = body
