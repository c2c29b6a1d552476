"""What a page of a configured site says as a whole: refusals, repeated items, numbers, answers that were cut short."""

import re
from collections.abc import Mapping

from core.records import Capability, VisitState
from scraper.platforms.site_rows import Row
from scraper.platforms.site_sheet import Sheet

STATUS: Mapping[int, VisitState] = {
    401: VisitState.LOGIN_WALL,
    403: VisitState.LOGIN_WALL,
    404: VisitState.NOT_FOUND,
    410: VisitState.NOT_FOUND,
    429: VisitState.THROTTLED,
}
CUT = "page_cut"
GROUPED = re.compile(r"\d+|\d{1,3}([.,]\d{3})+")


def refusal(status: int) -> VisitState | None:
    """Read what the status says; None where the page has to be read."""
    return STATUS.get(status, VisitState.FAILED) if status >= 400 else None


def cut_short(sheet: Sheet) -> VisitState | None:
    """Say that a JSON answer was refused or the page ends in the middle: it is not the whole list then."""
    if not sheet.refused:
        return VisitState.FAILED if sheet.cut else None
    state = refusal(sheet.refused[0])
    return state if state in (VisitState.THROTTLED, VisitState.LOGIN_WALL) else VisitState.FAILED


def why(sheet: Sheet) -> str:
    """Name what cut a page short."""
    return f"http {sheet.refused[0]}" if sheet.refused else CUT


def once(rows: tuple[Row, ...], capability: Capability) -> tuple[Row, ...]:
    """Leave out what an endless page has shown twice."""
    field = "author" if capability is Capability.LIKERS else "id"
    kept: dict[str | int, Row] = {}
    for place, row in enumerate(rows):
        kept.setdefault(getattr(row, field) or place, row)
    return tuple(kept.values())


def disagreement(sheet: Sheet, capability: Capability) -> str | None:
    """Say how many the JSON answers and the page itself show, where that differs."""
    if sheet.answered is None:
        return None
    answered, shown = len(once(sheet.answered, capability)), len(once(sheet.shown, capability))
    return None if answered == shown else f"json {answered}, html {shown}"


def count(value: str | None) -> int | None:
    """Read a whole number; "1,2 rb" is none."""
    digits = (value or "").strip()
    return int(re.sub(r"[.,]", "", digits)) if GROUPED.fullmatch(digits) else None
