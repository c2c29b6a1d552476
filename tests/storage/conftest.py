"""Every test of this room that takes `database` runs on SQLite and on PostgreSQL."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import text

from storage.database import Database, Session, connect
from storage.migrate import upgrade
from tests.storage.postgres import cluster, programs


class NewUrl(Protocol):
    """Makes a place for a database: one with the present schema, or an empty one."""

    def __call__(self, *, migrated: bool) -> str: ...


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[NewUrl]:
    """Run a PostgreSQL and make databases in it; say loudly where that cannot be."""
    folder = programs()
    if folder is None or importlib.util.find_spec("psycopg") is None:
        message = "PostgreSQL's programs or psycopg are missing: install postgresql-15 and tilik[postgres]"
        if os.environ.get("TILIK_POSTGRES") == "required":
            pytest.fail(message)
        pytest.skip(message)
    with cluster(folder) as address:
        numbers = count()
        server = connect(f"{address}postgres")
        _create(server, "schema")
        _migrated(f"{address}schema")

        def new(*, migrated: bool) -> str:
            name = f"test{next(numbers)}"
            _create(server, name, template="schema" if migrated else "template1")
            return f"{address}{name}"

        yield new
        server.close()


def _create(server: Database, name: str, *, template: str = "template1") -> None:
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        session.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))


def _migrated(url: str) -> None:
    database = connect(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one file, that the others are copies of."""
    path = tmp_path_factory.mktemp("schema") / "tilik.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Make databases of the one kind, then of the other."""
    if request.param == "postgres":
        made: NewUrl = request.getfixturevalue("postgres_url")
        return made
    schema: Path = request.getfixturevalue("sqlite_schema")
    numbers = count()

    def new(*, migrated: bool) -> str:
        path = tmp_path / f"test{next(numbers)}.db"
        if migrated:
            shutil.copyfile(schema, path)
        return f"sqlite:///{path}"

    return new


@pytest.fixture
def empty(new_url: NewUrl) -> Iterator[Database]:
    """Open a database without a schema."""
    database = connect(new_url(migrated=False))
    yield database
    database.close()


@pytest.fixture
def database(new_url: NewUrl) -> Iterator[Database]:
    """Open a database with the present schema and no rows."""
    opened = connect(new_url(migrated=True))
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Hold one transaction that is committed at the end."""
    with database.write() as opened:
        yield opened
