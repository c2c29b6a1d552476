"""Scores of a CSV file of texts, for people who have a spreadsheet and no database."""

import csv
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from classifier.many import Answer, Ask
from core.errors import InputError, Problem
from core.files import complete
from core.sheets import open_csv

COLUMNS = ("id", "probability", "kind", "band", "reasons", "target", "direction", "contest")
ASKED = {"id": "id", "text": "text", "teks": "text", "contest": "contest", "kontes": "contest"}

Cells = list[str]
ScoreMany = Callable[[Iterable[Ask]], Iterator[list[Cells]]]
"""Gives the `cells` of the answers of a stream of texts chunk by chunk, in its order."""


def score_file(source: Path, target: Path, score_many: ScoreMany, *, progress: Callable[[int], None]) -> int:
    """Read `id,text` and perhaps `contest`, write one row of `COLUMNS` for each; say how many.

    Texts stream through in chunks; the target is there whole or not at all.
    """
    count = 0
    with open_csv(source, ASKED) as table, complete(target) as stream:
        places = _places(source, table.header)
        sheet = csv.writer(stream)
        sheet.writerow(COLUMNS)
        waiting: deque[str] = deque()

        def asked() -> Iterator[Ask]:
            for row, cells in table.rows:
                key, ask = _read(source, row, cells, places)
                waiting.append(key)
                yield ask

        for answers in score_many(asked()):
            sheet.writerows([waiting.popleft(), *told] for told in answers)
            count += len(answers)
            progress(count)
    return count


def _places(source: Path, header: Sequence[str]) -> dict[str, int]:
    names = [ASKED.get(name.strip().casefold()) for name in header]
    missing = [name for name in ("id", "text") if name not in names]
    if missing:
        problems = [Problem(code="column_missing", where=source.name, row=1, column=name) for name in missing]
        raise InputError("texts_invalid", file=source, count=len(problems), problems=problems)
    return {name: at for at, name in reversed(list(enumerate(names))) if name}


def _read(source: Path, row: int, cells: Sequence[str], places: Mapping[str, int]) -> tuple[str, Ask]:
    if len(cells) <= max(places.values()):
        problem = Problem(code="ragged_row", where=source.name, row=row, hint=str(max(places.values()) + 1))
        raise InputError("texts_invalid", file=source, count=1, problems=[problem])
    contest = cells[places["contest"]].strip() if "contest" in places else ""
    return cells[places["id"]], Ask(cells[places["text"]], contest or None)


def cells(answer: Answer) -> Cells:
    """Write an answer as the cells of `COLUMNS` behind the id."""
    score = answer.score
    reasons = [{"code": one.code, "word": one.word, "weight": round(one.weight, 4)} for one in score.reasons]
    shown = json.dumps(reasons, ensure_ascii=False)
    told = [f"{score.probability:.4f}", str(score.kind), str(score.band), shown]
    return [*told, score.target or "", score.direction or "", answer.contest or ""]
