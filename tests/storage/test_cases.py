"""Cases in the database, on SQLite and on PostgreSQL: only ever added to, gone only with a purge."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.cases import By, CaseState, EntryKind, Known, Number
from core.records import Answer, Role
from core.settings import Retention
from jobs import cases as job
from jobs.tools import Tools
from storage import answering, cases, choosing, purging, seals
from storage.cases import Case, CaseRow, Consent, Entry, Move
from storage.choosing import Policy
from storage.database import Database, Session
from storage.schema import metadata
from storage.vault import Vault
from tests.jobs.office import open_office, with_database
from tests.jobs.test_cases import MOVE, SHOWN, opening, prove, say, verify
from tests.storage.planted import LATER, NOW, decision, three_matches
from tests.storage.unguarded import unguard

TABLES = ("identities", "case_entries", "case_consents", "case_moves", "case_matches", "cases")
ENDED = datetime(2030, 1, 1, tzinfo=UTC)


def row() -> CaseRow:
    return CaseRow(
        contest="pilkada",
        account_id=1,
        platform="warga",
        handle="a",
        role=Role.KELURAHAN,
        subject="Kelurahan a",
        unit=None,
        region="99.01",
        source="Surat camat",
        source_date=date(2029, 1, 2),
        verified_by="Rukmini",
        verified_on=date(2029, 1, 3),
        reason=MOVE,
        late_reason=None,
        opened_by="Budi",
        opened_at=NOW,
    )


def moved(state: CaseState, *, by_two: bool = False) -> Move:
    return Move(case_id=1, state=state, by_two=by_two, who="Budi", reason=MOVE, moved_at=LATER)


def plant(session: Session, vault: Vault) -> None:
    """Keep a case on the first of three matches with one of everything."""
    first, *_ = three_matches(session)
    cases.save_case(session, row(), [first])
    cases.save_move(session, moved(CaseState.INQUIRY))
    number = cases.save_move(session, moved(CaseState.PLENARY, by_two=True))
    cases.save_consent(session, number, Consent(who="Tuti", agrees=True, reason=None, said_at=LATER, known=Known.LOGIN))
    note = Entry(case_id=1, kind=EntryKind.NOTE, text="Catatan", who="Budi", added_at=LATER)
    wrong = cases.save_entry(session, note)
    cases.save_entry(session, Entry(case_id=1, kind=EntryKind.NOTE, text="–", who="Budi", added_at=LATER,
                                    takes_back=wrong))  # fmt: skip
    vault.put(session, 1, Number.NIP, "0" * 18, by=By(who="Budi", known=Known.LOGIN), at=LATER)


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    with database.write() as session:
        plant(session, Vault(folder=tmp_path / "kunci"))
    return database


def only(database: Database) -> Case:
    with database.read() as session:
        (case,) = cases.every(session)
        found = cases.find(session, case.row.id)
    assert found is not None
    return found


def counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        found = {name: session.scalar(select(func.count()).select_from(metadata.tables[name])) for name in TABLES}
    return {name: number or 0 for name, number in found.items()}


def test_a_case_comes_back_as_it_was_kept(filled: Database) -> None:
    found = only(filled)

    assert (found.row.subject, found.row.opened_at, found.matches) == ("Kelurahan a", NOW, (1,))
    assert [(one.state, one.holds) for one in found.moves] == [
        (CaseState.INFORMATION, True),
        (CaseState.INQUIRY, True),
        (CaseState.PLENARY, True),
    ]
    assert found.state is CaseState.PLENARY
    assert {one.known for one in found.moves} == {Known.TYPED}
    assert found.moves[-1].consent == Consent(who="Tuti", agrees=True, reason=None, said_at=LATER, known=Known.LOGIN)
    assert list(found.entries) == []
    with filled.read() as session:
        assert [one.row.id for one in cases.with_match(session, 1)] == [1]
        assert cases.with_match(session, 2) == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {} WHERE {} = {}"])
def test_no_row_of_a_case_is_changed_or_taken_out(filled: Database, table: str, deed: str) -> None:
    column = "case_id" if table == "case_matches" else "id"
    before = counts(filled)

    with pytest.raises(DBAPIError, match="only ever added to"), filled.write() as session:
        session.execute(text(deed.format(table, column, column)))

    assert counts(filled) == before


def test_on_postgres_no_table_of_cases_is_emptied_at_once_either(filled: Database) -> None:
    if filled.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DBAPIError, match="only ever added to"), filled.write() as session:
        session.execute(text("TRUNCATE case_consents"))


def test_a_guard_of_a_case_that_was_taken_away_is_named(filled: Database) -> None:
    with filled.write() as session:
        unguard(session, ["case_moves"])

    with filled.read() as session:
        assert seals.unguarded(session) == ["case_moves"]


def purge(session: Session) -> int:
    """Take whatever is due a year after the purpose has ended."""
    rule = Policy(now=ENDED.replace(year=2031), base=ENDED, retention=Retention(**dict.fromkeys(_DAYS, 1)))
    choosing.choose(session, rule)
    number = purging.begin(session, by="r", reason="over", at=rule.now, policy={})
    purging.take_rows(session, number, everything_seen=True, now=rule.now)
    return number


_DAYS = tuple(Retention.model_fields)


def test_a_purge_spares_a_running_case_and_takes_every_row_of_one_that_ended(filled: Database) -> None:
    with filled.write() as session:
        answering.save_decisions(session, [decision(session, 1, Answer.SOLICITATION)])
        purge(session)
    assert all(counts(filled).values())
    with filled.write() as session:
        cases.save_move(session, moved(CaseState.STOPPED))

    with filled.write() as session:
        purge(session)

    assert counts(filled) == dict.fromkeys(TABLES, 0)


def test_a_purge_that_still_has_files_to_remove_leaves_the_guards_closed(filled: Database) -> None:
    with filled.write() as session:
        purge(session)

    with filled.read() as session:
        assert [one.state for one in purging.every_purge(session)] == [purging.ROWS_GONE]
    with pytest.raises(DBAPIError, match="only ever added to"), filled.write() as session:
        session.execute(text("DELETE FROM case_moves"))


@pytest.fixture
def tools(tmp_path: Path, sqlite_schema: Path, database: Database) -> Tools:
    """Open an office on the database of the test, with three matches that two people agree on."""
    own = open_office(tmp_path / "kantor", sqlite_schema)
    own.database.close()
    made = with_database(own, database)
    with database.write() as session:
        ids = three_matches(session)
    verify(made)
    for one in ids:
        prove(made, one)
    for reviewer in ("Rukmini", "Budi"):
        say(made, 1, reviewer, Answer.SOLICITATION)
    return made


def test_a_case_goes_its_way_to_pleno_and_is_stopped(tools: Tools) -> None:
    assert job.open_case(tools, opening(1), SHOWN).case_id == 1
    for state in (CaseState.INQUIRY, CaseState.PLENARY):
        job.move(tools, job.Step(case_id=1, state=state, by="Budi", reason=MOVE), SHOWN)
    agreed = job.consent(tools, job.Answer(case_id=1, by="Tuti", agrees=True), SHOWN)
    note = Entry(case_id=1, kind=EntryKind.NOTE, text="Catatan", who="Budi", added_at=NOW)
    assert job.add(tools, note, SHOWN) == 1

    assert agreed.state is CaseState.PLENARY
    assert (
        job.stop(tools, job.Step(case_id=1, state=CaseState.STOPPED, by="Tuti", reason=MOVE), SHOWN).state
        is CaseState.STOPPED
    )
    with tools.database.read() as session:
        assert seals.unguarded(session) == []
