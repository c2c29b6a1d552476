"""The report on the page: the same parts, tables and charts, and the files of it to take along."""

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from jobs import report as gathering
from jobs.printing import printed
from jobs.tools import Tools
from review import report as telling
from review.page.desk import acting, person_of, tools_of
from review.page.proofs import SANDBOX
from review.page.show import page
from review.report import Report
from review.report_files import as_json, save, workbook
from review.report_html import TEMPLATES, sections
from review.report_html import page as whole

DAYS = 30
Format = Literal["html", "xlsx", "json", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "xlsx", "json", "pdf")


def dashboard(request: Request) -> Response:
    """Show what was seen, found and decided in some days; accounts go by codes here as in every report."""
    tools, (first, last) = tools_of(request), _days(request)
    told = telling.report(gathering.run(tools, first=first, last=last), tools.secret)
    return page(request, "dashboard.html", parts=sections(told), first=first, last=last, formats=FORMATS)


def _days(request: Request) -> tuple[date, date]:
    today = tools_of(request).today
    last = min(_day(request.query_params.get("sampai", "")) or today, today)
    first = _day(request.query_params.get("dari", "")) or last - timedelta(days=DAYS - 1)
    return min(first, last), last


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def style(_: Request) -> Response:
    """Give the colours of the charts."""
    return FileResponse(TEMPLATES / "charts.css", media_type="text/css")


async def take_along(request: Request) -> Response:
    """Write a report and give it out; with a reason it names accounts, and the record says why."""
    form = await request.form(max_files=0, max_fields=6)
    kind, why = str(form.get("bentuk", "")), " ".join(str(form.get("alasan", "")).split())[:500]
    wanted: Format = next((one for one in FORMATS if one == kind), "html")
    return await run_in_threadpool(_take_along, request, wanted, why or None)


def _take_along(request: Request, kind: Format, why: str | None) -> Response:
    tools, (first, last) = tools_of(request), _days(request)
    gathered = gathering.run(tools, first=first, last=last)
    told = telling.report(gathered, tools.secret, names_because=why)
    path = tools.settings.review.exports / f"laporan-{first}-{last}.{kind}"
    gathering.written(tools, who=person_of(request).name, file=path.name, why_names=why)
    save(path, _content(tools, told, kind))
    gathering.kept_in_mind(acting(request), gathered, path, why_names=why)
    return FileResponse(Path(path), filename=path.name, headers=SANDBOX)


def _content(tools: Tools, told: Report, kind: Format) -> bytes:
    if kind == "xlsx":
        return workbook(told)
    if kind == "json":
        return as_json(told)
    html = whole(told)
    return asyncio.run(printed(tools, html)) if kind == "pdf" else html.encode()


ROUTES = [
    Route("/dasbor", dashboard),
    Route("/dasbor/berkas", take_along, methods=["POST"]),
    Route("/grafik.css", style),
]
