"""Bringing a database to the present schema, and keeping a copy of it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import URL, make_url

from core.errors import InputError, MissingError, StorageError
from storage.database import Database, Session

HERE = Path(__file__).parent / "migrations"


def _config(session: Session | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = session
    return config


def newest() -> str:
    """Name the schema that this version of tilik works on."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def version(database: Database) -> str | None:
    """Name the schema that a database has; None for an empty one."""
    with database.read() as session:
        return MigrationContext.configure(session).get_current_revision()


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring a database to the present schema, all of it or nothing; say from which to which."""
    before = version(database)
    if before != newest():
        try:
            with database.write() as session:
                command.upgrade(_config(session), "head")
        except CommandError as error:
            raise StorageError("database_from_the_future", version=before, newest=newest()) from error
    return before, newest()


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
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(beside)) as copy:
            source.backup(copy)
    else:
        _postgres("pg_dump", url, "--format=custom", f"--file={beside}")
    beside.replace(target)
    return target


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
    if target.exists():
        raise InputError("restore_over", file=target)
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise InputError("backup_broken", file=source)
    beside = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, beside)
    beside.replace(target)


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
