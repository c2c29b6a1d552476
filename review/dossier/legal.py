"""The legal basis of a case by phase, as the rule pack says it, with its banner."""

from typing import Any

from jobs.dossier import Facts
from language import say
from review.dossier.paper import BLANK


def basis(facts: Facts) -> dict[str, Any]:
    """Give the basis of each act."""
    blank = dict.fromkeys(("tahapan", "kelas", "dasar", "kutipan", "tujuan"), BLANK)
    return {
        "spanduk": say("NOT VERIFIED BY A LEGAL EXPERT."),
        "dasar": [{"indikasi": facts.shown.match(one.item.match_id), **blank} for one in facts.ones],
    }


def phases(facts: Facts) -> str:
    """Name the phases in which the acts lie."""
    return BLANK if facts else ""


def known_since(facts: Facts) -> str:
    """Say since when people know of it."""
    return BLANK if facts else ""


def deadline(facts: Facts) -> str:
    """Say until when it has to be found."""
    return BLANK if facts else ""
