"""Seals in the database, on SQLite and on PostgreSQL: only ever added to, each with its line in the record."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.deeds import Did
from storage import people, seals
from storage.database import Database
from storage.seals import SealRow, StampRow
from tests.storage.planted import LATER, NOW
from tests.storage.unguarded import unguard

SEAL = SealRow(id=1, line_id=1, statement="{}", signature=b"\x00\xff", public_key="kunci", made_at=NOW)
STAMP = StampRow(seal_id=1, authority="https://waktu.example", token=b"\x30\x00", note=None, asked_at=LATER)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as session:
        people.record(session, who="Sari", what=Did.OPEN, detail="F-1", at=NOW)
        seals.save(session, SEAL, who="Sari", digest="d" * 64)
        seals.save_stamp(session, STAMP, who="Sari", mark="m" * 64)
        seals.save_stamp(session, replace(STAMP, token=None, note="http_503"), who="Sari", mark="http_503")
    return database


def test_a_seal_and_its_stamps_come_back_as_they_were_kept(filled: Database) -> None:
    with filled.read() as session:
        assert seals.every(session) == [SEAL] == [seals.newest(session)]
        assert [(one.id, one.token, one.note) for one in seals.stamps(session)] == [
            (1, b"\x30\x00", None),
            (2, None, "http_503"),
        ]
        assert seals.covering(session, 1) == SEAL
        assert seals.covering(session, 2) is None
        assert [one.what for one in people.walk(session)] == [Did.OPEN, Did.SEAL, Did.STAMP, Did.STAMP]
        assert seals.count_after(session, 1) == 0
        assert seals.misshapen(session) == []


@pytest.mark.parametrize("table", seals.GUARDED)
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}", "DELETE FROM {} WHERE id = 1"])
def test_no_row_is_changed_or_taken_out(filled: Database, table: str, deed: str) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), filled.write() as session:
        session.execute(text(deed.format(table)))


def test_a_guard_that_was_taken_away_is_named(filled: Database) -> None:
    with filled.read() as session:
        assert seals.unguarded(session) == []

    with filled.write() as session:
        unguard(session)

    with filled.read() as session:
        assert seals.unguarded(session) == list(seals.GUARDED)


def test_on_postgres_a_table_is_not_emptied_at_once_either(filled: Database) -> None:
    if filled.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DBAPIError, match="only ever added to"), filled.write() as session:
        session.execute(text("TRUNCATE audit"))
