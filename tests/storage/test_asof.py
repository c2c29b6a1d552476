"""An old state on both databases: what came later is left out, and the tables themselves stay as they are."""

from datetime import timedelta

from sqlalchemy import func, select

from core.records import Answer, Band, Standing
from storage.answering import save_decisions
from storage.asof import BORN, ENDED, as_of
from storage.database import Database
from storage.judged_tables import decisions, matches
from storage.schema import metadata
from storage.standing import tally
from tests.storage.planted import LATER, NOW, decision, three_matches

BETWEEN = NOW + (LATER - NOW) / 2
YES, NO = Answer.SOLICITATION, Answer.NOT
STATES = {
    *("accounts", "bookmarks", "draws", "hosts", "matches", "post_pictures", "subjects", "tallies"),
    *("text_bands", "text_clusters"),
}
"""Tables of states, or of what hangs on rows of others."""
NOT_TOLD = {
    *("case_consents", "case_entries", "case_matches", "case_moves", "cases", "identities"),
    *("audit", "exports", "holds", "logins", "people", "purge_files", "purges", "seal_stamps", "seals", "tombstones"),
}
"""Tables of which no report tells."""


def test_decisions_that_came_later_do_not_count_then_and_do_now(database: Database) -> None:
    with database.write() as session:
        one, two, _ = three_matches(session)
        save_decisions(session, [decision(session, one, YES)], overlap=0)
        late = [decision(session, one, NO, "r2", decided_at=LATER), decision(session, two, NO, decided_at=LATER)]
        save_decisions(session, late, overlap=0)

    with as_of(database, BETWEEN, overlap=0) as then, then.read() as session:
        assert tally(session) == {
            (Standing.DECIDED, Band.HIGH, YES): 1,
            (Standing.OPEN, Band.REVIEW, None): 1,
            (Standing.OPEN, Band.LOW, None): 1,
        }
        assert session.scalar(select(func.count()).select_from(decisions)) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(decisions)) == 3
        assert tally(session)[Standing.CONFLICT, Band.HIGH, NO] == 1


def test_before_the_first_row_every_table_with_a_time_is_empty(database: Database) -> None:
    with database.write() as session:
        three_matches(session)

    with as_of(database, NOW - timedelta(days=900), overlap=0) as then, then.read() as session:
        for name in (*BORN, "matches"):
            assert session.scalar(select(func.count()).select_from(metadata.tables[name])) == 0, name
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(matches)) == 3


def test_every_column_that_is_named_is_there() -> None:
    named = [(table, column) for table, column in BORN.items()]
    named += [(table, column) for table, columns in ENDED.items() for column in columns]

    assert [(table, column) for table, column in named if column not in metadata.tables[table].columns] == []


def test_every_table_was_thought_of() -> None:
    assert set(metadata.tables) - set(BORN) - STATES == NOT_TOLD
