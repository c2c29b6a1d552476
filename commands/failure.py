"""What a person sees when something cannot be done: what, why, what to do. Programs get the same as JSON."""

import sys

from rich.console import Console

from commands.shared import Said, print_json
from core.errors import TilikError
from language import say
from language.failures import told

MOST_SHOWN = 40


def report(error: TilikError, *, as_json: bool) -> int:
    """Say it, and return the exit code."""
    found = told(error)
    errors = Console(stderr=True)  # with --quiet the other one says nothing
    if as_json:
        details: dict[str, object] = {"code": error.code, "message": found.what, "why": found.why, "hint": found.do}
        details |= {"meant": list(error.meant), "doc": found.doc, "problems": list(found.problems)}
        print_json({"ok": False, "data": None, "warnings": [], "error": details})
    elif Said.logged:
        errors.print(f"{error.code} ({found.doc})", markup=False, highlight=False, soft_wrap=True)
    else:
        for text in filter(None, (f"{found.what} [{error.code}]", found.why, found.do)):
            errors.print(text, markup=False, highlight=False, soft_wrap=True)
        for line in found.problems[:MOST_SHOWN]:
            errors.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        if len(found.problems) > MOST_SHOWN:
            errors.print(say("  … and {count} more", count=len(found.problems) - MOST_SHOWN))
    sys.stdout.flush()
    return error.exit_code
