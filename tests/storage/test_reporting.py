"""A report counts in the database what can be counted by hand here, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from core.records import Action, Answer, Capability, Kind, Mode, Role, Standing, VisitState
from storage import collecting, reporting, watching
from storage.answering import save_decisions
from storage.collecting import VisitRow
from storage.database import Session
from storage.reporting import Known, MatchHour, WallGroup
from storage.reviewing import withdraw
from storage.tables import interactions
from tests.storage.planted import LATER, NOW, decision, entry, like, owners, post, save, three_matches, watch

ALL = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture
def match_ids(session: Session) -> list[int]:
    """Three matches of one account, seen at NOW: high, review, low."""
    return three_matches(session)


@pytest.mark.usefixtures("match_ids")
def test_flagged_matches_are_counted_and_low_ones_are_not(session: Session) -> None:
    groups = reporting.match_groups(session, ALL)

    assert sorted((one.kind, one.action, one.standing, one.answer, one.count) for one in groups) == [
        (Kind.EXPLICIT_CALL, Action.LIKED, Standing.OPEN, None, 2),
    ]


def test_matches_are_counted_apart_where_they_are_answered_apart(session: Session, match_ids: list[int]) -> None:
    save_decisions(session, [decision(session, match_ids[0], Answer.NOT)])

    groups = reporting.match_groups(session, ALL)

    assert sorted((str(one.standing), one.answer, one.count) for one in groups) == [
        ("decided", Answer.NOT, 1),
        ("open", None, 1),
    ]


@pytest.mark.usefixtures("match_ids")
def test_a_match_belongs_to_the_hour_of_its_act_else_to_that_in_which_it_was_seen(session: Session) -> None:
    told = datetime(2029, 9, 30, 23, 59, 59, 123456, tzinfo=UTC)
    session.execute(update(interactions).where(interactions.c.id == 1).values(acted_at=told))

    hours = sorted(reporting.match_hours(session), key=lambda one: one.hour)

    assert hours == [
        MatchHour(contest="pilkada", hour=datetime(2029, 9, 30, 23, tzinfo=UTC), told=True, count=1),
        MatchHour(contest="pilkada", hour=NOW, told=False, count=1),
    ]


@pytest.mark.usefixtures("match_ids")
def test_an_act_between_two_moments_belongs_to_the_later_one(session: Session) -> None:
    span = {"acted_from": datetime(2029, 9, 1, tzinfo=UTC), "acted_to": datetime(2029, 9, 2, 5, tzinfo=UTC)}
    session.execute(update(interactions).values(**span))

    (hour,) = reporting.match_hours(session)

    assert (hour.hour, hour.told, hour.count) == (datetime(2029, 9, 2, 5, tzinfo=UTC), False, 2)


@pytest.mark.usefixtures("match_ids")
@pytest.mark.parametrize(
    ("since", "until", "count"), [(NOW, LATER, 2), (LATER, ALL[1], 0), (ALL[0], NOW, 0)], ids=["in", "after", "before"]
)
def test_a_period_holds_its_first_moment_and_not_its_last(
    session: Session, since: datetime, until: datetime, count: int
) -> None:
    assert sum(one.count for one in reporting.match_groups(session, (since, until))) == count


def test_decisions_come_match_by_match_without_what_was_taken_back(session: Session, match_ids: list[int]) -> None:
    first, second, _ = match_ids
    save_decisions(session, [decision(session, second, Answer.UNSURE, "r1")])
    save_decisions(session, [decision(session, first, Answer.NOT, "r1", reason="retired")])
    save_decisions(session, [decision(session, first, Answer.SOLICITATION, "r2")])
    save_decisions(session, [decision(session, first, Answer.NOT, "r3", settles=True)])
    withdraw(session, 1, "r1", now=LATER, overlap=0)

    said = list(reporting.decisions_by_match(session, ALL))

    assert [(one.match_id, one.reviewer, one.answer, one.reason, one.settles) for one in said] == [
        (first, "r1", Answer.NOT, "retired", False),
        (first, "r2", Answer.SOLICITATION, None, False),
        (first, "r3", Answer.NOT, None, True),
    ]
    assert list(reporting.decisions_by_match(session, (LATER, ALL[1]))) == []


def test_looks_that_did_not_see_everything_are_counted(session: Session) -> None:
    (account,) = watch(session, "mawar")
    run_id = collecting.start_run(session, tilik="0.1", config_sha256="0" * 64, now=NOW)
    look = VisitRow(
        run_id=run_id,
        account_id=account.id,
        post_id=None,
        capability=Capability.LIKES,
        mode=Mode.AUTO,
        state=VisitState.LOGIN_WALL,
        complete=False,
        seen=0,
        claimed=None,
        requests=1,
        note=None,
        started_at=NOW,
        ended_at=NOW,
    )
    for state in (VisitState.LOGIN_WALL, VisitState.LOGIN_WALL, VisitState.OK, VisitState.EMPTY):
        collecting.save_visit(session, replace(look, state=state))

    assert reporting.walls(session, (NOW, LATER)) == [
        WallGroup(platform="warga", direction=Capability.LIKES, state=VisitState.LOGIN_WALL, count=2)
    ]
    assert reporting.walls(session, (LATER, ALL[1])) == []
    assert reporting.first_look(session) == NOW


def test_posts_that_nobody_could_read_are_counted(session: Session) -> None:
    (account,) = watch(session, "mawar")
    known = owners(account)
    save(session, known, post("terbaca"), like("mawar", "terbaca"))
    save(session, known, post("tertutup", text=None), like("mawar", "tertutup"))

    assert reporting.unread_posts(session) == 1


def test_an_account_is_known_by_its_newest_entry_also_when_it_was_taken_off(session: Session) -> None:
    older = entry("mawar", unit="Kecamatan Lama", valid_from=NOW.date().replace(year=2020))
    watching.save_watchlist(session, [older, entry("mawar", unit="Kecamatan Baru")], NOW)
    number = watching.watchlist(session)[0].account.id
    watching.remove(session, [number], LATER)

    assert reporting.known(session) == {
        number: Known(account_id=number, platform="warga", handle="mawar", role=Role.KELURAHAN, unit="Kecamatan Baru")
    }


def test_an_empty_database_has_nothing_to_count(session: Session) -> None:
    assert reporting.match_groups(session, ALL) == []
    assert reporting.match_hours(session) == []
    assert list(reporting.decisions_by_match(session, ALL)) == []
    assert reporting.walls(session, ALL) == []
    assert (reporting.unread_posts(session), reporting.first_look(session)) == (0, None)
    assert reporting.known(session) == {}
