"""A sheet of plain words and tables that needs nothing else: what a purge took away, what is held of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from language import chosen
from review.local import day
from review.report_html import TEMPLATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A table of words."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of a sheet."""

    title: str
    text: Sequence[str] = ()
    tables: Sequence[Listed] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The whole of it; `made` says at the end who wrote it when."""

    title: str
    about: Sequence[str]
    chapters: Sequence[Chapter]
    made: str


def written(paper: Paper) -> str:
    """Write it as one HTML page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("paper.html.j2").render(paper=paper, language=chosen())


def moment(value: datetime | str | None, zone: str) -> str:
    """Write a moment in the office's own time; where there is none, a dash."""
    if value is None:
        return "–"
    told = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = told.astimezone(ZoneInfo(zone))
    return f"{day(local.date())} {local:%H.%M %Z}"
