"""How often something is due: every so many hours, or at the moments of a cron expression.

Both are moments of a wall clock, not spans since the last visit: a round that begins a little late, or lasts, makes
nobody's turn come later every day. Hours are counted from the time of the daily round: 6 with 02:00 means 02, 08, 14
and 20 o'clock.
"""

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pydantic import PlainValidator, TypeAdapter, WithJsonSchema

from core.fields import Hours, wrong

WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAYS = WEEK * 2
FIELDS = 5
BASE = datetime(2024, 1, 1)  # noqa: DTZ001  (the wall clock's, in whatever zone)


def checked(value: object) -> float | str:
    """Check hours or a cron expression."""
    if isinstance(value, str):
        try:
            moment = _trigger(value, "UTC").get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC")))
        except (ValueError, IndexError) as error:
            raise wrong("bad_cron", "{value} is no cron expression", value=value) from error
        if moment is None:
            raise wrong("cron_never", "{value} never comes", value=value)
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong("bad_cron", "{value} is no cron expression", value=value)
    return HOURS.validate_python(float(value))


HOURS: TypeAdapter[float] = TypeAdapter(Hours)
Cadence = Annotated[
    float | str, PlainValidator(checked), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
]
"""Hours between two moments, or a cron expression of five fields (minute, hour, day, month, day of the week)."""


def next_moment(cadence: float | str, after: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """Give the first moment later than `after`; both know their zone. Hours are counted from `at`."""
    if isinstance(cadence, str):
        found: datetime | None = _trigger(cadence, str(zone)).get_next_fire_time(
            None, after + timedelta(microseconds=1)
        )
        return found if found is not None else datetime.max.replace(tzinfo=zone)
    step = timedelta(hours=cadence)
    first = datetime.combine(BASE, at, tzinfo=zone)
    return first + ((after - first) // step + 1) * step


@lru_cache(maxsize=256)
def _trigger(text: str, zone: str) -> CronTrigger:
    """Read a cron expression, with the days of the week named: APScheduler counts them from Monday, crontabs do not."""
    fields = text.split()
    if len(fields) == FIELDS and fields[-1] not in {"*", "?"}:
        fields[-1] = ",".join(DAYS[day] for part in fields[-1].lower().split(",") for day in _days(part))
    return CronTrigger.from_crontab(" ".join(fields), timezone=zone)


def _days(part: str) -> range:
    """Give the days of one part of the last field: 1, mon, 1-5, fri-mon, */2; Sunday is 0 and 7."""
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    low = 0 if span == "*" else _day(first)
    high = 6 if span == "*" or (step and not last) else _day(last or first)
    return range(low, high + 1 if low <= high else high + 8, int(step or 1))


def _day(text: str) -> int:
    return DAYS.index(text) if text in DAYS else range(8)[int(text)]
