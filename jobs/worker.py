"""One worker of many: takes visits from the queue in PostgreSQL, and looks after the queue when nobody else does.

Procrastinate runs the jobs. Ours is what a job does, what of it may be tried again, and the round every few seconds in
which one of the workers gives back what silent ones held and queues what is due.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import psycopg
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision, exceptions
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from core.errors import RefusedError, StorageError
from core.records import VisitState
from jobs import posters, queueing
from jobs.looks import Look
from jobs.queueing import Waiting
from jobs.shifts import Shifts
from jobs.tools import Tools, Web
from storage import queue
from storage.queue import HeldDatabase, LostJobError

log = logging.getLogger("tilik.worker")

VISIT, TEXTS, PICTURES = "tilik.visit", "tilik.texts", "tilik.pictures"
QUEUE = "visits"
TRIES = 3
FIRST_WAIT = 30
"""Seconds before the first repetition; each further one waits four times as long, and up to half as much again."""
LATER = -1
"""The priority of what is tried again: a job of the same priority would keep others from its host while it waits."""
GRACE = 8.0
"""Seconds in which the pages in hand are finished when somebody asks for an end."""
ROUND = 15.0
RECONNECT = 2.0
BESIDE = 600.0
"""Every so many seconds the texts of liked posts and pictures are asked for."""
PATIENCE = 15.0

OpenWeb = Callable[[], AbstractAsyncContextManager[Web]]


class MayPassError(Exception):
    """A visit failed of something that may pass; it is worth another try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many visits at a time, and after how many seconds of silence a worker's jobs are given to others."""

    concurrency: int
    silent_after: float = 30.0


@dataclass(slots=True, kw_only=True)
class Worked:
    """What a worker did until somebody ended it."""

    jobs: int = 0
    not_due: int = 0
    to_be_tried_again: int = 0
    queued: int = 0
    given_back: int = 0
    given_up: int = 0
    reconnected: int = 0
    posts: int = 0
    interactions: int = 0
    states: Counter[VisitState] = field(default_factory=Counter)


class Tries(BaseRetryStrategy):
    """What may be tried again: what failed for now, what the database interrupted, what an end of ours cut off."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when; None where trying again would be asking somebody who said no."""
        if isinstance(exception, asyncio.CancelledError | StorageError):
            return RetryDecision(retry_in={"seconds": 1}, priority=LATER)
        if not isinstance(exception, MayPassError) or job.attempts >= TRIES:
            return None
        spread = 1 + (job.id or 0) % 50 / 100
        return RetryDecision(retry_in={"seconds": int(FIRST_WAIT * 4**job.attempts * spread)}, priority=LATER)


class _Connector(PsycopgConnector):
    """Says how a job ended again when the database was away for a moment; else the job would hang between hands."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:  # noqa: ANN401  (as there)
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while True:
            try:
                await super().execute_query_async(query, **arguments)
            except exceptions.ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError) or loop.time() > end:
                    raise
            else:
                return
            await asyncio.sleep(0.5)


async def run(
    tools: Tools, open_web: OpenWeb, plan: Plan, *, stop: asyncio.Event, give_up: Callable[[], NoReturn]
) -> Worked:
    """Work until `stop`; a database that goes away is waited for.

    `give_up` ends the process at once: its jobs are another's already, and it has no say in them any more.
    Raises RefusedError once the purpose of this installation has ended.
    """
    if tools.today > tools.settings.purpose.ends:
        raise RefusedError("purpose_ended", ends=tools.settings.purpose.ends)
    await asyncio.to_thread(queue.prepare, tools.database)
    worked = Worked()
    while not stop.is_set():
        try:
            await _Spell(tools, plan, worked, stop, give_up).run(open_web)
        except (exceptions.ConnectorException, StorageError, psycopg.OperationalError) as error:
            log.warning("the database is away: %s", type(error).__name__)
            worked.reconnected += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RECONNECT)
    return worked


class _Spell:
    """The time between two losses of the database, usually the whole life of a worker."""

    def __init__(
        self, tools: Tools, plan: Plan, worked: Worked, stop: asyncio.Event, give_up: Callable[[], NoReturn]
    ) -> None:
        self._tools = tools
        self._plan = plan
        self._worked = worked
        self._stop = stop
        self._give_up = give_up
        url, options = queue.address(tools.database)
        pool: dict[str, Any] = {"min_size": 1, "max_size": plan.concurrency + 4, "timeout": PATIENCE}
        self._app = App(connector=_Connector(conninfo=url, kwargs={"options": options}, **pool))
        self._beside_at = 0.0
        self._running: set[int] = set()
        self._suspects: frozenset[int] = frozenset()
        for name, job in ((VISIT, self._visit), (TEXTS, self._texts), (PICTURES, self._pictures)):
            self._app.task(name=name, queue=QUEUE, pass_context=True, retry=Tries())(job)

    async def run(self, open_web: OpenWeb) -> None:
        """Work until somebody asks for an end, or the database is lost."""
        silent = self._plan.silent_after
        async with self._app.open_async(), open_web() as web, self._open_shifts(web) as self._shifts:
            self._web = web
            self._worker = Worker(
                self._app,
                queues=[QUEUE],
                concurrency=self._plan.concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=min(GRACE, silent / 3),  # meanwhile it says nothing to the others
                fetch_job_polling_interval=min(5.0, silent / 3),
                update_heartbeat_interval=silent / 3,
                stalled_worker_timeout=silent,
            )
            await _first([self._worker.run(), self._look_after(), self._stop.wait()])  # type: ignore[no-untyped-call]

    @asynccontextmanager
    async def _open_shifts(self, web: Web) -> AsyncIterator[Shifts]:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer") as writer:
            shifts = Shifts(self._tools, web, writer, self._stop)
            yield shifts
            await shifts.close()

    async def _visit(self, context: JobContext, account_id: int) -> None:
        """Look at one account, if that is still to be done."""
        job = context.job
        async with self._still_ours(job):
            look = await asyncio.to_thread(self._still_due, account_id, again=job.attempts > 0)
            if look is None:
                self._worked.not_due += 1
                return
            async with self._shifts.visit() as shift:
                crawl = shift.part(self._held(job))
                await crawl.account(look)
        self._worked.jobs += 1
        self._worked.states.update(crawl.summary.states)
        self._worked.posts += crawl.summary.posts
        self._worked.interactions += crawl.summary.interactions
        if queueing.failed_for_now(crawl):
            self._worked.to_be_tried_again += job.attempts < TRIES
            raise MayPassError(look.account.id)

    def _still_due(self, account_id: int, *, again: bool) -> Look | None:
        with self._tools.database.read() as session:
            return queueing.still_due(session, self._tools, account_id, again=again)

    async def _texts(self, context: JobContext, platform: str) -> None:
        async with self._still_ours(context.job), self._shifts.visit() as shift:
            await shift.part(self._held(context.job)).texts_of_liked_posts(platform)

    async def _pictures(self, context: JobContext) -> None:
        async with self._still_ours(context.job):
            tools = replace(self._tools, database=self._held(context.job))
            await posters.run(tools, self._web, stop=self._stop)

    @asynccontextmanager
    async def _still_ours(self, job: Job) -> AsyncIterator[None]:
        self._running.add(job.id or 0)
        try:
            yield
        except (LostJobError, StorageError) as error:
            if isinstance(error, StorageError) and await asyncio.to_thread(self._is_ours, job):
                raise
            log.warning("this worker was silent for too long; its jobs are another's, and it ends at once")
            self._give_up()
        finally:
            self._running.discard(job.id or 0)

    def _is_ours(self, job: Job) -> bool:
        """Say whether a job is still ours, as far as the database can be asked."""
        try:
            with self._held(job).write():
                return True
        except LostJobError:
            return False
        except StorageError:
            return True

    def _held(self, job: Job) -> HeldDatabase:
        seconds = self._plan.silent_after
        return HeldDatabase(self._tools.database, job_id=job.id or 0, attempts=job.attempts, seconds=seconds)

    async def _look_after(self) -> None:
        """Every few seconds give back what is lost, and queue what is due unless another worker is at it."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.to_thread(self._round, loop)
            await asyncio.sleep(min(ROUND, self._plan.silent_after / 2))

    def _round(self, loop: asyncio.AbstractEventLoop) -> None:
        self._give_back_mine()
        with self._tools.database.write() as session:
            if not queue.alone(session, seconds=self._plan.silent_after):
                return
            queue.require(session)
            rescued = queue.rescue(session, seconds=self._plan.silent_after)
            queue.forget(session)
            alive = queue.alive(session)
            jobs = [_job(one) for one in queueing.to_queue(session, self._tools, alive)]
            jobs += [one for one in self._beside(loop.time()) if one.queueing_lock not in alive.names]
            if jobs:  # while this transaction is open nobody else queues anything
                asyncio.run_coroutine_threadsafe(self._app.job_manager.batch_defer_jobs_async(jobs), loop).result(60)
        self._worked.given_back += rescued.given_back
        self._worked.given_up += rescued.given_up
        self._worked.queued += len(jobs)
        if rescued.given_back or rescued.given_up:
            log.warning("%s jobs of silent workers given back, %s given up", rescued.given_back, rescued.given_up)

    def _give_back_mine(self) -> None:
        """Give back what the queue takes for ours and we do not know of: its answer was lost with a connection.

        A job that is just beginning or ending looks the same, but not twice.
        """
        with self._tools.database.write() as session:
            queue.require(session)
            unknown = queue.held_by(session, self._worker.worker_id) - self._running
            lost = unknown & self._suspects
            queue.give_back(session, lost)
        self._suspects = unknown - lost
        self._worked.given_back += len(lost)

    def _beside(self, now: float) -> Iterable[Job]:
        """Name what is done beside the visits, every ten minutes: texts of liked posts, pictures."""
        if now < self._beside_at:
            return
        self._beside_at = now + BESIDE
        for platform in sorted(self._tools.adapters):
            yield _job_named(TEXTS, f"texts:{platform}", f"texts:{platform}", platform=platform)
        yield _job_named(PICTURES, "pictures", "pictures")


def _job(one: Waiting) -> Job:
    return _job_named(VISIT, one.name, one.lock, account_id=one.account_id)


def _job_named(task: str, name: str, lock: str, **arguments: Any) -> Job:  # noqa: ANN401  (as a job takes them)
    return Job(task_name=task, queue=QUEUE, lock=lock, queueing_lock=name, task_kwargs=arguments)


async def _first(work: Iterable[Any]) -> None:
    """Wait until one of these is done, end the others, and let out what went wrong."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
            raise one
