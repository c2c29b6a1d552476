"""The gate of a case: all that has to be there before people may open one, and what of it is missing.

Two different people who said yes, an account that somebody verified by a dated source, evidence that verifies now, a
purpose that has not ended, an office that may open cases, and no correction that withdrew the match.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.cases import CaseState, folded
from core.errors import EvidenceError, InputError, Problem
from core.records import Answer, IdentityStatus, Role, Standing
from core.settings import Organisation
from jobs import assessing, verifying
from jobs.tools import Tools
from storage import answering, cases, reviewing, standing, watching
from storage.answering import ReviewItem
from storage.cases import Case
from storage.database import Session
from storage.watching import Watched

OF_OPENING = frozenset({"case_purpose_ended", "case_match_taken", "case_clock_expired"})
"""What is asked when a case is opened, and not again when it moves on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How numbers of matches and cases are written for people."""

    match: Callable[[int], str]
    case: Callable[[int], str]


@dataclass(slots=True, kw_only=True)
class Found:
    """What a look at the gate came to: `late` needs a reason and hinders nothing else."""

    lacking: list[Problem] = field(default_factory=list)
    late: list[Problem] = field(default_factory=list)
    whose: Watched | None = None
    contest: str = ""


def check(tools: Tools, match_ids: Sequence[int], shown: Shown, *, case: Case | None = None) -> Found:
    """Look at everything at once: of the office, of each match, and whether they belong together."""
    found = Found()
    found.lacking += _office(tools)
    with tools.database.read() as session:
        items = answering.items_by_id(session, match_ids)
        if not match_ids:
            found.lacking.append(Problem(code="case_no_match", where="–"))
        for one in match_ids:
            item = items.get(one)
            if item is None:
                found.lacking.append(Problem(code="case_match_unknown", where=shown.match(one)))
                continue
            found.lacking += agreed(session, one, shown.match(one))
            if case is None:
                found.lacking += taken(session, one, shown)
            whose, problems = identity(session, tools, item, shown.match(one))
            found.lacking += problems
            found.whose = found.whose or whose
    known = [items[one] for one in match_ids if one in items]
    found.lacking += _together(known)
    found.contest = known[0].contest if known else ""
    for item in known:
        found.lacking += _evidence(tools, item.match_id, shown.match(item.match_id))
        with tools.database.read() as session:
            found.late += _clock(session, tools, item.match_id, shown.match(item.match_id))
    return found


def _office(tools: Tools) -> Iterator[Problem]:
    purpose = tools.settings.purpose
    if purpose.organisation is Organisation.AGENCY:
        yield Problem(code="case_organisation", where="purpose.organisation", value=purpose.organisation)
    if tools.today > purpose.ends:
        yield Problem(code="case_purpose_ended", where="purpose.ends", value=str(purpose.ends))


def agreed(session: Session, match_id: int, name: str) -> Iterator[Problem]:
    """Ask who said yes: two different people, and nobody against whom a third did not settle it."""
    said = standing.said_of(session, [match_id]).get(match_id, [])
    where = reviewing.standing(session, match_id)
    yes = {folded(one.reviewer): one.reviewer for one in said if one.answer is Answer.SOLICITATION}
    if where == "withdrawn":
        yield Problem(code="case_withdrawn", where=name)
    if len(yes) < 2:
        yield Problem(code="case_one_person", where=name, value=", ".join(yes.values()) or "–")
    settled = standing.standing_of(said, in_sample=False) == (Standing.DECIDED, Answer.SOLICITATION)
    if said and not settled:
        yield Problem(code="case_not_decided", where=name, value=where)


def taken(session: Session, match_id: int, shown: Shown) -> Iterator[Problem]:
    """Say in which case a match is already; a case that was stopped gives it back."""
    for one in cases.with_match(session, match_id):
        if one.state is not CaseState.STOPPED:
            yield Problem(code="case_match_taken", where=shown.match(match_id), value=shown.case(one.row.id))


def identity(session: Session, tools: Tools, item: ReviewItem, name: str) -> tuple[Watched | None, list[Problem]]:
    """Say whose account it was on the day of the act, and what is missing to say so."""
    day = day_of(tools, item)
    listed = watching.watchlist(session, account_id=item.account_id)
    then = [one for one in listed if one.entry.valid_from <= day <= (one.entry.valid_to or date.max)]
    if not then:
        return None, [Problem(code="case_not_listed", where=name, value=str(day))]
    best = max(then, key=lambda one: (one.entry.identity is IdentityStatus.VERIFIED, one.entry.source_date or date.min))
    return best, list(_identity(best, name))


def _identity(whose: Watched, name: str) -> Iterator[Problem]:
    entry = whose.entry
    if entry.role is Role.CAMPAIGN:
        yield Problem(code="case_campaign_account", where=name)
    if entry.identity is not IdentityStatus.VERIFIED or not entry.verified_by or not entry.verified_on:
        yield Problem(code="case_identity_unverified", where=name, value=entry.identity)
    if entry.source_date is None or not entry.source.strip():
        yield Problem(code="case_source_undated", where=name)
    if whose.identity_changed_at is not None:
        yield Problem(code="case_identity_changed", where=name)


def day_of(tools: Tools, item: ReviewItem) -> date:
    """Give the local day on which an act happened, or was seen first."""
    contest = next((one for one in tools.settings.contests if one.id == item.contest), None)
    zone = ZoneInfo(contest.timezone if contest else tools.settings.schedule.timezone)
    return happened(item).astimezone(zone).date()


def happened(item: ReviewItem) -> datetime:
    """Give the moment of an act as well as it is known."""
    return item.acted_at or item.acted_to or item.first_seen_at


def _together(items: Sequence[ReviewItem]) -> Iterator[Problem]:
    """Ask for one account and one contest: a case is about one subject."""
    accounts = sorted({f"{one.platform} {one.handle}" for one in items})
    if len(accounts) > 1:
        yield Problem(code="case_several_accounts", where="–", value=", ".join(accounts))
    contests = sorted({one.contest for one in items})
    if len(contests) > 1:
        yield Problem(code="case_several_contests", where="–", value=", ".join(contests))


def _evidence(tools: Tools, match_id: int, name: str) -> Iterator[Problem]:
    """Verify the evidence now, byte by byte."""
    try:
        verifying.check(tools, name, match_id)
    except InputError:
        yield Problem(code="case_evidence_none", where=name)
    except EvidenceError as error:
        broken = ", ".join(one.where for one in error.problems[:5])
        yield Problem(code="case_evidence_broken", where=name, value=broken)


def _clock(session: Session, tools: Tools, match_id: int, name: str) -> Iterator[Problem]:
    """Say which deadline has passed: that hinders nobody who says why."""
    clock = assessing.told(session, tools, match_id).clock
    if clock is not None and clock.left < 0:
        yield Problem(code="case_clock_expired", where=name, value=str(clock.last_day))
