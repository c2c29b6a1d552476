"""A database that another holds, cuts off or restarts is waited for a while, named, and complete after the next run."""

import importlib.util
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from storage.database import connect
from storage.migrate import upgrade
from storage.tables import interactions, post_versions, posts
from tests.faults.office import Office, new_office, people
from tests.faults.town import Town, living
from tests.storage.postgres import Server, programs, serving

CRAWL = ("crawl", "run", "--due")


def hold(office: Office, *, seconds: float) -> threading.Thread:
    """Let somebody else begin to write, and think about it."""
    held = threading.Event()

    def think() -> None:
        with closing(sqlite3.connect(office.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            held.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=think)
    thread.start()
    assert held.wait(5)
    return thread


@pytest.mark.faults
def test_a_database_that_another_holds_for_a_moment_is_waited_for(tmp_path: Path, empty: Path) -> None:
    with living(Town(pages=2)) as town:
        office = new_office(tmp_path / "kantor", empty, town, accounts=2)
        other = hold(office, seconds=4)
        ran = office.run(*CRAWL)
        other.join()

    assert (ran.code, office.whole, office.troubles()) == (0, True, [])
    assert ran.seconds > 3


@pytest.mark.faults
def test_a_database_that_another_holds_for_long_is_named_after_fifteen_seconds(tmp_path: Path, empty: Path) -> None:
    with living(Town(pages=2)) as town:
        office = new_office(tmp_path / "kantor", empty, town, accounts=2)
        other = hold(office, seconds=35)
        ran = office.run(*CRAWL)
        other.join()
        again = office.run(*CRAWL)

    assert (ran.code, ran.error) == (7, "database_locked")
    assert 14 <= ran.seconds <= 34
    assert (again.code, office.whole, office.troubles()) == (0, True, [])


@pytest.mark.faults
def test_a_database_that_is_taken_away_in_the_middle_ends_a_crawl_within_a_minute(
    tmp_path: Path, empty: Path, rounds: int
) -> None:
    if rounds < 100:
        pytest.skip("it takes more than a minute: left to `make faults-nightly`")
    with living(Town(latency=0.05)) as town:
        office = new_office(tmp_path / "kantor", empty, town)
        others: list[threading.Thread] = []
        town.meanwhile = lambda number: others.append(hold(office, seconds=70)) if number == 12 else None
        ran = office.run(*CRAWL)
        town.meanwhile = lambda _: None
        for other in others:
            other.join()
        again = office.run(*CRAWL)

    assert (ran.code, ran.error) == (7, "database_locked")
    assert ran.seconds <= 70
    assert (again.code, office.whole, office.troubles()) == (0, True, [])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a PostgreSQL of these tests' own; say loudly where that cannot be."""
    folder = programs()
    if folder is None or importlib.util.find_spec("psycopg") is None:
        message = "PostgreSQL's programs or psycopg are missing: install postgresql-15 and tilik[postgres]"
        if os.environ.get("TILIK_POSTGRES") == "required":
            pytest.fail(message)
        pytest.skip(message)
    with serving(folder, options="-c fsync=off -c full_page_writes=off") as running:
        yield running


def cut_off(server: Server) -> None:
    """Throw everybody out who is at work."""
    admin = connect(f"{server.address}postgres")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'fault%'"
    with admin.write() as session:
        session.execute(text(others))
    admin.close()


@pytest.mark.faults
@pytest.mark.postgres
@pytest.mark.parametrize("trouble", ["cut off", "restart"])
@pytest.mark.parametrize("at", [3, 12, 25])
def test_a_postgres_that_falls_in_the_middle_costs_no_row(
    tmp_path: Path, server: Server, trouble: str, at: int
) -> None:
    name = f"fault{time.monotonic_ns()}"
    admin = connect(f"{server.address}postgres")
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        session.execute(text(f"CREATE DATABASE {name}"))
    admin.close()
    url = f"{server.address}{name}"
    database = connect(url)
    upgrade(database)
    database.close()
    with living(Town(latency=0.05)) as town:
        (tmp_path / "kantor").mkdir()
        office = Office(folder=tmp_path / "kantor", town=town, names=people(6), told={"storage": {"url": url}}).settle()
        hit = threading.Thread(target=cut_off if trouble == "cut off" else Server.restart, args=(server,))
        town.meanwhile = lambda number: hit.start() if number == at else None
        first = office.run(*CRAWL)
        hit.join()
        town.meanwhile = lambda _: None
        again = office.run(*CRAWL)

    expected = 6 * town.pages * town.posts
    database = connect(url)
    with database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(one)) for one in (posts, post_versions, interactions)]
        complete = session.scalar(text("SELECT count(DISTINCT account_id) FROM visits WHERE complete"))
    database.close()
    assert first.code in {0, 7}, first.err
    assert "Traceback" not in first.err
    assert first.code == 0 or first.error == "database_unreachable"
    assert again.code == 0, again.out
    assert (counts, complete) == ([expected] * 3, 6)
