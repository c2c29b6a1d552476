"""Taking a watchlist in: all of it or nothing, on record, and even-handed or with a reason.

A list that watches the campaign of some candidates of a contest and not of the others is an instrument of somebody. The
empty box is a candidate here. It is not refused for ever: it needs a reason, which stays in the record of deeds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.deeds import Did
from core.errors import InputError
from core.records import Role, WatchEntry
from core.settings import Settings
from jobs import deeds
from jobs.tools import Tools
from storage import people, watching
from storage.database import Session
from storage.watching import Imported

MOST = 100_000


@dataclass(frozen=True, slots=True)
class OneSided:
    """A contest of which some candidates' campaigns are watched, and those of whom none is."""

    contest: str
    watched: tuple[str, ...]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        """Write it as the record holds it."""
        return f"{self.contest}: {', '.join(self.watched)} | {', '.join(self.missing)}"


def one_sided(settings: Settings, entries: Iterable[WatchEntry]) -> Iterator[OneSided]:
    """Name the contests of which only some candidates' campaigns are watched."""
    campaigning = {(entry.contest, entry.candidate) for entry in entries if entry.role is Role.CAMPAIGN}
    for contest in settings.contests:
        known = [one.id for one in contest.candidates]
        watched = tuple(one for one in known if (contest.id, one) in campaigning)
        missing = tuple(one for one in known if one not in watched)
        if watched and missing:
            yield OneSided(contest.id, watched, missing)


def take_in(tools: Tools, entries: Sequence[WatchEntry], *, name: str, reason: str | None = None) -> Imported:
    """Save entries and tell the record; `name` is the file's, `reason` why one side may be watched alone.

    Raises InputError `watchlist_one_sided` where it needs a reason that nobody has given yet; nothing is saved then.
    """
    why = (reason or "").strip()
    with tools.database.write() as session:
        done = watching.save_watchlist(session, entries, tools.clock.now())
        deeds.write(session, tools, Did.WATCHLIST, f"{name}; +{done.added}, ~{done.changed}")
        for side in one_sided(tools.settings, [one.entry for one in watching.watchlist(session, day=tools.today)]):
            if why:
                deeds.write(session, tools, Did.ONE_SIDED, f"{side}; {why}")
            elif not _explained(session, side):
                watched, missing = ", ".join(side.watched), ", ".join(side.missing)
                raise InputError("watchlist_one_sided", contest=side.contest, watched=watched, missing=missing)
    return done


def _explained(session: Session, side: OneSided) -> bool:
    """Say whether somebody has given a reason for just this."""
    told = people.deeds(session, what=[Did.ONE_SIDED], most=MOST)
    return any((deed.detail or "").startswith(f"{side}; ") for deed in told)
