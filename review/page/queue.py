"""The queue, the card, and what is decided there."""

import time
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.deeds import Did
from core.errors import InputError, TilikError
from core.records import Action, Answer, Standing
from jobs import assessing
from jobs.bands import high_is_measured
from jobs.clocks import Countdown
from jobs.similar import alike
from language import say
from language.bands import band_words
from language.failures import told
from review.deciding import decision_on, keep
from review.deciding import undo as take_back_one
from review.ids import public_id, read_id
from review.page.cards import ANSWERS, Card, card
from review.page.desk import person_of, tools_of, visitor_of
from review.page.filters import Filter, Listed, key_in, key_out
from review.page.show import page
from review.ruling import left_words
from storage import clocks, reviewing, standing, walking, watching
from storage.people import record
from storage.reviewing import Line
from storage.walking import Key, Wanted

STRETCH = 30
STRIP = 10
FRESH_SECONDS = 60


def listed(request: Request) -> Listed:
    """Give the watchlist, read again after a minute."""
    state, now = request.app.state, time.monotonic()
    if state.listed is None or now - state.listed[0] > FRESH_SECONDS:
        with tools_of(request).database.read() as session:
            state.listed = now, Listed(watching.watchlist(session))
    found: Listed = state.listed[1]
    return found


def queue(request: Request) -> Response:
    """Show a stretch of the queue."""
    tools, wanted = tools_of(request), Filter.read(request.query_params)
    after = key_in(request.query_params.get("setelah", ""))
    with tools.database.read() as session:
        lines = reviewing.stretch(session, _wanted(request, wanted), after=after, most=STRETCH + 1)
        tally = standing.tally(session)
        measured = high_is_measured(session)
    countdown = Countdown(tools)
    more = lines[STRETCH - 1].key if len(lines) > STRETCH else None
    fields: dict[str, Any] = {
        "filter": wanted,
        "lines": lines[:STRETCH],
        "more": key_out(more) if more else None,
        "first": after is None,
        "waiting": sum(
            number for (where, band, _), number in tally.items() if where is Standing.OPEN and band != "low"
        ),
        "by_standing": {one: sum(n for (where, _, _), n in tally.items() if where is one) for one in Standing},
        "units": [(unit, unit) for unit in listed(request).units],
        "contests": [(one.id, one.name) for one in tools.settings.contests],
        "candidates": [
            (one.id, next(iter(one.names), one.id)) for of in tools.settings.contests for one in of.candidates
        ],
        "actions": [(one, say(one)) for one in Action],
        "answers": [(one, say(one)) for one in Answer],
        "blind": tools.settings.review.blind and wanted.tampilan != "selesai",
        "left_of": lambda line: _left(countdown, line),
        "band_of": lambda line: band_words(line.band, high_is_measured=measured),
    }
    return page(request, "queue.html", **fields)


def _left(countdown: Countdown, line: Line) -> str | None:
    """Say of a line how many days are left."""
    begins = line.first_opened_at or line.captured_at
    found = countdown(line.contest, begins) if begins else None
    return left_words(found[1]) if found else None


def _wanted(request: Request, wanted: Filter) -> Wanted:
    tools = tools_of(request)
    return wanted.wanted(person_of(request).name, listed(request), tools.settings.schedule.timezone)


def show(request: Request) -> Response:
    """Show one card."""
    match_id = read_id(request.path_params["id"])
    found = _card(request, match_id) if match_id is not None else None
    if found is None:
        return page(request, "missing.html", status=404, what=request.path_params["id"])
    return _shown(request, _opened(request, found), Filter.read(request.query_params))


def _opened(request: Request, found: Card) -> Card:
    """Note who opened a card, and if nobody had before, that its time runs from now on."""
    tools, match_id = tools_of(request), found.item.match_id
    now = tools.clock.now()
    with tools.database.write() as session:
        detail = public_id(match_id)
        record(session, who=person_of(request).name, what=Did.OPEN, detail=detail, at=now)
        clocks.opened(session, {match_id: now})
        return replace(found, told_by_rules=assessing.told(session, tools, match_id))


def _card(request: Request, match_id: int) -> Card | None:
    tools = tools_of(request)
    with tools.database.read() as session:
        found = card(session, tools, match_id, reviewer=person_of(request).name, unit=None)
    return None if found is None else replace(found, unit=listed(request).unit_of(found.item.account_id))


def _shown(
    request: Request, found: Card, wanted: Filter, *, problem: TilikError | None = None, push: bool = False
) -> Response:
    tools = tools_of(request)
    with tools.database.read() as session:
        strip = reviewing.latest_of(session, person_of(request).name, STRIP)
        measured = high_is_measured(session)
    address = f"/kartu/{public_id(found.item.match_id)}?{wanted.address()}".rstrip("?")
    fields: dict[str, Any] = {
        "card": found,
        "filter": wanted,
        "strip": strip,
        "answers": ANSWERS,
        "band": band_words(found.item.band, high_is_measured=measured),
        "problem": told(problem) if problem else None,
        "may_settle": found.standing is Standing.CONFLICT and found.mine is None and visitor_of(request).may("judge"),
    }
    status = 400 if problem else 200
    return page(request, "card.html", status=status, headers={"hx-push-url": address} if push else None, **fields)


def go(request: Request) -> Response:
    """Go to the next match of the queue behind this one, or to the one before; at its end to its beginning."""
    wanted, here = Filter.read(request.query_params), read_id(request.path_params["id"])
    back = request.query_params.get("arah") == "balik"
    with tools_of(request).database.read() as session:
        key = reviewing.key_of(session, here) if here else None
    following = _before(request, wanted, key) if back and key else _after(request, wanted, key)
    return _to(request, following if following != here else None, wanted)


def _after(request: Request, wanted: Filter, key: Key | None) -> int | None:
    with tools_of(request).database.read() as session:
        for after in (key, None):
            lines = reviewing.stretch(session, _wanted(request, wanted), after=after, most=1)
            if lines:
                return lines[0].match_id
    return None


def _before(request: Request, wanted: Filter, key: Key) -> int | None:
    with tools_of(request).database.read() as session:
        return walking.before(session, _wanted(request, wanted), key)


def _to(request: Request, match_id: int | None, wanted: Filter) -> Response:
    """Lead to a card; htmx gets it at once, a plain browser is sent there."""
    if request.headers.get("hx-request") != "true":
        where = f"/kartu/{public_id(match_id)}" if match_id else "/antrean"
        return RedirectResponse(f"{where}?{wanted.address()}".rstrip("?"), 303)
    found = _card(request, match_id) if match_id else None
    if found is None:
        return page(request, "done.html", headers={"hx-push-url": f"/antrean?{wanted.address()}"}, filter=wanted)
    return _shown(request, _opened(request, found), wanted, push=True)


async def decide(request: Request) -> Response:
    """Take an answer, and show the next card."""
    form = await request.form(max_files=0, max_fields=8)
    said, remark = str(form.get("putusan", "")), str(form.get("catatan", ""))
    return await run_in_threadpool(_decide, request, said, remark, too=bool(form.get("serupa")))


def _decide(request: Request, said: str, remark: str, *, too: bool) -> Response:
    wanted = Filter.read(request.query_params)
    match_id = read_id(request.path_params["id"])
    tools, person = tools_of(request), person_of(request)
    found = _card(request, match_id) if match_id is not None else None
    if found is None:
        return page(request, "missing.html", status=404, what=request.path_params["id"])
    try:
        settles = found.standing is Standing.CONFLICT and found.mine is None
        made = decision_on(found.item, said, reviewer=person.name, note=remark, now=tools.clock.now(), settles=settles)
    except InputError as error:
        return _shown(request, found, wanted, problem=error)
    before = found.mine.row if found.mine else None
    if before is None or (before.answer, before.reason, before.note) != (made.answer, made.reason, made.note):
        with tools.database.write() as session:
            keep(tools, session, made, found.item, alike=alike(session, found.item.match_id) if too else ())
    with tools.database.read() as session:
        key = reviewing.key_of(session, found.item.match_id)
    return _to(request, _after(request, wanted, key), wanted)


async def undo(request: Request) -> Response:
    """Take one of one's own last decisions back, and show its card."""
    form = await request.form(max_files=0, max_fields=4)
    number = str(form.get("nomor", ""))
    return await run_in_threadpool(_undo, request, int(number) if number.isdecimal() else 0)


def _undo(request: Request, number: int) -> Response:
    tools, person, wanted = tools_of(request), person_of(request), Filter.read(request.query_params)
    with tools.database.write() as session:
        match_id = take_back_one(tools, session, number, person.name)
    if match_id is None:
        return page(request, "missing.html", status=404, what=str(number))
    return _to(request, match_id, wanted)


ROUTES = [
    Route("/antrean", queue),
    Route("/kartu/{id}", show),
    Route("/kartu/{id}/lanjut", go),
    Route("/putuskan/{id}", decide, methods=["POST"]),
    Route("/batal", undo, methods=["POST"]),
]
