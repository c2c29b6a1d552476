"""What went wrong, in words: what, why, what to do, and every place where something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Problem, TilikError
from language import say
from language.errors import ERRORS, PROBLEMS, Words
from language.problems import guess


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An error as a person reads it; what is not known is empty."""

    what: str
    why: str
    do: str
    problems: tuple[str, ...]


def told(error: TilikError) -> Told:
    """Put an error into words."""
    words = ERRORS.get(error.code, Words(what="{code}", why="", do=""))
    fields = {"code": error.code, **error.fields}
    what, why, do = (_filled(text, fields) for text in (words.what, words.why, words.do))
    return Told(what=what, why=why, do=do, problems=tuple(_line(problem) for problem in error.problems))


def in_one_line(error: TilikError) -> str:
    """Say what happened, with the first thing that is wrong."""
    found = told(error)
    return " ".join([found.what, *found.problems[:1]])


def _filled(text: str, fields: Mapping[str, object]) -> str:
    return say(text).format_map(_Known(fields)) if text else ""


class _Known(dict[str, object]):
    """Leaves a field that nobody filled visible instead of failing while reporting a failure."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _line(problem: Problem) -> str:
    place = [problem.where]
    if problem.row is not None:
        place.append(say("row {row}", row=problem.row))
    if problem.column:
        place.append(say("column {column}", column=problem.column))
    fields = {"value": problem.value or "", "hint": problem.hint or "", "column": problem.column or ""}
    text = _filled(PROBLEMS.get(problem.code, problem.code), fields)
    return f"{', '.join(place)}: {text} {guess(problem.code, problem.hint)}".rstrip()
