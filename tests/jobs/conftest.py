"""An empty, migrated database for every test of the jobs, and a small model."""

from pathlib import Path

import pytest

from classifier.base import base_examples
from classifier.model import Model, train
from core.records import Kind
from storage.database import connect
from storage.migrate import upgrade


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the database once; every test takes a copy."""
    path = tmp_path_factory.mktemp("empty") / "tilik.db"
    database = connect(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def small_model() -> Model:
    """Learn plain calls and plain news: enough to tell the texts of these tests apart."""
    kinds = {Kind.EXPLICIT_CALL, Kind.GOV_POST, Kind.NONPOLITICAL}
    chosen = [example for example in base_examples() if example.kind in kinds]
    return train(chosen[::4], seed=1)
