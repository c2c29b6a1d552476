"""The queue: every match once, whatever the order and wherever a stretch begins."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.records import Action, Answer, Band, Standing
from storage.answering import save_decisions
from storage.database import Session
from storage.judged_tables import matches
from storage.reviewing import key_of, lines_of, open_among, stretch
from storage.walking import Order, Wanted
from tests.storage.planted import decision, three_matches, walk


@pytest.fixture
def match_ids(session: Session) -> list[int]:
    return three_matches(session)


@pytest.mark.parametrize(("order", "places"), [("highest", [0, 1, 2]), ("uncertain", [1, 2, 0]), ("newest", [2, 1, 0])])
def test_each_order_shows_every_match_once(
    session: Session, match_ids: list[int], order: Order, places: list[int]
) -> None:
    session.execute(update(matches).where(matches.c.id == match_ids[2]).values(probability=0.2))
    wanted = Wanted(low=True, order=order)

    assert walk(session, wanted) == walk(session, wanted, most=30) == [match_ids[place] for place in places]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(chances=st.tuples(*[st.sampled_from([0.2, 0.5, 0.8, 0.9])] * 3), order=st.sampled_from(["highest", "uncertain"]))
def test_equal_scores_hide_nobody(
    session: Session, match_ids: list[int], chances: tuple[float, float, float], order: Order
) -> None:
    for match_id, chance in zip(match_ids, chances, strict=True):
        session.execute(update(matches).where(matches.c.id == match_id).values(probability=chance))

    assert sorted(walk(session, Wanted(low=True, order=order))) == match_ids


def test_what_is_ranked_low_is_shown_where_it_is_asked_for(session: Session, match_ids: list[int]) -> None:
    assert walk(session, Wanted()) == match_ids[:2]
    assert walk(session, Wanted(low=True)) == match_ids


def test_filters_leave_out_what_does_not_fit(session: Session, match_ids: list[int]) -> None:
    (line, *_) = stretch(session, Wanted())
    everything = Wanted(low=True)

    assert walk(session, replace(everything, action=Action.LIKED, accounts=frozenset({line.account_id}))) == match_ids
    assert walk(session, replace(everything, action=Action.POSTED)) == []
    assert walk(session, replace(everything, accounts=frozenset())) == []
    assert walk(session, replace(everything, accounts=frozenset(range(1_000)))) == match_ids
    assert walk(session, replace(everything, target="somebody")) == []
    assert walk(session, replace(everything, since=line.first_seen_at)) == match_ids
    assert walk(session, replace(everything, until=line.first_seen_at)) == []


def test_a_second_person_is_not_shown_what_they_judged_first(session: Session, match_ids: list[int]) -> None:
    save_decisions(session, [decision(session, match_ids[0], Answer.SOLICITATION)], overlap=1)
    second = Wanted(standing=Standing.SECOND)

    assert walk(session, replace(second, reviewer="r1")) == []
    assert walk(session, replace(second, reviewer="r2")) == [match_ids[0]]


def test_a_line_tells_where_its_match_stands_in_the_order(session: Session, match_ids: list[int]) -> None:
    (line, *_) = stretch(session, Wanted())

    assert (line.key, line.band) == (key_of(session, match_ids[0]), Band.HIGH)
    assert key_of(session, 10**6) is None


def test_matches_are_given_as_lines_and_the_open_ones_picked(session: Session, match_ids: list[int]) -> None:
    first, second, third = match_ids
    save_decisions(session, [decision(session, second, Answer.NOT)], overlap=0)

    assert [line.match_id for line in lines_of(session, match_ids)] == [second, first, third]
    assert open_among(session, match_ids) == [first, third]
