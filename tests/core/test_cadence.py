"""Cadences: hours of the wall clock, and cron expressions as every crontab means them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from core.cadence import Cadence, next_moment

WIB = ZoneInfo("Asia/Jakarta")
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=WIB)
TWO = time(2)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001  (they get one)


def following(cadence: float | str, count: int) -> list[str]:
    """Name the next moments after a Friday at ten."""
    found, moment = list[str](), FRIDAY
    for _ in range(count):
        moment = next_moment(cadence, moment, at=TWO, zone=WIB)
        found.append(f"{moment:%a %H:%M}")
    return found


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        (24, ["Sat 02:00", "Sun 02:00"]),
        (6, ["Fri 14:00", "Fri 20:00", "Sat 02:00"]),
        ("0 6,18 * * *", ["Fri 18:00", "Sat 06:00"]),
        ("*/20 10-11 * * *", ["Fri 10:20", "Fri 10:40", "Fri 11:00"]),
        ("0 2 * * 0", ["Sun 02:00", "Sun 02:00"]),
        ("0 2 * * 7", ["Sun 02:00"]),
        ("0 2 * * 1-5", ["Mon 02:00", "Tue 02:00"]),
        ("0 2 * * 0-5", ["Sun 02:00", "Mon 02:00"]),
        ("0 2 * * fri-mon", ["Sat 02:00", "Sun 02:00", "Mon 02:00", "Fri 02:00"]),
        ("0 2 * * */2", ["Sat 02:00", "Sun 02:00", "Tue 02:00"]),
        ("0 2 * * MON,6", ["Sat 02:00", "Mon 02:00"]),
    ],
)
def test_the_days_and_hours_are_those_of_a_crontab(cadence: float | str, expected: list[str]) -> None:
    assert following(cadence, len(expected)) == expected


@pytest.mark.parametrize("text", ["", "x", "0 2 * *", "0 2 * * 8", "0 2 * * 1/0", "0 2 * * -", "60 2 * * *", "@daily"])
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="no cron expression"):
        TypeAdapter(Cadence).validate_python(text)


def test_an_expression_that_never_comes_is_refused() -> None:
    with pytest.raises(ValidationError, match="never comes"):
        TypeAdapter(Cadence).validate_python("0 2 30 2 *")


@given(moment=moments, hours=st.floats(0.25, 24 * 31), at=st.times().map(lambda one: one.replace(second=0)))
def test_the_next_moment_is_later_and_at_most_one_span_away(moment: datetime, hours: float, at: time) -> None:
    found = next_moment(hours, moment, at=at, zone=WIB)

    assert timedelta(0) < found - moment <= timedelta(hours=hours)


@given(moment=moments)
def test_the_next_moment_of_the_hour_before_is_the_same_or_sooner(moment: datetime) -> None:
    sooner = next_moment("7 */3 * * 1-6", moment - timedelta(hours=1), at=TWO, zone=WIB)

    assert sooner <= next_moment("7 */3 * * 1-6", moment, at=TWO, zone=WIB)
