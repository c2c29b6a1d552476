"""The crawl runs of a worker that never ends: a new one every few minutes, so that each knows today's watchlist.

At the end of each stands the check for adapters that have gone blind, as at the end of every crawl.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.crawl import Crawl
from jobs.tools import Tools, Web

LONGEST = timedelta(minutes=10)
MOST_VISITS = 500


@dataclass(slots=True, kw_only=True)
class _Shift:
    crawl: Crawl
    began: datetime
    begun_visits: int = 0
    running: int = 0


class Shifts:
    """Gives every visit the run that it belongs to."""

    def __init__(self, tools: Tools, web: Web, writer: ThreadPoolExecutor, stop: asyncio.Event) -> None:
        self._tools = tools
        self._web = web
        self._writer = writer
        self._stop = stop
        self._changing = asyncio.Lock()
        self._now: _Shift | None = None

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Crawl]:
        """Take part in the run of now; whoever leaves an old one last closes it."""
        shift = await self._current()
        shift.begun_visits, shift.running = shift.begun_visits + 1, shift.running + 1
        try:
            yield shift.crawl
        finally:
            shift.running -= 1
        if shift is not self._now and not shift.running:
            await _end(shift)

    async def close(self) -> None:
        """Close the run of now."""
        shift, self._now = self._now, None
        if shift is not None and not shift.running:
            await _end(shift)

    async def _current(self) -> _Shift:
        async with self._changing:
            old = self._now
            if old is not None and not self._is_over(old):
                return old
            crawl = await asyncio.to_thread(Crawl, self._tools, self._web, self._writer, self._stop)
            await crawl.begin()
            self._now = new = _Shift(crawl=crawl, began=self._tools.clock.now())
            if old is not None and not old.running:
                await _end(old)
            return new

    def _is_over(self, shift: _Shift) -> bool:
        return shift.begun_visits >= MOST_VISITS or self._tools.clock.now() - shift.began > LONGEST


async def _end(shift: _Shift) -> None:
    await shift.crawl.check()
    await shift.crawl.end("done")
