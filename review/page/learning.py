"""Labels and models: what people taught, which model is in use, how the versions compare, going forth and back."""

from collections import Counter
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.errors import TilikError
from jobs import labelling, registry
from language.failures import told
from review.card import card
from review.page.desk import acting, tools_of
from review.page.office import worker_of
from review.page.show import page
from storage import answering, judging
from storage.thresholds import threshold

MOST = 100


def models(request: Request) -> Response:
    """Show the model versions, and how each did on the frozen test against the one before."""
    return _models(request, None)


def _models(request: Request, problem: TilikError | None) -> Response:
    tools = tools_of(request)
    with tools.database.read() as session:
        known = judging.models(session)
        cuts = {one.id: threshold(session, one.id) for one in known}
        labels = answering.current_labels(session)
    cards = {one.version: card(one, cuts[one.id]) for one in known}
    counts = Counter(row.label for rows in labels.values() for row in list(rows.values())[:1])
    fields: dict[str, Any] = {"models": sorted(known, key=lambda one: -one.id), "cards": cards, "calls": counts[True]}
    fields |= {"others": counts[False], "work": worker_of(request).last, "problem": told(problem) if problem else None}
    return page(request, "models.html", status=400 if problem else 200, **fields)


async def change_model(request: Request) -> Response:
    """Put another version to use, or go back to the one before."""
    form = await request.form(max_files=0, max_fields=5)
    return await run_in_threadpool(_change, request, str(form.get("apa", "")), str(form.get("versi", "")))


def _change(request: Request, what: str, version: str) -> Response:
    tools = acting(request)
    try:
        if what == "kembali":
            registry.rollback(tools)
        else:
            registry.promote(tools, version)
    except TilikError as error:
        return _models(request, error)
    return RedirectResponse("/model", 303)


def labels(request: Request) -> Response:
    """Show the newest labels, how far people agree, and on acts too."""
    tools = tools_of(request)
    with tools.database.read() as session:
        given = answering.current_labels(session)
    newest = sorted((row for rows in given.values() for row in rows.values()), key=lambda row: row.labelled_at)
    disputed = sum(len({row.label for row in rows.values()}) > 1 for rows in given.values())
    fields: dict[str, Any] = {"labels": newest[::-1][:MOST], "texts": len(given), "disputed": disputed}
    return page(request, "labels.html", **fields, pairs=labelling.agreements(tools), on_acts=labelling.on_acts(tools))


ROUTES = [
    Route("/model", models),
    Route("/model/ubah", change_model, methods=["POST"]),
    Route("/label", labels),
]
