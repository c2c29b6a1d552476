"""What could be seen, for people and for programs: it stands before whatever was found."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from commands.shared import note, said, show, tell
from core.records import Alarm, CoverageState
from language import say

if TYPE_CHECKING:
    from jobs.canary import Canary
    from jobs.closing import Closing
    from jobs.coverage import Coverage, Unseen
    from jobs.tools import Tools

STATES = tuple(CoverageState)
MOST_ROWS = 50
SHOWN_BY_NAME = 5
"""More accounts that one reason hides are one row."""


def covered(opened: "Tools", days: int) -> "Coverage":
    """Sum up what could be seen on the last days, today included."""
    from jobs import coverage

    with opened.database.read() as session:
        return coverage.recent(session, opened, days)


def told(found: "Coverage") -> dict[str, object]:
    """Say what could be seen, for programs."""
    rows = [
        {"platform": platform, "direction": direction, **{state: counts[state] for state in STATES}}
        for platform, directions in sorted(found.counts.items())
        for direction, counts in directions.items()
    ]
    return {"first": found.first, "last": found.last, "account_days": rows, "unseen": found.unseen}


def tell_line(found: "Coverage") -> None:
    """Say in one line how much could be seen; nothing that was found, or not found, is said without it."""
    total = found.total
    seen, part = total[CoverageState.OK] + total[CoverageState.EMPTY], total[CoverageState.PARTIAL]
    tell(
        "Coverage {first} to {last}: of {all} account-days {seen} seen whole, {part} in part, {rest} not seen.",
        first=found.first,
        last=found.last,
        all=total.total(),
        seen=seen,
        part=part,
        rest=total.total() - seen - part,
    )


def show_table(found: "Coverage") -> None:
    """Show how many account-days are in which state, then the accounts that were never seen."""
    rows = [
        [platform, say(direction), *(counts[state] or "–" for state in STATES)]
        for platform, directions in sorted(found.counts.items())
        for direction, counts in directions.items()
    ]
    show(say("What could be seen, in account-days"), [say("platform"), say("what"), *map(say, STATES)], rows)
    if found.unseen:
        columns = [say(name) for name in ("platform", "account", "what", "state", "note")]
        unseen = _together(found.unseen)
        show(say("Accounts that could not be seen"), columns, unseen[:MOST_ROWS])
        if len(unseen) > MOST_ROWS:
            tell("… and {count} more; --json lists them all.", count=len(unseen) - MOST_ROWS)


def _together(unseen: "Iterable[Unseen]") -> list[list[str]]:
    """Make a row of an account, and of many accounts of a platform that one reason hides."""
    by_reason: defaultdict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for one in unseen:
        by_reason[one.platform, say(one.direction), say(one.state), said(one.note)].append(one.handle)
    rows = []
    for (platform, what, state, why), handles in by_reason.items():
        names = handles if len(handles) <= SHOWN_BY_NAME else [say("{count} accounts", count=len(handles))]
        rows += [[platform, name, what, state, why] for name in names]
    return rows


def told_closing(one: "Closing") -> dict[str, object]:
    """Say which campaign accounts of a contest were not read whole yet, for programs."""
    still = [{"platform": a.account.platform, "handle": a.account.handle, "state": a.state} for a in one.open]
    return {"contest": one.window.contest, "quiet": one.window.quiet, "accounts": one.accounts, "open": still}


def show_closing(found: "Iterable[Closing]") -> None:
    """Say which campaign accounts must still be read whole, before a contest falls silent and they vanish."""
    for one in found:
        tell(
            "{contest} falls silent on {day}: {open} of {count} campaign accounts are not read whole yet.",
            contest=one.window.contest,
            day=one.window.quiet,
            open=len(one.open),
            count=one.accounts,
        )
        rows = [[a.account.platform, a.account.handle, say(a.state) if a.state else "–"] for a in one.open]
        if rows:
            show(say("To be read whole"), [say(column) for column in ("platform", "account", "state")], rows)


def sound(canaries: "list[Canary]") -> None:
    """Say loudly which platforms are suspected to be read wrongly."""
    for one in canaries:
        facts = {"platform": one.platform, "found": f"{one.found:g}", "usual": f"{one.usual:g}"}
        if one.alarm is Alarm.YIELD_FELL:
            note(
                "ALARM: {platform} shows much less than usual: {found} entries a look, usually {usual}.",
                always=True,
                **facts,
            )
        else:
            note(
                "ALARM: {platform}: {found} pages in a row have a form that tilik does not know.", always=True, **facts
            )
    if canaries:
        note("What was not seen there is not known to be absent. Tell the developers; kept pages: tilik crawl reparse")
