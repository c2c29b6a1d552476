"""A report as one HTML file that needs nothing else: no script, no address, its charts inside, each with its table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.settings import Contest
from language import chosen, say
from review import charts
from review.charts import Grid, Phase, Series, Words
from review.local import day, number, share
from review.report import PHASES, Part, Report
from review.tables import SIGHTS, Column, Table

TIMES = ("time_told", "time_unknown")
TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column; numbers stand at the right."""

    word: str
    number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A table as the page shows it, with its chart and the key to its colours where it has them."""

    title: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[str]]
    chart: str | None
    key: Sequence[str]
    key_style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part as the page shows it."""

    code: str
    title: str
    text: Sequence[str]
    tables: Sequence[Drawn]


def page(report: Report) -> str:
    """Write the whole page."""
    made = report.made_at.astimezone(ZoneInfo(report.zone))
    words = {
        "period": say("{first} to {last}, days of {zone}",
                      first=day(report.first), last=day(report.last), zone=f"{made:%Z}"),
        "made": say("Made by tilik {version} on {when}. Kept at {controller}.", version=report.version,
                    when=f"{day(made.date())} {made:%H.%M %Z}", controller=report.controller),
        "contents": say("Contents"),
        "picture": say("Chart"),
        "table": say("Table"),
    }  # fmt: skip
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    parts = sections(report)
    return environment.get_template("report.html.j2").render(report=report, parts=parts, words=words, language=chosen())


def sections(report: Report) -> list[Section]:
    """Give the parts as a page shows them."""
    return [_section(part, report) for part in report.parts]


def shown(value: object, column: Column) -> str:
    """Write one cell for people: numbers and days in their language, codes in words."""
    match value:
        case None:
            return "–"
        case float() if column.share:
            return share(value)
        case int() | float():
            return number(value)
        case date():
            return day(value)
        case _:
            return column.words(str(value))


def _section(part: Part, report: Report) -> Section:
    drawn = [_table(table, report) for table in part.tables if len(table.frame)]
    return Section(code=part.code, title=part.title, text=part.text, tables=drawn)


def _table(table: Table, report: Report) -> Drawn:
    rows = table.rows
    numbers = [any(isinstance(row[at], int | float) for row in rows) for at in range(len(table.columns))]
    keyed: Sequence[str] = SIGHTS if table.code == "coverage" else TIMES if table.code.startswith("time_") else ()
    return Drawn(
        title=table.title,
        heads=[Head(word=one.head, number=number) for one, number in zip(table.columns, numbers, strict=True)],
        rows=[[shown(value, one) for value, one in zip(row, table.columns, strict=True)] for row in rows],
        chart=_chart(table, report),
        key=[one.head for one in table.columns if one.code in keyed],
        key_style="layer" if keyed is SIGHTS else "key",
    )


def _chart(table: Table, report: Report) -> str | None:
    contest = next((one for one in report.contests if table.code == f"time_{one.id}"), None)
    if contest is not None:
        return _time(table, contest, report.last)
    draw = _CHARTS.get(table.code)
    return draw(table) if draw is not None else None


def _words(table: Table, desc: str) -> Words:
    return Words(id=f"c-{table.code}", title=table.title, desc=f"{desc} {say('All numbers stand in the table below.')}")


def _names(table: Table) -> list[str]:
    first = table.columns[0]
    return [shown(row[0], first) for row in table.rows]


def _numbers(table: Table, code: str) -> list[int]:
    return [int(value) for value in table.frame[code]]


def _coverage(table: Table) -> str:
    series = Series(names=_names(table), layers=[_numbers(table, code) for code in SIGHTS])
    desc = say(
        "Bars over time: how many account-days were seen whole, in part, could not be seen, or nobody looked at."
    )
    return charts.bars(_words(table, desc), series)


def _time(table: Table, contest: Contest, last: date) -> str:
    phases = _phases(contest, list(table.frame["from"]), last=last)
    series = Series(names=_names(table), layers=[_numbers(table, code) for code in TIMES], phases=phases)
    told = {
        "most": number(max(max(values) for values in series.layers)),
        "phases": ", ".join(one.word for one in phases) or "–",
    }
    desc = say("Two lines of matches over time, highest {most}: by the time of the act, and dashed by the day on which "
               "they were seen where it is not told. Phases of the election are shaded: {phases}.", **told)  # fmt: skip
    return charts.line(_words(table, desc), series)


def _phases(contest: Contest, days: Sequence[date], *, last: date) -> list[Phase]:
    """Say where on the line each phase lies; a point stands for the days until the next, or until the last day."""
    edges = [*(one.toordinal() for one in days), last.toordinal() + 1]
    places = range(len(edges))

    def at(ordinal: int) -> float:
        return float(np.interp(ordinal, edges, places))

    found = []
    for phase in contest.phases:
        begins, ends = at(phase.starts.toordinal()), at(phase.ends.toordinal() + 1)
        if begins < ends:
            found.append(Phase(begins=begins, ends=ends, word=say(PHASES[phase.name])))
    return found


def _units(table: Table) -> str:
    series = Series(names=_names(table), layers=[_numbers(table, "matches")])
    desc = say("Bars of matches by unit, in the order of their names.")
    return charts.rows(_words(table, desc), series)


def _matrix(table: Table) -> str:
    columns = [one for one in table.columns[1:] if one.code != "total"]
    grid = Grid(
        down=_names(table),
        across=[one.head for one in columns],
        cells=[[int(value) for value in row] for row in table.frame[[one.code for one in columns]].to_numpy().tolist()],
    )
    desc = say("A matrix of matches; the more, the stronger the colour. It shows the first {down} rows and {across} "
               "columns in the order of the table.", down=min(len(grid.down), charts.MOST_ROWS),
               across=min(len(grid.across), charts.MOST_COLUMNS))  # fmt: skip
    return charts.heat(_words(table, desc), grid)


_CHARTS: Mapping[str, Callable[[Table], str]] = {
    "coverage": _coverage,
    "units": _units,
    "kinds": _matrix,
    "accounts_by_candidate": _matrix,
}
"""Which tables have a chart, besides those of the contests over time."""
