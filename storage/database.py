"""Opening a database: SQLite by default, PostgreSQL for teams; the rest of the product sees no difference.

SQLite runs in WAL mode with FULL sync: what a commit acknowledged survives a power cut, and once batched it costs
nothing (reference: reliability 1.1). It is not for network shares.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from core.errors import FullError, StorageError

Session = Connection
"""One transaction: what a job holds, and hands to reads and writes."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 15000",
    "trusted_schema = OFF",
    "secure_delete = ON",
    "cache_size = -65536",
    "wal_autocheckpoint = 16000",
)


class Database:
    """A place for rows. `read()` and `write()` are one transaction each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look, without keeping a writer waiting."""
        with self._named_errors(), self.engine.connect() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Change something: all of it or, after an error, nothing."""
        with self._named_errors(), self.engine.connect() as connection:
            session = connection.execution_options(writes=True)
            with session.begin():
                yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Give what a person can act on a name; a mistake of ours stays a mistake of ours."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:  # the pragmas' errors come without SQLAlchemy's wrapping
            cause = error.orig or error if isinstance(error, DBAPIError) else error
            code = _code(error, cause)
            if code is None:
                raise
            url = shown(str(self.engine.url))
            if code == "disk_full":
                raise FullError("disk_full", url=url, reason=cause) from error
            raise StorageError(code, url=url, reason=cause) from error


def is_there(url: str) -> bool:
    """Say whether there is anything to connect to, as far as that shows without connecting."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(str(parsed.database)).is_file()


def connect(url: str) -> Database:
    """Open a database by its SQLAlchemy url; the file of an SQLite database is made when it is not there."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                _own_file(Path(parsed.database))
            return Database(_sqlite(url))
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        return Database(create_engine(parsed, pool_pre_ping=True, json_deserializer=from_json, hide_parameters=True))
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StorageError("database_url", url=shown(url), reason=error) from error
    except ModuleNotFoundError as error:
        raise StorageError("database_driver", url=make_url(url).drivername, module=error.name) from error
    except OSError as error:
        raise StorageError("database_unreachable", url=shown(url), reason=error.strerror or error) from error


def _own_file(path: Path) -> None:
    """Make the file of a new database its owner's alone; SQLite gives the logs beside it the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):  # it is there already; what else is wrong SQLite says, which then opens it
        path.touch(mode=0o600, exist_ok=False)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, json_deserializer=from_json, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  (the driver's own type)
        connection.isolation_level = None  # transactions begin where we say, below
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


SIGNS = {
    "no such table": "database_not_migrated",
    "no such column": "database_not_migrated",
    "UndefinedTable": "database_not_migrated",
    "UndefinedColumn": "database_not_migrated",
    "not a database": "database_broken",
    "malformed": "database_broken",
    "IdleInTransactionSessionTimeout": "database_unreachable",
    "disk is full": "disk_full",
    "SQLITE_IOERR_SHMSIZE": "disk_full",
    "DiskFull": "disk_full",
    "locked": "database_locked",
    "unable to open": "database_unreachable",
    "readonly": "database_readonly",
}
"""What the databases say, or call it → what we call it."""


def _code(error: Exception, cause: BaseException) -> str | None:
    """Name what a person can act on; None for a mistake of ours, like SQL that is wrong."""
    kind = f"{type(cause).__name__} {getattr(cause, 'sqlite_errorname', '')} {cause}"
    code = next((code for sign, code in SIGNS.items() if sign in kind), None)
    wrong_sql = getattr(cause, "sqlite_errorname", None) == "SQLITE_ERROR"
    if code is None and isinstance(error, OperationalError | sqlite3.OperationalError) and not wrong_sql:
        return "database_unreachable"
    return code


def shown(url: str) -> str:
    """Write an address without its password."""
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", url)
