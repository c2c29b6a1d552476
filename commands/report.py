"""tilik report: what was seen, found, decided and not seen, for whoever has to read it."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, note, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.tools import Tools
    from review.report import Report

Format = Literal["html", "xlsx", "json", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "xlsx", "json", "pdf")
DAY = ["%Y-%m-%d"]
AsOfOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=DAY, help=say("As it was known at the end of this day, as 2029-11-20.")),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("The file to write."))] = None,
    kind: Annotated[
        Format | None, typer.Option("--format", help=say("html, xlsx, json or pdf; else what the file's name says."))
    ] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help=say("The first day, as 2029-09-24."))
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help=say("The last day; else today."))] = None,
    names: Annotated[bool, typer.Option("--names", help=say("Name accounts; it needs --reason."))] = False,
    reason: Annotated[str | None, typer.Option("--reason", help=say("Why this report must name accounts."))] = None,
    as_of: AsOfOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a report: what could be seen first, then matches, decisions, the model, and what could not be seen."""
    from core.errors import InputError
    from jobs import report as gathering
    from jobs.asof import office_as_of
    from review import report as telling

    because = (reason or "").strip() or None
    if names and because is None:
        raise InputError("report_names_without_reason")
    with tools(config) as opened:
        written = kind or _format_of(output)
        with office_as_of(opened, _day(as_of)) as then:
            path = output or opened.settings.review.exports / f"laporan-{then.today}.{written}"
            gathered = gathering.run(then, first=_day(first), last=_day(last))
        told = telling.report(gathered, opened.secret, names_because=because if names else None)
        gathering.written(opened, who=opened.who, file=str(path), why_names=told.names_because)
        _write(opened, told, path, written)
        gathering.kept_in_mind(opened, gathered, path, why_names=told.names_because)
    _say(told, path, written, as_json=as_json)


def _day(told: datetime | None) -> date | None:
    return told.date() if told else None


def _format_of(output: Path | None) -> Format:
    suffix = output.suffix.lower().removeprefix(".") if output is not None else ""
    return next((one for one in FORMATS if one == suffix), "html")


def _write(opened: "Tools", told: "Report", path: Path, written: Format) -> None:
    from jobs.printing import printed
    from review.report_files import as_json, save, workbook
    from review.report_html import page

    if written == "xlsx":
        content = workbook(told)
    elif written == "json":
        content = as_json(told)
    else:
        html = page(told)
        content = asyncio.run(printed(opened, html)) if written == "pdf" else html.encode()
    save(path, content)


def _say(told: "Report", path: Path, written: Format, *, as_json: bool) -> None:
    missing = [part for part in told.parts if part.missing]
    if as_json:
        rows = {table.code: len(table.frame) for part in told.parts for table in part.tables}
        facts = {"file": path, "format": written, "first": told.first, "last": told.last, "rows": rows}
        answer({**facts, "missing": [part.code for part in missing], "names_because": told.names_because})
        return
    tell("{first} to {last}: {line}", first=told.first, last=told.last, line=told.parts[0].text[0])
    if missing:
        tell("Nothing to tell yet: {parts}.", parts=", ".join(part.title for part in missing))
    if told.names_because is not None:
        note("This report names accounts. Reason given: {reason}", reason=told.names_because)
    tell("Report: {file}", file=path)
