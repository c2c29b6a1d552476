"""The case room: what people open on matches, move with a second person, add to, and hand over."""

import os
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from core.cases import FIELDS, FOLLOWS, SAID, By, CaseState, EntryKind, Known, Number
from core.deeds import Did
from core.errors import InputError, TilikError
from core.records import Answer, Role, Standing
from jobs import cases, gate, identities, stated
from jobs.dossier import Asked
from jobs.handling import Handlings
from language.failures import problem_line, told
from review.dossier import making
from review.dossier.making import SHOWN
from review.ids import CASE, read_id
from review.page.desk import acting, note, person_of, tools_of, visitor_of
from review.page.proofs import SANDBOX
from review.page.show import page
from review.ruling import counted_lines, first_words, handling_lines, stated_words
from storage import answering, reviewing
from storage import cases as kept
from storage.cases import Entry
from storage.database import Session
from storage.walking import Wanted

MOST_BESIDE = 50
MOST_FIELDS = 60
FOLDER = "perkara"
BLANK_KINDS = (EntryKind.NOTE, EntryKind.WITNESS, EntryKind.REPLY, EntryKind.EXCULPATORY)


def listed(request: Request) -> Response:
    """List the cases, the newest first."""
    tools = tools_of(request)
    with tools.database.read() as session:
        found = kept.every(session)
    handlings = Handlings(tools)
    left = {one.row.id: (runs[0].urgency, first_words(runs)) for one in found if (runs := handlings(one))}
    return page(request, "cases.html", cases=found, case_id=SHOWN.case, left=left)


def asked(request: Request) -> Response:
    """Show what a case on some matches would need, and the form where nothing is missing but a reason."""
    return _asked(request, request.query_params.getlist("cocok"), None)


def _asked(request: Request, typed: list[str], problem: TilikError | None) -> Response:
    tools = tools_of(request)
    numbers = [number for one in typed if (number := read_id(one)) is not None]
    found = gate.check(tools, numbers, SHOWN)
    with tools.database.read() as session:
        beside = _beside(session, numbers)
        already = [one for number in numbers for one in kept.with_match(session, number)]
    fields: dict[str, Any] = {
        "chosen": numbers,
        "beside": beside,
        "already": already,
        "lacking": [problem_line(one) for one in found.lacking],
        "late": [problem_line(one) for one in found.late],
        "whose": found.whose,
        "problem": told(problem) if problem else None,
        "case_id": SHOWN.case,
    }
    return page(request, "case_new.html", status=409 if problem else 200, **fields)


def _beside(session: Session, numbers: list[int]) -> list[reviewing.Line]:
    """Give what else of the same account was answered alike: one case may hold all of it."""
    items = answering.items_by_id(session, numbers)
    if not items:
        return []
    first = next(iter(items.values()))
    wanted = Wanted(
        standing=Standing.DECIDED,
        answer=Answer.SOLICITATION,
        accounts=frozenset({first.account_id}),
        contest=first.contest,
        order="newest",
    )
    return reviewing.stretch(session, wanted, most=MOST_BESIDE)


async def opening(request: Request) -> Response:
    """Open a case."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return await run_in_threadpool(_open, request, form)


def _open(request: Request, form: FormData) -> Response:
    typed = [str(one) for one in form.getlist("cocok")]
    numbers = [number for one in typed if (number := read_id(one)) is not None]
    wish = cases.Opening(
        matches=numbers,
        by=person_of(request).name,
        reason=_text(form, "alasan"),
        late_reason=_text(form, "alasan_terlambat") or None,
        known=Known.LOGIN,
    )
    try:
        done = cases.open_case(tools_of(request), wish, SHOWN)
    except TilikError as error:
        return _asked(request, typed, error)
    return RedirectResponse(f"/perkara/{SHOWN.case(done.case_id)}", 303)


def room(request: Request) -> Response:
    """Show one case."""
    return _room(request, None)


def _room(request: Request, problem: TilikError | None, **more: Any) -> Response:  # noqa: ANN401  (what is shown)
    tools, typed = tools_of(request), request.path_params["id"]
    number = read_id(typed, CASE)
    with tools.database.read() as session:
        case = kept.find(session, number) if number else None
        if case is None:
            return page(request, "missing.html", status=404, what=typed)
        items = list(cases.facts_of(session, case))
        numbers = identities.held(session, case.row.id)
        zone = cases.zone_of(tools, case.row.contest)
        days = stated.window(session, case, zone=zone, now=tools.clock.now())
    if problem is None and request.method == "GET":
        note(request, Did.OPEN, SHOWN.case(case.row.id))
    handlings = Handlings(tools)
    runs = handlings(case)
    fields: dict[str, Any] = {
        "case": case,
        "id": SHOWN.case(case.row.id),
        "items": items,
        "numbers": {one.kind: one for one in numbers},
        "person": case.row.role is Role.ASN,
        "ways": [one for one in CaseState if one in FOLLOWS[case.state] and one is not CaseState.STOPPED],
        "may_stop": CaseState.STOPPED in FOLLOWS[case.state],
        "kinds": BLANK_KINDS,
        "reliefs": sorted(SAID),
        "form_fields": FIELDS,
        "problem": told(problem) if problem else None,
        "made": None,
        "handling": [(one.urgency, line) for one in runs for line in handling_lines([one])],
        "counted": list(counted_lines(runs)),
        "stated": stated_words,
        "days": days,
        "broken": handlings.broken,
        "today": tools.today,
    }
    return page(request, "case.html", status=400 if problem else 200, **(fields | more))


async def change(request: Request) -> Response:
    """Do what a form of the room asks for, and show the room again."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return await run_in_threadpool(_change, request, form)


def _change(request: Request, form: FormData) -> Response:
    number = read_id(request.path_params["id"], CASE)
    what = WAYS.get(request.path_params["what"])
    if number is None or what is None:
        return page(request, "missing.html", status=404, what=request.url.path)
    try:
        what(request, number, form)
    except TilikError as error:
        return _room(request, error)
    return RedirectResponse(f"/perkara/{SHOWN.case(number)}", 303)


def _move(request: Request, number: int, form: FormData) -> None:
    state = next((one for one in CaseState if one == _text(form, "keadaan")), None)
    if state is None:  # no button of ours says so
        return
    by, reason = person_of(request).name, _text(form, "alasan")
    day = _day(_text(form, "hari"))
    step = cases.Step(case_id=number, state=state, by=by, reason=reason, known=Known.LOGIN, stated_on=day)
    take = cases.stop if state is CaseState.STOPPED else cases.move
    take(tools_of(request), step, SHOWN)


def _answer(request: Request, number: int, form: FormData) -> None:
    said = cases.Answer(
        case_id=number,
        by=person_of(request).name,
        agrees=_text(form, "jawaban") == "setuju",
        reason=_text(form, "alasan") or None,
        known=Known.LOGIN,
    )
    cases.consent(tools_of(request), said, SHOWN)


def _add(request: Request, number: int, form: FormData) -> None:
    kind = next((one for one in BLANK_KINDS if one == _text(form, "jenis")), EntryKind.NOTE)
    tools = tools_of(request)
    entry = Entry(
        case_id=number,
        kind=kind,
        text=_text(form, "isi"),
        who=person_of(request).name,
        known=Known.LOGIN,
        added_at=tools.clock.now(),
        name=_text(form, "fakta") if kind is EntryKind.EXCULPATORY else _text(form, "nama") or None,
        source=_text(form, "sumber") or None,
        dated=_day(_text(form, "tanggal")),
        address=_text(form, "alamat") or None,
    )
    cases.add(tools, entry, SHOWN)


def _take_back(request: Request, number: int, form: FormData) -> None:
    tools, which = tools_of(request), _text(form, "nomor")
    entry = Entry(
        case_id=number,
        kind=EntryKind.NOTE,
        text="–",
        who=person_of(request).name,
        known=Known.LOGIN,
        added_at=tools.clock.now(),
        takes_back=int(which) if which.isdecimal() else 0,
    )
    cases.add(tools, entry, SHOWN)


def _fill(request: Request, number: int, form: FormData) -> None:
    """Keep the fields that were changed."""
    tools, by = tools_of(request), person_of(request).name
    now = tools.clock.now()
    entry = Entry(case_id=number, kind=EntryKind.FIELD, text="", who=by, known=Known.LOGIN, added_at=now)
    with tools.database.read() as session:
        before = cases.find(session, number, SHOWN.case(number)).filled
    for name in FIELDS:
        text = _text(form, name)
        if text != before.get(name, ""):
            cases.add(tools, replace(entry, name=name, text=text), SHOWN)


def _identity(request: Request, number: int, form: FormData) -> None:
    tools = tools_of(request)
    given = {kind: text for kind in Number if (text := _text(form, kind.value))}
    if not given:
        raise InputError("identity_which")
    vault = identities.vault_of(tools, os.environ)
    by = By(who=person_of(request).name, known=Known.LOGIN)
    identities.keep(tools, vault, number, given, by=by, shown=SHOWN.case(number))


WAYS = {
    "pindah": _move,
    "jawab": _answer,
    "tambah": _add,
    "tarik": _take_back,
    "isian": _fill,
    "nomor": _identity,
}
"""What the forms of the room do, by the end of their address."""


async def dossier(request: Request) -> Response:
    """Make the dossier, and show its files."""
    return await run_in_threadpool(_dossier, request)


def _dossier(request: Request) -> Response:
    tools, number = acting(request), read_id(request.path_params["id"], CASE)
    if number is None:
        return page(request, "missing.html", status=404, what=request.path_params["id"])
    by, vault = person_of(request).name, identities.vault_of(tools, os.environ)
    wanted = Asked(case_id=number, by=by, known=Known.LOGIN, vault=vault)
    try:
        made = making.make(tools, wanted, making.Wishes(templates=_templates(request)))
        files = making.save(tools, made, tools.settings.review.exports / FOLDER)
    except TilikError as error:
        return _room(request, error)
    told_of = {"folder": made.folder, "files": [one.name for one in files], "digest": made.digest}
    return _room(request, None, made=told_of)


def _templates(request: Request) -> Any:  # noqa: ANN401  (a folder, or none)
    """Name the office's own templates, where it has a folder of them beside its exports."""
    folder = tools_of(request).settings.review.exports / "templat"
    return folder if folder.is_dir() else None


def taken(request: Request) -> Response:
    """Give out one file of a dossier; who took it stands in the record."""
    parts = request.path_params
    folder = tools_of(request).settings.review.exports / FOLDER
    path = (folder / parts["folder"] / parts["name"]).resolve()
    whole = path.is_relative_to(folder.resolve()) and path.is_file() and parts["folder"].startswith(parts["id"])
    if not whole or not visitor_of(request).may("judge"):
        return page(request, "missing.html", status=404, what=parts["name"])
    note(request, Did.CASE_EXPORT, f"{parts['id']} {parts['name']}")
    return FileResponse(path, filename=path.name, headers=SANDBOX)


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


def _day(text: str) -> date | None:
    """Read a day; InputError for what is none: where a browser has no field for days people type anything."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("case_day_form", day=text[:40]) from error


ROUTES = [
    Route("/perkara", listed),
    Route("/perkara/baru", asked),
    Route("/perkara/buka", opening, methods=["POST"]),
    Route("/perkara/{id}", room),
    Route("/perkara/{id}/berkas", dossier, methods=["POST"]),
    Route("/perkara/{id}/berkas/{folder}/{name}", taken),
    Route("/perkara/{id}/{what}", change, methods=["POST"]),
]
