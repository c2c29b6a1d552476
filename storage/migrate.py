"""Bringing a database to the present schema, and keeping a copy of it."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, make_url

from core.errors import InputError, MissingError, StorageError
from core.files import sync_folder
from storage import queue
from storage.database import Database, Session

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"
REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)


def _config(session: Session) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  (every command asks for the version, and only one migrates)

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = session
    return config


@cache
def newest() -> str:
    """Name the schema that this version of tilik works on: the last of the migrations, whose names are in order."""
    files = sorted(path for path in (HERE / "versions").glob("*.py") if not path.name.startswith("_"))
    found = REVISION.search(files[-1].read_text(encoding="utf-8"))
    return found[1] if found else ""


def version(database: Database) -> str | None:
    """Name the schema that a database has; None for an empty one."""
    with database.read() as session:
        if not inspect(session).has_table("alembic_version"):
            return None
        found: str | None = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring a database to the present schema, all of it or nothing; say from which to which."""
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    before = version(database)
    if before != newest():
        try:
            with _small_log(database), database.write() as session:
                command.upgrade(_config(session), "head")
        except CommandError as error:
            raise StorageError("database_from_the_future", version=before, newest=newest()) from error
    if queue.is_possible(database):
        queue.prepare(database)
    return before, newest()


@contextmanager
def _small_log(database: Database) -> Iterator[None]:
    """Let SQLite keep the old pages of what changes, not the new ones of all that is made: an upgrade takes less disk.

    That needs the file for us alone; where somebody else has it open, it goes the usual way.
    """
    _journal(database, "DELETE")
    try:
        yield
    finally:
        _journal(database, "WAL")


def _journal(database: Database, mode: str) -> None:
    """Set how the connection that the pool gives next, which is this one, keeps what it may have to take back."""
    if database.engine.dialect.name != "sqlite":
        return
    pool = closing(database.engine.raw_connection())
    with suppress(sqlite3.OperationalError), pool as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA journal_mode = {mode}").fetchall()
        cursor.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # else what comes next begins with it


def require_current(database: Database) -> None:
    """Refuse to work on a database with another schema."""
    found = version(database)
    if found != newest():
        raise StorageError("database_not_migrated", url=_shown(database), reason=f"{found or 'empty'} ≠ {newest()}")


def _shown(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=True)


def backup(database: Database, target: Path) -> Path:
    """Write a whole, consistent copy to a new file, also while others work."""
    if target.exists():
        raise InputError("backup_exists", file=target)
    if version(database) is None:
        raise StorageError("database_not_migrated", url=_shown(database), reason="empty")
    url = database.engine.url
    with _beside(target, "backup_not_written") as copy:
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(database, copy)
        else:
            _postgres("pg_dump", url, "--format=custom", f"--file={copy}")
    return target


@contextmanager
def _beside(target: Path, code: str) -> Iterator[Path]:
    """Give a file that gets its name once it is whole and on the disk; only its owner may read it."""
    beside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600)
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StorageError(code, file=target, reason=error.strerror or error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _copy_sqlite(database: Database, copy: Path) -> None:
    with database.read() as session, closing(sqlite3.connect(copy)) as target:
        source: sqlite3.Connection = session.connection.driver_connection  # type: ignore[assignment]
        source.backup(target)


def restore(url: str, source: Path) -> None:
    """Put a copy in the place of an empty or missing database."""
    if not source.is_file():
        raise InputError("backup_missing", file=source)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _restore_sqlite(Path(str(parsed.database)), source)
    else:
        _postgres("pg_restore", parsed, "--no-owner", "--exit-on-error", "--single-transaction", str(source))


def _restore_sqlite(target: Path, source: Path) -> None:
    for name in (target.name, f"{target.name}-wal", f"{target.name}-journal"):  # an old log would be played over it
        if target.with_name(name).exists():
            raise InputError("restore_over", file=target.with_name(name))
    if not _is_sound(source):
        raise InputError("backup_broken", file=source)
    with _beside(target, "restore_not_written") as copy:
        shutil.copyfile(source, copy)


def _is_sound(source: Path) -> bool:
    """Say whether this is a whole SQLite database of ours; an empty file would pass SQLite's own check."""
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            ours: bool = copy.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
            whole: bool = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return ours and whole
    except sqlite3.DatabaseError:
        return False


def _postgres(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, where nobody else can read it."""
    path = shutil.which(program)
    if path is None:
        raise MissingError("postgres_program", program=program)
    where = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": url.password} if url.password else {}
    done = subprocess.run(  # noqa: S603  (a program found on the path, arguments of our own making)
        [path, f"--dbname={where}", *arguments],
        env={**os.environ, **{key: str(value) for key, value in secret.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StorageError("postgres_program_failed", program=program, reason=done.stderr.strip()[-500:])
