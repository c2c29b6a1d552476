"""What a person sees when something cannot be done: what, why, what to do. Programs get the same as JSON."""

import sys
from collections.abc import Mapping

from commands.shared import errors, print_json
from core.errors import Problem, TilikError
from language import say
from language.errors import ERRORS, Words
from language.problems import in_words

MOST_SHOWN = 40


def in_one_line(error: TilikError) -> str:
    """Say what happened, with the first thing that is wrong."""
    words = ERRORS.get(error.code, Words(what="{code}", why="", do=""))
    what = _filled(words.what, {"code": error.code, **error.fields})
    return " ".join([what, *(_line(problem) for problem in error.problems[:1])])


def remedy(error: TilikError) -> str:
    """Say what to do about it."""
    words = ERRORS.get(error.code)
    return _filled(words.do, {"code": error.code, **error.fields}) if words else ""


def report(error: TilikError, *, as_json: bool) -> int:
    """Say it, and return the exit code."""
    words = ERRORS.get(error.code, Words(what="{code}", why="", do=""))
    fields = {"code": error.code, **error.fields}
    what, why, do = (_filled(text, fields) for text in (words.what, words.why, words.do))
    problems = [_line(problem) for problem in error.problems]
    if as_json:
        details = {"code": error.code, "message": what, "why": why, "hint": do, "problems": problems}
        print_json({"ok": False, "data": None, "warnings": [], "error": details})
    else:
        for text in filter(None, (what, why, do)):
            errors.print(text, markup=False, highlight=False, soft_wrap=True)
        for line in problems[:MOST_SHOWN]:
            errors.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        if len(problems) > MOST_SHOWN:
            errors.print(say("  … and {count} more", count=len(problems) - MOST_SHOWN))
    sys.stdout.flush()
    return error.exit_code


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
    return f"{', '.join(place)}: {in_words(problem)}"
