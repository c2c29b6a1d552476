"""How people come in: the first person through the link that the terminal shows, everybody with name and password."""

import secrets
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.deeds import Did, Duty
from core.errors import GateError, InputError, TilikError
from jobs import deeds
from language.failures import told
from review.page.desk import COOKIE, acting, digest_of, person_of, tools_of, visitor_of
from review.page.passwords import hashed
from review.page.show import page
from review.people import add_person, known, prove
from storage import people

STAYS = timedelta(hours=12)
CHANGES = {
    "tambah": Did.ADD_PERSON,
    "sandi": Did.PASSWORD,
    "tugas": Did.DUTY,
    "berhenti": Did.LEAVE,
    "kembali": Did.COME_BACK,
}
"""What a form about people may ask for, and what the record says then."""


async def login(request: Request) -> Response:
    """Show the form, or let somebody in; after some wrong passwords the name has to wait."""
    if request.method == "POST":
        form = await request.form(max_files=0, max_fields=5)
        return await run_in_threadpool(_login, request, str(form.get("nama", "")), str(form.get("sandi", "")))
    with tools_of(request).database.read() as session:
        nobody = not people.everybody(session)
    onwards = _onwards(request.query_params.get("ke", "/"))
    return page(request, "login.html", onwards=onwards, problem=None, name="", nobody=nobody)


def _login(request: Request, name: str, password: str) -> Response:
    onwards = _onwards(request.query_params.get("ke", "/"))
    try:
        person = prove(tools_of(request), name, password)
    except GateError as error:
        wait = error.code == "login_wait"
        status, headers = (429, {"retry-after": "900"}) if wait else (403, {})
        fields: dict[str, Any] = {"onwards": onwards, "problem": "wait" if wait else "wrong", "name": name}
        return page(request, "login.html", status=status, headers=headers, nobody=False, **fields)
    return _let_in(request, person.id, person.name, onwards)


def _onwards(address: str) -> str:
    """Lead only to pages of our own."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _let_in(request: Request, person_id: int, name: str, onwards: str) -> Response:
    tools = tools_of(request)
    token, now = secrets.token_urlsafe(32), tools.clock.now()
    with tools.database.write() as session:
        people.open_login(session, person_id, digest_of(token), now=now, ends=now + STAYS)
        people.record(session, who=name, what=Did.LOGIN, detail=None, at=now)
    answer = RedirectResponse(onwards, 303)
    answer.set_cookie(COOKIE, token, max_age=int(STAYS.total_seconds()), httponly=True, samesite="strict", path="/")
    return answer


def logout(request: Request) -> Response:
    """End this login."""
    with tools_of(request).database.write() as session:
        people.close_login(session, digest_of(request.cookies.get(COOKIE, "")))
    answer = RedirectResponse("/masuk", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")
    return answer


async def start(request: Request) -> Response:
    """Let the first person in, who has the link of the terminal: it works once, and only while there is nobody."""
    tools, key = tools_of(request), request.query_params.get("kunci", "")
    with tools.database.read() as session:
        taken = bool(people.everybody(session))
    if taken or not secrets.compare_digest(key, request.app.state.start_key):
        return RedirectResponse("/masuk", 303)
    if request.method == "GET":
        return page(request, "start.html", key=key, name="", problem=None)
    form = await request.form(max_files=0, max_fields=5)
    name, password = str(form.get("nama", "")).strip(), str(form.get("sandi", ""))
    try:
        number = add_person(tools_of(request), name, Duty.ADMIN, password)
    except TilikError as error:
        return page(request, "start.html", status=400, key=key, name=name, problem=told(error))
    return _let_in(request, number, name, "/")


def speak(request: Request) -> Response:
    """Speak the other language from now on."""
    answer = RedirectResponse(_onwards(request.query_params.get("ke", "/")), 303)
    wanted = "en" if request.query_params.get("ke_bahasa") == "en" else "id"
    answer.set_cookie("bahasa", wanted, max_age=31_536_000, httponly=True, samesite="strict", path="/")
    return answer


def everybody(request: Request) -> Response:
    """Show who works here, and to an admin the forms."""
    return _everybody(request, None)


def _everybody(request: Request, problem: TilikError | None) -> Response:
    with tools_of(request).database.read() as session:
        found = people.everybody(session)
    fields: dict[str, Any] = {"people": found, "duties": list(Duty), "problem": told(problem) if problem else None}
    return page(request, "people.html", status=400 if problem else 200, **fields)


async def change_people(request: Request) -> Response:
    """Add somebody, give another duty or password, let somebody leave or come back."""
    form = await request.form(max_files=0, max_fields=8)
    name, what = str(form.get("nama", "")).strip(), str(form.get("apa", ""))
    if what not in CHANGES:
        return RedirectResponse("/orang", 303)
    try:
        if what == "tambah":
            add_person(acting(request), name, Duty(str(form.get("tugas", ""))), str(form.get("sandi", "")))
        else:
            _change(request, name, what, str(form.get("nilai", "")))
    except TilikError as error:
        return _everybody(request, error)
    return RedirectResponse("/orang", 303)


def _change(request: Request, name: str, what: str, value: str) -> None:
    tools = acting(request)
    with tools.database.write() as session:
        person = known(session, name)
        if person.id == person_of(request).id and what != "sandi":
            raise InputError("person_is_you")
        match what:
            case "sandi":
                people.set_password(session, person.id, hashed(value, name=person.name))
            case "tugas":
                people.set_duty(session, person.id, Duty(value))
            case "berhenti":
                people.end_person(session, person.id, tools.clock.now())
            case "kembali":
                people.end_person(session, person.id, None)
        deeds.write(session, tools, CHANGES[what], f"{person.name} ({value})" if what == "tugas" else person.name)


def record(request: Request) -> Response:
    """Show the record of deeds, the newest first."""
    with tools_of(request).database.read() as session:
        found = people.deeds(session)
    return page(request, "record.html", deeds=found, mine=visitor_of(request).person)


ROUTES = [
    Route("/masuk", login, methods=["GET", "POST"]),
    Route("/mulai", start, methods=["GET", "POST"]),
    Route("/keluar", logout, methods=["POST"]),
    Route("/bahasa", speak),
    Route("/orang", everybody),
    Route("/orang/ubah", change_people, methods=["POST"]),
    Route("/catatan", record),
]
