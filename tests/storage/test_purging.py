"""Rows are chosen and taken in an order that both databases allow, and nothing but what was chosen goes."""

from datetime import UTC, datetime

from core.deeds import HoldKind
from core.records import Answer
from core.settings import Retention
from storage import answering, choosing, holding, purging
from storage.choosing import Policy
from storage.database import Database
from storage.holding import Hold
from storage.judged_tables import decisions, matches, scores
from storage.standing import tally
from storage.tables import interactions, post_versions, posts
from tests.storage.planted import NOW, decision, rows, three_matches

BASE = datetime(2030, 1, 1, tzinfo=UTC)


def policy(days: int, **kept: int) -> Policy:
    fields = dict.fromkeys(Retention.model_fields, 1_000) | kept
    return Policy(now=BASE.replace(day=1 + days), base=BASE, retention=Retention(**fields))


def take(database: Database, rule: Policy) -> dict[str, int]:
    with database.write() as session:
        parts = choosing.choose(session, rule)
        number = purging.begin(session, by="r", reason="over", at=rule.now, policy={})
        hashed = [(kind, f"{place:032}") for place, (kind, _) in enumerate(purging.names_of(session))]
        purging.bury(session, number, hashed)
        purging.take_rows(session, number, everything_seen=True, now=rule.now)
    purging.shrink(database)
    return {name: part.count for name, part in parts.items() if part.count}


def test_only_what_is_due_goes_with_all_that_hangs_on_it(database: Database) -> None:
    with database.write() as session:
        numbers = three_matches(session)
        said = [decision(session, numbers[0], Answer.NOT), decision(session, numbers[1], Answer.SOLICITATION)]
        answering.save_decisions(session, said)

    gone = take(database, policy(12, rejected_days=10))

    assert gone == {"rejected": 1, "acts": 1, "posts": 1, "wordings": 1}
    with database.read() as session:
        assert [row[0] for row in rows(session, matches, "id")] == numbers[1:]
        assert len(rows(session, decisions, "id")) == 1
        for table, column in ((interactions, "id"), (posts, "id"), (post_versions, "id"), (scores, "post_version_id")):
            assert len(rows(session, table, column)) == 2
        assert sum(tally(session).values()) == 2


def test_what_is_held_stays_until_the_hold_is_lifted(database: Database) -> None:
    with database.write() as session:
        three_matches(session)
        hold = Hold(kind=HoldKind.CONTEST, number=None, contest="pilkada", reason="x", held_by="r", held_at=NOW)
        number = holding.add_hold(session, hold)
    everything = policy(12, unflagged_days=1, undecided_days=1, rejected_days=1, decided_days=1, watchlist_days=1)

    assert take(database, everything) == {}
    with database.write() as session:
        assert holding.lift(session, number, by="r", at=NOW, reason="over")
    assert take(database, everything) == {
        "unflagged": 1, "undecided": 2, "acts": 3, "posts": 3, "wordings": 3, "accounts": 1,
    }  # fmt: skip


def test_choosing_changes_nothing(database: Database) -> None:
    with database.write() as session:
        three_matches(session)

    with database.read() as session:
        choosing.choose(session, policy(12, unflagged_days=1, undecided_days=1))

    with database.read() as session:
        assert len(rows(session, matches, "id")) == 3
        assert choosing.choose(session, policy(0))["acts"].count == 0
