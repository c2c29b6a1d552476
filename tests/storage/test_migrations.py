"""The migrations together make exactly the schema; a database is brought there whole or not at all."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from core.errors import StorageError
from storage import (  # noqa: F401  (importing them fills the metadata)
    case_tables,
    judged_tables,
    people_tables,
    privacy_tables,
    rule_tables,
    seal_tables,
    tables,
)
from storage.database import Database, Session
from storage.migrate import HERE, _config, newest, require_current, upgrade, version
from storage.schema import metadata
from tests.storage.faults import PowerCutError, failing_at


def _is_the_schema(session: Session) -> bool:
    options = {"compare_server_default": True, "compare_type": True, "include_object": _is_compared}
    return bool(compare_metadata(MigrationContext.configure(session, opts=options), metadata) == [])


def test_the_migrations_together_make_the_schema(database: Database) -> None:
    with database.read() as session:
        assert _is_the_schema(session)
        assert set(inspect(session).get_table_names()) == {*metadata.tables, "alembic_version"}


def _is_compared(what: Any, _name: str | None, kind: str, reflected: bool, _other: Any) -> bool:  # noqa: ANN401, FBT001
    """Leave out the keys of acts: PostgreSQL keeps them by triggers (test_keys.py), SQLite as they are declared."""
    return kind != "foreign_key_constraint" or reflected or what.table.name != "interactions"


def test_the_newest_schema_is_the_one_that_alembic_ends_at(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))

    assert newest() == ScriptDirectory.from_config(config).get_current_head() == version(database)


def test_an_empty_database_has_no_version_and_is_brought_to_the_newest(empty: Database) -> None:
    assert version(empty) is None
    assert upgrade(empty) == (None, newest())
    assert version(empty) == newest()
    require_current(empty)


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert upgrade(database) == (newest(), newest())
    require_current(database)


def test_work_on_a_database_without_schema_is_refused(empty: Database) -> None:
    with pytest.raises(StorageError) as caught:
        require_current(empty)
    assert caught.value.code == "database_not_migrated"


def test_a_database_of_a_newer_tilik_is_left_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StorageError) as caught:
        upgrade(database)

    assert caught.value.code == "database_from_the_future"
    assert version(database) == "9999"


OLDER = {
    "ix_matches_ranked": "standing, probability, id, band, happened_at",
    "ix_matches_of_account": "account_id, standing, probability, id, band, happened_at",
    "ix_matches_due_of_account": "account_id, standing, due_at, probability DESC, id DESC",
    "ix_matches_newest": "standing, id",
}


def test_a_database_with_the_older_indexes_of_matches_gets_the_present_ones(empty: Database) -> None:
    with empty.write() as session:
        command.upgrade(_config(session), "0012")
        for name, columns in OLDER.items():
            session.execute(text(f"CREATE INDEX {name} ON matches ({columns})"))

    upgrade(empty)

    with empty.read() as session:
        assert _is_the_schema(session)
        assert "ix_matches_due_of_account" not in {one["name"] for one in inspect(session).get_indexes("matches")}


@pytest.mark.parametrize("number", [2, 5, 11, 23])
def test_an_interrupted_migration_leaves_nothing(empty: Database, number: int) -> None:
    with failing_at(empty, number), pytest.raises(PowerCutError):
        upgrade(empty)

    with empty.read() as session:
        assert inspect(session).get_table_names() == []
    assert upgrade(empty) == (None, newest())
