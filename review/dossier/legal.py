"""The legal basis of a case by phase, as the rule pack says it, with its banner; and the clock that runs for it."""

from collections.abc import Iterator
from typing import Any

from jobs.dossier import Facts, One
from language import say
from review import ruling
from review.dossier.paper import BLANK, moment
from review.ruling import Route, Spoken

Row = dict[str, str]


def basis(facts: Facts) -> dict[str, Any]:
    """Give what rules say of each act, the milder phase first; unsigned packs say so above it."""
    unsigned = any(said.banner for one in facts.ones for said in ruling.spoken(one.told))
    rows = [row for one in facts.ones for row in _rows(facts, one)]
    signed = say("Verified: the office has signed these rules.")
    return {"spanduk": ruling.banner() if unsigned or not rows else signed, "dasar": rows or [_blank(facts)]}


def _blank(facts: Facts) -> Row:
    names = ", ".join(facts.shown.match(one.item.match_id) for one in facts.ones)
    return {"indikasi": names, **dict.fromkeys(("tahapan", "kelas", "dasar", "kutipan", "tujuan"), BLANK)}


def _rows(facts: Facts, one: One) -> Iterator[Row]:
    name = facts.shown.match(one.item.match_id)
    remarks = " ".join(ruling.remarks(one.told))
    for said in ruling.spoken(one.told):
        for route in (said.first, *said.further):
            yield _row(name, said, route, remarks)


def _row(name: str, said: Spoken, route: Route, remarks: str) -> Row:
    return {
        "indikasi": name,
        "tahapan": said.phase,
        "kelas": route.rule_class,
        "dasar": "\n".join(route.basis) or BLANK,
        "kutipan": " ".join(filter(None, (route.note, remarks, f"({said.pack})"))),
        "tujuan": route.addressee,
    }


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
    lines = []
    for one in facts.ones:
        if one.told.clock is not None:
            name = facts.shown.match(one.item.match_id)
            lines += [f"{name}: {line}" for line in ruling.clock_lines(one.told.clock)]
    return "\n".join(lines) or BLANK
