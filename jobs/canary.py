"""Does a platform still show what it used to? A parser that goes blind silently would look like quiet accounts.

What a look shows is the number of entries on its pages, at most ten (a first look reads hundreds, a later one a page).
An official API is asked only for what is new: there a look shows one thing or none. Looks that were not served, and
those that learned from a bookmark alone that nothing is new, say nothing and are left out. Each look is compared with
the median of the last seven of the same account in the same direction, so that it does not matter which accounts a run
visits: an incremental round of quiet accounts never alarms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from core.records import Alarm, Capability, Mode, VisitState
from storage import yields
from storage.database import Session
from storage.yields import Yield

MOST = 10
LOOKS = 7
LEAST_ACCOUNTS = 3
"""Fewer accounts may simply have deleted what they had."""
SHARE = 0.4
IN_A_ROW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """An alarm: a platform showed much less than usual (entries a look), or pages of a form that nobody knows."""

    platform: str
    alarm: Alarm
    found: float
    usual: float


def check(session: Session, run_id: int) -> list[Canary]:
    """Compare a run with the looks before it."""
    looks = yields.of_run(session, run_id)
    found: list[Canary] = []
    for platform, group in groupby(
        sorted(looks, key=lambda one: (one.platform, one.visit_id)), lambda one: one.platform
    ):
        mine = list(group)
        found += _strange(session, platform, mine)
        found += _poorer(session, platform, [one for one in mine if one.capability is not Capability.LIKERS])
    return found


def _strange(session: Session, platform: str, looks: Sequence[Yield]) -> list[Canary]:
    """Say whether three pages in a row had a form that we do not know; earlier runs count, but not they alone."""
    earlier = yields.last_states(session, platform, before_id=looks[0].visit_id, limit=IN_A_ROW - 1)
    longest = streak = 0
    for number, state in enumerate([*reversed(earlier), *(look.state for look in looks)]):
        streak = streak + 1 if state is VisitState.LAYOUT_CHANGED else 0
        longest = max(longest, streak if number >= len(earlier) else 0)
    if longest < IN_A_ROW:
        return []
    return [Canary(platform=platform, alarm=Alarm.LAYOUT_ERRORS, found=float(longest), usual=0.0)]


def _poorer(session: Session, platform: str, looks: Iterable[Yield]) -> list[Canary]:
    telling = [look for look in looks if look.seen or look.state is not VisitState.UNCHANGED]
    if not telling:
        return []
    usual: dict[tuple[int, Capability], list[int]] = {}
    first = min(look.visit_id for look in telling)
    for one in yields.before(session, {look.account_id for look in telling}, first_id=first, looks=LOOKS):
        usual.setdefault((one.account_id, one.capability), []).append(_amount(one))
    known = [
        (look, usual[look.account_id, look.capability])
        for look in telling
        if (look.account_id, look.capability) in usual
    ]
    accounts = {look.account_id for look, _ in known}
    expected = sum(median(before) for _, before in known)
    shown = sum(_amount(look) for look, _ in known)
    if len(accounts) < LEAST_ACCOUNTS or shown >= SHARE * expected:
        return []
    count = len(known)
    return [
        Canary(
            platform=platform, alarm=Alarm.YIELD_FELL, found=round(shown / count, 1), usual=round(expected / count, 1)
        )
    ]


def _amount(look: Yield) -> int:
    return min(look.seen, 1 if look.mode is Mode.API else MOST)
