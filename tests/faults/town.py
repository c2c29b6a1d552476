"""A town of invented accounts on a server of this process: it remembers what it was asked, and can spoil its answers.

A timeline has `pages` pages of `posts` posts, newest first; who asks for a page has been told of the one before, and
so has stored it: that is how a test knows from outside what a crawl had acknowledged when it was killed.
"""

import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

HOST = "baik.example"
RESET = struct.pack("ii", 1, 0)
"""With this, close() sends RST and forgets what was not sent."""
CALL = "Ayo coblos nomor 1 Wira Kencanawungu, menangkan bersama!"


class Fault(StrEnum):
    """What may befall an answer."""

    BROKEN = "500"
    BUSY = "503 with Retry-After: 1"
    RESET = "connection reset"
    HALF = "half a body"
    STALL = "half a body and then silence"
    LONGER = "Content-Length too large"
    HTML = "HTML for JSON"
    JUNK = "JSON of another form"
    NOTHING = "an empty body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a page of a timeline, or for the page of a post (number 0)."""

    at: float
    name: str
    page: int


@dataclass(slots=True, kw_only=True)
class Town:
    """What the server shows, what it was asked, and what it does to an answer."""

    pages: int = 4
    posts: int = 3
    latency: float = 0.005
    port: int = 0
    calls: bool = False
    asked: list[Asked] = field(default_factory=list)
    requests: int = 0
    meanwhile: Callable[[int], None] = lambda _: None
    spoil: Callable[[int], Fault | None] = lambda _: None
    stalls: float = 30.0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def page_of(self, number: int) -> int:
        """Say on which page the post of this number stands, counted from 1, the newest."""
        return (self.pages * self.posts - number) // self.posts + 1

    def acknowledged(self, name: str) -> set[int]:
        """Name the pages of a timeline that somebody must have stored: the next one was asked for afterwards."""
        pages = {one.page for one in self.asked if one.name == name}
        return set(range(1, max(pages))) if pages else set()

    def answer(self, address: str) -> tuple[str, dict[str, str], bytes]:
        """Give status, headers and body for an address."""
        parts = urlsplit(address)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/robots.txt":
            return "404 Not Found", {}, b""
        if parts.path.endswith("/lookup"):
            return "200 OK", {"Content-Type": "application/json"}, json.dumps(self._account(query["acct"])).encode()
        if parts.path.endswith("/statuses"):
            return self._timeline(parts.path, parts.path.split("/")[4], int(query.get("max_id", "0")))
        return "200 OK", {"Content-Type": "text/html"}, self._html(parts.path, query)

    def _timeline(self, path: str, name: str, below: int) -> tuple[str, dict[str, str], bytes]:
        newest = (below or self.pages * self.posts + 1) - 1
        numbers = range(newest, max(newest - self.posts, 0), -1)
        self.asked.append(Asked(at=time.monotonic(), name=name, page=self.page_of(newest)))
        headers = {"Content-Type": "application/json"}
        if newest > self.posts:
            headers["Link"] = f'<http://{self.address}{path}?max_id={numbers[-1]}>; rel="next"'
        return "200 OK", headers, json.dumps([self._status(name, number) for number in numbers]).encode()

    def _account(self, name: str) -> dict[str, str]:
        return {"id": name, "acct": name, "url": f"https://{HOST}/users/{name}", "uri": f"https://{HOST}/users/{name}"}

    def _status(self, name: str, number: int) -> dict[str, object]:
        text = CALL if self.calls and number % 4 == 0 else f"Gotong royong ke-{number} di balai"
        return {
            "id": str(number),
            "uri": f"https://{HOST}/users/{name}/statuses/{number}",
            "url": f"https://{HOST}/@{name}/{number}",
            "account": self._account(name),
            "content": f"<p>{text}</p>",
            "created_at": f"2026-05-{number % 27 + 1:02}T03:00:00.000Z",
            "favourites_count": 0,
            "visibility": "public",
        }

    def _html(self, path: str, query: dict[str, str]) -> bytes:
        """Show a timeline that a script fills, its items, or the page of a post."""
        name = path.rpartition("/")[2]
        if path == "/api/items":
            first, last = self.posts * self.pages, 0
            self.asked.append(Asked(at=time.monotonic(), name=query["who"], page=0))
            items = [self._item(query["who"], number) for number in range(first, last, -1)]
            return json.dumps({"items": items}).encode()
        script = f"fetch('/api/items?who={name}').then(a => a.json()).then(a => {{{FILL}}})" if "warga" in path else ""
        return f"<!doctype html><title>{name}</title><main id=daftar></main><script>{script}</script>".encode()

    def _item(self, name: str, number: int) -> dict[str, str]:
        return {"url": f"/kiriman/{name}-{number}", "author": f"/warga/{name}", "text": f"Kabar ke-{number}"}


FILL = (
    "for (const i of a.items) daftar.insertAdjacentHTML('beforeend', `<article><a class=url href='${i.url}'></a>"
    "<a class=author href='${i.author}'></a><p class=text>${i.text}</p></article>`)"
)
SITE = {
    "platform": "papan",
    "render": "browser",
    "posts": {
        "path": "/warga/{handle}",
        "landmark": "main#daftar",
        "html": {
            "items": "article",
            "id": "a.url@href",
            "url": "a.url@href",
            "author": "a.author@href",
            "text": "p.text",
        },
    },
}
"""How `sites` in the settings describes the pages that a browser has to show."""


@contextmanager
def living(town: Town) -> Iterator[Town]:
    """Let a town answer on a port of its own until the block ends."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(_Door(town).meet, "127.0.0.1", 0, limit=1_000_000)
        town.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="town")
    thread.start()
    ready.wait(10)
    try:
        yield town
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@dataclass(frozen=True, slots=True)
class _Door:
    town: Town

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection, request after request."""
        with suppress(ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                if not await self._one(line.split()[1].decode(), writer):
                    break
        writer.close()

    async def _one(self, address: str, writer: asyncio.StreamWriter) -> bool:
        fault = None
        if address != "/robots.txt":
            self.town.requests += 1
            fault = self.town.spoil(self.town.requests)
        status, headers, body = self.town.answer(address)
        self.town.meanwhile(self.town.requests)
        await asyncio.sleep(self.town.latency)
        return await self._tell(writer, fault, status, headers, body)

    async def _tell(
        self, writer: asyncio.StreamWriter, fault: Fault | None, status: str, headers: dict[str, str], body: bytes
    ) -> bool:
        """Send an answer, spoilt in this way; say whether the connection goes on."""
        if fault is Fault.RESET:
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
            return False
        status, headers, body = _spoilt(fault, status, headers, body)
        length = len(body) * (2 if fault is Fault.LONGER else 1)
        head = "".join(f"{name}: {value}\r\n" for name, value in {**headers, "Content-Length": str(length)}.items())
        cut = len(body) // 2 if fault in {Fault.HALF, Fault.STALL} else len(body)
        writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body[:cut])
        await writer.drain()
        if fault is Fault.STALL:
            await asyncio.sleep(self.town.stalls)
        return fault not in {Fault.HALF, Fault.STALL, Fault.LONGER}


def _spoilt(
    fault: Fault | None, status: str, headers: dict[str, str], body: bytes
) -> tuple[str, dict[str, str], bytes]:
    made: dict[Fault | None, tuple[str, dict[str, str], bytes]] = {
        Fault.BROKEN: ("500 Broken", {}, b"broken"),
        Fault.BUSY: ("503 Busy", {"Retry-After": "1"}, b""),
        Fault.HTML: (status, {"Content-Type": "text/html"}, b"<!doctype html><p>Sebentar lagi"),
        Fault.JUNK: (status, headers, b'{"satu": [2, {"tiga": null}]}'),
        Fault.NOTHING: (status, headers, b""),
    }
    return made.get(fault, (status, headers, body))
