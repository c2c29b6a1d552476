"""An empty, migrated database for every office of the fault tests, and how many rounds they make."""

import os
from pathlib import Path

import pytest

from storage.database import connect
from storage.migrate import upgrade


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the database once; every office takes a copy."""
    path = tmp_path_factory.mktemp("empty") / "tilik.db"
    database = connect(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def rounds() -> int:
    """Say how often something is killed: 20 times in `make faults`, 200 in `make faults-nightly`."""
    return int(os.environ.get("TILIK_FAULT_ROUNDS", "20"))
