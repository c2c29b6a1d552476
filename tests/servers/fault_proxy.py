"""A proxy that stands before a real server and spoils its answers, on purpose and always in the same way.

It is written here because half of its faults are no HTTP: a length that is a lie, a body that stops, a reset. Proxies
that are made to be correct (mitmproxy is) mend those on their way. Every request is noted with its time, so that a
test can say what was asked while nothing might be.
"""

import asyncio
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

DRIPS = 20
DRIPPING_SECONDS = 1.0
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
NOT_JSON = b"<!doctype html><html><head><title>Sebentar</title></head><body><p>Silakan kembali nanti.</p></body></html>"
RESET = struct.pack("ii", 1, 0)  # close() sends RST and forgets what was not sent


class Fault(StrEnum):
    """What may befall an answer."""

    TOO_MANY = "429 with Retry-After"
    BUSY = "503 with Retry-After"
    BROKEN = "500"
    RESET = "connection reset"
    HALF = "half a body"
    STALL = "half a body and then silence"
    DRIP = "slow drip"
    LONGER = "Content-Length too large"
    SHORTER = "Content-Length too small"
    HTML = "HTML for JSON"


WAITING = frozenset({Fault.TOO_MANY, Fault.BUSY})
"""The faults that say how long nothing may be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Spoil every n-th request for such a path (a regular expression, found anywhere in it), at most so often."""

    fault: Fault
    path: str = "."
    every: int = 1
    times: int | None = None
    seconds: int = 2


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request: when it came, what for, and what befell its answer and when that had gone out."""

    at: float
    host: str
    path: str
    fault: Fault | None = None
    seconds: int = 0
    told_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def head(self, *, length: int) -> bytes:
        lines = [f"HTTP/1.1 {self.status} OK", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"content-length: {length}", "", ""]).encode("latin-1")


@dataclass(slots=True)
class FaultProxy:
    """A running proxy: the rules in force, the robots.txt it shows instead of the servers', and what was asked."""

    doors: dict[str, int] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    robots: str | None = None
    log: list[Asked] = field(default_factory=list)
    rewrites_bodies: bool = False
    _met: dict[Rule, int] = field(default_factory=dict)

    def before(self, url: str) -> str:
        """Give the address at which the proxy stands before a server."""
        scheme, _, host = url.partition("://")
        name, _, _ = host.partition(":")
        return f"{scheme}://{name}:{self.doors[_local(host)]}"

    def spoil(self, *rules: Rule, robots: str | None = None) -> None:
        """Put rules and a robots.txt in force instead of those before, and begin the log anew."""
        self.rules, self.robots, self._met = rules, robots, {}
        self.log.clear()

    def asked(self, path: str = ".") -> list[Asked]:
        """List the requests for such a path."""
        return [one for one in self.log if re.search(path, one.path)]

    def too_early(self, *, grace: float = 0.0) -> list[Asked]:
        """List the requests that came while their host had asked to be left alone."""
        closed = [(one.host, one.told_at + grace, one.told_at + one.seconds) for one in self.log if one.seconds]
        return [one for one in self.log for host, begins, ends in closed if one.host == host and begins < one.at < ends]

    def pick(self, path: str) -> Rule | None:
        """Say which rule strikes this request."""
        for rule in self.rules:
            if not re.search(rule.path, path):
                continue
            self._met[rule] = met = self._met.get(rule, 0) + 1
            if met % rule.every == 0 and (rule.times is None or met // rule.every <= rule.times):
                return rule
        return None

    def own(self, text: str) -> str:
        """Put the proxy's own addresses in the place of the servers'."""
        for host, door in self.doors.items():
            port = host.partition(":")[2]
            text = re.sub(rf"\b(localhost|127\.0\.0\.1):{port}\b", rf"\g<1>:{door}", text)
        return text


@contextmanager
def proxying(*urls: str, rewrites_bodies: bool = False) -> Iterator[FaultProxy]:
    """Stand before these servers until the block ends; `rewrites_bodies` where servers name each other's addresses."""
    proxy = FaultProxy(rewrites_bodies=rewrites_bodies)
    ready, loop, ended = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=60, trust_env=False))
            for host in (_local(url.partition("://")[2]) for url in urls):
                server = await asyncio.start_server(_Door(proxy, client, host).meet, "127.0.0.1", 0)
                stack.callback(server.close)
                proxy.doors[host] = server.sockets[0].getsockname()[1]
            ready.set()
            await ended.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="fault-proxy")
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


class _Door:
    """One listening port, before one server."""

    def __init__(self, proxy: FaultProxy, client: httpx.AsyncClient, host: str) -> None:
        self._proxy = proxy
        self._client = client
        self._host = host

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until either side ends it."""
        try:
            while (head := await _head(reader)) is not None:
                method, path, headers = head
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(at=time.monotonic(), host=self._host, path=path)
                self._proxy.log.append(asked)
                rule = self._proxy.pick(path)
                asked.fault = rule.fault if rule else None
                answer = await self._answer(method, path, headers, body, rule)
                goes_on = await _tell(writer, answer, asked.fault)
                asked.told_at = time.monotonic()
                asked.seconds = rule.seconds if rule and rule.fault in WAITING else 0
                if not goes_on:
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the client has had enough, or the test is over
        finally:
            writer.close()

    async def _answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, rule: Rule | None
    ) -> _Answer:
        if rule is not None and (made := _made(rule)) is not None:
            return made
        if self._proxy.robots is not None and path == "/robots.txt":
            return _Answer(status=200, headers=[("content-type", "text/plain")], body=self._proxy.robots.encode())
        passed = {name: value for name, value in headers.items() if name not in {*HOP_BY_HOP, "host"}}
        passed |= {"accept-encoding": "identity", "host": self._host.replace("127.0.0.1", _name(headers))}
        got = await self._client.request(method, f"http://{self._host}{path}", headers=passed, content=body)
        content = got.content
        if self._proxy.rewrites_bodies and "json" in got.headers.get("content-type", ""):
            content = self._proxy.own(content.decode()).encode()
        told = [(name, self._proxy.own(value)) for name, value in got.headers.multi_items() if name not in HOP_BY_HOP]
        return _Answer(status=got.status_code, headers=told, body=content)


def _made(rule: Rule) -> _Answer | None:
    """Make the answer of a fault that needs no server for it."""
    plain, wait = ("content-type", "application/json"), ("retry-after", str(rule.seconds))
    match rule.fault:
        case Fault.TOO_MANY:
            return _Answer(status=429, headers=[plain, wait], body=b'{"error":"RateLimitExceeded"}')
        case Fault.BUSY:
            return _Answer(status=503, headers=[plain, wait], body=b'{"error":"Busy"}')
        case Fault.BROKEN:
            return _Answer(status=500, headers=[plain], body=b'{"error":"InternalServerError"}')
        case Fault.HTML:
            return _Answer(status=200, headers=[("content-type", "text/html")], body=NOT_JSON)
    return None


async def _tell(writer: asyncio.StreamWriter, answer: _Answer, fault: Fault | None) -> bool:
    """Send an answer as its fault has it; say whether the connection can go on."""
    body, half = answer.body, answer.body[: len(answer.body) // 2]
    match fault:
        case Fault.RESET:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            return False
        case Fault.HALF:
            writer.write(answer.head(length=len(body)) + half)
        case Fault.STALL:
            writer.write(answer.head(length=len(body)) + half)
            await writer.drain()
            await asyncio.sleep(60)
        case Fault.LONGER:
            writer.write(answer.head(length=len(body) + 100) + body)
        case Fault.SHORTER:
            writer.write(answer.head(length=len(half)) + body)
        case Fault.DRIP:
            writer.write(answer.head(length=len(body)))
            step = max(1, -(-len(body) // DRIPS))
            for first in range(0, len(body), step):
                writer.write(body[first : first + step])
                await writer.drain()
                await asyncio.sleep(DRIPPING_SECONDS / DRIPS)
        case _:
            writer.write(answer.head(length=len(body)) + body)
    await writer.drain()
    return fault not in {Fault.HALF, Fault.STALL, Fault.LONGER}


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]] | None:
    """Read the head of a request; None where there is no further one."""
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = text.split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    return method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _name(headers: Mapping[str, str]) -> str:
    return headers.get("host", "127.0.0.1").partition(":")[0]


def _local(host: str) -> str:
    return host.replace("localhost", "127.0.0.1")
