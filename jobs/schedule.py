"""A round: collect what is due, read pictures, score, keep evidence, write the review file; and the clock of rounds.

What is due is a matter of the last visit, not of the hour: a run that was missed is due at the next look.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from classifier.reading import Reader
from core.errors import TilikError
from jobs import classify, coverage, crawl, evidence, importing, lookagain, posters, reading
from jobs.classify import Classified
from jobs.coverage import Coverage
from jobs.crawl import Summary
from jobs.due import due, resting, until_rest
from jobs.evidence import Eyes, Kept
from jobs.importing import Done
from jobs.lock import only_one
from jobs.lookagain import LookedAgain
from jobs.looks import Look, looks
from jobs.reading import Read
from jobs.tools import Tools
from storage import watching

log = logging.getLogger("tilik.schedule")

TICK_SECONDS = 60.0
UNFINISHED = "round.unfinished"
"""The file in the data folder that a round leaves behind only when it is killed."""


OpenEyes = Callable[[], AbstractAsyncContextManager[Eyes]]
Export = Callable[[Path], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of one round; `brought` are the files that were new in the watched folder."""

    crawled: Summary
    classified: Classified
    kept: Kept
    looked_again: LookedAgain
    covered: Coverage
    read: Read
    exported: int
    file: Path
    brought: tuple[Done, ...] = ()


def waiting(tools: Tools) -> list[Look]:
    """List the accounts whose time has come; in the quiet hours nobody's has."""
    if resting(tools):
        return []
    with tools.database.read() as session:
        entries = watching.watchlist(session, day=tools.today)
        return due(session, tools, looks(entries))


async def run(
    tools: Tools,
    open_eyes: OpenEyes,
    export: Export,
    *,
    stop: asyncio.Event | None = None,
    reader: Reader | None = None,
) -> Round | None:
    """Do one round; None where nothing is due. RefusedError `already_running` while another process crawls.

    A round that was killed is taken up: what it had collected is judged now, not when the next account is due.
    """
    brought, unfinished = tuple(bring(tools)), tools.settings.storage.data / UNFINISHED
    chosen = waiting(tools)
    taken_up = unfinished.exists() and not resting(tools)
    if not chosen and not taken_up and not any(done.stored for done in brought):
        return None
    with only_one(tools.settings.storage.data / "crawl.lock"), _until_done(unfinished):
        async with open_eyes() as eyes, _until_rest(tools, stop) as ends:
            crawled = await crawl.run(tools, eyes, chosen, stop=ends)
            crawled.pictures = (await posters.run(tools, eyes, stop=ends)).fetched
            read = reading.run(tools, reader)
            classified = classify.run(tools)
            looked_again = await lookagain.run(tools, eyes, stop=ends)
            kept = await evidence.run(tools, eyes, stop=ends)
        file = review_file(tools)
        exported = export(file)
    with tools.database.read() as session:
        covered = coverage.recent(session, tools, 1)
    return Round(
        crawled=crawled,
        classified=classified,
        kept=kept,
        looked_again=looked_again,
        covered=covered,
        read=read,
        exported=exported,
        file=file,
        brought=brought,
    )


@contextmanager
def _until_done(unfinished: Path) -> Iterator[None]:
    """Leave a mark as long as a round works. An expected failure ends it too: whatever failed would fail again."""
    unfinished.touch()
    try:
        yield
    except TilikError:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.unlink(missing_ok=True)


@asynccontextmanager
async def _until_rest(tools: Tools, stop: asyncio.Event | None) -> AsyncIterator[asyncio.Event]:
    """Give an event that is set when `stop` is, or when the quiet hours begin; what was not looked at stays due."""
    either, left = asyncio.Event(), until_rest(tools)

    async def wait() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(left.total_seconds() if left is not None else None):
                await (stop or asyncio.Event()).wait()
        either.set()

    waits = asyncio.create_task(wait())
    try:
        yield either
    finally:
        waits.cancel()


def bring(tools: Tools) -> Iterator[Done]:
    """Read what is new in the watched folder; a file that cannot be used is said at every round, and stays."""
    for done in importing.of_folder(tools):
        if done.error is not None:
            log.warning("file %s: %s", (done.sha256 or "-")[:12], done.error.code)
        yield done


def review_file(tools: Tools) -> Path:
    """Name the review file of this hour, in the local time of the schedule."""
    local = tools.clock.now().astimezone(ZoneInfo(tools.settings.schedule.timezone))
    return tools.settings.review.exports / f"tinjau-{local:%Y-%m-%d-%H%M}.csv"


async def run_until(
    stop: asyncio.Event, tick: Callable[[], Awaitable[object]], *, seconds: float = TICK_SECONDS
) -> None:
    """Look every minute whether something is due; a round that takes longer is never started twice.

    The round in hand ends in its own way: the clock would cancel it in the midst of a page.
    """
    in_hand = asyncio.Lock()

    async def look() -> None:
        async with in_hand:
            if not stop.is_set():
                await tick()

    async with _ticking(look, seconds):
        await stop.wait()
        async with in_hand:
            return


@asynccontextmanager
async def _ticking(tick: Callable[[], Awaitable[object]], seconds: float) -> AsyncIterator[None]:
    scheduler = AsyncIOScheduler(timezone="UTC")
    trigger = IntervalTrigger(seconds=seconds)
    job = scheduler.add_job(tick, trigger, max_instances=1, coalesce=True, misfire_grace_time=None)
    scheduler.start()
    watching_the_clock = asyncio.create_task(_on_time(job, seconds))
    try:
        yield
    finally:
        watching_the_clock.cancel()
        scheduler.shutdown(wait=False)


async def _on_time(job: Job, seconds: float) -> None:
    """Bring the next tick near again where the clock was set back: it would wait until the old time comes again."""
    while True:
        await asyncio.sleep(seconds)
        soon = datetime.now(UTC) + timedelta(seconds=2 * seconds)
        if job.next_run_time is not None and job.next_run_time > soon:
            log.warning("the clock was set back")
            job.modify(next_run_time=datetime.now(UTC))


async def one_tick(
    tools: Tools, open_eyes: OpenEyes, export: Export, *, stop: asyncio.Event, reader: Reader | None = None
) -> Round | None:
    """Do what is due; a failure is said and the next tick tries again."""
    try:
        done = await run(tools, open_eyes, export, stop=stop, reader=reader)
    except TilikError as error:
        log.warning("%s", error.code)
        return None
    if done is not None:
        for canary in done.crawled.canaries:
            log.warning("ALARM %s %s: %s, usually %s", canary.platform, canary.alarm, canary.found, canary.usual)
        log.info("%s accounts, %s new interactions, %s", done.crawled.accounts, done.crawled.interactions, done.file)
    return done
