"""Checks of `tilik doctor` on the rules of each contest: the pack, its signature, and the dates that are missing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from commands.check import Check, failed
from core.errors import TilikError
from core.settings import Contest, PhaseName, Settings
from language import say

if TYPE_CHECKING:
    from jobs.rulebooks import Rulebook, Shelf

NEEDED = (PhaseName.REGISTRATION, PhaseName.CAMPAIGN, PhaseName.QUIET, PhaseName.VOTING)
"""Without these nobody can say in which stage an act lies."""


def checks(settings: Settings) -> Iterator[Check]:
    """Look at each contest of the settings."""
    from jobs.rulebooks import shelf

    try:
        books, signed = shelf(settings.rules.folder), _signed(settings)
    except TilikError as error:
        yield failed("rules", error)
        return
    for contest in settings.contests:
        today = datetime.now(ZoneInfo(contest.timezone)).date()
        yield pack(contest, books, signed, today)
        yield dates(contest, books, today)


def _signed(settings: Settings) -> Mapping[str, object]:
    """Give who signed what, where there is a database that says it."""
    from storage import rules
    from storage.database import connect, is_there
    from storage.migrate import newest, version

    if not is_there(settings.storage.url):
        return {}
    database = connect(settings.storage.url)
    try:
        if version(database) != newest():
            return {}
        with database.read() as session:
            return rules.signatures(session)
    finally:
        database.close()


def pack(contest: Contest, books: "Shelf", signed: Mapping[str, object], today: date) -> Check:
    """Say which pack a contest uses today, whether somebody vouches for it, and whether it lasts until voting day."""
    name, book = "rules", books.book(contest, today)
    if book is None:
        return _none(contest, books, today)
    found = say("{contest}: {pack} {version}", contest=contest.name, pack=book.name, version=book.version)
    unsigned = [one.rules.id for one in book.volumes if one.verified_by is None and one.sha256 not in signed]
    ends = [one.rules.valid_to for one in book.volumes if one.rules.valid_to is not None]
    if ends and min(ends) < contest.voting_day >= today:
        remedy = say("It expires on {day}, before voting day: put a newer one into the rules folder.", day=min(ends))
        return Check(name=name, state="warn", found=found, remedy=remedy)
    if unsigned:
        remedy = say("Nobody has signed it: let a lawyer read it, then: tilik rules sign {pack}", pack=unsigned[0])
        return Check(name=name, state="warn", found=say("{found}, unsigned", found=found), remedy=remedy)
    return Check(name=name, state="ok", found=say("{found}, signed", found=found))


def _none(contest: Contest, books: "Shelf", today: date) -> Check:
    """Say why no pack holds: it has expired, it does not hold yet, or there is none of this regime and region."""
    from core.rules import Pack

    packs = [one.rules for one in books.volumes if isinstance(one.rules, Pack) and one.rules.regime == contest.regime]
    here = [one for one in packs if one.holds(contest.region, one.valid_from)]
    told = {"contest": contest.name, "regime": contest.regime, "region": contest.region}
    over = [one for one in here if one.valid_to is not None and one.valid_to < today]
    if over:
        last = max(over, key=lambda one: one.valid_to or date.max)
        found = say("{contest}: the pack {pack} expired on {day}", contest=contest.name, pack=last.id,
                    day=last.valid_to)  # fmt: skip
    elif here:
        first = min(here, key=lambda one: one.valid_from)
        found = say("{contest}: the pack {pack} holds from {day} only", contest=contest.name, pack=first.id,
                    day=first.valid_from)  # fmt: skip
    else:
        found = say("{contest}: no pack for {regime} in {region}", **told)
    remedy = say("Until there is one, no act is assessed and no deadline is shown: docs/en/rules.md")
    return Check(name="rules", state="fail", found=found, remedy=remedy)


def dates(contest: Contest, books: "Shelf", today: date) -> Check:
    """Say which dates of a contest are missing: of its phases, its designation, and holidays of working days."""
    there = {one.name for one in contest.phases}
    missing = [say(str(one)) for one in NEEDED if one not in there]
    if contest.designation is None:
        missing.append(say("day of designation (designation)"))
    book = books.book(contest, today)
    missing += [say("holidays of {year}", year=year) for year in _holidays(contest, books, book, today)]
    if not missing:
        told = say("{contest}: phases and designation are given", contest=contest.name)
        return Check(name="dates", state="ok", found=told)
    found = say("{contest}: missing: {what}", contest=contest.name, what=", ".join(missing))
    remedy = say("Write them into config.yaml (contests) and holidays.yaml; until then both phases are shown.")
    return Check(name="dates", state="warn", found=found, remedy=remedy)


def _holidays(contest: Contest, books: "Shelf", book: "Rulebook | None", today: date) -> list[int]:
    """Name the years without a list of holidays, where a deadline counts working days."""
    if book is None or all(one.count == "calendar" for one in book.pack.deadlines):
        return []
    return books.calendar.missing(today, max(today, contest.voting_day))
