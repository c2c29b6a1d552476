"""Days as the law counts them: local midnights of three zones, holidays, leap days, and what is over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deadlines import (
    Calendar,
    Span,
    days_left,
    due,
    last_day,
    last_day_of,
    midnight,
    side_of,
    sides,
    span,
    urgency,
)
from core.rules import Citation, Deadline, Fixed, Holiday, Holidays, Side, Words, Year

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
ZONES = (WIB, WITA, WIT)
NOBODY_RESTS = Calendar()
FIXED = Holidays(fixed=(Fixed(day="01-01", name="Tahun Baru"), Fixed(day="05-01", name="Hari Buruh")))


def deadline(days: int = 7, *, count: str = "calendar", first: bool = True) -> Deadline:
    return Deadline.model_validate(
        {
            "id": "found",
            "words": Words(id="a", en="a"),
            "days": days,
            "count": count,
            "begins": "first_seen",
            "first_day_counts": first,
            "basis": Citation(instrument="UU rekaan", source="rekaan", sure="guess"),
        }
    )


@pytest.mark.parametrize(("zone", "hour"), [(WIB, 17), (WITA, 16), (WIT, 15)])
def test_a_day_ends_at_the_local_midnight_of_its_zone(zone: str, hour: int) -> None:
    last_moment = datetime(2029, 10, 1, hour, tzinfo=UTC) - timedelta(seconds=1)

    before = due(deadline(), last_moment, zone, NOBODY_RESTS)
    after = due(deadline(), last_moment + timedelta(seconds=1), zone, NOBODY_RESTS)

    assert last_day_of(before, zone) == date(2029, 10, 7)
    assert last_day_of(after, zone) == date(2029, 10, 8)
    assert after - before == timedelta(days=1)
    assert before == datetime(2029, 10, 7, hour, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_left_counts_down_at_local_midnight_and_goes_below_nothing(zone: str) -> None:
    begins = midnight(date(2029, 10, 1), zone)
    until = due(deadline(), begins, zone, NOBODY_RESTS)

    assert [days_left(until, begins + timedelta(days=day), zone) for day in range(9)] == [6, 5, 4, 3, 2, 1, 0, -1, -2]
    assert days_left(until, until - timedelta(microseconds=1), zone) == 0
    assert days_left(until, until, zone) == -1


def test_the_same_moment_is_another_day_in_another_zone() -> None:
    moment = datetime(2029, 10, 1, 15, 30, tzinfo=UTC)

    last = [last_day_of(due(deadline(), moment, zone, NOBODY_RESTS), zone).day for zone in ZONES]

    assert last == [7, 7, 8]


@pytest.mark.parametrize(
    ("begins", "first", "last"),
    [
        (date(2028, 2, 26), True, date(2028, 3, 3)),  # 2028 has a 29 February
        (date(2027, 2, 26), True, date(2027, 3, 4)),
        (date(2028, 2, 22), False, date(2028, 2, 29)),
        (date(2029, 12, 30), True, date(2030, 1, 5)),
    ],
)
def test_calendar_days_run_over_leap_days_and_years(begins: date, first: bool, last: date) -> None:  # noqa: FBT001
    assert last_day(deadline(first=first), begins, NOBODY_RESTS) == last


def test_working_days_leave_out_weekends_and_holidays() -> None:
    calendar = Calendar.of([FIXED])
    week = deadline(count="working")

    assert last_day(week, date(2029, 10, 1), calendar) == date(2029, 10, 9)  # a Monday, and the second Tuesday
    assert last_day(week, date(2029, 10, 6), calendar) == date(2029, 10, 16)  # a Saturday is no first day
    assert last_day(week, date(2029, 4, 26), calendar) == date(2029, 5, 7)  # over 1 May, a Tuesday
    assert last_day(deadline(count="working", first=False), date(2029, 10, 1), calendar) == date(2029, 10, 10)


def test_movable_holidays_count_once_somebody_entered_their_year() -> None:
    year = Year(year=2029, source="SKB rekaan", days=(Holiday(date=date(2029, 10, 3), name="Cuti bersama rekaan"),))
    known = Calendar.of([FIXED, Holidays(years=(year,))])

    assert last_day(deadline(count="working"), date(2029, 10, 1), known) == date(2029, 10, 10)
    assert known.missing(date(2029, 12, 28), date(2030, 1, 8)) == [2030]
    assert Calendar.of([FIXED]).missing(date(2029, 10, 1), date(2029, 10, 9)) == [2029]


@given(
    begins=st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001  (hypothesis adds the zone)
    days=st.integers(1, 30),
    zone=st.sampled_from(ZONES),
    count=st.sampled_from(["calendar", "working"]),
)
def test_a_span_is_never_shorter_than_its_days_and_ends_at_a_midnight(
    begins: datetime, days: int, zone: str, count: str
) -> None:
    moment = begins.replace(tzinfo=UTC)

    until = due(deadline(days, count=count), moment, zone, Calendar.of([FIXED]))

    assert until > moment
    assert until == midnight(last_day_of(until, zone) + timedelta(days=1), zone)
    assert days_left(until, moment, zone) >= days - 1


DESIGNATION = date(2029, 9, 22)


@pytest.mark.parametrize("zone", ZONES)
def test_the_side_of_an_act_changes_at_the_local_midnight_of_designation(zone: str) -> None:
    border = midnight(DESIGNATION, zone)
    moment = timedelta(microseconds=1)

    def side(first: datetime | None, last: datetime) -> Side:
        return side_of(Span(earliest=first, latest=last), DESIGNATION, zone)

    assert side(border - moment, border - moment) is Side.BEFORE
    assert side(border, border) is Side.AFTER
    assert side(border - moment, border) is Side.UNKNOWN
    assert side(None, border - moment) is Side.BEFORE
    assert side(None, border) is Side.UNKNOWN
    assert side_of(Span(earliest=border, latest=border), None, zone) is Side.UNKNOWN


def test_both_sides_are_shown_where_it_is_unknown_the_milder_first() -> None:
    assert sides(Side.UNKNOWN) == (Side.BEFORE, Side.AFTER)
    assert sides(Side.AFTER) == (Side.AFTER,)


def test_an_act_lies_where_the_platform_says_else_between_the_post_and_the_sight_of_it() -> None:
    one, two, three = (datetime(2029, 9, day, tzinfo=UTC) for day in (1, 2, 3))

    assert span(two, (one, three), posted_at=one, seen_at=three) == Span(earliest=two, latest=two)
    assert span(None, (one, two), posted_at=None, seen_at=three).earliest == one
    assert span(None, (one, two), posted_at=None, seen_at=three).latest < two
    assert span(None, (None, None), posted_at=one, seen_at=three) == Span(earliest=one, latest=three)
    assert span(None, (None, None), posted_at=None, seen_at=three) == Span(earliest=None, latest=three)


def test_what_is_over_is_not_soon() -> None:
    assert [urgency(left, 2) for left in (-1, 0, 2, 3)] == ["over", "soon", "soon", "later"]
