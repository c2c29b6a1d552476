"""Offices to begin with, and how many rounds the fault tests make."""

import os
import shutil
from pathlib import Path

import pytest

from classifier.model import Model
from jobs import registry
from tests.jobs.conftest import empty, small_model  # noqa: F401  (fixtures)
from tests.jobs.office import open_office


@pytest.fixture(scope="session")
def equipped(empty: Path, small_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811  (as above)
    """Make the folder of an office that has a small model in use; every office takes a copy."""
    folder = tmp_path_factory.mktemp("equipped")
    tools = open_office(folder, empty)
    registry.enter(tools, small_model, promote=True)
    with tools.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    tools.database.close()
    shutil.rmtree(folder / "data" / "blobs", ignore_errors=True)
    return folder


@pytest.fixture(scope="session")
def rounds() -> int:
    """Say how often something is killed: 20 times in `make faults`, 200 in `make faults-nightly`."""
    return int(os.environ.get("TILIK_FAULT_ROUNDS", "20"))
