"""What only a person can look at today, or mend: derived anew each time from the watchlist and the last looks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.records import SAW_EVERYTHING, Action, Capability, Hindrance, Mode, NextStep, PostRef, Role, VisitState
from jobs.crawl import LIKERS_AGAIN
from jobs.due import Turns
from jobs.looks import OF_ACCOUNTS, Look, looks
from jobs.modes import hindrance, unattended
from jobs.tools import Tools
from scraper.adapter import Adapter
from storage import lookouts, watching
from storage.coverage import BY_PEOPLE, SeenLook, last_looks
from storage.database import Session

NEWEST_POSTS = 10
"""Of so many newest posts of a campaign account a person is asked to open the list of likers."""
EXPORT_EVERY = timedelta(days=30)
"""An owner is not asked for another export sooner."""


ORDER = tuple(NextStep)
OPEN = {
    Action.LIKED: NextStep.OPEN_LIKERS_DIALOG,
    Action.COMMENTED: NextStep.OPEN_COMMENTS,
    Action.REPOSTED: NextStep.OPEN_REPOSTS,
}
"""What to open where the list of a post shows those who did this."""
REFUSED = {
    VisitState.ROBOTS_REFUSED: Hindrance.ROBOTS_REFUSED,
    VisitState.LOGIN_WALL: Hindrance.LOGIN_WALL,
    VisitState.CHALLENGE: Hindrance.CHALLENGE,
    VisitState.GATED: Hindrance.GATED,
    VisitState.LAYOUT_CHANGED: Hindrance.LAYOUT_CHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """One page for a person: whose, in which direction, where, why, and what to do. `post` is set for likers."""

    platform: str
    handle: str
    account_id: int
    direction: Capability
    post: PostRef | None
    url: str | None
    why: Hindrance
    step: NextStep
    last_looked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What somebody would look at: a direction of an account, or the likers of one of its posts."""

    direction: Capability
    post_id: int | None = None
    post: PostRef | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The last looks, by what they were at and by who looked."""

    last: Mapping[tuple[int, Capability, int | None, bool], SeenLook]

    @classmethod
    def of(cls, session: Session) -> "_Seen":
        found = last_looks(session)
        return cls({(one.account_id, one.capability, one.post_id, one.mode in BY_PEOPLE): one for one in found})

    def by_person(self, look: Look, page: _Page) -> datetime | None:
        """Say when a person saw it last."""
        found = self.last.get((look.account.id, page.direction, page.post_id, True))
        return found.ended_at if found is not None and found.state in SAW_EVERYTHING else None

    def by_program(self, look: Look, page: _Page) -> VisitState | None:
        """Say how the program's last look ended."""
        found = self.last.get((look.account.id, page.direction, page.post_id, False))
        return found.state if found is not None else None


def waiting(session: Session, tools: Tools) -> list[ToDo]:
    """List what waits for a person: first what can be opened at once, those never seen before the long unseen.

    A look of a person settles a page until its account is due again; an owner's export for a month.
    """
    seen = _Seen.of(session)
    found = [
        one
        for look in looks(watching.watchlist(session, day=tools.today))
        for one in _of_account(session, tools, look, seen)
    ]
    never = datetime.min.replace(tzinfo=tools.clock.now().tzinfo)
    return sorted(found, key=lambda one: (ORDER.index(one.step), one.last_looked_at or never))


def _of_account(session: Session, tools: Tools, look: Look, seen: _Seen) -> Iterator[ToDo]:
    adapter = tools.adapters.get(look.account.platform)
    if adapter is None:
        return
    if look.identity_changed:
        page = _Page(direction=Capability.POSTS)
        yield _to_do(adapter, look, page, (Hindrance.IDENTITY_CHANGED, NextStep.SETTLE_IDENTITY), None)
        return
    for page in _pages(session, tools, look, adapter):
        why = _why(tools, adapter, page.direction, seen.by_program(look, page))
        step = _step(adapter, page.direction, why) if why is not None else None
        looked = seen.by_person(look, page)
        if why is not None and step is not None and not _settled(tools, look, step, looked):
            yield _to_do(adapter, look, page, (why, step), looked)


def _pages(session: Session, tools: Tools, look: Look, adapter: Adapter) -> Iterator[_Page]:
    yield from (_Page(direction=direction) for direction in OF_ACCOUNTS)
    if Role.CAMPAIGN in look.roles:
        now = tools.clock.now()
        since, again = now - timedelta(days=tools.settings.crawl.likers_days), now - LIKERS_AGAIN
        posts = lookouts.posts_to_ask_likers_of(
            session, look.account.id, since=since, again=again, counted=adapter.likers_are is Action.LIKED
        )
        for post_id, post in posts[:NEWEST_POSTS]:
            yield _Page(direction=Capability.LIKERS, post_id=post_id, post=post)


def _why(tools: Tools, adapter: Adapter, direction: Capability, last: VisitState | None) -> Hindrance | None:
    """Say why the program does not see this; None where it does, or where nobody at all could."""
    offered = adapter.capabilities.get(direction, frozenset())
    if not offered:
        return None
    if unattended(tools, adapter, direction) is not None:
        return REFUSED.get(last) if last is not None else None
    return hindrance(tools, adapter, direction)


def _step(adapter: Adapter, direction: Capability, why: Hindrance) -> NextStep | None:
    """Say what a person can do: open the page where what they see can be taken in, else ask whoever decides."""
    offered = adapter.capabilities[direction]
    if why is Hindrance.LAYOUT_CHANGED:
        return NextStep.MEND_ADAPTER
    if offered & frozenset(BY_PEOPLE):
        if direction is Capability.LIKERS:
            return OPEN[adapter.likers_are]
        exported = direction is Capability.LIKES and Mode.ATTENDED not in offered
        return NextStep.ASK_OWNER_EXPORT if exported else NextStep.OPEN_PAGE
    return None if why is Hindrance.KEY_MISSING else NextStep.ASK_PERMISSION


def _settled(tools: Tools, look: Look, step: NextStep, looked: datetime | None) -> bool:
    if looked is None:
        return False
    owner = step is NextStep.ASK_OWNER_EXPORT
    again = looked + EXPORT_EVERY if owner else Turns(tools).next(look, VisitState.OK, looked)
    return tools.clock.now() < again


def _to_do(
    adapter: Adapter, look: Look, page: _Page, task: tuple[Hindrance, NextStep], looked: datetime | None
) -> ToDo:
    account, (why, step) = look.account, task
    return ToDo(
        platform=account.platform,
        handle=account.handle,
        account_id=account.id,
        direction=page.direction,
        post=page.post,
        url=page.post.url if page.post is not None else account.url or adapter.page_of(account.ref),
        why=why,
        step=step,
        last_looked_at=looked,
    )
