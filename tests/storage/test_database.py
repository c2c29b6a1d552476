"""A database keeps what it acknowledged; what a person can act on has a name, and no traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from core.errors import StorageError
from storage.database import Database, connect, shown
from storage.migrate import upgrade
from storage.schema import UtcDateTime
from storage.tables import hosts
from tests.storage.conftest import NewUrl
from tests.storage.planted import NOW

moments = Table("moments", MetaData(), Column("at", UtcDateTime))


def code_of(database: Database, statement: str = "SELECT * FROM hosts", *, writes: bool = False) -> str:
    """Name the error that a statement ends in."""
    with pytest.raises(StorageError) as caught, database.write() if writes else database.read() as session:
        session.execute(text(statement))
    return caught.value.code


def code_of_address(url: str) -> str:
    with pytest.raises(StorageError) as caught, connect(url).write():
        pass
    return caught.value.code


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(
        min_value=datetime(1900, 1, 2),  # noqa: DTZ001  (Hypothesis adds the zone)
        timezones=st.sampled_from([UTC, *(timezone(timedelta(hours=hours)) for hours in (-11, 7, 8, 9, 14))]),
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001  (Hypothesis adds the zone)
    )
)
def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(database: Database, moment: datetime) -> None:
    with database.engine.connect() as session:
        moments.create(session)
        session.execute(insert(moments).values(at=moment))
        found = session.execute(select(moments.c.at)).scalar_one()
        session.rollback()
    assert (found, found.tzinfo) == (moment, UTC)


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.execute(insert(hosts).values(host="a", next_ok_at=datetime(2029, 1, 1)))  # noqa: DTZ001  (the mistake)


def test_an_unknown_moment_stays_unknown(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(hosts).values(host="a", next_ok_at=None))
        assert session.scalar(select(hosts.c.next_ok_at)) is None


def test_what_an_error_interrupts_is_not_written(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:  # noqa: PT012  (what comes before matters)
        session.execute(insert(hosts).values(host="a", next_ok_at=NOW))
        raise ZeroDivisionError
    with database.read() as session:
        assert session.execute(select(hosts)).all() == []


def test_a_reader_sees_one_state_while_somebody_writes(database: Database) -> None:
    with database.write() as writer:
        writer.execute(insert(hosts).values(host="a"))
        with database.read() as reader:
            assert reader.execute(select(hosts)).all() == []


def test_a_database_without_schema_says_so(empty: Database) -> None:
    assert code_of(empty) == "database_not_migrated"


def test_sql_that_is_wrong_stays_a_mistake_of_ours(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as session:
        session.execute(text("SELEC 1"))


def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "secure_delete": 1}
    with connect(f"sqlite:///{tmp_path}/new/folder/a.db").read() as session:
        assert {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted


@pytest.mark.parametrize("writes", [False, True])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, *, writes: bool) -> None:
    (tmp_path / "a.db").write_bytes(b"something else entirely" * 200)

    assert code_of(connect(f"sqlite:///{tmp_path}/a.db"), writes=writes) == "database_broken"


def test_a_broken_page_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database = connect(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    assert code_of(connect(f"sqlite:///{path}")) == "database_broken"


@pytest.mark.parametrize("writes", [False, True])
def test_a_place_where_no_file_can_be_is_named(tmp_path: Path, *, writes: bool) -> None:
    assert code_of(connect(f"sqlite:///{tmp_path}"), writes=writes) == "database_unreachable"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert code_of_address(f"sqlite:///{tmp_path}/file/a.db") == "database_unreachable"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", "database_url"),
        ("postgresql://a:secret@127.0.0.1:port/x", "database_url"),
        ("cassette://a:secret@127.0.0.1/x", "database_url"),
        ("mysql://a:secret@127.0.0.1/x", "database_driver"),
        pytest.param("postgresql://a:secret@127.0.0.1:1/x", "database_unreachable", marks=pytest.mark.postgres),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(url: str, code: str) -> None:
    if url.startswith("postgresql"):
        pytest.importorskip("psycopg", reason="psycopg is missing: install tilik[postgres]")
    with pytest.raises(StorageError) as caught, connect(url).write():
        pass
    assert caught.value.code == code
    assert "secret" not in str(caught.value)


def test_only_the_password_of_an_address_is_hidden() -> None:
    assert shown("postgresql://a:secret@h:1/x") == "postgresql://a:***@h:1/x"
    assert shown("sqlite:////tmp/a:b@c.db") == "sqlite:////tmp/a:b@c.db"


def test_a_second_writer_waits_and_is_then_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    first, second = connect(url), connect(url)
    upgrade(first)
    with second.read() as session:
        session.execute(text("PRAGMA busy_timeout = 10"))  # the connection goes back into the pool with it

    with first.write():
        assert code_of(second, writes=True) == "database_locked"
    with second.write() as session:
        session.execute(insert(hosts).values(host="a"))


def fifty_hosts(database: Database, number: int) -> int:
    with database.write() as session:
        session.execute(insert(hosts), [{"host": f"{number}-{one}", "reason": "x" * 40} for one in range(50)])
    return 50


def test_a_full_disk_is_named_and_what_was_acknowledged_stays(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/a.db")
    upgrade(database)
    with database.engine.connect() as session:
        pages = session.exec_driver_sql("PRAGMA page_count").scalar_one() + 20
        session.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # full, as far as SQLite can tell
    saved: list[int] = []
    with pytest.raises(StorageError) as caught:
        saved.extend(fifty_hosts(database, number) for number in range(1_000))

    assert caught.value.code == "disk_full"
    with database.read() as session:
        assert len(session.execute(select(hosts)).all()) == sum(saved) > 0
        assert session.execute(text("PRAGMA quick_check")).scalar() == "ok"


WRITER = """
import sys
from sqlalchemy import insert
from storage.database import connect
from storage.tables import hosts
database = connect(sys.argv[1])
for number in range(10**6):
    with database.write() as session:
        session.execute(insert(hosts), [{"host": f"{sys.argv[2]}-{number}-{one}"} for one in range(50)])
    print(number, flush=True)
"""


def acknowledged(url: str, number: int, after: int) -> Iterator[int]:
    """Let a writer acknowledge some pages, and kill it in the midst of the next; give all it acknowledged."""
    words = [sys.executable, "-c", WRITER, url, str(number)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(Path.cwd())}) as writer:
        assert writer.stdout is not None
        for _ in range(after):
            yield int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        yield from (int(line) for line in writer.stdout if line.endswith(b"\n"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not known there")
def test_a_writer_that_is_killed_loses_no_page_it_acknowledged_and_leaves_no_half_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    database = connect(url)
    upgrade(database)
    for number, after in enumerate((1, 7, 20)):
        promised = [f"{number}-{page}-{one}" for page in acknowledged(url, number, after) for one in range(50)]
        with database.read() as session:
            kept = set(session.scalars(select(hosts.c.host).where(hosts.c.host.startswith(f"{number}-"))))
            assert session.execute(text("PRAGMA quick_check")).scalar() == "ok"
        assert kept.issuperset(promised)
        assert len(kept) % 50 == 0
        assert len(kept) - len(promised) in {0, 50}


@pytest.mark.postgres
def test_a_dropped_connection_is_named_and_the_next_one_works(postgres_url: NewUrl) -> None:
    database = connect(postgres_url(migrated=True))
    with pytest.raises(StorageError) as caught, database.write() as session:  # noqa: PT012  (what comes before matters)
        ours = session.scalar(text("SELECT pg_backend_pid()"))
        with database.read() as other:
            other.execute(text("SELECT pg_terminate_backend(:ours)"), {"ours": ours})
        session.execute(select(hosts))
    assert caught.value.code == "database_unreachable"
    with database.write() as session:
        session.execute(insert(hosts).values(host="a"))
    database.close()
