"""A browser's only way out: a proxy in this process that connects where the guard says, and nowhere else.

Chromium is told to ask it for everything, addresses of this machine included, and looks up no name itself. What the
guard refuses is hung up on; when the proxy is gone, there is no other way. `https` and WebSockets come as CONNECT and
pass unread. Plain `http` comes as whole requests: their first line is written anew, their answers pass unread, and one
connection stays with one server, which is how browsers keep them.
"""

import asyncio
import logging
import re

from core.errors import FetchError
from scraper.fetch.guard import Reach

log = logging.getLogger(__name__)
HEAD_BYTES = 256 * 1024
HIGH_WATER = 256 * 1024
CONNECT_SECONDS = 15.0
PATIENCE = 3.0
"""Seconds for an address while the server has others: some networks have IPv6 in name only."""
IDLE_SECONDS = 20.0
"""Whoever connects and says nothing is hung up on."""
END = b"\r\n\r\n"
DROPPED = re.compile(rb"(?mi)^(?:proxy-[a-z-]+|host):[^\r\n]*\r\n")
LENGTH = re.compile(rb"(?mi)^content-length:[ \t]*([0-9]{1,15})[ \t]*\r$")
CHUNKED = re.compile(rb"(?mi)^transfer-encoding:")
SERVER = rb"(\[[0-9a-fA-F:.]+\]|[^\[\]:/?#@\s]+)(?::([0-9]{1,5}))?"
TUNNEL = re.compile(rb"(CONNECT) " + SERVER + rb" HTTP/1\.[01]\r\n")
PLAIN = re.compile(rb"([A-Z]{1,20}) http://" + SERVER + rb"([/?]\S*)? HTTP/1\.[01]\r\n", re.IGNORECASE)
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
CLOSED = b"HTTP/1.1 403 Closed by tilik\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Egress:
    """The proxy of one browser, on a port of this machine that the system chose."""

    def __init__(self, guard: Reach) -> None:
        self._guard = guard
        self._server: asyncio.Server | None = None
        self._lines: set[_Line] = set()

    @property
    def port(self) -> int:
        """The port at which the browser asks."""
        if self._server is None:
            raise RuntimeError("the proxy is not open")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def switches(self) -> tuple[str, ...]:
        """What makes Chromium ask here for everything, addresses of this machine included."""
        return f"--proxy-server=http://127.0.0.1:{self.port}", "--proxy-bypass-list=<-loopback>"

    async def open(self) -> "Egress":
        """Listen from now on, for this machine only."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self._guard, self._lines), "127.0.0.1", 0)
        return self

    def close(self) -> None:
        """Hang up on everybody, and listen no longer."""
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.hang_up()


class _Pipe(asyncio.Protocol):
    """One end of a line. What it hears the other end says; one that cannot keep up makes the other wait."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: _Pipe | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):  # what asyncio gives to everything that is a stream
            self.transport = transport
            transport.set_write_buffer_limits(high=HIGH_WATER)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.write(data)

    def write(self, data: bytes) -> None:
        """Say something, unless nobody hears it any more."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def eof_received(self) -> bool:
        other = self.other.transport if self.other is not None else None
        if other is None or other.is_closing():
            return False
        if other.can_write_eof():
            other.write_eof()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        del error
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()


class _Line(_Pipe):
    """One connection of the browser, from its first word to its end."""

    def __init__(self, guard: Reach, lines: "set[_Line]") -> None:
        super().__init__()
        self._guard = guard
        self._lines = lines
        self._heard = bytearray()
        self._server: tuple[str, int] | None = None
        self._tunnel = False
        self._body_left = 0
        self._asking: asyncio.Task[None] | None = None
        self._silence = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.hang_up)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._lines.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._lines.discard(self)
        self._silence.cancel()
        if self._asking is not None:
            self._asking.cancel()

    def hang_up(self) -> None:
        """End the line at both ends."""
        for end in (self, self.other):
            if end is not None and end.transport is not None:
                end.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._tunnel and self.other is not None:
            self.other.write(data)
            return
        self._heard += data
        if self._asking is None:
            self._listen()

    def _listen(self) -> None:
        """Take what was said to pieces: bodies pass, every head is read."""
        while self._heard and self._asking is None and not self._tunnel:
            if self._body_left:
                part = bytes(self._heard[: self._body_left])
                del self._heard[: len(part)]
                self._body_left -= len(part)
                if self.other is not None:
                    self.other.write(part)
                continue
            end = self._heard.find(END)
            if end < 0:
                if len(self._heard) > HEAD_BYTES:
                    self.hang_up()
                return
            head = bytes(self._heard[: end + len(END)])
            del self._heard[: len(head)]
            self._silence.cancel()
            self._begin(head)

    def _begin(self, head: bytes) -> None:
        """Go where a request wants to go, or hang up."""
        if (tunnel := TUNNEL.match(head)) is not None and self._server is None:
            self._ask(_server(tunnel), None)
        elif (plain := PLAIN.match(head)) is None or CHUNKED.search(head) or self._server not in {None, _server(plain)}:
            # No browser asks two servers on one line: the answer of one could be taken for the other's.
            self.hang_up()
        else:
            self._body_left = int(length[1]) if (length := LENGTH.search(head)) else 0
            self._ask(_server(plain), _rewritten(head, plain))

    def _ask(self, server: tuple[str, int], request: bytes | None) -> None:
        if self._server == server and request is not None and self.other is not None:
            self.other.write(request)
            return
        if self.transport is not None:
            self.transport.pause_reading()
        self._server = server
        self._asking = asyncio.ensure_future(self._connected(server, request))
        self._asking.add_done_callback(self._asked)

    def _asked(self, task: "asyncio.Task[None]") -> None:
        """Hang up where asking ended in what nobody foresaw: nobody may be left waiting, and nothing goes on."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.hang_up()
            log.error("the way out failed: %s", type(error).__name__)

    async def _connected(self, server: tuple[str, int], request: bytes | None) -> None:
        """Connect to the server, say what was asked for, and listen on."""
        try:
            self.other = await self._open(*server)
        except (FetchError, OSError, TimeoutError):
            if request is None:
                self.write(CLOSED)
            if self.transport is not None:
                self.transport.close()
            return
        self._tunnel = request is None
        if request is None:
            self.write(ESTABLISHED)
        self.other.write(bytes(self._heard) if request is None else request)
        if self._tunnel:
            self._heard.clear()
        self._asking = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()
        else:
            self.hang_up()
        self._listen()

    async def _open(self, host: str, port: int) -> _Pipe:
        """Connect to the first of a server's addresses that answers."""
        *others, last = await self._guard.reach(host, port)
        for address in others:
            try:
                return await self._connect(address, port, PATIENCE)
            except (OSError, TimeoutError):
                continue
        return await self._connect(last, port, CONNECT_SECONDS)

    async def _connect(self, address: str, port: int, seconds: float) -> _Pipe:
        def end() -> _Pipe:
            pipe = _Pipe()
            pipe.other = self
            return pipe

        async with asyncio.timeout(seconds):
            _, pipe = await asyncio.get_running_loop().create_connection(end, address, port)
        return pipe


def _server(asked: "re.Match[bytes]") -> tuple[str, int]:
    """Read where a request wants to go."""
    return asked[2].decode("latin-1").strip("[]").lower(), int(asked[3] or 80)


def _rewritten(head: bytes, asked: "re.Match[bytes]") -> bytes:
    """Write a request for a proxy as one for a server: its first line, its Host, and nothing that is for us alone."""
    path = asked[4] or b"/"
    path = path if path.startswith(b"/") else b"/" + path
    named = asked[2] + (b":" + asked[3] if asked[3] else b"")
    return b"%s %s HTTP/1.1\r\nHost: %s\r\n%s" % (asked[1], path, named, DROPPED.sub(b"", head[asked.end() :]))
