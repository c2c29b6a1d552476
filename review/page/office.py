"""The rooms around the queue: what came in, what only a person can see, what runs, whom we watch, how it goes."""

import re
import secrets
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.deeds import Did
from core.errors import TilikError
from core.records import IdentityStatus, Standing
from jobs import closing, coverage, importing, listing, purge, queue, watchfile
from jobs.due import ahead, next_look
from jobs.looks import looks
from language import chosen
from language.failures import told
from review.page.desk import acting, note, person_of, tools_of
from review.page.show import page
from review.page.work import COMMANDS, Worker
from scraper.apart import Apart
from storage import collecting, lookouts, standing, watching
from storage.coverage import last_runs

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,40}")
NAME = re.compile(r"[^\w.() -]+")
MOST_TODO = 200
KEPT_HOURS = 24
RUNS = 10


def worker_of(request: Request) -> Worker:
    """Give what runs long work."""
    found: Worker = request.app.state.worker
    return found


def morning(request: Request) -> Response:
    """Show what a day begins with: what is new, what could not be seen, what waits for a person."""
    tools = tools_of(request)
    with tools.database.read() as session:
        tally = standing.tally(session)
        covered = coverage.recent(session, tools, 1)
        waiting = queue.waiting(session, tools)
        new = standing.flagged_since(session, tools.clock.now() - timedelta(days=1), most=1_000)
        closes = closing.progress(session, tools, looks(watching.watchlist(session, day=tools.today)))
    unseen = Counter(one.state for one in covered.unseen)
    counts = {where: sum(n for (at, _, _), n in tally.items() if at is where) for where in Standing}
    waits = sum(n for (at, band, _), n in tally.items() if at is Standing.OPEN and band != "low")
    fields: dict[str, Any] = {
        "tally": tally,
        "counts": counts,
        "waits": waits,
        "new": new,
        "unseen": unseen,
        "todo": len(waiting),
        "closes": closes,
    }
    return page(request, "morning.html", **fields, covered=covered, work=worker_of(request).last)


def inbox(request: Request) -> Response:
    """Show the form for files that people bring."""
    return page(request, "inbox.html", done=None, problem=None, token=None, name=None, stored=False)


async def bring(request: Request) -> Response:
    """Take a file, read it, and show what it holds; nothing is kept before somebody says so."""
    form = await request.form(max_files=1, max_fields=6)
    given = form.get("berkas")
    if not isinstance(given, UploadFile) or not given.filename:
        return RedirectResponse("/kotak-masuk", 303)
    token = secrets.token_urlsafe(18)
    folder = _folder(request) / token
    path = folder / (NAME.sub("_", Path(given.filename).name).strip(" .")[:120] or "berkas")
    folder.mkdir(parents=True, mode=0o700)
    with path.open("wb") as target:
        while part := await given.read(1 << 20):
            target.write(part)
    owner, address = str(form.get("pemilik", "")).strip(), str(form.get("alamat", "")).strip()
    await form.close()
    return await run_in_threadpool(
        _read, request, path, importing.Wishes(dry_run=True, owner=owner or None, url=address or None)
    )


def _folder(request: Request) -> Path:
    """Say where files lie until they are confirmed; those that nobody confirmed go after a day."""
    tools = tools_of(request)
    folder = tools.settings.storage.data / "inbox"
    if folder.is_dir():
        oldest = tools.clock.now().timestamp() - KEPT_HOURS * 3_600
        for one in folder.iterdir():
            if one.stat().st_mtime < oldest:
                shutil.rmtree(one, ignore_errors=True)
    return folder


def _read(request: Request, path: Path, wishes: importing.Wishes) -> Response:
    fields: dict[str, Any] = {"token": path.parent.name, "name": path.name, "stored": not wishes.dry_run}
    try:
        with Apart() as apart:
            done = importing.one(acting(request), path, wishes, apart)
    except TilikError as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        return page(request, "inbox.html", status=400, done=None, problem=told(error), **fields)
    if not wishes.dry_run:
        shutil.rmtree(path.parent, ignore_errors=True)
    fields |= {"owner": wishes.owner or "", "address": wishes.url or ""}
    return page(request, "inbox.html", done=done, problem=None, **fields)


async def confirm(request: Request) -> Response:
    """Keep what a file holds that was looked at before."""
    form = await request.form(max_files=0, max_fields=6)
    token, owner, address = (str(form.get(name, "")) for name in ("berkas", "pemilik", "alamat"))
    folder = tools_of(request).settings.storage.data / "inbox" / token
    if TOKEN.fullmatch(token) is None or not folder.is_dir():
        return RedirectResponse("/kotak-masuk", 303)
    path = next(folder.iterdir())
    wishes = importing.Wishes(owner=owner or None, url=address or None, custodian=person_of(request).name)
    return await run_in_threadpool(_read, request, path, wishes)


def to_look_at(request: Request) -> Response:
    """List what only a person can see, each with its next step."""
    tools = tools_of(request)
    with tools.database.read() as session:
        found = queue.waiting(session, tools)
    return page(request, "todo.html", items=found[:MOST_TODO], left=max(0, len(found) - MOST_TODO))


def running(request: Request) -> Response:
    """Show what runs or ran last, and the buttons."""
    return page(request, "running.html", work=worker_of(request).last, commands=COMMANDS, busy=False)


async def run(request: Request) -> Response:
    """Start something."""
    form = await request.form(max_files=0, max_fields=4)
    name = str(form.get("apa", ""))
    if name not in COMMANDS:
        return RedirectResponse("/jalankan", 303)
    started = worker_of(request).start(name, who=person_of(request).name, language=chosen())
    if started is None:
        return page(request, "running.html", status=409, work=worker_of(request).last, commands=COMMANDS, busy=True)
    note(request, Did.RUN, name)
    return RedirectResponse("/jalankan", 303)


def watched(request: Request) -> Response:
    """Show the watchlist, with what is known of who is behind each account."""
    return _watched(request, None, None)


def _watched(request: Request, problem: TilikError | None, done: watching.Imported | None) -> Response:
    with tools_of(request).database.read() as session:
        entries = watching.watchlist(session)
    open_names = sum(one.entry.identity is not IdentityStatus.VERIFIED for one in entries)
    fields: dict[str, Any] = {
        "entries": entries,
        "open_names": open_names,
        "done": done,
        "problem": told(problem) if problem else None,
    }
    return page(request, "watchlist.html", status=400 if problem else 200, **fields)


async def bring_watchlist(request: Request) -> Response:
    """Take in a watchlist file."""
    form = await request.form(max_files=1, max_fields=4)
    given = form.get("berkas")
    if not isinstance(given, UploadFile) or not given.filename:
        return RedirectResponse("/daftar-pantau", 303)
    folder = _folder(request) / secrets.token_urlsafe(18)
    folder.mkdir(parents=True, mode=0o700)
    path = folder / (NAME.sub("_", Path(given.filename).name).strip(" .")[:120] or "daftar.csv")
    path.write_bytes(await given.read())
    return await run_in_threadpool(_take_watchlist, request, path, str(form.get("alasan") or ""))


def _take_watchlist(request: Request, path: Path, reason: str) -> Response:
    tools = tools_of(request)
    try:
        entries = watchfile.read(path, platforms=tools.adapters, contests=tools.settings.contests)
        done = listing.take_in(acting(request), entries, name=path.name, reason=reason)
    except TilikError as error:
        return _watched(request, error, None)
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)
    request.app.state.listed = None
    return _watched(request, None, done)


def health(request: Request) -> Response:
    """Show how the last looks went, what is left alone and why, and what is due next."""
    tools = tools_of(request)
    now = tools.clock.now()
    with tools.database.read() as session:
        covered = coverage.recent(session, tools)
        ended = Counter(one.state for one in coverage.last_looks(session, since=now - timedelta(days=7)))
        paused = [row for row in collecting.host_rows(session) if row.blocked_until and row.blocked_until > now]
        totals = collecting.totals(session)
        runs = last_runs(session, RUNS)
        last = max((at for _, at in lookouts.last_visits(session).values()), default=None)
        watched = looks(watching.watchlist(session, day=tools.today))
        plan, next_at = ahead(tools, watched), next_look(session, tools, watched)
        closes = closing.progress(session, tools, watched)
    fields: dict[str, Any] = {
        "covered": covered,
        "ended": ended,
        "paused": paused,
        "totals": totals,
        "last": last,
        "plan": plan,
        "closes": closes,
        "next_at": next_at if next_at is None or next_at > now else now,
    }
    removal_due = purge.is_due(tools.settings, tools.database, now)
    return page(request, "health.html", **fields, runs=runs, removal_due=removal_due)


ROUTES = [
    Route("/", morning),
    Route("/kotak-masuk", inbox),
    Route("/kotak-masuk/baca", bring, methods=["POST"]),
    Route("/kotak-masuk/simpan", confirm, methods=["POST"]),
    Route("/perlu-dilihat", to_look_at),
    Route("/jalankan", running),
    Route("/jalankan/mulai", run, methods=["POST"]),
    Route("/daftar-pantau", watched),
    Route("/daftar-pantau/masukkan", bring_watchlist, methods=["POST"]),
    Route("/kesehatan", health),
]
