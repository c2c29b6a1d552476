"""A backup is whole or not there, and comes back as it was, but never over anything."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from core.errors import InputError, MissingError, StorageError
from storage.database import Database, connect
from storage.migrate import backup, newest, restore, upgrade, version
from storage.tables import hosts
from tests.storage.conftest import NewUrl
from tests.storage.postgres import programs


@pytest.fixture(autouse=True)
def with_postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put PostgreSQL's own programs on the path, where Debian's packages put a wrapper of them."""
    folder = programs()
    if folder is not None:
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def needs_dump(database: Database) -> None:
    if database.engine.dialect.name == "postgresql" and shutil.which("pg_dump") is None:
        message = "pg_dump is missing: install postgresql-client-15"
        if os.environ.get("TILIK_POSTGRES") == "required":
            pytest.fail(message)
        pytest.skip(message)


def plant(database: Database, host: str) -> None:
    with database.write() as session:
        session.execute(insert(hosts).values(host=host))


def planted(url: str) -> list[str]:
    database = connect(url)
    with database.read() as session:
        found = list(session.scalars(select(hosts.c.host).order_by(hosts.c.host)))
    database.close()
    return found


def sqlite_copy(folder: Path) -> Path:
    """Make a small backup of an SQLite database."""
    database = connect(f"sqlite:///{folder}/tilik.db")
    upgrade(database)
    plant(database, "planted.example")
    return backup(database, folder / "copies" / "tilik.backup")


def code_of_restore(url: str, source: Path) -> str:
    with pytest.raises(InputError) as caught:
        restore(url, source)
    return caught.value.code


def test_a_backup_comes_back_as_it_was_also_while_somebody_writes(
    database: Database, new_url: NewUrl, tmp_path: Path
) -> None:
    needs_dump(database)
    plant(database, "before")
    with database.write() as session:
        session.execute(insert(hosts).values(host="not yet"))
        copy = backup(database, tmp_path / "new folder" / "copy #1?.backup")
    url = new_url(migrated=False)

    restore(url, copy)

    assert planted(url) == ["before"]
    restored = connect(url)
    assert version(restored) == newest()
    restored.close()
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o077 == 0


def test_a_backup_is_never_written_over_a_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")

    with pytest.raises(InputError) as caught:
        backup(database, tmp_path / "copy")

    assert caught.value.code == "backup_exists"
    assert (tmp_path / "copy").read_text() == "precious"


def test_an_empty_database_is_not_worth_a_backup(empty: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        backup(empty, tmp_path / "copy")

    assert caught.value.code == "database_not_migrated"
    assert not (tmp_path / "copy").exists()


def test_a_backup_that_cannot_be_written_is_named_and_leaves_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError) as caught:
        backup(database, tmp_path / "file" / "copy")

    assert caught.value.code == "backup_not_written"


def test_nothing_is_restored_over_a_database(database: Database, new_url: NewUrl, tmp_path: Path) -> None:
    needs_dump(database)
    plant(database, "copied")
    copy = backup(database, tmp_path / "copy")
    url = new_url(migrated=True)
    other = connect(url)
    plant(other, "precious")
    other.close()

    with pytest.raises((InputError, StorageError)) as caught:
        restore(url, copy)

    assert caught.value.code in {"restore_over", "postgres_program_failed"}
    assert planted(url) == ["precious"]


def test_what_a_backup_that_was_killed_left_behind_is_in_nobodys_way(database: Database, tmp_path: Path) -> None:
    needs_dump(database)
    (tmp_path / ".copy.part").write_text("half a copy")

    backup(database, tmp_path / "copy")

    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"]


@pytest.mark.parametrize("log", ["tilik.db-wal", "tilik.db-journal"])
def test_nothing_is_restored_under_an_old_log_that_would_be_played_over_it(tmp_path: Path, log: str) -> None:
    copy = sqlite_copy(tmp_path)
    there = tmp_path / "there"
    there.mkdir()
    (there / log).touch()

    assert code_of_restore(f"sqlite:///{there}/tilik.db", copy) == "restore_over"


def test_a_missing_backup_is_named(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)

    assert code_of_restore(url, tmp_path / "nothing") == "backup_missing"


@pytest.mark.parametrize("damage", ["empty", "half", "text", "page", "index", "another database"])
def test_a_broken_backup_is_refused(tmp_path: Path, damage: str) -> None:
    copy = sqlite_copy(tmp_path)
    whole = copy.read_bytes()
    copy.write_bytes(
        {
            "empty": b"",
            "half": whole[: len(whole) // 2],
            "text": b"something else",
            "page": whole[:8192] + b"\xff" * 4096 + whole[12288:],
            "index": whole.replace(b"planted.example", b"changed.example", 1),
            "another database": b"",
        }[damage]
    )
    if damage == "another database":
        with closing(sqlite3.connect(copy)) as other:
            other.execute("CREATE TABLE notes (text)")

    assert code_of_restore(f"sqlite:///{tmp_path}/there.db", copy) == "backup_broken"
    assert not (tmp_path / "there.db").exists()


def test_a_backup_that_may_only_be_read_comes_back(tmp_path: Path) -> None:
    copy = sqlite_copy(tmp_path)
    copy.chmod(0o400)
    copy.parent.chmod(0o500)

    restore(f"sqlite:///{tmp_path}/there.db", copy)
    copy.parent.chmod(0o700)

    assert planted(f"sqlite:///{tmp_path}/there.db") == ["planted.example"]


@pytest.mark.postgres
def test_postgres_words_are_passed_on_when_its_program_fails(postgres_url: NewUrl, tmp_path: Path) -> None:
    url = postgres_url(migrated=False)
    needs_dump(connect(url))
    (tmp_path / "copy").write_text("something else")

    with pytest.raises(StorageError) as caught:
        restore(url, tmp_path / "copy")

    assert caught.value.code == "postgres_program_failed"
    assert "pg_restore" in str(caught.value.fields["reason"])


@pytest.mark.postgres
def test_a_missing_postgres_program_is_named(
    postgres_url: NewUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    database = connect(postgres_url(migrated=True))

    with pytest.raises(MissingError) as caught:
        backup(database, tmp_path / "copy")

    assert (caught.value.code, caught.value.fields) == ("postgres_program", {"program": "pg_dump"})
    assert list(tmp_path.iterdir()) == []
    database.close()
