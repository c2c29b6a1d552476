"""Scores of a CSV file of texts, for people who have a spreadsheet and no database."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, Problem
from core.files import complete
from core.records import Score
from core.sheets import open_csv

if TYPE_CHECKING:
    from _csv import Writer as CsvWriter

COLUMNS = ("id", "probability", "kind", "band", "reasons")
ASKED = {"id": "id", "text": "text", "teks": "text"}
CHUNK = 2_000

ScoreAll = Callable[[Sequence[str]], list[Score]]


def score_file(source: Path, target: Path, score_all: ScoreAll, *, progress: Callable[[int], None]) -> int:
    """Read `id,text`, write `id,probability,kind,band,reasons`; say how many rows.

    Texts stream through in chunks; the target is there whole or not at all.
    """
    count = 0
    with open_csv(source, ASKED) as table, complete(target) as stream:
        places = _places(source, table.header)
        sheet = csv.writer(stream)
        sheet.writerow(COLUMNS)
        chunk: list[tuple[str, str]] = []
        for row, cells in table.rows:
            chunk.append(_id_and_text(source, row, cells, places))
            if len(chunk) == CHUNK:
                count += _write(sheet, chunk, score_all)
                progress(count)
                chunk = []
        count += _write(sheet, chunk, score_all)
    return count


def _places(source: Path, header: Sequence[str]) -> tuple[int, int]:
    names = [ASKED.get(name.strip().casefold()) for name in header]
    missing = [name for name in ("id", "text") if name not in names]
    if missing:
        problems = [Problem(code="column_missing", where=source.name, row=1, column=name) for name in missing]
        raise InputError("texts_invalid", file=source, count=len(problems), problems=problems)
    return names.index("id"), names.index("text")


def _id_and_text(source: Path, row: int, cells: Sequence[str], places: tuple[int, int]) -> tuple[str, str]:
    if len(cells) <= max(places):
        problem = Problem(code="ragged_row", where=source.name, row=row, hint=str(max(places) + 1))
        raise InputError("texts_invalid", file=source, count=1, problems=[problem])
    return cells[places[0]], cells[places[1]]


def _write(sheet: "CsvWriter", chunk: Sequence[tuple[str, str]], score_all: ScoreAll) -> int:
    scores = score_all([text for _, text in chunk])
    for (key, _), score in zip(chunk, scores, strict=True):
        reasons = [{"code": one.code, "word": one.word, "weight": round(one.weight, 4)} for one in score.reasons]
        shown = json.dumps(reasons, ensure_ascii=False)
        sheet.writerow([key, f"{score.probability:.4f}", score.kind, score.band, shown])
    return len(chunk)
