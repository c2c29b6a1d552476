"""What a spreadsheet does to a review file that no single cell shows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from review.cells import CUT_MARK

FEWEST = 30
"""Decided rows from which on a sorted column is no longer chance."""

_ENOUGH_LETTERS = 20  # fewer could be a date or a number that a spreadsheet wrote in its own way
_COMPARED_LETTERS = 60
_NOT_A_LETTER = re.compile(r"[^A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row shows of its place: the decision as typed, and what the export may have been ordered by."""

    word: str
    answer: str
    keys: tuple[object, ...]


def is_another_text(shown: str, known: str | None) -> bool:
    """Say whether a row shows another post than the one its id names.

    Only unaccented letters are compared: encodings, guards and line breaks leave them alone.
    """
    expected = _letters(known or "")
    found = _letters(shown.removesuffix(CUT_MARK))
    return (
        len(expected) >= _ENOUGH_LETTERS and bool(found) and found[:_COMPARED_LETTERS] != expected[:_COMPARED_LETTERS]
    )


def is_sorted_alone(marks: Sequence[Mark]) -> bool:
    """Say whether the decisions seem to have been sorted without their rows.

    Sorted decisions stand in one block, each word once. Had the whole rows been sorted, their ids, scores or times
    would run in order within each word and start again at the next; without that trace we cannot know, and ask.
    """
    places = [place for place, mark in enumerate(marks) if mark.word]
    if len(places) < FEWEST or places[-1] - places[0] + 1 > len(places):
        return False
    decided = marks[places[0] : places[-1] + 1]
    return any(
        _one_run_each(by) and not _moved_with_rows(decided, by)
        for by in ([mark.word for mark in decided], [mark.answer for mark in decided])
    )


def _letters(text: str) -> str:
    return _NOT_A_LETTER.sub("", text).lower()


def _one_run_each(words: Sequence[str]) -> bool:
    return 2 <= len(set(words)) == sum(1 for _ in groupby(words))


def _moved_with_rows(marks: Sequence[Mark], words: Sequence[str]) -> bool:
    return any(_restarts(list(column), words) for column in zip(*(mark.keys for mark in marks), strict=True))


def _restarts(column: Sequence[object], words: Sequence[str]) -> bool:
    """Say whether a column runs in order within each run of words, but not from the first row to the last."""
    if None in column or len(set(column)) <= len(set(words)):
        return False
    parts = list(_parts(column, words))
    return any(
        all(_in_order(part, backwards=backwards) for part in parts) and not _in_order(column, backwards=backwards)
        for backwards in (False, True)
    )


def _parts(column: Sequence[object], words: Sequence[str]) -> Iterator[Sequence[object]]:
    start = 0
    for _, run in groupby(words):
        end = start + sum(1 for _ in run)
        yield column[start:end]
        start = end


def _in_order(values: Sequence[object], *, backwards: bool) -> bool:
    ordered = sorted(values, reverse=backwards)  # type: ignore[type-var]
    return list(values) == ordered
