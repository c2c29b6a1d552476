"""The legal basis of a case by phase, as the rule pack says it, with its banner; and the clock that runs for it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from jobs.dossier import Facts, One
from language import say
from review import ruling
from review.dossier.paper import BLANK, NOTHING, moment

T = TypeVar("T", bound=str | tuple[str, ...])
COLUMNS = ("tahapan", "kelas", "dasar", "kutipan", "tujuan")


def basis(facts: Facts) -> dict[str, Any]:
    """Give what rules say of the acts, those of which the same is said together; unsigned packs say so above it."""
    unsigned = any(said.banner for one in facts.ones for said in ruling.spoken(one.told))
    rows = list(_grouped(facts, _rows))
    signed = say("Verified: the office has signed these rules.")
    remarks = [f"{names}: {line}" for names, line in _grouped(facts, lambda one: ruling.remarks(one.told))]
    blank = dict.fromkeys(("indikasi", "tahapan", "kelas", "dasar", "kutipan", "tujuan"), BLANK)
    return {
        "spanduk": ruling.banner() if unsigned or not rows else signed,
        "dasar": [dict(zip(COLUMNS, row, strict=True)) | {"indikasi": names} for names, row in rows] or [blank],
        "catatan": remarks or [NOTHING],
    }


def _grouped(facts: Facts, say_of: Callable[[One], Iterable[T]]) -> Iterator[tuple[str, T]]:
    """Give what is said, each once, with the acts of which it is said."""
    found: dict[T, list[str]] = {}
    for one in facts.ones:
        for said in say_of(one):
            found.setdefault(said, []).append(facts.shown.match(one.item.match_id))
    for said, names in found.items():
        yield ", ".join(dict.fromkeys(names)), said


def _rows(one: One) -> Iterator[tuple[str, ...]]:
    for said in ruling.spoken(one.told):
        for route in (said.first, *said.further):
            basis = "\n".join(route.basis) or BLANK
            yield said.phase, route.rule_class, basis, f"{route.note} ({said.pack})".strip(), route.addressee


def phases(facts: Facts) -> str:
    """Name the phases in which the acts lie."""
    return "; ".join(dict.fromkeys(said.phase for one in facts.ones for said in ruling.spoken(one.told)))


def known_since(facts: Facts) -> str:
    """Say since when people know of it: the first human sight of each act."""
    seen = [one.told.clock.moments.first_opened_at for one in facts.ones if one.told.clock is not None]
    first = min((at for at in seen if at is not None), default=None)
    return moment(first, facts.zone) if first is not None else ""


def deadline(facts: Facts) -> str:
    """Say until when what has to be done, counted carefully."""

    def lines(one: One) -> Iterator[str]:
        return ruling.clock_lines(one.told.clock) if one.told.clock is not None else iter(())

    of_acts = (f"{names}: {line}" for names, line in _grouped(facts, lines))
    of_case = (*ruling.handling_lines(facts.handling), *ruling.counted_lines(facts.handling))
    return "\n".join((*of_case, *of_acts)) or BLANK
