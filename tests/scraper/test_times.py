"""Times as pages tell them: whatever the zone, the true moment lies in what the words are read as."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import Span
from scraper.platforms.times import MONTHS, WEEKDAYS, moment_or_span

JAKARTA, MAKASSAR, JAYAPURA = (ZoneInfo(f"Asia/{name}") for name in ("Jakarta", "Makassar", "Jayapura"))
ZONES = (JAKARTA, MAKASSAR, JAYAPURA)
SEEN = datetime(2024, 10, 8, 3, tzinfo=UTC)
"""A Tuesday, ten o'clock in Jakarta."""


def read(text: str, *, at: datetime = SEEN, zone: ZoneInfo = JAKARTA) -> datetime | Span | None:
    return moment_or_span(text, at, zone)


def span(text: str, *, at: datetime = SEEN, zone: ZoneInfo = JAKARTA) -> tuple[datetime, datetime]:
    found = read(text, at=at, zone=zone)
    assert isinstance(found, Span), text
    assert found.words == text
    return found.earliest, found.latest


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("7 Okt 2024 pukul 14.05", 7, 5),
        ("Senin, 7 Oktober 2024 14.05 WIB", 7, 5),
        ("Senin, 07 Okt 2024 14:05 WITA", 6, 5),
        ("07/10/2024 14:05", 7, 5),
        ("7-10-2024, 14.05.00 WIT", 5, 5),
        ("07.10.24 14.05 (UTC)", 14, 5),
        ("Senin, 7 Oktober 2024 | 14:05 WIB", 7, 5),
        ("2024-10-07 14:05 WITA", 6, 5),
        ("2024-10-07T14:05:00", 7, 5),
        ("2024-10-07T14:05:00Z", 14, 5),
        ("2024-10-07T14:05:00+09:00", 5, 5),
        ("Mon, 07 Oct 2024 14:05:00 +0700", 7, 5),
        ("Mon, 07 Oct 2024 14:05:00 GMT", 14, 5),
        ("Mon Oct 07 14:05:00 +0000 2024", 14, 5),
        ("October 7, 2024 at 2:05 PM", 7, 5),
        ("Monday, 7 October 2024 at 12:05 AM", 17, 5),
        ("7/10/2024 14.05 GMT+7", 7, 5),
        ("1728309900", 14, 5),
        ("1728309900000", 14, 5),
    ],
)
def test_an_exact_time_is_a_moment_in_utc(text: str, hour: int, minute: int) -> None:
    day = 6 if "12:05 AM" in text else 7

    assert read(text) == datetime(2024, 10, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "most", "least"),
    [
        ("baru saja", timedelta(minutes=1), timedelta()),
        ("just now", timedelta(minutes=1), timedelta()),
        ("2 jam", timedelta(hours=3), timedelta(hours=2)),
        ("2 jam lalu", timedelta(hours=3), timedelta(hours=2)),
        ("2 jam yang lalu", timedelta(hours=3), timedelta(hours=2)),
        ("sejam lalu", timedelta(hours=2), timedelta(hours=1)),
        ("an hour ago", timedelta(hours=2), timedelta(hours=1)),
        ("sekitar 2 jam lalu", timedelta(hours=4), timedelta(hours=1)),
        ("5 mnt", timedelta(minutes=6), timedelta(minutes=5)),
        ("5 minutes ago", timedelta(minutes=6), timedelta(minutes=5)),
        ("3h", timedelta(hours=4), timedelta(hours=3)),
        ("3 hrs", timedelta(hours=4), timedelta(hours=3)),
        ("2d", timedelta(days=3), timedelta(days=2)),
        ("1w", timedelta(days=14), timedelta(days=7)),
        ("3 mgg", timedelta(days=28), timedelta(days=21)),
        ("1 hari, 4 jam lalu", timedelta(days=1, hours=5), timedelta(days=1, hours=4)),
        ("minggu lalu", timedelta(days=14), timedelta()),
        ("last week", timedelta(days=14), timedelta()),
    ],
)
def test_an_age_is_the_interval_that_it_can_mean(text: str, most: timedelta, least: timedelta) -> None:
    assert span(text) == (SEEN - most, SEEN - least)


def test_a_word_of_two_languages_means_both_until_the_phrase_says_which() -> None:
    hours, days = timedelta(hours=3), timedelta(days=4)

    assert span("3 hr") == (SEEN - days, SEEN - hours)
    assert span("3 hr ago") == (SEEN - timedelta(hours=4), SEEN - hours)
    assert span("3 hr lalu") == (SEEN - days, SEEN - timedelta(days=3))


@pytest.mark.parametrize(
    ("text", "first", "days"),
    [
        ("kemarin", date(2024, 10, 7), 1),
        ("Yesterday", date(2024, 10, 7), 1),
        ("kemarin lusa", date(2024, 10, 6), 1),
        ("Sabtu", date(2024, 10, 5), 1),
        ("Minggu", date(2024, 10, 6), 1),
        ("5 Okt", date(2024, 10, 5), 1),
        ("Oct 5", date(2024, 10, 5), 1),
        ("Sabtu, 5 Oktober 2024", date(2024, 10, 5), 1),
        ("05/10/2024", date(2024, 10, 5), 1),
        ("2024-10-05", date(2024, 10, 5), 1),
        ("9 Okt", date(2023, 10, 9), 1),
        ("29 Februari", date(2024, 2, 29), 1),
    ],
)
def test_a_day_without_a_time_is_that_local_day(text: str, first: date, days: int) -> None:
    begins = datetime.combine(first, time(), JAKARTA)

    assert span(text) == (begins, begins + timedelta(days=days))


def test_a_day_with_a_time_is_that_minute_of_it() -> None:
    five_past_two = datetime(2024, 10, 7, 14, 5, tzinfo=JAKARTA)
    minute = timedelta(minutes=1)

    assert span("kemarin pukul 14.05") == (five_past_two, five_past_two + minute)
    assert span("Senin pukul 14.05") == (five_past_two, five_past_two + minute)
    assert span("yesterday at 2:05 PM") == (five_past_two, five_past_two + minute)


def test_the_name_of_today_may_mean_today_or_a_week_ago() -> None:
    assert span("Selasa pukul 9.15") == (
        datetime(2024, 10, 1, 9, 15, tzinfo=JAKARTA),
        datetime(2024, 10, 8, 9, 16, tzinfo=JAKARTA),
    )


def test_nothing_is_later_than_the_moment_in_which_it_was_seen() -> None:
    assert span("hari ini") == (datetime(2024, 10, 8, tzinfo=JAKARTA), SEEN)


@pytest.mark.parametrize(
    "text",
    [
        *("", "jam", "m", "lalu", "2", "1.000", "1000", "2024", "14.05", "1,5 rb", "12 suka", "2 jam dan"),
        *("31/02/2024", "05/13/2024", "7 Oktober 2024 25.00", "13:05 PM", "7 Okt 2024 13:05 PM", "99999 thn lalu"),
        *("Selasa, 7 Oktober 2024", "Tue, 07 Oct 2024 09:30:00 +0700", "lusa", "besok", "2 jam 3 hari lalu"),
        *("0001-01-01T00:00:00+09:00", "9999999999999999", "5 Foo 2024", "Halo semua, coblos nomor 2"),
    ],
)
def test_what_is_none_or_contradicts_itself_is_no_time(text: str) -> None:
    assert read(text) is None


def edges() -> Iterator[datetime]:
    """Give moments around midnights in the three zones: of days, of months, of a leap day, of years."""
    for zone in ZONES:
        for day in (date(2024, 10, 8), date(2024, 11, 1), date(2024, 3, 1), date(2024, 2, 29), date(2025, 1, 1)):
            midnight = datetime.combine(day, time(), zone)
            yield from (midnight + timedelta(seconds=seconds) for seconds in (-1, 0, 1, 59, 3600))


LOOKS = st.sampled_from(sorted(edges())) | st.integers(0, 120_000_000).map(
    lambda seconds: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
AGES = {
    "detik": timedelta(seconds=1),
    "mnt": timedelta(minutes=1),
    "jam": timedelta(hours=1),
    "hari": timedelta(days=1),
    "mgg": timedelta(weeks=1),
    "bln": timedelta(days=30),
    "thn": timedelta(days=365),
}


@given(LOOKS, st.sampled_from(ZONES), st.sampled_from(sorted(AGES)), st.floats(1.001, 59.999))
def test_the_true_moment_lies_in_the_span_of_its_age(at: datetime, zone: ZoneInfo, unit: str, age: float) -> None:
    done = at - AGES[unit] * age

    earliest, latest = span(f"{int(age)} {unit} lalu", at=at, zone=zone)

    assert earliest < done <= latest <= at


@given(LOOKS, st.sampled_from(ZONES), st.integers(1, 60))
def test_the_true_moment_lies_in_the_span_of_its_calendar_months(at: datetime, zone: ZoneInfo, months: int) -> None:
    local = at.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    done = local.replace(year=year, month=month + 1, day=min(local.day, 28))

    earliest, latest = span(f"{months} bln", at=at, zone=zone)

    assert earliest < done <= latest


@given(LOOKS, st.sampled_from(ZONES), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=6)))
def test_the_true_moment_lies_in_the_day_that_is_named(at: datetime, zone: ZoneInfo, ago: timedelta) -> None:
    done = at - ago
    days = (at.astimezone(zone).date() - done.astimezone(zone).date()).days
    weekday = next(name for name, number in WEEKDAYS.items() if number == done.astimezone(zone).weekday())
    words = {0: "hari ini", 1: "kemarin", 2: "kemarin lusa"}.get(days, weekday)

    earliest, latest = span(words, at=at, zone=zone)

    assert earliest <= done <= latest <= at


@given(LOOKS, st.sampled_from(ZONES), st.sampled_from(ZONES), st.booleans())
def test_a_written_date_and_time_comes_back(at: datetime, zone: ZoneInfo, meant: ZoneInfo, short: bool) -> None:  # noqa: FBT001
    local = at.astimezone(meant)
    names = [name for name, number in MONTHS.items() if number == local.month]
    month = min(names, key=len) if short else max(names, key=len)

    found = read(f"{local.day} {month} {local.year} pukul {local:%H.%M.%S %Z}", at=SEEN, zone=zone)

    assert found == local.replace(microsecond=0)


@given(st.text(max_size=30), LOOKS, st.sampled_from(ZONES))
def test_no_text_stops_the_reader(text: str, at: datetime, zone: ZoneInfo) -> None:
    found = read(text, at=at, zone=zone)

    assert found is None or isinstance(found, Span) or found.tzinfo is UTC
