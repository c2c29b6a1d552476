"""Reads back what reviewers answered in a file: the first five columns, and nothing that a spreadsheet mixed up.

A file is taken whole or not at all. Every row that cannot be trusted is named, with what to do about it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError, Problem
from core.records import Answer
from core.sheets import Table, fold, open_csv
from review.cells import uncell
from review.columns import COLUMNS, fingerprint
from review.damage import Mark, is_another_text, is_sorted_alone
from review.ids import MATCH, TEXT, Prefix, near_ids, prefix_of, public_id, read_id
from review.reasons import ANSWERS, REASONS, Language, ReviewReason, contradicts, read_answer, read_reason

MOST_PROBLEMS = 5_000
"""Problems that are told one by one; beyond that only counted."""

_MOST_SUGGESTIONS = 500
_BROKEN_NUMBER = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatch:
    """What the row of a match was made from: the post's identity and the text that the match rests on."""

    post_id: str
    text: str | None


Known = Callable[[int], KnownMatch | None]
"""Looks up a match, or a drawn text, by its primary key."""


def nothing(_: int) -> None:
    """Know no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """One answer as a file gives it; what the file leaves empty is None. `of` says whether `match` numbers a text."""

    match: int
    answer: Answer
    reason: str | None
    note: str | None
    reviewer: str | None
    row: int
    of: Prefix = MATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a review file says: its decisions, the rows left blank, the rows that only repeat another."""

    given: tuple[RowAnswer, ...]
    sha256: str
    blank: int
    repeated: int


def read_answers(path: Path, known: Known, texts: Known = nothing, *, sorted_on_purpose: bool = False) -> Answers:
    """Read the answers of a review file, or raise InputError with every problem in it."""
    with open_csv(path, _NAMES) as table:
        reading = _Reading(path=path, header=table.header, known={MATCH: known, TEXT: texts})
        return reading.read(table, sorted_on_purpose=sorted_on_purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The cells of a row that we look at; a column that the file does not have is empty."""

    row: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One file on its way through the checks."""

    path: Path
    header: tuple[str, ...]
    known: Mapping[Prefix, Known]
    places: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    wrong: int = 0
    given: dict[tuple[Prefix, int, str], RowAnswer] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    blank: int = 0
    repeated: int = 0

    def read(self, table: Table, *, sorted_on_purpose: bool) -> Answers:
        """Go through all rows, then say what was given, or all that is wrong."""
        self._find_columns()
        for line in self._lines(table):
            self._take(line)
        if not sorted_on_purpose and is_sorted_alone(self.marks):
            self._add("decision_sorted_alone", "decision")
        if self.wrong:
            raise self._error()
        return Answers(given=tuple(self.given.values()), sha256=table.sha256, blank=self.blank, repeated=self.repeated)

    def _find_columns(self) -> None:
        for place, title in enumerate(self.header):
            name = _NAMES.get(fold(title))
            if name is not None and self.places.setdefault(name, place) != place:
                self._add("column_twice", name, value=title.strip())
        for name in ("id", "decision"):
            if name not in self.places:
                self._add("column_missing", name, value=" ".join(self.header)[:80])
        if self.wrong:
            raise self._error()

    def _lines(self, table: Table) -> Iterator[_Line]:
        """Give the rows that hold anything of a match; a header in between comes from files put together."""
        for row, found in table.rows:
            if tuple(found) == table.header:
                continue
            if any(cell.strip() for cell in found[len(self.header) :]):
                self._add("ragged_row", row=row, hint=str(len(self.header)))
                continue
            cells = {name: uncell(found[place]) for name, place in self.places.items() if place < len(found)}
            if any(cells.get(name) for name in ("id", "decision", "reason")):
                yield _Line(row=row, cells=cells)

    def _take(self, line: _Line) -> None:
        """Take one row: blank, an answer, or a problem."""
        of = prefix_of(line["id"])
        match = read_id(line["id"], of)
        answer = read_answer(line["decision"])
        self.marks.append(Mark(line["decision"], str(answer), (match, _percent(line["score"]), line["time"] or None)))
        if not line["decision"]:
            self._take_blank(line)
            return
        before = self.wrong
        if answer is None:
            self._add("decision_unknown", "decision", row=line.row, value=line["decision"], hint=self._answers())
        reason = self._reason(line, answer)
        reviewer = self._reviewer(line)
        self._check_match(line, match)
        if match is not None and answer is not None and self.wrong == before:
            self._keep(
                RowAnswer(
                    match=match,
                    answer=answer,
                    reason=reason.code if reason else None,
                    note=line["note"] or None,
                    reviewer=reviewer,
                    row=line.row,
                    of=of,
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

    def _check_match(self, line: _Line, match: int | None) -> None:
        """Make sure that the id is one of ours, and that the row around it is its own."""
        typed = line["id"]
        of = prefix_of(typed)
        if match is None:
            code = "id_unreadable" if typed else "id_missing"
            self._add(code, "id", row=line.row, value=typed or None, hint=self._suggestion(line))
            return
        found = self.known[of](match)
        if found is None:
            self._add("id_unknown", "id", row=line.row, value=typed, hint=self._suggestion(line))
        elif "fingerprint" in self.places and not _is_own(line, public_id(match, of), found):
            self._add("rows_mixed", "id", row=line.row, value=typed)
        elif is_another_text(line["text"], found.text):
            self._add("rows_mixed", "text", row=line.row, value=typed)

    def _suggestion(self, line: _Line) -> str | None:
        """Find the id that was meant: one slip away, and the fingerprint of the row is its own."""
        if not line["fingerprint"] or len(self.problems) >= _MOST_SUGGESTIONS:
            return None
        of = prefix_of(line["id"])
        for match in near_ids(line["id"], of):
            found = self.known[of](match)
            if found is not None and _is_own(line, public_id(match, of), found):
                return public_id(match, of)
        return None

    def _keep(self, answer: RowAnswer) -> None:
        key = (answer.of, answer.match, fold(answer.reviewer or ""))
        first = self.given.setdefault(key, answer)
        if first is answer:
            return
        if (first.answer, first.reason, first.note) == (answer.answer, answer.reason, answer.note):
            self.repeated += 1
        else:
            self._add(
                "answered_twice",
                "decision",
                row=answer.row,
                value=public_id(answer.match, answer.of),
                hint=str(first.row),
            )

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
            self.problems.append(
                Problem(code=code, where=self.path.name, row=row, column=column, value=value, hint=hint)
            )

    def _error(self) -> InputError:
        return InputError("review_file", problems=self.problems, path=str(self.path), count=self.wrong)


_NAMES = {fold(title): name for titles in COLUMNS.values() for title, name in zip(titles, COLUMNS["en"], strict=True)}


def _is_own(line: _Line, shown_id: str, found: KnownMatch) -> bool:
    return line["fingerprint"].lower() == fingerprint(shown_id, found.post_id, found.text)


def _percent(shown: str) -> int | None:
    found = _PERCENT.fullmatch(shown)
    return int(found[1]) if found else None
