"""Visit the accounts that are due, keep what was read page by page, and say what could not be seen."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from core.errors import RefusedError, TilikError
from core.records import SAW_EVERYTHING, Account, Action, Capability, Hindrance, Mode, Role, VisitState
from jobs import canary, closing, deeds, keep, room, ways
from jobs.canary import Canary
from jobs.looks import OF_ACCOUNTS, Look
from jobs.modes import hindrance, unattended
from jobs.sights import Sights
from jobs.tools import Tools, Web
from jobs.watchlist import People
from scraper.adapter import Adapter, Page, Target
from scraper.crawl import STOPS_THE_HOST, Board, Memory, Outcome, Tally, visit
from scraper.fetch.fetcher import Way
from storage import collecting, lookouts, watching
from storage.database import Database, Session

T = TypeVar("T")
CONTENT_BATCH = 500
INTERRUPTED = "interrupted"
LIKERS_AGAIN = timedelta(hours=20)
"""After so long a complete list of likers is read again: once a day, also where rounds begin a little earlier."""
PATIENCE = 6
"""So many times the pages and minutes of a visit for an account that is read whole before it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """A look that did not show everything, and why; `handle` is None for the texts of liked posts."""

    platform: str
    handle: str | None
    capability: Capability
    state: VisitState
    note: str | None


@dataclass(slots=True, kw_only=True)
class Summary:
    """What came of a crawl run."""

    run_id: int = 0
    accounts: int = 0
    requests: int = 0
    posts: int = 0
    interactions: int = 0
    pictures: int = 0
    states: Counter[VisitState] = field(default_factory=Counter)
    not_seen: list[NotSeen] = field(default_factory=list)
    for_a_person: Counter[tuple[str, Capability]] = field(default_factory=Counter)
    why_a_person: dict[tuple[str, Capability], Hindrance] = field(default_factory=dict)
    interrupted: bool = False
    canaries: list[Canary] = field(default_factory=list)
    way: Way = ways.NO_WAY

    @property
    def only_refused(self) -> bool:
        """Whether every look was refused, so that nothing could be stored."""
        refusals = STOPS_THE_HOST | {VisitState.ROBOTS_REFUSED, VisitState.GATED}
        return bool(self.states) and set(self.states) <= refusals and not (self.posts or self.interactions)

    @property
    def partly(self) -> bool:
        """Whether something that was asked for was not seen, or is suspected to have been read wrongly."""
        return bool(self.canaries) or any(state not in SAW_EVERYTHING for state in self.states)


Progress = Callable[[Look, Summary], None]


async def run(
    tools: Tools, web: Web, due: Sequence[Look], *, stop: asyncio.Event | None = None, progress: Progress | None = None
) -> Summary:
    """Visit these accounts and return what came of it.

    Raises RefusedError once the purpose of this installation has ended, StorageError where there is no room.
    `stop` ends the run after the page in hand.
    """
    if tools.today > tools.settings.purpose.ends:
        raise RefusedError("purpose_ended", ends=tools.settings.purpose.ends)
    room.require(tools.settings.storage)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer") as writer:
        crawl = Crawl(tools, web, writer, stop or asyncio.Event())
        try:
            await crawl.run(due, progress)
        except* TilikError as group:
            raise group.exceptions[0] from group
    return crawl.summary


class Crawl:
    """One crawl run. All rows go through one writer thread: a full sync never stalls the pages of other workers."""

    def __init__(
        self, tools: Tools, web: Web, writer: ThreadPoolExecutor, stop: asyncio.Event, *, people: People | None = None
    ) -> None:
        self.tools = tools
        self.web = web
        self.summary = Summary()
        self.board = Board()
        self._writer = writer
        self._stop = stop
        self._way = ways.NO_WAY
        self.people = people or self._everybody()

    def _everybody(self) -> People:
        with self.tools.database.read() as session:
            return People.of(watching.watchlist(session))

    def part(self, database: Database) -> "Crawl":
        """Give a part of this run with a summary of its own, whose rows go through another door."""
        part = Crawl(replace(self.tools, database=database), self.web, self._writer, self._stop, people=self.people)
        part.summary.run_id, part.board = self.summary.run_id, self.board
        return part

    async def run(self, due: Sequence[Look], progress: Progress | None) -> None:
        """Visit these accounts, then read what liked posts say."""
        await self.begin()
        waiting, state = deque(due), "failed"
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self.tools.settings.crawl.workers, len(due))):
                    workers.create_task(self._work(waiting, progress))
            for platform in sorted({look.account.platform for look in due}):
                await self.texts_of_liked_posts(platform)
            await self.check()
            state = "interrupted" if self._stop.is_set() else "done"
        finally:
            await self.end(state)
        self.summary.interrupted = self._stop.is_set()

    async def begin(self) -> None:
        """Open the run."""
        self._way = ways.way_of(self.web)
        self.summary.run_id = await self._write(lambda session: deeds.start_run(session, self.tools))

    async def check(self) -> None:
        """Compare what the run saw with the looks before it."""
        self.summary.canaries = await self._write(lambda session: canary.check(session, self.summary.run_id))

    async def end(self, state: str) -> None:
        """Close the run, with how it went out."""
        way = self.summary.way = ways.since(self._way, ways.way_of(self.web))
        run_id, browser = self.summary.run_id, ways.written(way)
        await self._write(lambda session: deeds.end_run(session, self.tools, run_id, state, browser=browser))

    async def _work(self, waiting: deque[Look], progress: Progress | None) -> None:
        while waiting and not self._stop.is_set():
            look = waiting.popleft()
            await self.account(look)
            self.summary.accounts += 1
            if progress is not None:
                progress(look, self.summary)

    async def account(self, look: Look) -> None:
        """Look at an account in every direction that needs no person."""
        memory, identity_changed = Memory(board=self.board), look.identity_changed
        for capability in OF_ACCOUNTS:
            found = self._unattended(look.account.platform, capability)
            if found is None or self._stop.is_set():
                continue
            adapter, mode = found
            if identity_changed:  # until a person has settled whose account it is, nobody is asked for anything
                await self._left_alone(_Visit(self, adapter, look.account, memory), capability)
                continue
            mark = await self._write(lambda session, one=capability: self._bookmark(session, look, one))  # type: ignore[misc]
            account = self.people.find(look.account.ref) or look.account
            target = Target(account=account.ref, bookmark=mark, mode=mode)
            patience = PATIENCE if look.campaigns and mark is None else 1
            tally = await _Visit(self, adapter, account, memory, patience=patience).run(target, capability)
            identity_changed |= tally.state is VisitState.IDENTITY_CHANGED
        if Role.CAMPAIGN not in look.roles or identity_changed:
            return
        if (found := self._unattended(look.account.platform, Capability.LIKERS)) is not None:
            await self._likers(*found, look.account)

    def _bookmark(self, session: Session, look: Look, capability: Capability) -> dict[str, str] | None:
        """Give where the last visit left off; None where an account that is about to be closed is to be read whole."""
        if capability is Capability.POSTS and closing.to_read_whole(session, self.tools, look):
            return None
        return collecting.bookmark(session, look.account.id, capability)

    async def _left_alone(self, visit: "_Visit", capability: Capability) -> None:
        tally = Tally(states=[VisitState.IDENTITY_CHANGED])
        await self.close(visit, capability, tally, self.tools.clock.now())

    def _unattended(self, platform: str, capability: Capability) -> tuple[Adapter, Mode] | None:
        """Give the adapter that can collect this by itself, and how; else note that a person has to look."""
        adapter = self.tools.adapters.get(platform)
        mode = unattended(self.tools, adapter, capability) if adapter is not None else None
        if adapter is not None and mode is not None:
            return adapter, mode
        if capability is not Capability.CONTENT:
            self.summary.for_a_person[platform, capability] += 1
            self.summary.why_a_person[platform, capability] = hindrance(self.tools, adapter, capability)
        return None

    async def _likers(self, adapter: Adapter, mode: Mode, account: Account) -> None:
        now = self.tools.clock.now()
        since, again = now - timedelta(days=self.tools.settings.crawl.likers_days), now - LIKERS_AGAIN
        counted = adapter.likers_are is Action.LIKED
        posts = await self._write(
            lambda session: lookouts.posts_to_ask_likers_of(
                session, account.id, since=since, again=again, counted=counted
            )
        )
        for post_id, ref in posts:
            if self.stopped:
                return
            look = _Visit(self, adapter, account, Memory(), post_id=post_id)
            tally = await look.run(Target(account=account.ref, posts=(ref,), mode=mode), Capability.LIKERS)
            if tally.state in STOPS_THE_HOST:
                return

    async def texts_of_liked_posts(self, platform: str) -> None:
        """Read what liked posts say; they belong to nobody we watch, so only their words are kept."""
        found = self._unattended(platform, Capability.CONTENT)
        tried: set[str] = set()
        while found is not None and not self._stop.is_set():
            adapter, mode = found
            unread = await self._write(
                lambda session: lookouts.posts_without_text(
                    session, platform=platform, limit=CONTENT_BATCH + len(tried)
                )
            )
            refs = tuple(ref for ref in unread if ref.uri not in tried)
            if not refs:
                return
            tried.update(ref.uri for ref in refs)
            target = Target(posts=refs, mode=mode)
            tally = await _Visit(self, adapter, None, Memory()).run(target, Capability.CONTENT)
            if tally.state in STOPS_THE_HOST and not tally.requests:
                return  # everybody whom we could ask is left alone

    async def _write(self, work: Callable[[Session], T]) -> T:
        def transaction() -> T:
            with self.tools.database.write() as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._writer, transaction)

    async def save(self, look: "_Visit", outcome: Outcome) -> Outcome:
        """Keep one page; where it proves that the handle is somebody else's now, nothing of it but that."""
        place = keep.Place(run_id=self.summary.run_id, adapter=look.adapter, account=look.account)

        def transaction(session: Session) -> tuple[Outcome, collecting.Saved]:
            kept = outcome
            if look.account and not keep.identity(session, self.people, look.account, outcome, self.tools.clock.now()):
                page = Page(state=VisitState.IDENTITY_CHANGED, account=outcome.page.account, note=outcome.page.note)
                kept = replace(outcome, page=page)
            return kept, keep.page(session, self.tools, self.people, kept, place)

        kept, saved = await self._write(transaction)
        self.summary.posts += saved.posts
        self.summary.interactions += saved.interactions
        if kept.page.state in STOPS_THE_HOST and kept.capture is not None:
            self.web.pause(kept.request.url, kept.page.state, after=kept.capture.headers.get("retry-after"))
        return kept

    async def close(self, look: "_Visit", capability: Capability, tally: Tally, started: datetime) -> None:
        """Keep how a visit ended."""
        self.summary.requests += tally.requests
        if look.account is None:
            if tally.state not in SAW_EVERYTHING | {VisitState.NOT_FOUND}:  # liked posts vanish every day
                self._count(look, capability, tally)
            return
        row = collecting.VisitRow(
            run_id=self.summary.run_id,
            account_id=look.account.id,
            post_id=look.post_id,
            capability=capability,
            mode=look.mode,
            state=tally.state,
            complete=tally.complete,
            whole=look.saw_all(capability, tally),
            seen=tally.seen,
            claimed=tally.claimed,
            requests=tally.requests,
            note=tally.note,
            started_at=started,
            ended_at=self.tools.clock.now(),
        )

        def transaction(session: Session) -> None:
            collecting.save_visit(session, row)
            if row.whole:
                look.sights.note_missing(session, row)

        await self._write(transaction)
        self._count(look, capability, tally)

    def _count(self, look: "_Visit", capability: Capability, tally: Tally) -> None:
        self.summary.states[tally.state] += 1
        if not tally.complete:
            self.summary.not_seen.append(
                NotSeen(
                    platform=look.adapter.platform,
                    handle=look.account.handle if look.account else None,
                    capability=capability,
                    state=tally.state,
                    note=tally.note,
                )
            )

    @property
    def stopped(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._stop.is_set()


class _Visit:
    """One look at one target."""

    def __init__(
        self,
        crawl: Crawl,
        adapter: Adapter,
        account: Account | None,
        memory: Memory,
        *,
        post_id: int | None = None,
        patience: int = 1,
    ) -> None:
        self.crawl = crawl
        self.adapter = adapter
        self.account = account
        self.post_id = post_id
        self.mode = Mode.AUTO
        self.sights = Sights()
        self._from_the_top = True
        self._memory = memory
        self._patience = patience

    async def run(self, target: Target, capability: Capability) -> Tally:
        """Look, keep every page, keep how it ended."""
        tools = self.crawl.tools
        started, tally, self.mode = tools.clock.now(), Tally(), target.mode
        self._from_the_top = target.bookmark is None
        limit = max(tools.settings.crawl.pages_per_visit * self._patience, 3 * len(target.posts))
        longest = timedelta(minutes=tools.settings.crawl.visit_minutes) * self._patience
        walk = visit(self.adapter, target, capability, self.crawl.web, memory=self._memory, max_pages=limit)
        async with aclosing(walk) as pages:
            async for outcome in pages:
                kept = await self.crawl.save(self, outcome)
                tally.add(kept)
                self.sights.add(kept.page, self.crawl.people)
                if kept.page.state is VisitState.IDENTITY_CHANGED:
                    break
                late = tools.clock.now() - started > longest
                if (self.crawl.stopped or late) and kept.more:
                    tally.unfinished, tally.note = True, INTERRUPTED
                    break
        await self.crawl.close(self, capability, tally, started)
        return tally

    def saw_all(self, capability: Capability, tally: Tally) -> bool:
        """Whether everything there is was shown: only then does what was not shown say something."""
        if capability is Capability.LIKERS and self.adapter.likers_are is not Action.LIKED:
            return False
        told = tally.claimed is not None or capability in self.adapter.whole_lists
        return told and tally.complete and (self._from_the_top or capability is Capability.LIKERS)
