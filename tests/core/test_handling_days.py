"""The days of handling in the packs that ship: over the midnights of three zones, holidays, and what is over."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from core.deadlines import Calendar, days_left, due_in, last_day_of, midnight
from core.rules import Fixed, Holiday, Holidays, Pack, Year

RULES = Path(__file__).parents[2] / "rules"
ZONES = {"Asia/Jakarta": 17, "Asia/Makassar": 16, "Asia/Jayapura": 15}
"""Zones, and the hour of UTC at which a day ends there."""
FIXED = Holidays(fixed=(Fixed(day="05-01", name="Hari Buruh"), Fixed(day="01-01", name="Tahun Baru")))
MONDAY = date(2029, 10, 1)


def told(name: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((RULES / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def pack(name: str) -> Pack:
    return Pack.model_validate(told(name))


def ends(name: str, begins: datetime, zone: str, calendar: Calendar | None = None) -> dict[str, date]:
    """Give the last days of handling of something that was registered at a moment."""
    found = pack(name)
    known = calendar or Calendar.of([FIXED])
    return {
        one.id: last_day_of(due_in(found, one, begins, zone, known), zone)
        for one in found.deadlines
        if one.begins == "registered"
    }


@pytest.mark.parametrize("zone", ZONES)
def test_pilkada_gives_three_days_and_two_more_the_day_of_registration_included(zone: str) -> None:
    last_moment = datetime(2029, 10, 1, ZONES[zone], tzinfo=UTC) - timedelta(microseconds=1)

    assert ends("pilkada", last_moment, zone) == {"handled": date(2029, 10, 3), "handled-longer": date(2029, 10, 5)}
    assert ends("pilkada", last_moment + timedelta(microseconds=1), zone) == {
        "handled": date(2029, 10, 4),
        "handled-longer": date(2029, 10, 6),
    }


@pytest.mark.parametrize("zone", ZONES)
def test_pemilu_gives_seven_days_and_fourteen_working_days_from_registration(zone: str) -> None:
    begins = midnight(MONDAY, zone)

    assert ends("pemilu", begins, zone) == {"handled": date(2029, 10, 7), "handled-longer": date(2029, 10, 18)}
    assert ends("pemilu", begins - timedelta(microseconds=1), zone) == {
        "handled": date(2029, 10, 6),
        "handled-longer": date(2029, 10, 18),  # a Sunday is no first day
    }


def test_holidays_lengthen_working_days_and_no_others() -> None:
    zone = "Asia/Jakarta"
    begins = midnight(date(2029, 4, 26), zone)
    year = Year(year=2029, source="SKB rekaan", days=(Holiday(date=date(2029, 4, 30), name="Cuti bersama rekaan"),))

    without = ends("pemilu", begins, zone, Calendar())
    fixed = ends("pemilu", begins, zone)
    entered = ends("pemilu", begins, zone, Calendar.of([FIXED, Holidays(years=(year,))]))

    assert [one["handled"] for one in (without, fixed, entered)] == [date(2029, 5, 2)] * 3
    assert [one["handled-longer"].day for one in (without, fixed, entered)] == [15, 16, 17]


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_left_of_the_longer_span_counts_down_and_goes_below_nothing(zone: str) -> None:
    found, begins = pack("pilkada"), midnight(MONDAY, zone)
    longer = next(one for one in found.deadlines if one.id == "handled-longer")
    until = due_in(found, longer, begins, zone, Calendar())

    assert [days_left(until, begins + timedelta(days=day), zone) for day in range(7)] == [4, 3, 2, 1, 0, -1, -2]
    assert days_left(until, until - timedelta(microseconds=1), zone) == 0


@pytest.mark.parametrize("follows", ["handled-longer", "nowhere", "found"])
def test_a_deadline_follows_one_that_stands_before_it_and_begins_as_it_does(follows: str) -> None:
    content = told("pilkada")
    deadlines = content["deadlines"]
    assert isinstance(deadlines, list)
    deadlines[-1]["follows"] = follows

    with pytest.raises(ValidationError) as caught:
        Pack.model_validate(content)

    assert [one["type"] for one in caught.value.errors()] == ["deadline_follows"]
