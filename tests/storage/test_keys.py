"""No act points to an account, a post or a capture that is not there, whoever writes and deletes at the same time."""

import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from core.records import Action
from storage import bulk
from storage.bulk import uncollected
from storage.collecting import INTERACTIONS
from storage.database import Database, Session
from storage.statements import CHUNK
from storage.statements import save as write
from storage.tables import accounts, captures, crawl_runs, interactions, posts
from tests.storage.planted import NOW, like, owners, post, save, watch

NOWHERE = 10**6


@pytest.fixture(params=["by arrays", "by copies"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PostgreSQL copy from the first row on, or never; SQLite has one way only."""
    monkeypatch.setattr(bulk, "MANY", 1 if request.param == "by copies" else CHUNK + 1)


@pytest.fixture
def there(database: Database) -> dict[str, int]:
    """Plant an account, a post and a capture; give their numbers as the columns of an act."""
    run = {"started_at": NOW, "tilik": "0", "config_sha256": "0", "state": "done"}
    seen = {"url": "u", "final_url": "u", "status": 200, "media_type": "text/html", "headers": {}, "sha256": "0"}
    seen |= {"captured_at": NOW, "mode": "auto", "step": "likes", "purpose": "crawl"}
    with database.write() as session:
        (account,) = watch(session, "kelurahan")
        save(session, owners(account), post(1))
        session.execute(insert(crawl_runs).values(**run))
        session.execute(insert(captures).values(**seen, run_id=1))
        numbers = {table: session.scalars(select(table.c.id)).one() for table in (accounts, posts, captures)}
    return {"account_id": numbers[accounts], "post_id": numbers[posts], "capture_id": numbers[captures]}


def act(there: dict[str, int], **changes: Any) -> dict[str, Any]:  # noqa: ANN401  (any column)
    row: dict[str, Any] = {
        "action": Action.LIKED,
        "basis": "id",
        "first_seen_at": NOW,
        **dict.fromkeys(INTERACTIONS.fill),
    }
    return {**row, **there, **changes}


def count(database: Database, table: Table) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("column", ["account_id", "post_id", "capture_id"])
def test_an_act_that_points_nowhere_is_refused_with_its_whole_batch(
    database: Database, there: dict[str, int], column: str
) -> None:
    rows = [act(there), act(there, action=Action.REPOSTED, **{column: NOWHERE})]

    with pytest.raises(IntegrityError), database.write() as session:
        write(session, INTERACTIONS, rows)

    assert count(database, interactions) == 0
    with database.write() as session:
        assert write(session, INTERACTIONS, [act(there), act(there, action=Action.REPOSTED, capture_id=None)]) == 2


@pytest.mark.parametrize("column", ["account_id", "post_id", "capture_id"])
def test_an_act_cannot_be_moved_to_nowhere(database: Database, there: dict[str, int], column: str) -> None:
    with database.write() as session:
        write(session, INTERACTIONS, [act(there)])

    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(interactions).values(**{column: NOWHERE}))


@pytest.mark.parametrize("table", [posts, captures], ids=str)
def test_what_an_act_points_to_cannot_be_deleted_or_numbered_anew(
    database: Database, there: dict[str, int], table: Table
) -> None:
    with database.write() as session:
        write(session, INTERACTIONS, [act(there)])
        session.execute(text("DELETE FROM post_versions"))

    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(delete(table))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(table).values(id=NOWHERE))
    with database.write() as session:
        session.execute(delete(interactions))
        session.execute(delete(table))
    assert count(database, table) == 0


Step = Callable[[Session], Any]


def _one_waits_for_the_other(database: Database, first: Step, second: Step) -> Future[None]:
    """Do something, and while it is not yet committed let another do something else that has to wait for it."""

    def other() -> None:
        with database.write() as session:
            second(session)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            first(session)
            done = pool.submit(other)
            with suppress(TimeoutError):
                done.result(0.5)
            assert not done.done()
        done.exception(10)
    return done


@pytest.fixture
def servers_only(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")


@pytest.mark.usefixtures("servers_only")
def test_whoever_deletes_a_post_waits_for_who_writes_an_act_on_it(database: Database, there: dict[str, int]) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM post_versions"))

    done = _one_waits_for_the_other(
        database,
        lambda session: write(session, INTERACTIONS, [act(there)]),
        lambda session: session.execute(delete(posts)),
    )

    assert isinstance(done.exception(), IntegrityError)
    assert (count(database, posts), count(database, interactions)) == (1, 1)


@pytest.mark.usefixtures("servers_only", "way")
def test_whoever_writes_an_act_waits_for_who_deletes_its_post(database: Database, there: dict[str, int]) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM post_versions"))

    done = _one_waits_for_the_other(
        database,
        lambda session: session.execute(delete(posts)),
        lambda session: write(session, INTERACTIONS, [act(there), act(there, action=Action.REPOSTED)]),
    )

    assert isinstance(done.exception(), IntegrityError)
    assert (count(database, posts), count(database, interactions)) == (0, 0)


@pytest.mark.usefixtures("servers_only")
def test_two_who_write_acts_on_one_post_do_not_wait_for_each_other(database: Database, there: dict[str, int]) -> None:
    with database.write() as one, database.write() as other:
        write(one, INTERACTIONS, [act(there)])
        write(other, INTERACTIONS, [act(there, action=Action.REPOSTED)])

    assert count(database, interactions) == 2


def test_the_search_for_cycles_is_on_again_after_an_error_and_stays_off_where_it_was_off() -> None:
    with suppress(ValueError), uncollected():
        assert not gc.isenabled()
        raise ValueError
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_batch_says_how_many_of_its_acts_are_new(database: Database) -> None:
    with database.write() as session:
        (account,) = watch(session, "kelurahan")
        first = save(session, owners(account), like("kelurahan", 1), like("kelurahan", 2), like("kelurahan", 1))
        second = save(session, owners(account), like("kelurahan", 2), like("kelurahan", 3))

    assert (first.interactions, second.interactions) == (2, 1)
