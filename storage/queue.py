"""The queue of many machines: Procrastinate's own tables, in a schema of their own beside ours (PostgreSQL only).

Its SQL is Procrastinate's, and so are the functions that give a job back. What stands here is when: at most one process
looks after the queue at a time, and a visit commits nothing once its job was given to another.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from core.errors import StorageError
from storage.database import Database, Session

SCHEMA = "tilik_queue"
MOST_DEATHS = 5
"""A job that so many workers died of, or lost, is left to a person."""
KEPT_DAYS = 7
PREPARING, LOOKING_AFTER = 7_408_001, 7_408_002
"""The numbers of our advisory locks."""
LOST = """
    SELECT job.id, job.attempts FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => :seconds))
    AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :seconds)
"""
"""While the database was away every worker was silent: they get the time to speak again."""


GIVE_BACK = text("SELECT procrastinate_retry_job_v1(:id, now(), -1, NULL, NULL)")
GIVE_UP = text("SELECT procrastinate_finish_job_v1(:id, 'failed', false)")


class LostJobError(Exception):
    """The process was silent for so long that its job was given to another; it has no say in it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """What waits or runs now: accounts and other work by their queueing lock, and how much waits for each lock."""

    names: frozenset[str]
    waiting: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """Jobs whose worker went silent: given back to the queue, or given up."""

    given_back: int
    given_up: int


class JobState(StrEnum):
    """How a job stands, in Procrastinate's words."""

    TODO = "todo"
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the queue stands. `oldest_due` is since when the job that waits longest could have run."""

    jobs: dict[JobState, int]
    workers: int
    silent_workers: int
    stalled: int
    oldest_due: datetime | None


def is_possible(database: Database) -> bool:
    """Say whether this database can hold a queue, and whether its programs are installed."""
    return database.engine.dialect.name == "postgresql" and find_spec("procrastinate") is not None


def address(database: Database) -> tuple[str, str]:
    """Say where the queue is, for its own connections: the address, and the option that finds its schema."""
    url = make_url(database.engine.url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False), f"-c search_path={SCHEMA}"


def prepare(database: Database) -> None:
    """Put Procrastinate's tables there, or bring them to the version that is installed: all of it or nothing."""
    with database.write() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": PREPARING})
        there = session.scalar(
            text("SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = :name"),
            {"name": SCHEMA},
        )
        if there == version("procrastinate"):
            return
        if there is None:
            session.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        session.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
        for script in _scripts(there):
            session.connection.driver_connection.execute(script)  # type: ignore[union-attr]
        session.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{version('procrastinate')}'"))


def _scripts(there: str | None) -> Iterator[str]:
    """Give the whole schema, or the migrations since the version that is there."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415  (only on PostgreSQL)

    if there is None:
        yield SchemaManager.get_schema()
        return
    folder = Path(SchemaManager.get_migrations_path())
    for file in sorted(folder.glob("*.sql")):
        if newer(file.name.partition("_")[0], there):
            yield file.read_text(encoding="utf-8")


def newer(one: str, other: str) -> bool:
    """Compare versions like 03.04.00 and 3.10.0."""
    return [int(part) for part in one.split(".")] > [int(part) for part in other.split(".")[:3]]


def require(session: Session) -> None:
    """Refuse to work where the queue was never put."""
    if session.scalar(text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.procrastinate_jobs"}) is None:
        url = session.engine.url.render_as_string(hide_password=True)
        raise StorageError("database_not_migrated", url=url, reason=SCHEMA)
    session.execute(text(f"SET LOCAL search_path TO {SCHEMA}, public"))


def alone(session: Session, *, seconds: float) -> bool:
    """Be the one who looks after the queue until this transaction ends; False where another does.

    Who falls asleep meanwhile is cut off by the database after so many seconds.
    """
    query = "SELECT set_config('idle_in_transaction_session_timeout', :ms, true), pg_try_advisory_xact_lock(:number)"
    found = session.execute(text(query), {"ms": str(int(seconds * 1000)), "number": LOOKING_AFTER}).one()
    return bool(found[1])


def rescue(session: Session, *, seconds: float) -> Rescued:
    """Give back the jobs whose worker has been silent for so long; what nobody survives is given up."""
    lost = session.execute(text(f"{LOST} FOR UPDATE OF job SKIP LOCKED"), {"seconds": seconds}).all()
    given_up = [job.id for job in lost if job.attempts >= MOST_DEATHS]
    give_back(session, [job.id for job in lost if job.id not in given_up])
    for job_id in given_up:
        session.execute(GIVE_UP, {"id": job_id})
    gone = """
        DELETE FROM procrastinate_workers WHERE last_heartbeat < clock_timestamp() - make_interval(secs => :seconds)
        AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :seconds)
    """
    session.execute(text(gone), {"seconds": seconds})
    return Rescued(given_back=len(lost) - len(given_up), given_up=len(given_up))


def held_by(session: Session, worker_id: int | None) -> frozenset[int]:
    """Name the jobs that a worker is said to be at."""
    query = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = :id"
    return frozenset(session.scalars(text(query), {"id": worker_id}))


def give_back(session: Session, job_ids: Iterable[int]) -> None:
    """Put jobs back into the queue, behind those that were never tried."""
    for job_id in job_ids:
        session.execute(GIVE_BACK, {"id": job_id})


def alive(session: Session) -> Alive:
    """Say what waits and runs."""
    query = "SELECT queueing_lock, lock, status FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    found = session.execute(text(query)).all()
    return Alive(
        names=frozenset(one.queueing_lock for one in found if one.queueing_lock),
        waiting=Counter(one.lock for one in found if one.status == "todo"),
    )


def forget(session: Session) -> None:
    """Delete what failed more than a week ago."""
    old = """
        DELETE FROM procrastinate_jobs job WHERE status IN ('failed', 'aborted', 'cancelled')
        AND NOT EXISTS (SELECT 1 FROM procrastinate_events event WHERE event.job_id = job.id
                        AND event.at > now() - make_interval(days => :days))
    """
    session.execute(text(old), {"days": KEPT_DAYS})


def figures(session: Session, *, seconds: float) -> Figures:
    """Say how the queue stands; a worker is silent after so many seconds."""
    counts = session.execute(text("SELECT status::text, count(*) AS n FROM procrastinate_jobs GROUP BY 1")).all()
    fresh = """
        SELECT count(*) FILTER (WHERE last_heartbeat >= clock_timestamp() - make_interval(secs => :seconds)) AS up,
        count(*) AS n FROM procrastinate_workers
    """
    workers = session.execute(text(fresh), {"seconds": seconds}).one()
    due = """
        SELECT min(greatest(scheduled_at, (SELECT max(at) FROM procrastinate_events event WHERE event.job_id = job.id
                                           AND type IN ('deferred', 'deferred_for_retry'))))
        FROM procrastinate_jobs job WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    """
    return Figures(
        jobs={JobState(row.status): row.n for row in counts},
        workers=workers.up,
        silent_workers=workers.n - workers.up,
        stalled=len(session.execute(text(LOST), {"seconds": seconds}).all()),
        oldest_due=session.scalar(text(due)),
    )


class HeldDatabase(Database):
    """The database as a job sees it: every transaction that writes asks first whether the job is still its own.

    The row of the job stays locked until the commit, so that it cannot be given away in between; who falls asleep over
    it is cut off by the database after so many seconds.
    """

    def __init__(self, database: Database, *, job_id: int, attempts: int, seconds: float) -> None:
        super().__init__(database.engine)
        self._job = {"id": job_id, "attempts": attempts, "ms": str(int(seconds * 1000))}

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Change something: all of it, or nothing after an error; LostJobError where another has the job."""
        query = """
            SELECT set_config('idle_in_transaction_session_timeout', :ms, true) FROM tilik_queue.procrastinate_jobs
            WHERE id = :id AND attempts = :attempts AND status = 'doing' FOR SHARE
        """
        with super().write() as session:
            if session.scalar(text(query), self._job) is None:
                raise LostJobError
            yield session
