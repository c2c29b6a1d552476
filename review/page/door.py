"""The door of the page: who may come in, and what every answer says to a browser.

Only this machine's own names are answered (another name that leads here is an attack: DNS rebinding), a form must come
from our own pages and carry the word of its login, and no answer lets a browser run or load anything that is not ours.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import language
from core.deeds import Duty
from jobs.tools import Tools
from language import say
from review.page.desk import COOKIE, Visitor, csrf_of, digest_of
from review.people import MAY
from review.reasons import Language
from storage import people

OPEN_TO_ALL = ("/masuk", "/mulai", "/statis/", "/bahasa")
MAY_POST: Mapping[str, str] = {
    "/putuskan": "judge", "/batal": "judge", "/ekspor": "judge", "/dasbor": "read", "/kotak-masuk": "run",
    "/jalankan": "run", "/daftar-pantau": "run", "/label": "judge", "/model": "manage", "/orang": "manage",
    "/perkara": "judge",
}  # fmt: skip
"""Which right a form asks for, by the beginning of its address."""
LARGEST = 600 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""What every answer says unless it says something of its own."""


class Door:
    """Stands before the page (ASGI)."""

    def __init__(self, app: ASGIApp, *, tools: Tools, hosts: frozenset[str]) -> None:
        self.app = app
        self.tools = tools
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        token = request.cookies.get(COOKIE, "")
        visitor = scope["visitor"] = self._visitor(request, token)
        with language.speaking(visitor.language):
            refusal = self._refusal(request, visitor, token)
            if refusal is None and scope["method"] == "POST":
                receive, refusal = await self._form(request, visitor, receive)
            await (refusal or self.app)(scope, receive, _with_headers(send))

    def _visitor(self, request: Request, token: str) -> Visitor:
        asked = request.cookies.get("bahasa")
        spoken: Language = "en" if asked == "en" else "id" if asked == "id" else self.tools.settings.review.language
        person = None
        if token and not request.url.path.startswith("/statis/"):
            with self.tools.database.read() as session:
                person = people.logged_in(session, digest_of(token), self.tools.clock.now())
        return Visitor(person=person, language=spoken, csrf=csrf_of(self.tools.secret, token))

    def _refusal(self, request: Request, visitor: Visitor, token: str) -> Response | None:
        path = request.url.path
        if request.headers.get("host", "") not in self.hosts:
            return PlainTextResponse(say("This page answers only on this machine."), 421)
        if request.method not in {"GET", "HEAD", "POST"}:
            return PlainTextResponse(say("That cannot be done here."), 405)
        if visitor.person is None and not path.startswith(OPEN_TO_ALL):
            return RedirectResponse(f"/masuk?ke={quote(path)}", 303)
        if request.method == "POST":
            right = next((right for start, right in MAY_POST.items() if path.startswith(start)), None)
            if right is not None and not visitor.may(right):
                return PlainTextResponse(
                    say("Your duty does not allow this: {duties} may do it.", duties=_who(right)), 403
                )
        return None

    async def _form(self, request: Request, visitor: Visitor, receive: Receive) -> tuple[Receive, Response | None]:
        """Ask a form where it comes from; small ones are read for their word, uploads carry it in their address."""
        if urlsplit(request.headers.get("origin", "")).netloc not in self.hosts:
            return receive, PlainTextResponse(say("This form does not come from tilik's own page."), 403)
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST:  # a form of a browser always says how long it is
            return receive, PlainTextResponse(say("This is too large."), 413)
        if visitor.person is None:
            return receive, None
        word = request.query_params.get("kata")
        if word is None:
            body = await _body(receive, most=200_000)
            word = next(iter(parse_qs(body.decode("utf-8", "replace")).get("kata", [])), "")
            receive = _again(body, receive)
        if word != visitor.csrf:
            return receive, PlainTextResponse(
                say("This form is from an earlier login: go back, load the page again."), 403
            )
        return receive, None


def _who(right: str) -> str:
    return ", ".join(say(str(duty)) for duty in Duty if duty in MAY[right])


async def _body(receive: Receive, *, most: int) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body") or size > most:
            return b"".join(parts)


def _again(body: bytes, onwards: Receive) -> Receive:
    """Give out a body that was read already, then what comes after it."""
    waiting = [body]

    async def receive() -> Message:
        return {"type": "http.request", "body": waiting.pop(), "more_body": False} if waiting else await onwards()

    return receive


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = Headers(raw=message["headers"])
            headers = MutableHeaders(raw=message["headers"])
            for name, value in HEADERS.items():
                if name not in said:
                    headers[name] = value
        await send(message)

    return sending
