"""Many workers on one PostgreSQL: killed, stopped, cut off from the database, and nothing is lost or done twice."""

import importlib.util
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from procrastinate.jobs import Job
from sqlalchemy import text

from core.errors import RefusedError, StorageError
from jobs.pauses import SharedBook
from jobs.worker import FIRST_WAIT, TRIES, MayPassError, Tries
from scraper.fetch.manners import Spend
from storage import queue
from storage.database import Database, connect
from storage.migrate import upgrade
from storage.queue import HeldDatabase, LostJobError
from tests.jobs.crowd import crowd
from tests.jobs.squad import squad, wait_for, watch
from tests.storage.postgres import Server, programs, serving

pytestmark = pytest.mark.postgres

GAP = 1.5
SERVERS, ACCOUNTS = 24, 8
KEEPS_COMMITS = "-c fsync=off -c full_page_writes=off"
"""What the database acknowledged outlives its fall, though not that of the machine."""
LOST = 75
INTERRUPTED = 130
DAY = date(2029, 10, 1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a PostgreSQL of these tests' own; say loudly where that cannot be."""
    folder = programs()
    if folder is None or any(importlib.util.find_spec(name) is None for name in ("psycopg", "procrastinate")):
        message = (
            "PostgreSQL's programs, psycopg or procrastinate are missing: install postgresql-15 and tilik[postgres]"
        )
        if os.environ.get("TILIK_POSTGRES") == "required":
            pytest.fail(message)
        pytest.skip(message)
    with serving(folder, connections=100, options=KEEPS_COMMITS) as running:
        yield running


def test_killed_stopped_and_cut_off_workers_lose_nothing_and_do_nothing_twice(server: Server, tmp_path: Path) -> None:
    with (
        crowd(tmp_path / "asked", servers=SERVERS) as site,
        squad(tmp_path, f"{server.address}postgres", site, gap=GAP) as office,
    ):
        watch(office, site, accounts=ACCOUNTS)
        everybody = SERVERS * ACCOUNTS
        killed, stopped, *others = [office.start() for _ in range(4)]
        wait_for(lambda: office.visited() >= 20, seconds=40)

        killed.kill()
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(1.5 * office.silent_after)
        server.restart()
        stopped.send_signal(signal.SIGCONT)
        wait_for(lambda: office.visited() == everybody, seconds=90)
        wait_for(lambda: office.status()["jobs"].get("doing", 0) == 0, seconds=20)

        ended = [office.end(worker) for worker in others]
        assert stopped.wait(30) == LOST
        assert [code for code, _, _ in ended] == [INTERRUPTED, INTERRUPTED]
        assert max(seconds for _, seconds, _ in ended) <= 15
        assert office.count("SELECT count(*) FROM visits") == everybody
        assert office.count("SELECT count(*) FROM visits WHERE complete") == everybody
        assert office.count("SELECT count(*) FROM posts") == 3 * everybody
        assert office.count("SELECT count(*) FROM interactions") == 3 * everybody
        assert min(site.gaps()) >= 0.95 * GAP


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """Open a database of its own, with its queue."""
    name = f"queue{time.monotonic_ns()}"
    first = connect(f"{server.address}postgres")
    with first.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        session.execute(text(f"CREATE DATABASE {name}"))
    first.close()
    opened = connect(f"{server.address}{name}")
    upgrade(opened)
    yield opened
    opened.close()


def put(database: Database, *, attempts: int = 0, worker_age: float | None = None) -> int:
    """Put a job there that a worker is at, who spoke last so many seconds ago; or one that has gone."""
    with database.write() as session:
        queue.require(session)
        worker = None
        if worker_age is not None:
            insert = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :age))"
            worker = session.scalar(text(f"{insert} RETURNING id"), {"age": worker_age})
        job = """
            INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, worker_id, queueing_lock)
            VALUES ('visits', 'tilik.visit', 'doing', :attempts, :worker, 'visit:1') RETURNING id
        """
        return int(session.execute(text(job), {"attempts": attempts, "worker": worker}).scalar_one())


def fall_asleep(database: Database) -> None:
    """Look after the queue for too long; meanwhile somebody else does."""
    with database.write() as asleep:
        assert queue.alone(asleep, seconds=0.1)
        time.sleep(0.5)
        with database.write() as awake:
            assert queue.alone(awake, seconds=30)
        asleep.execute(text("SELECT 1"))


def state(database: Database, job_id: int) -> tuple[str, int]:
    with database.write() as session:
        queue.require(session)
        query = "SELECT status::text, attempts FROM procrastinate_jobs WHERE id = :id"
        row = session.execute(text(query), {"id": job_id}).one()
    return row.status, row.attempts


def rescue(database: Database) -> queue.Rescued:
    with database.write() as session:
        queue.require(session)
        return queue.rescue(session, seconds=0.2)


def test_the_queue_is_put_there_once_and_stays(database: Database) -> None:
    job = put(database, worker_age=0)

    upgrade(database)
    queue.prepare(database)

    assert state(database, job) == ("doing", 0)


def test_only_migrations_after_the_version_that_is_there_are_taken() -> None:
    assert queue.newer("03.04.00", "3.3.1")
    assert not queue.newer("03.04.00", "3.10.0")
    assert not queue.newer("03.04.00", "3.4.0")


@pytest.mark.parametrize("age", [5.0, None])
def test_a_job_whose_worker_is_silent_or_gone_is_given_back(database: Database, age: float | None) -> None:
    job = put(database, worker_age=age)

    assert rescue(database) == queue.Rescued(given_back=1, given_up=0)
    assert state(database, job) == ("todo", 1)


def test_a_job_whose_worker_speaks_is_left_to_it(database: Database) -> None:
    job = put(database, worker_age=-60.0)

    assert rescue(database) == queue.Rescued(given_back=0, given_up=0)
    assert state(database, job) == ("doing", 0)


def test_a_job_that_five_workers_died_of_is_left_to_a_person(database: Database) -> None:
    job = put(database, attempts=5, worker_age=5.0)

    assert rescue(database) == queue.Rescued(given_back=0, given_up=1)
    assert state(database, job)[0] == "failed"


def test_one_process_at_a_time_looks_after_the_queue(database: Database) -> None:
    with database.write() as one, database.write() as other:
        assert queue.alone(one, seconds=30)
        assert not queue.alone(other, seconds=30)


def test_who_falls_asleep_while_looking_after_the_queue_is_cut_off(database: Database) -> None:
    with pytest.raises(StorageError) as caught:
        fall_asleep(database)

    assert caught.value.code == "database_unreachable"


def test_a_job_that_was_given_to_another_can_write_nothing(database: Database) -> None:
    job = put(database, worker_age=5.0)
    held = HeldDatabase(database, job_id=job, attempts=0, seconds=30)
    with held.write() as session:
        session.execute(text("INSERT INTO hosts (host) VALUES ('dulu.example')"))
    rescue(database)

    with pytest.raises(LostJobError), held.write() as session:
        session.execute(text("INSERT INTO hosts (host) VALUES ('kini.example')"))

    with database.read() as session:
        assert session.scalars(text("SELECT host FROM hosts")).all() == ["dulu.example"]


def test_two_machines_take_turns_at_one_host(database: Database) -> None:
    one, other = SharedBook(database), SharedBook(database)

    assert one.take("baik.example", gap=60, spend=None, day=DAY) == 0
    assert 59 < other.take("baik.example", gap=60, spend=None, day=DAY) <= 61
    assert other.take("lain.example", gap=60, spend=None, day=DAY) == 0


def test_the_gap_counts_from_when_a_request_really_went(database: Database) -> None:
    book = SharedBook(database)
    assert book.take("baik.example", gap=1, spend=None, day=DAY) == 0

    book.went("baik.example", gap=60)

    assert book.take("baik.example", gap=1, spend=None, day=DAY) > 59


def test_a_pause_reaches_all_machines_and_is_never_made_shorter(database: Database) -> None:
    one, other = SharedBook(database), SharedBook(database)

    one.pause("baik.example", timedelta(hours=24), "login_wall")
    other.pause("baik.example", timedelta(seconds=1), "throttled")

    with pytest.raises(RefusedError) as caught:
        other.take("baik.example", gap=0, spend=None, day=DAY)
    assert (caught.value.code, caught.value.fields["reason"]) == ("host_paused", "login_wall")
    assert other.paused("lain.example") is None


def test_the_allowance_of_an_api_is_one_for_all_machines(database: Database) -> None:
    one, other, spend = SharedBook(database), SharedBook(database), Spend(units=60, daily=100)

    assert one.take("api.example", gap=0, spend=spend, day=DAY) == 0
    with pytest.raises(RefusedError) as caught:
        other.take("api.example", gap=0, spend=spend, day=DAY)
    assert caught.value.code == "quota_spent"
    assert other.take("api.example", gap=0, spend=spend, day=DAY + timedelta(days=1)) == 0


@pytest.mark.parametrize("attempts", range(TRIES))
def test_what_failed_for_now_is_tried_again_later_and_later(attempts: int) -> None:
    decision = Tries().get_retry_decision(exception=MayPassError(), job=job_with(attempts))

    assert decision is not None
    assert decision.retry_at is not None
    wait = (decision.retry_at - datetime.now(UTC)).total_seconds()
    assert FIRST_WAIT * 4**attempts - 2 <= wait <= 1.5 * FIRST_WAIT * 4**attempts
    assert decision.priority == -1


@pytest.mark.parametrize(("error", "attempts"), [(MayPassError(), TRIES), (RefusedError("robots_refused"), 0)])
def test_a_refusal_is_not_tried_again_nor_anything_for_ever(error: Exception, attempts: int) -> None:
    assert Tries().get_retry_decision(exception=error, job=job_with(attempts)) is None


def job_with(attempts: int) -> Job:
    return Job(id=49, queue="visits", lock=None, queueing_lock=None, task_name="tilik.visit", attempts=attempts)
