"""Turns what a request found into a page: one environment of templates, everything that comes from outside escaped."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from language import chosen, say
from language.reasons import in_words
from review.ids import public_id
from review.named import named
from review.page.desk import tools_of, visitor_of
from review.reasons import REASONS

HERE = Path(__file__).parent
LOCALES = {"id": "id_ID", "en": "en_GB"}


@cache
def templates() -> Environment:
    """Read the templates: strict about what is missing, and everything that they show is escaped."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "say": say,
        "named": named,
        "public_id": public_id,
        "in_words": in_words,
        "reason_words": reason_words,
        "number": number,
        "percent": percent,
    }
    return made


def page(
    request: Request,
    template: str,
    /,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **fields: Any,  # noqa: ANN401  (what the template shows)
) -> HTMLResponse:
    """Show a template; what htmx asks for is the inner part alone."""
    tools, visitor = tools_of(request), visitor_of(request)
    zone = tools.settings.schedule.timezone
    shown = {
        "visitor": visitor,
        "path": request.url.path,
        "query": request.url.query,
        "lang": chosen(),
        "inner": request.headers.get("hx-request") == "true",
        "moment": lambda at, here=None: moment(at, here or zone),
        "version": tools.version,
        "gap": tools.settings.review.decision_gap_ms,
    }
    text = templates().get_template(template).render(**shown, **fields)
    return HTMLResponse(text, status_code=status, headers=dict(headers or {}) | {"vary": "HX-Request"})


def reason_words(code: str) -> str:
    """Write a reviewer's reason as the review files do."""
    return REASONS[code].words[chosen()] if code in REASONS else code


def moment(at: datetime | None, zone: str) -> str:
    """Write a moment as people there read it, with the name of the time: 27 Nov 2024 08.05 WIB."""
    if at is None:
        return say("time unknown")
    there = at.astimezone(ZoneInfo(zone))
    return f"{format_datetime(there, 'd MMM y HH.mm', locale=LOCALES[chosen()])} {there:%Z}"


def number(value: float) -> str:
    """Write a number as people here do."""
    return format_decimal(value, locale=LOCALES[chosen()])


def percent(value: float | None) -> str:
    """Write a share; no machine is certain."""
    return "–" if value is None else format_percent(min(value, 0.99), locale=LOCALES[chosen()])
