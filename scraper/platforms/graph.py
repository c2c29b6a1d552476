"""What the official APIs of Meta have in common: errors, and walking a list from its newest entry by cursors.

The key travels in a header only. Graph writes `access_token` into its own `paging.next` addresses: they are never
followed, the next page is asked for with the cursor.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from core.records import Capture, VisitState
from scraper.adapter import Page, PageRequest
from scraper.platforms.answers import parse, refusal

ANSWERS: tuple[tuple[Container[int], Page], ...] = (
    ({4, 17, 32, 341, 368, 613, *range(80_000, 80_015)}, Page(state=VisitState.THROTTLED, note="api_limit")),
    ({102, 104, 190, 463, 467}, Page(state=VisitState.LOGIN_WALL, note="key_refused")),
    ({803}, Page(state=VisitState.NOT_FOUND)),  # no page of this name
    ({10, 24, 100, 110, *range(200, 300)}, Page(state=VisitState.GATED, note="api_not_allowed")),
)
"""What Graph's numbers of errors mean; any other is a failure of that moment."""
NOT_PROFESSIONAL = 2_207_013
"""Instagram knows no professional account of this name: a private person's account, or none at all."""


class Failure(BaseModel):
    """What went wrong, in Graph's numbers."""

    model_config = ConfigDict(strict=True)

    code: int
    error_subcode: int | None = None
    type: str | None = None


class Failed(BaseModel):
    """An answer that is an error."""

    error: Failure


class Cursors(BaseModel):
    """Where a page of a list ends."""

    after: str | None = None


class Paging(BaseModel):
    """How a list goes on."""

    cursors: Cursors | None = None


def after(paging: Paging | None, *, full: bool) -> str:
    """Give the cursor of the next page; empty where there is none, which a full page always has."""
    cursor = (paging.cursors.after if paging and paging.cursors else None) or ""
    if full and not cursor:
        raise ValueError("paging.cursors.after: missing from a full page")
    return cursor


def failed(capture: Capture) -> Page | None:
    """Read an error answer; None where the answer is none."""
    if b'"error"' not in capture.body[:200]:
        return refusal(capture)
    found = parse(Failed, capture).error
    if found.error_subcode == NOT_PROFESSIONAL:
        return Page(state=VisitState.GATED, note="not_professional")
    said = next((page for codes, page in ANSWERS if found.code in codes), None)
    return said or Page(state=VisitState.FAILED, note=f"graph_{found.code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of a walk: which entries are new, how to go on, where the next visit may go on."""

    new: tuple[bool, ...]
    onward: Mapping[str, str] | None
    bookmark: Mapping[str, str]

    @property
    def state(self) -> VisitState:
        """Something new, nothing new, or nothing at all."""
        if any(self.new) or self.onward is not None:
            return VisitState.OK
        return VisitState.UNCHANGED if self.new else VisitState.EMPTY


def begin(request: PageRequest) -> Mapping[str, str]:
    """Say what a walk carries at its start: the newest entry of the last visit, and where that visit was cut short."""
    mark = request.target.bookmark or {}
    carried = {name: mark.get(name, "") for name in ("floor", "top", "cursor")}
    return carried | {"resumed": "yes" if carried["cursor"] else ""}


def step(request: PageRequest, times: list[datetime], cursor: str) -> Step:
    """Walk one page on: until an entry is as old as the newest of the last visit, or the list ends."""
    carry = request.carry
    floor = datetime.fromisoformat(carry["floor"]) if carry["floor"] else None
    new = tuple(floor is None or when > floor for when in times)
    top = carry["top"] or (max(times).isoformat() if times else carry["floor"])
    if times and all(new) and cursor:
        onward = {**carry, "top": top, "cursor": cursor}
        return Step(new=new, onward=onward, bookmark={"floor": carry["floor"], "top": top, "cursor": cursor})
    if carry["resumed"]:  # what an interrupted visit left is read: now what came in since
        fresh = {"floor": top, "top": "", "cursor": "", "resumed": ""}
        return Step(new=new, onward=fresh, bookmark={"floor": top})
    return Step(new=new, onward=None, bookmark={"floor": max(top, carry["floor"])})


def carrying(request: PageRequest, carry: Mapping[str, str]) -> PageRequest:
    """Give the request another carry, keeping what the walk does not know."""
    return replace(request, carry={**request.carry, **carry})
