"""How a dossier writes moments, days and what nobody knows: always in Indonesian, whatever the office reads."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

BLANK = "[diisi petugas]"
NOTHING = "–"
LOCALE = "id_ID"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment as people there read it, and in UTC: 2 Mei 2031 10.00 WIB (UTC 2031-05-02 03:00:00)."""
    there = at.astimezone(zone)
    told = format_datetime(there, "d MMMM y HH.mm", locale=LOCALE)
    return f"{told} {there:%Z} (UTC {at.astimezone(UTC):%Y-%m-%d %H:%M:%S})"


def day(at: date | None) -> str:
    """Write a day."""
    return BLANK if at is None else format_date(at, "d MMMM y", locale=LOCALE)


def or_blank(text: str | None) -> str:
    """Give a text, or the mark that an officer has to fill it in."""
    return text.strip() if text and text.strip() else BLANK
