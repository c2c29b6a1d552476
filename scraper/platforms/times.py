"""Times as pages tell them: exact ones in UTC, and those in words ("2 jam", "kemarin") as what they can mean.

Nothing is guessed: a text that contradicts itself, or that is only a number, is no time. What counts from the moment
of looking (`seen_at`) is an interval: "2 jam" is between two and three hours ago, "kemarin" the whole local day before.
Where two languages share a word ("3 hr": hours, or hari), the interval holds both readings.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise

from core.records import Span

MILLISECONDS = 10**11
"""From here on a unix time counts milliseconds: as seconds it would be the year 5138."""
FIRST, LAST = 10**9, 42 * 10**8
"""Unix times of 2001 and 2103: a smaller number is a count of something else."""
LONGEST = 80
"""No time takes more letters than this."""
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MONTH, YEAR = timedelta(days=30), timedelta(days=365)
MONTHS_OF = {MONTH: 1, YEAR: 12}

UNITS: Mapping[str, timedelta] = {
    word: unit
    for unit, words in {
        timedelta(seconds=1): "detik dtk det s sec secs second seconds",
        MINUTE: "menit mnt mn m min mins minute minutes",
        HOUR: "jam j h hrs hour hours",
        DAY: "hari d day days",
        WEEK: "minggu mgg mg w wk wks week weeks",
        MONTH: "bulan bln mo mos month months",
        YEAR: "tahun thn th y yr yrs year years",
    }.items()
    for word in words.split()
}
ONE = {f"se{word}": UNITS[word] for word in ("menit", "jam", "hari", "minggu", "bulan", "tahun")}
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            *("jan januari january", "feb peb februari pebruari february", "mar maret march", "apr april", "mei may"),
            *("jun juni june", "jul juli july", "agu ags agt agust agustus aug august", "sep sept september"),
            *("okt oktober oct october", "nov nop november nopember", "des desember dec december"),
        ),
        start=1,
    )
    for word in words.split()
}
WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            *("senin sen monday mon", "selasa sel tuesday tue tues", "rabu rab wednesday wed"),
            *("kamis kam thursday thu thur thurs", "jumat jum'at jum friday fri", "sabtu sab saturday sat"),
            "minggu min ahad sunday sun",
        )
    )
    for word in words.split()
}
DAYS_AGO = {
    "hari ini": 0,
    "today": 0,
    "kemarin": 1,
    "kemaren": 1,
    "yesterday": 1,
    "kemarin lusa": 2,
    "kemarin dulu": 2,
}
NOW = {"baru saja", "barusan", "sekarang", "just now", "now", "a moment ago", "beberapa saat lalu", "a few seconds ago"}
NOW |= {"beberapa detik lalu", "beberapa detik yang lalu", "beberapa saat yang lalu"}
ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}

ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:.*)?", re.ASCII)
NUMBER = re.compile(r"(\d{10}|\d{13})(?:\.\d+)?", re.ASCII)
CLOCK = re.compile(
    r"^(?P<day>.*?)[\s,|·•–-]+(?:(?:pukul|pkl\.?|jam|at|@)\s*)?"
    r"(?P<hour>\d{1,2})[.:](?P<minute>\d\d)(?:[.:](?P<second>\d\d))?(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"(?:\s*\(?(?P<zone>wib|wita|wit|utc|gmt|z)?(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?\)?)?$",
    re.ASCII,
)
DAYS = tuple(
    re.compile(rf"(?:(?P<weekday>[a-z']+)\.?,? )?{form}", re.ASCII)
    for form in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ /-](?P<month>[a-z]+)\.?(?:,?[ /-](?P<year>\d{4}))?",
        r"(?P<month>[a-z]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>\d{4}))?",
        r"(?P<day>\d{1,2})(?P<by>[/.-])(?P<month>\d{1,2})(?P=by)(?P<year>\d{4}|\d\d)",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    )
)
OF_FEEDS = re.compile(r"([a-z]{3} [a-z]{3} \d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})", re.ASCII)
AGE = re.compile(r"(?:(?P<count>\d{1,5})(?P<gap> ?)|(?:an?|one|satu) )(?P<unit>[a-z]+)", re.ASCII)
ABOUT = re.compile(r"(?:sekitar|kira-kira|kurang lebih|lebih dari|hampir|about|around|over|almost) ")
AND = re.compile(r", ?| dan | and ")
PART = re.compile(r"(?:\d{1,5} ?|\b(?:an?|one|satu) )?[a-z]+", re.ASCII)
AGO = re.compile(r"(?: yang)?(?: lalu| ago)$")

Between = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looking:
    """The moment from which words count, and the zone whose days they mean."""

    seen_at: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return self.seen_at.astimezone(self.zone).date()

    def day(self, day: date) -> Between:
        """Give a whole local day."""
        return datetime.combine(day, time(), self.zone), datetime.combine(day + DAY, time(), self.zone)


def moment_or_span(text: str, seen_at: datetime, zone: tzinfo) -> datetime | Span | None:
    """Read a time that a page told at `seen_at`, in UTC; what has no zone of its own is meant in `zone`.

    A time that depends on when it was read is a Span with its words; what is no time is None.
    """
    words = " ".join(text.split())
    if len(words) > LONGEST:
        return None
    looking = _Looking(seen_at=seen_at, zone=zone)
    readers: tuple[Callable[[str, _Looking], datetime | Between | None], ...] = (_number, _iso, _calendar, _relative)
    for read in readers:
        try:
            found = read(words if read is _iso else words.casefold().strip(" ·•,"), looking)
            if isinstance(found, datetime):
                return found.astimezone(UTC)
            if found is not None:
                earliest, latest = found
                latest = min(latest, seen_at) if earliest <= seen_at else latest  # nothing is seen before it is done
                return Span(earliest=earliest.astimezone(UTC), latest=latest.astimezone(UTC), words=words)
        except (ValueError, OverflowError):  # the 31st of a short month, a year that no clock has
            return None
    return None


def told(text: str | None, seen_at: datetime, zone: tzinfo) -> tuple[datetime | None, Span | None]:
    """Read a time for a record: the moment, or the span, or neither."""
    found = moment_or_span(text, seen_at, zone) if text else None
    return (None, found) if isinstance(found, Span) else (found, None)


def _number(said: str, _looking: _Looking) -> datetime | None:
    if NUMBER.fullmatch(said) is None:
        return None
    seconds = float(said) / 1000 if float(said) >= MILLISECONDS else float(said)
    return datetime.fromtimestamp(seconds, UTC) if FIRST <= seconds <= LAST else None


def _iso(words: str, looking: _Looking) -> datetime | Between | None:
    if ISO.fullmatch(words) is None:
        return None
    if len(words) == len("2024-10-05"):
        return looking.day(date.fromisoformat(words))
    try:
        found = datetime.fromisoformat(words)
    except ValueError:  # "2024-10-05 14:05 WIB"
        return None
    return found if found.tzinfo else found.replace(tzinfo=looking.zone)


def _calendar(said: str, looking: _Looking) -> datetime | Between | None:
    """Read a day, perhaps with a time: "Senin, 7 Oktober 2024 09.30 WIB", "kemarin pukul 14.05", "Oct 5"."""
    feed = OF_FEEDS.fullmatch(said)
    if feed is not None:
        said = f"{feed[1]}, {feed[4]} {feed[2]} {feed[3]}"
    found = _day(said, looking)
    if found is not None:
        days, _ = found
        return looking.day(days[0])[0], looking.day(days[-1])[1]
    clock = CLOCK.fullmatch(said)
    if clock is None:
        return None
    looking = _Looking(seen_at=looking.seen_at, zone=_zone(clock) or looking.zone)
    found = _day(clock["day"].strip(), looking)
    if found is None:
        return None
    days, exact = found
    moments = [datetime.combine(day, _clock(clock), looking.zone) for day in days]
    return moments[0] if exact else (moments[0], moments[-1] + MINUTE)


def _zone(clock: re.Match[str]) -> tzinfo | None:
    if clock["offset"]:
        hours, minutes = clock["offset"][1:].replace(":", ""), "0"
        if len(hours) > 2:
            hours, minutes = hours[:-2], hours[-2:]
        away = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-away if clock["offset"][0] == "-" else away)
    return timezone(timedelta(hours=ZONES[clock["zone"]])) if clock["zone"] else None


def _clock(clock: re.Match[str]) -> time:
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    return time(hour, int(clock["minute"]), int(clock["second"] or 0))


def _day(said: str, looking: _Looking) -> tuple[list[date], bool] | None:
    """Read which days a phrase may mean, oldest first, and whether it says so by itself."""
    if said in DAYS_AGO:
        return [looking.today - timedelta(days=DAYS_AGO[said])], False
    if said in WEEKDAYS:
        back = (looking.today.weekday() - WEEKDAYS[said]) % 7
        last = looking.today - timedelta(days=back)
        return [last] if back else [last - WEEK, last], False  # today's own name may mean a week ago
    for form in DAYS:
        match = form.fullmatch(said)
        if match is not None and (day := _named_day(match, looking)) is not None:
            return [day], match["year"] is not None
    return None


def _named_day(match: re.Match[str], looking: _Looking) -> date | None:
    month = int(match["month"]) if match["month"].isdecimal() else MONTHS.get(match["month"])
    if month is None or (match["weekday"] and match["weekday"] not in WEEKDAYS):
        return None
    if match["year"]:
        day = date(int(match["year"]) + (2000 if len(match["year"]) == 2 else 0), month, int(match["day"]))
    else:
        day = _last(month, int(match["day"]), looking.today)
    if match["weekday"] and day.weekday() != WEEKDAYS[match["weekday"]]:
        raise ValueError(match[0])  # one of the two is wrong, and we cannot know which
    return day


def _last(month: int, day: int, today: date) -> date:
    """Give the last such day that is not after today; only a 29 February may be years ago."""
    for year in range(today.year, today.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError(day)


def _relative(said: str, looking: _Looking) -> Between | None:
    """Read an age: "2 jam lalu", "3h", "1 hari, 4 jam yang lalu", "sekitar sebulan lalu", "last week"."""
    if said in NOW:
        return looking.seen_at - MINUTE, looking.seen_at
    last = UNITS.get(said.removeprefix("last ")) if said.startswith("last ") else UNITS.get(said.removesuffix(" lalu"))
    if last is not None and last >= WEEK and (said.startswith("last ") or said.endswith(" lalu")):
        return _back(looking, last, 2)[0], looking.seen_at
    bare, ago = AGO.subn("", said)
    about = ABOUT.match(bare)
    bare = AND.sub(" ", bare[about.end() :] if about else bare)
    if PART.sub("", bare).strip():
        return None
    ages = [_age(part, english=said.endswith(" ago"), ago=bool(ago)) for part in PART.findall(bare)]
    known = [age for age in ages if age is not None]
    if not known or len(known) < len(ages):
        return None
    return _between(looking, known, about=about is not None)


Age = tuple[int, timedelta, timedelta]
"""How many; the shortest unit that the word can mean, and the longest."""


def _age(part: str, *, english: bool, ago: bool) -> Age | None:
    if part in ONE and ago:
        return 1, ONE[part], ONE[part]
    match = AGE.fullmatch(part)
    if match is None or (match["count"] is None and not ago):
        return None
    word, count = match["unit"], int(match["count"] or 1)
    if word == "hr" or (word == "h" and match["gap"]):  # English hours, Indonesian hari
        return count, DAY if ago and not english else HOUR, HOUR if english else DAY
    unit = UNITS.get(word)
    return (count, unit, unit) if unit is not None else None


def _between(looking: _Looking, ages: list[Age], *, about: bool) -> Between | None:
    """Add up an age that is told in falling units; the last of them says how exact it is."""
    if any(larger[1] <= smaller[1] for larger, smaller in pairwise(ages)):
        return None
    earliest = latest = looking
    for count, shortest, longest in ages[:-1]:
        earliest = _Looking(seen_at=_back(earliest, longest, count)[0], zone=looking.zone)
        latest = _Looking(seen_at=_back(latest, shortest, count)[1], zone=looking.zone)
    count, shortest, longest = ages[-1]
    more, less = (2, 1) if about else (1, 0)
    return _back(earliest, longest, count + more)[0], _back(latest, shortest, max(count - less, 0))[1]


def _back(looking: _Looking, unit: timedelta, count: int) -> Between:
    """Count units back: months and years as the calendar has them and as 30 and 365 days, whichever is farther."""
    plain = looking.seen_at - unit * count
    if unit not in MONTHS_OF:
        return plain, plain
    local = looking.seen_at.astimezone(looking.zone)
    months = local.year * 12 + local.month - 1 - MONTHS_OF[unit] * count
    first = local.replace(day=1, year=months // 12, month=months % 12 + 1)
    longest = (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    by_calendar = first.replace(day=min(local.day, longest.day)).astimezone(UTC)
    return min(plain, by_calendar), max(plain, by_calendar)
