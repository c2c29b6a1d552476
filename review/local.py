"""Numbers and days as the reader writes them."""

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from language import chosen


def number(value: float) -> str:
    """Write a number: 1.234,5 in Indonesian."""
    return format_decimal(value, "#,##0.##", locale=chosen())


def share(value: float) -> str:
    """Write a share of one: 12,3%."""
    return format_percent(value, "0.0%", locale=chosen())


def day(value: date) -> str:
    """Write a day: 27 Nov 2029."""
    return format_date(value, "d MMM y", locale=chosen())
