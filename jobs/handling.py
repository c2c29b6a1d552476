"""The days that the law gives for handling: they run from a step of a case, by the rules that hold in its contest.

The careful reading: a step counts from when it was proposed, that day included, and each deadline by itself; where
the office states that it happened on an earlier day, from that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.cases import ENDED, By, CaseState
from core.deadlines import Urgency, urgency
from core.rules import Begins, Deadline
from core.settings import Contest
from jobs import stated
from jobs.clocks import running
from jobs.rulebooks import Shelf, shelf_if_readable
from jobs.tools import Tools
from storage import cases
from storage.cases import Case
from storage.database import Session

STARTS: Mapping[Begins, frozenset[CaseState]] = {
    "plenary": frozenset({CaseState.PLENARY}),
    "registered": frozenset({CaseState.FINDING, CaseState.REPORT}),
}
"""The steps from which a deadline of a pack runs: a finding or a report is what an office registers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One deadline of a case: from which step it runs, its last day, and how many days are left until it.

    `stated_on` is the day of that step as the office states it; `entered` that on which `by` entered the step here.
    """

    deadline: Deadline
    state: CaseState
    begins: datetime
    stated_on: date | None
    entered: date
    by: By
    last_day: date
    left: int
    urgency: Urgency
    missing: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """How many cases of a contest have a deadline of handling that is over, or will be soon."""

    over: int
    soon: int
    unstated: int
    """Of these, how many are counted from their entry, because nobody stated the day."""


class Handlings:
    """Says for many cases what runs: rules are read once; where they cannot be read, `broken` is what is wrong."""

    def __init__(self, tools: Tools) -> None:
        """Read the rules."""
        self._books = shelf_if_readable(tools.settings.rules.folder)
        self._contests = {one.id: one for one in tools.settings.contests}
        self._now = tools.clock.now()
        self._soon = tools.settings.rules.soon_days

    @property
    def broken(self) -> bool:
        """Say whether the rules cannot be read, so that nothing is said of any deadline."""
        return self._books is None

    def __call__(self, case: Case) -> list[Handling]:
        """Give what runs for a case, the first to end first; nothing once it was handed over or stopped."""
        contest = self._contests.get(case.row.contest)
        if contest is None or self._books is None or case.state in ENDED:
            return []
        return sorted(self._of(case, contest, self._books), key=lambda one: one.last_day)

    def _of(self, case: Case, contest: Contest, books: Shelf) -> Iterable[Handling]:
        zone = contest.timezone
        for name, states in STARTS.items():
            taken = [(stated.begins(one, zone), one) for one in case.moves if one.holds and one.state in states]
            if not taken:
                continue
            begins, step = min(taken, key=lambda one: one[0])
            book = books.book(contest, begins.astimezone(ZoneInfo(zone)).date())
            if book is None:
                continue
            for one in running(book.pack, {name: begins}, zone, now=self._now, books=books):
                yield Handling(
                    deadline=one.deadline,
                    state=step.state,
                    begins=begins,
                    stated_on=step.stated_on,
                    entered=step.moved_at.astimezone(ZoneInfo(zone)).date(),
                    by=By(who=step.who, known=step.known),
                    last_day=one.last_day,
                    left=one.left,
                    urgency=urgency(one.left, self._soon),
                    missing=one.missing,
                )


def pressing(session: Session, tools: Tools) -> dict[str, Handled]:
    """Count by contest the cases whose first deadline is over, or will be soon; contests without any are left out."""
    handlings = Handlings(tools)
    firsts = [(case.row.contest, found[0]) for case in cases.every(session) if (found := handlings(case))]
    counted = {
        contest.name: _handled([first for name, first in firsts if name == contest.id])
        for contest in tools.settings.contests
    }
    return {name: one for name, one in counted.items() if one.over or one.soon}


def _handled(firsts: Sequence[Handling]) -> Handled:
    pressing = [one for one in firsts if one.urgency != "later"]
    return Handled(
        over=sum(one.urgency == "over" for one in pressing),
        soon=sum(one.urgency == "soon" for one in pressing),
        unstated=sum(one.stated_on is None for one in pressing),
    )
