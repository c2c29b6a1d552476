"""The clock of a match: set once, wound by days, first in the queue, counted in the digest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from core.deadlines import midnight
from core.records import Answer, Standing
from storage.answering import save_decisions
from storage.clocks import Due, count_due, moments, opened, wind
from storage.database import Session
from storage.judged_tables import matches
from storage.reviewing import history as said_of
from storage.reviewing import key_of, stretch, withdraw
from storage.walking import Wanted, before
from tests.storage.planted import LATER, NOW, decision, three_matches, walk

EVERYTHING = Wanted(low=True)


@pytest.fixture
def match_ids(session: Session) -> list[int]:
    return three_matches(session)


def day(moment: datetime) -> tuple[datetime, datetime | None]:
    """Let what begins on a local day be due two midnights later."""
    end = midnight(moment.astimezone(UTC).date() + timedelta(days=1), "UTC")
    return end, end + timedelta(days=1)


def dues(session: Session) -> list[datetime | None]:
    return list(session.scalars(select(matches.c.due_at).order_by(matches.c.id)))


def test_a_match_is_captured_when_its_act_was_seen_and_opened_once(session: Session, match_ids: list[int]) -> None:
    opened(session, {match_ids[0]: LATER})
    opened(session, {match_ids[0]: NOW, match_ids[1]: NOW})
    opened(session, {})

    first, second = moments(session, match_ids[0]), moments(session, match_ids[1])

    assert first is not None
    assert second is not None
    assert (first.captured_at, first.first_opened_at, second.first_opened_at) == (NOW, LATER, NOW)
    assert moments(session, 10**6) is None


def test_the_first_answer_is_a_first_sight_too(session: Session, match_ids: list[int]) -> None:
    save_decisions(session, [decision(session, match_ids[0], Answer.NOT, decided_at=LATER)])
    save_decisions(session, [decision(session, match_ids[0], Answer.NOT, "r2", decided_at=LATER + timedelta(days=1))])

    found = moments(session, match_ids[0])

    assert found is not None
    assert found.first_opened_at == LATER


def test_a_match_is_confirmed_when_people_agree_and_no_longer_when_one_takes_it_back(
    session: Session, match_ids: list[int]
) -> None:
    one = decision(session, match_ids[0], Answer.SOLICITATION)
    later = LATER + timedelta(hours=1)

    def confirmed() -> datetime | None:
        found = moments(session, match_ids[0])
        assert found is not None
        return found.confirmed_at

    save_decisions(session, [one], overlap=1)
    assert confirmed() is None
    save_decisions(session, [decision(session, match_ids[0], Answer.SOLICITATION, "r2", decided_at=later)], overlap=1)
    assert confirmed() == later
    last = said_of(session, match_ids[0])[-1]
    withdraw(session, last.id, "r2", now=later, overlap=1)
    assert confirmed() is None


def test_clocks_run_from_capture_until_somebody_looks(session: Session, match_ids: list[int]) -> None:
    wind(session, "pilkada", day)
    from_capture = dues(session)
    opened(session, {match_ids[1]: NOW + timedelta(days=3)})
    nothing_moves = dues(session)
    wind(session, "pilkada", day)
    after = dues(session)

    assert from_capture == nothing_moves == [day(NOW)[1]] * 3
    assert after == [day(NOW)[1], day(NOW + timedelta(days=3))[1], day(NOW)[1]]


def test_another_contest_and_a_day_without_rules_are_left_alone(session: Session, match_ids: list[int]) -> None:
    wind(session, "another", day)
    wind(session, "pilkada", lambda moment: (day(moment)[0], None))

    assert dues(session) == [None] * len(match_ids)


def dated(session: Session, *days: int | None) -> list[int]:
    """Give the matches clocks of these days."""
    ids = list(session.scalars(select(matches.c.id).order_by(matches.c.id)))
    for match_id, number in zip(ids, days, strict=True):
        due = None if number is None else NOW + timedelta(days=number)
        session.execute(update(matches).where(matches.c.id == match_id).values(due_at=due))
    return ids


def test_what_is_due_first_stands_first_and_what_has_no_clock_is_not_lost(session: Session) -> None:
    first, second, third = three_matches(session)
    dated(session, 5, 2, None)

    assert walk(session, EVERYTHING) == walk(session, EVERYTHING, most=30) == [second, first, third]
    assert [before(session, EVERYTHING, key) for one in (second, first, third) if (key := key_of(session, one))] == [
        None, second, first,
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(
    days=st.tuples(*[st.sampled_from([None, 1, 2])] * 3),
    chances=st.tuples(*[st.sampled_from([0.2, 0.5])] * 3),
    most=st.sampled_from([1, 2, 30]),
)
def test_equal_clocks_and_scores_hide_nobody_in_either_direction(
    session: Session,
    match_ids: list[int],
    days: tuple[int | None, ...],
    chances: tuple[float, ...],
    most: int,
) -> None:
    dated(session, *days)
    for match_id, chance in zip(match_ids, chances, strict=True):
        session.execute(update(matches).where(matches.c.id == match_id).values(probability=chance))

    forth = walk(session, EVERYTHING, most=most)
    back = [before(session, EVERYTHING, key) for one in forth if (key := key_of(session, one))]

    assert sorted(forth) == match_ids
    assert back == [None, *forth[:-1]]


def test_days_of_the_queue_can_be_chosen_with_the_clock(session: Session, match_ids: list[int]) -> None:
    dated(session, 2, 1, None)
    between = Wanted(low=True, since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))

    assert walk(session, between) == [match_ids[1], match_ids[0], match_ids[2]]


def test_what_is_over_and_what_is_due_soon_is_counted_apart(session: Session, match_ids: list[int]) -> None:
    over, agreed, low = match_ids
    save_decisions(session, [decision(session, agreed, Answer.SOLICITATION)])
    dated(session, -1, 1, -1)

    found = count_due(session, "pilkada", now_over=NOW, soon=NOW + timedelta(days=2))

    assert found == Due(over=1, soon=0, confirmed_over=0, confirmed_soon=1)
    assert found == count_due(session, None, now_over=NOW, soon=NOW + timedelta(days=2))
    assert found.any
    assert not count_due(session, "another", now_over=NOW, soon=NOW).any
    assert {over, low} == {one.match_id for one in stretch(session, EVERYTHING)}
    assert session.scalar(select(matches.c.standing).where(matches.c.id == agreed)) == Standing.DECIDED


def test_the_clock_of_a_few_accounts_is_walked_account_by_account(session: Session) -> None:
    three_matches(session)
    ids = dated(session, 3, 1, None)
    accounts = frozenset(line.account_id for line in stretch(session, EVERYTHING))
    other = Wanted(low=True, accounts=accounts | {10**6})

    forth = walk(session, other)

    assert forth == [ids[1], ids[0], ids[2]] == walk(session, Wanted(low=True, accounts=accounts))
    assert [before(session, other, key) for one in forth if (key := key_of(session, one))] == [None, *forth[:-1]]
    assert walk(session, Wanted(low=True, accounts=frozenset())) == []
