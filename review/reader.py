"""Reads back what reviewers answered in a file: the first five columns, and nothing that a spreadsheet mixed up.

A file is taken whole or not at all. Every row that cannot be trusted is named, with what to do about it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from core.errors import InputError, Problem
from core.records import Answer
from core.sampling import place_by_chance
from core.sheets import Table, fold
from core.workbooks import Formula, open_tables
from review.cells import uncell
from review.columns import COLUMNS, fingerprint
from review.damage import Mark, is_another_text, is_sorted_alone
from review.ids import MATCH, TEXT, Prefix, near_ids, prefix_of, public_id, read_id
from review.reasons import ANSWERS, REASONS, Language, ReviewReason, contradicts, read_answer, read_reason

MOST_PROBLEMS = 5_000
"""Problems that are told one by one; beyond that only counted."""

READ_BACK = ("id", "decision", "reason", "note", "reviewer")
"""The columns that are taken in; all others only show whether a row is whole."""

_MOST_SUGGESTIONS = 500
_AT_ONCE = 500
_SURELY_OURS = 5
_BROKEN_NUMBER = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatch:
    """What the row of a match was made from: the post's identity and the text that the match rests on."""

    post_id: str
    text: str | None


Known = Callable[[Collection[int]], Mapping[int, KnownMatch]]
"""Looks up matches, or drawn texts, by their primary keys; one that is not there is left out."""


def nothing(_: Collection[int]) -> Mapping[int, KnownMatch]:
    """Know no text."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """One answer as a file gives it; what the file leaves empty is None. `of` says whether `match` numbers a text.

    `row` is that of the file or, in a workbook, of the sheet that `where` names.
    """

    match: int
    answer: Answer
    reason: str | None
    note: str | None
    reviewer: str | None
    row: int
    where: str
    of: Prefix = MATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a review file says: its decisions, the rows left blank, the rows that only repeat another."""

    path: Path
    given: tuple[RowAnswer, ...]
    sha256: str
    blank: int
    repeated: int


def read_answers(path: Path, known: Known, texts: Known = nothing, *, sorted_on_purpose: bool = False) -> Answers:
    """Read the answers of a review file, or raise InputError with every problem in it."""
    with open_tables(path, _NAMES) as tables:
        reading = _Reading(path=path, known={MATCH: known, TEXT: texts})
        return reading.read(tables, sorted_on_purpose=sorted_on_purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The cells of a row that we look at; a column that the file does not have is empty.

    `of` and `match` are what its id names, `formulas` the columns whose cell is computed.
    """

    row: int
    cells: Mapping[str, str]
    of: Prefix
    match: int | None
    formulas: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One file on its way through the checks; `header`, `where` and `places` are those of the table being read."""

    path: Path
    known: Mapping[Prefix, Known]
    header: tuple[str, ...] = ()
    where: str = ""
    sha256: str = ""
    places: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    wrong: int = 0
    given: dict[tuple[Prefix, int, str], RowAnswer] = field(default_factory=dict)
    found: Mapping[Prefix, Mapping[int, KnownMatch]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    blank: int = 0
    repeated: int = 0

    def read(self, tables: Iterator[Table], *, sorted_on_purpose: bool) -> Answers:
        """Go through all tables, then say what was given, or all that is wrong."""
        ours, others = 0, []
        for table in tables:
            self._begin(table)
            if self._is_ours():
                ours += 1
                self._go_through(table, sorted_on_purpose=sorted_on_purpose)
            else:
                others.append(table)
        for table in others if not ours else ():
            self._begin(table)
            self._miss_columns()
        if self.wrong:
            raise self._error()
        given = tuple(self.given.values())
        return Answers(path=self.path, given=given, sha256=self.sha256, blank=self.blank, repeated=self.repeated)

    def _begin(self, table: Table) -> None:
        self.header, self.where, self.sha256 = table.header, table.where, table.sha256
        self.places, self.marks = {}, []
        for place, title in enumerate(self.header):
            name = _NAMES.get(fold(title))
            if name is not None:
                self.places.setdefault(name, place)

    def _is_ours(self) -> bool:
        """Tell a table of answers, even a spoilt one, from what somebody noted on another sheet."""
        return {"id", "decision"} <= self.places.keys() or len(self.places) >= _SURELY_OURS

    def _miss_columns(self) -> None:
        for place, title in enumerate(self.header):
            name = _NAMES.get(fold(title))
            if name is not None and self.places[name] != place:
                self._add("column_twice", name, value=title.strip())
        for name in ("id", "decision"):
            if name not in self.places:
                self._add("column_missing", name, value=" ".join(self.header)[:80])

    def _go_through(self, table: Table, *, sorted_on_purpose: bool) -> None:
        before = self.wrong
        self._miss_columns()
        if self.wrong > before:
            return
        lines = self._lines(table)
        while part := list(islice(lines, _AT_ONCE)):
            self.found = {of: known(_asked(part, of)) for of, known in self.known.items()}
            for line in part:
                self._take(line)
        if not sorted_on_purpose and is_sorted_alone(self.marks):
            self._add("decision_sorted_alone", "decision")

    def _lines(self, table: Table) -> Iterator[_Line]:
        """Give the rows that hold anything of a match; a header in between comes from files put together."""
        for row, found in table.rows:
            if tuple(found) == table.header:
                continue
            if any(cell.strip() for cell in found[len(self.header) :]):
                self._add("ragged_row", row=row, hint=str(len(self.header)))
                continue
            raw = {name: found[place] for name, place in self.places.items() if place < len(found)}
            cells = {name: uncell(text) for name, text in raw.items()}
            if any(cells.get(name) for name in ("id", "decision", "reason")):
                typed = cells.get("id", "")
                of = prefix_of(typed)
                computed = tuple(name for name in READ_BACK if isinstance(raw.get(name), Formula))
                yield _Line(row=row, cells=cells, of=of, match=read_id(typed, of), formulas=computed)

    def _take(self, line: _Line) -> None:
        """Take one row: blank, an answer, or a problem."""
        match, answer = line.match, read_answer(line["decision"])
        self.marks.append(Mark(line["decision"], str(answer), _keys(line)))
        before = self.wrong
        for name in line.formulas:
            self._add("formula", name, row=line.row, value=line[name])
        if self.wrong > before:
            return
        if not line["decision"]:
            self._take_blank(line)
            return
        if answer is None:
            self._add("decision_unknown", "decision", row=line.row, value=line["decision"], hint=self._answers())
        reason = self._reason(line, answer)
        reviewer = self._reviewer(line)
        self._check_match(line)
        if match is not None and answer is not None and self.wrong == before:
            self._keep(
                RowAnswer(
                    match=match,
                    answer=answer,
                    reason=reason.code if reason else None,
                    note=line["note"] or None,
                    reviewer=reviewer,
                    row=line.row,
                    where=self.where,
                    of=line.of,
                )
            )

    def _take_blank(self, line: _Line) -> None:
        self.blank += 1
        if line["reason"]:
            self._add("reason_without_decision", "decision", row=line.row, value=line["reason"], hint=self._answers())

    def _reason(self, line: _Line, answer: Answer | None) -> ReviewReason | None:
        word = line["reason"]
        if not word:
            return None
        reason = read_reason(word)
        if reason is None:
            self._add("reason_unknown", "reason", row=line.row, value=word, hint=self._reasons(answer))
        elif answer is not None and contradicts(answer, reason):
            self._add("reason_contradicts", "reason", row=line.row, value=word, hint=self._reasons(answer))
        return reason

    def _reviewer(self, line: _Line) -> str | None:
        if _BROKEN_NUMBER.fullmatch(line["reviewer"]):
            self._add("number_destroyed", "reviewer", row=line.row, value=line["reviewer"])
        return line["reviewer"] or None

    def _check_match(self, line: _Line) -> None:
        """Make sure that the id is one of ours, and that the row around it is its own."""
        typed = line["id"]
        if line.match is None:
            code = "id_unreadable" if typed else "id_missing"
            self._add(code, "id", row=line.row, value=typed or None, hint=self._suggestion(line))
            return
        found = self.found[line.of].get(line.match)
        if found is None:
            self._add("id_unknown", "id", row=line.row, value=typed, hint=self._suggestion(line))
        elif "fingerprint" in self.places and not _is_own(line, shown_id := public_id(line.match, line.of), found):
            self._add(_why_not_own(line, shown_id, found), "id", row=line.row, value=typed)
        elif is_another_text(line["text"], found.text):
            self._add("rows_mixed", "text", row=line.row, value=typed)

    def _suggestion(self, line: _Line) -> str | None:
        """Find the id that was meant: one slip away, and the fingerprint of the row is its own."""
        if not line["fingerprint"] or len(self.problems) >= _MOST_SUGGESTIONS:
            return None
        near = list(near_ids(line["id"], line.of))
        for match, found in self.known[line.of](near).items():
            if _is_own(line, public_id(match, line.of), found):
                return public_id(match, line.of)
        return None

    def _keep(self, answer: RowAnswer) -> None:
        key = (answer.of, answer.match, fold(answer.reviewer or ""))
        first = self.given.setdefault(key, answer)
        if first is answer:
            return
        if (first.answer, first.reason, first.note) == (answer.answer, answer.reason, answer.note):
            self.repeated += 1
            return
        shown = public_id(answer.match, answer.of)
        place = str(first.row) if first.where == answer.where else f"{first.row}, {first.where}"
        self._add("answered_twice", "decision", row=answer.row, value=shown, hint=place)

    def _language(self) -> Language:
        title = self.header[self.places["decision"]]
        return "en" if fold(title) == "decision" else "id"

    def _answers(self) -> str:
        return " / ".join(ANSWERS[self._language()].values())

    def _reasons(self, answer: Answer | None) -> str:
        language = self._language()
        fitting = [r for r in REASONS.values() if answer in {None, Answer.UNSURE, r.answer}]
        return " / ".join(reason.words[language] for reason in fitting)

    def _add(
        self,
        code: str,
        name: str | None = None,
        *,
        row: int | None = None,
        value: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.wrong += 1
        if len(self.problems) < MOST_PROBLEMS:
            column = self.header[self.places[name]].strip() if name in self.places else name
            self.problems.append(Problem(code=code, where=self.where, row=row, column=column, value=value, hint=hint))

    def _error(self) -> InputError:
        return InputError("review_file", problems=self.problems, path=str(self.path), count=self.wrong)


_NAMES = {fold(title): name for titles in COLUMNS.values() for title, name in zip(titles, COLUMNS["en"], strict=True)}


def _is_own(line: _Line, shown_id: str, found: KnownMatch) -> bool:
    return line["fingerprint"].lower() == fingerprint(shown_id, found.post_id, found.text)


def _asked(lines: Collection[_Line], of: Prefix) -> set[int]:
    """Collect the matches, or the texts, that decided rows name."""
    return {line.match for line in lines if line.of == of and line.match is not None and line["decision"]}


def _why_not_own(line: _Line, shown_id: str, known: KnownMatch) -> str:
    """Say why a row is not that of its id: mixed up, or whole but of another database, or of another wording.

    The row is whole if its fingerprint fits what it shows itself.
    """
    if line["fingerprint"].lower() != fingerprint(shown_id, line["post_id"], line["text"]):
        return "rows_mixed"
    return "row_of_another_wording" if line["post_id"] == known.post_id else "row_of_another_database"


def _keys(line: _Line) -> tuple[object, ...]:
    """Give what the file may have been ordered by when it was exported."""
    blind = None if line.match is None else place_by_chance(line.match, line["reviewer"])
    return (line.match, _percent(line["score"]), line["time"] or None, blind)


def _percent(shown: str) -> int | None:
    found = _PERCENT.fullmatch(shown)
    return int(found[1]) if found else None
