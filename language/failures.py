"""What went wrong, in words: what, why, what to do, and every place where something is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import Problem, TilikError
from language import chosen, say
from language.errors import ERRORS, Words
from language.problems import in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An error as a person reads it, and the place of the documents that explains it; what is not known is empty."""

    what: str
    why: str
    do: str
    problems: tuple[str, ...]
    doc: str


def told(error: TilikError) -> Told:
    """Put an error into words."""
    words = ERRORS.get(error.code, Words(what="{code}", why="", do=""))
    fields = {"code": error.code, **error.fields}
    what, why, do = (_filled(text, fields) for text in (words.what, words.why, words.do))
    if error.meant:
        do = f"{meant(error.meant)} {do}".rstrip()
    problems = tuple(problem_line(problem) for problem in error.problems)
    return Told(what=what, why=why, do=do, problems=problems, doc=f"docs/{chosen()}/errors.md#{error.code}")


def meant(names: Sequence[str]) -> str:
    """Ask whether one of these was meant."""
    return say("Did you mean {hint}?", hint=say(" or ").join(names))


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


def problem_line(problem: Problem) -> str:
    """Put one thing that is wrong into a line: where, and what."""
    place = [problem.where]
    if problem.row is not None:
        place.append(say("row {row}", row=problem.row))
    if problem.column:
        place.append(say("column {column}", column=problem.column))
    return f"{', '.join(place)}: {in_words(problem)}"
