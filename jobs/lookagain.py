"""Look at a matched like again after a day: one that was taken back speaks for its account, and is shown as such.

Where the platform lets us ask for the act itself, that is asked; else the post's list of likers is read once more, and
only a whole list says that somebody is not in it. What only a person can look at waits for one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby

from core.records import Capability, Mode, VisitState
from jobs import deeds, keep
from jobs.modes import unattended
from jobs.sights import Sights
from jobs.tools import Tools, Web
from jobs.watchlist import People
from scraper.adapter import Adapter, Target
from scraper.crawl import STOPS_THE_HOST, Memory, Outcome, Tally, ask, visit
from storage import absence, collecting, watching
from storage.absence import LikedMatch

AFTER = timedelta(hours=24)
PER_RUN = 500
NOT_THERE = "record_not_there"


@dataclass(slots=True, kw_only=True)
class LookedAgain:
    """How many likes are still there, how many were taken back, how many could not be seen, how many need a person."""

    there: int = 0
    gone: int = 0
    unclear: int = 0
    for_a_person: int = 0


async def run(tools: Tools, web: Web, *, stop: asyncio.Event | None = None) -> LookedAgain:
    """Look at the flagged likes that nobody has looked at since they were found, a day ago or more."""
    with tools.database.read() as session:
        seen_before = tools.clock.now() - AFTER
        waiting = absence.likes_to_look_at_again(session, seen_before=seen_before, limit=PER_RUN)
        people = People.of(watching.watchlist(session))
    again = _Again(tools, web, people)
    if waiting:
        await again.run(waiting, stop or asyncio.Event())
    return again.done


@dataclass(slots=True)
class _Again:
    tools: Tools
    web: Web
    people: People
    done: LookedAgain = field(default_factory=LookedAgain)
    run_id: int = 0
    closed: set[str] = field(default_factory=set)

    async def run(self, waiting: Sequence[LikedMatch], stop: asyncio.Event) -> None:
        """Look at these likes; those of one post together."""
        with self.tools.database.write() as session:
            self.run_id = deeds.start_run(session, self.tools)
        in_order = sorted(waiting, key=lambda one: (one.platform, one.post_id))
        for _, group in groupby(in_order, key=lambda one: (one.platform, one.post_id)):
            if stop.is_set():
                break
            await self._post(list(group))
        with self.tools.database.write() as session:
            deeds.end_run(session, self.tools, self.run_id, "interrupted" if stop.is_set() else "done")

    async def _post(self, likes: list[LikedMatch]) -> None:
        adapter = self.tools.adapters.get(likes[0].platform)
        rest = [like for like in likes if adapter is None or not await self._by_itself(adapter, like)]
        if not rest:
            return
        mode = unattended(self.tools, adapter, Capability.LIKERS) if adapter is not None else None
        if adapter is None or mode is None:
            self.done.for_a_person += len(rest)
        elif adapter.platform in self.closed:
            self.done.unclear += len(rest)
        else:
            await self._in_the_list(adapter, mode, rest)

    async def _by_itself(self, adapter: Adapter, like: LikedMatch) -> bool:
        """Ask for the act itself; False where that cannot be done."""
        if like.record_uri is None or unattended(self.tools, adapter, Capability.LIKES) is not Mode.AUTO:
            return False
        with self.tools.database.read() as session:
            mark = collecting.bookmark(session, like.account_id, Capability.LIKES)
        request = adapter.again(like.record_uri, mark)
        if request is None:
            return False
        if adapter.platform in self.closed:
            self.done.unclear += 1
            return True
        outcome = await ask(adapter, request, self.web, Memory())
        self._keep(adapter, outcome)
        there = any(act.post.uri == like.post.uri for act in outcome.page.interactions)
        gone = outcome.page.state is VisitState.NOT_FOUND and outcome.page.note == NOT_THERE
        changed = outcome.page.state is VisitState.OK and not there  # the record is about another post now
        self._note([like], there={like.account_id} if there else set(), clear=there or gone or changed)
        return True

    async def _in_the_list(self, adapter: Adapter, mode: Mode, likes: list[LikedMatch]) -> None:
        """Read the list of likers; those who are in it are there, the others are gone if it was whole."""
        tally, sights = Tally(), Sights()
        target = Target(posts=(likes[0].post,), mode=mode)
        limit = self.tools.settings.crawl.pages_per_visit
        memory = Memory()
        async for outcome in visit(adapter, target, Capability.LIKERS, self.web, memory=memory, max_pages=limit):
            self._keep(adapter, outcome)
            tally.add(outcome)
            sights.add(outcome.page, self.people)
        told = tally.claimed is not None or Capability.LIKERS in adapter.whole_lists
        whole = tally.complete and told
        there = [like for like in likes if like.account_id in sights.likers]
        self._note(there, there=sights.likers, clear=True)
        others = [like for like in likes if like not in there]
        if tally.state is VisitState.NOT_FOUND:  # with the post its likers are gone; that says nothing of a like
            self._looked(others)
        else:
            self._note(others, there=set(), clear=whole)

    def _keep(self, adapter: Adapter, outcome: Outcome) -> None:
        page = outcome.page
        if page.state in STOPS_THE_HOST and outcome.capture is not None:
            self.web.pause(outcome.request.url, page.state, after=outcome.capture.headers.get("retry-after"))
        if page.state in STOPS_THE_HOST:
            self.closed.add(adapter.platform)
        place = keep.Place(run_id=self.run_id, adapter=adapter, account=None)
        with self.tools.database.write() as session:
            keep.page(session, self.tools, self.people, replace(outcome, page=replace(page, bookmark=None)), place)

    def _note(self, likes: list[LikedMatch], *, there: set[int], clear: bool) -> None:
        if not clear:
            self.done.unclear += len(likes)
            return
        now = self.tools.clock.now()
        with self.tools.database.write() as session:
            for like in likes:
                if like.account_id in there:
                    absence.note_present(session, like.interaction_id, now)
                    self.done.there += 1
                else:
                    absence.note_absent(session, like.interaction_id, now)
                    self.done.gone += 1
            absence.looked_again(session, [like.interaction_id for like in likes], now)

    def _looked(self, likes: list[LikedMatch]) -> None:
        self.done.unclear += len(likes)
        with self.tools.database.write() as session:
            absence.looked_again(session, [like.interaction_id for like in likes], self.tools.clock.now())
