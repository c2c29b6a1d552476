"""What the tables weigh, and that a database of the first schema loses nothing on its way to the present one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import StorageError
from core.records import Action, Post, PostRef
from storage import bulk
from storage.collecting import POSTS
from storage.database import Database
from storage.judged_tables import decisions, matches, scores, tallies
from storage.migrate import newest, upgrade
from storage.statements import save as write
from storage.tables import captures, interactions, post_versions, posts
from tests.storage.faults import PowerCutError, failing_at
from tests.storage.older import plant
from tests.storage.planted import LATER, NOW, like, owners, post, rows, save, watch

BEGUN = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def planted_moment(number: int) -> datetime:
    return BEGUN + timedelta(seconds=number * 37, microseconds=number * 7919 % 1_000_000)


def test_a_database_of_the_first_schema_loses_nothing(empty: Database) -> None:
    plant(empty, 500)

    assert upgrade(empty) == ("0001", newest())

    with empty.read() as session:
        sizes = {table: session.scalar(select(func.count()).select_from(table)) for table in (posts, interactions)}
        assert sizes == {posts: 100, interactions: 500}
        assert session.scalar(select(func.count()).select_from(captures)) == 5
        assert session.scalar(select(func.count()).select_from(decisions)) == 10
        assert session.scalar(select(func.count()).select_from(scores)) == 100
        acted = select(interactions.c.id, interactions.c.acted_at, interactions.c.first_seen_at)
        assert all(row[1] == row[2] == planted_moment(row.id) for row in session.execute(acted))
        shown = select(posts.c.id, posts.c.posted_at, posts.c.gone_at)
        assert all(row[1:] == (planted_moment(row.id), None) for row in session.execute(shown))
        worded = select(post_versions.c.id, post_versions.c.sha256, post_versions.c.seen_at, post_versions.c.edited_at)
        assert all(row[1:] == (f"{row.id:064x}", planted_moment(row.id), None) for row in session.execute(worded).all())
        told = select(matches.c.id, matches.c.interaction_id, matches.c.flagged_at, matches.c.happened_at)
        assert all(
            row[2:] == (planted_moment(row.id), planted_moment(row.interaction_id)) for row in session.execute(told)
        )
        assert rows(session, tallies, "standing", "answer", "number") == [("decided", "not", 10), ("open", "", 90)]
        if session.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_moments_of_an_upgraded_database_compare_with_new_ones(empty: Database) -> None:
    plant(empty, 100)
    upgrade(empty)

    with empty.write() as session:
        (account,) = watch(session, "kelurahan")
        save(session, owners(account), post(1, text="Baru"), like("kelurahan", 1), now=LATER)
        newer = select(func.count()).select_from(interactions).where(interactions.c.first_seen_at >= LATER)
        assert session.scalar(newer) == 1
        assert session.scalar(select(func.max(posts.c.first_seen_at))) == LATER


def test_an_upgrade_that_is_cut_off_leaves_the_old_schema_and_can_be_done_again(empty: Database) -> None:
    plant(empty, 100)
    with failing_at(empty, 60), pytest.raises(PowerCutError):
        upgrade(empty)

    assert upgrade(empty) == ("0001", newest())


@pytest.fixture
def by_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)


def _post_row(uri: str) -> dict[str, object]:
    unknown = dict.fromkeys((*POSTS.latest, *POSTS.fill))
    return {"platform": "warga", "uri": uri, **unknown, "first_seen_at": NOW}


@pytest.mark.usefixtures("by_copies")
def test_what_a_database_cannot_hold_is_an_error_of_the_database(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite holds it")
    with pytest.raises(DBAPIError), database.write() as session:
        write(session, POSTS, [_post_row("warga://1"), _post_row("warga://\0")])


@pytest.mark.usefixtures("by_copies")
def test_a_connection_lost_while_rows_are_copied_is_a_database_that_cannot_be_reached(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no connection")
    bound = bulk._bound  # noqa: SLF001

    def cut(*told: Any) -> Any:  # noqa: ANN401  (what it stands in for)
        with database.engine.connect() as other:
            other.execute(text(OTHERS_END), {"database": database.engine.url.database})
        return bound(*told)

    monkeypatch.setattr(bulk, "_bound", cut)
    with pytest.raises(StorageError) as caught, database.write() as session:
        write(session, POSTS, [_post_row("warga://1"), _post_row("warga://2")])

    assert caught.value.code == "database_unreachable"


def test_an_act_takes_less_than_two_hundred_bytes_on_sqlite(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("measured in `make bench-storage`")
    with database.write() as session:
        (account,) = watch(session, "kelurahan")
        shown = [_long_post(n) for n in range(1_000)]
        save(session, owners(account), *shown)
        for day in range(5):
            seen = NOW + timedelta(days=day, microseconds=day + 1)
            acts = [like("kelurahan", 0, post=one.ref, action=list(Action)[day], acted_at=seen) for one in shown]
            save(session, owners(account), *acts, now=seen)
    with database.read() as session:
        try:
            taken = session.scalar(text(WEIGHT))
        except OperationalError:
            pytest.skip("this SQLite cannot count its pages (dbstat)")

    assert taken is not None
    assert taken / 5_000 < 200


def _long_post(number: int) -> Post:
    """Make a post with an address and a text as long as they are in the middle."""
    address = PostRef(platform="bluesky", uri=f"at://did:plc:{number:024}/app.bsky.feed.post/{number:013}")
    return replace(post(number, text=f"{number} {'kerja bakti ' * 13}"), ref=address)


OTHERS_END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :database AND pid <> pg_backend_pid()
"""
WEIGHT = """
SELECT sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name)
WHERE tbl_name IN ('posts', 'post_versions', 'interactions')
"""
