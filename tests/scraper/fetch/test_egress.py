"""The browser's way out, spoken to as a browser would, and as no browser would."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import httpcore
import httpx
import pytest

from core.errors import FetchError
from scraper.fetch import egress as ways
from scraper.fetch.egress import Egress
from scraper.fetch.guard import Guard
from scraper.fetch.pinned import Pinned, pinned
from tests.scraper.fetch.vectors import PUBLIC

T = TypeVar("T")
MANY = b"x" * 3_000_000


class Open:
    """A guard of these tests: it knows a few names."""

    def __init__(self, **names: list[str]) -> None:
        self.names = names
        self.asked: list[tuple[str, int]] = []

    async def reach(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append((host, port))
        if host not in self.names:
            raise FetchError("address_refused", url=host, why="private")
        return tuple(self.names[host])


class Server:
    """Answers every request with what it heard, as plain text; keeps the connection."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = int(head.lower().partition("content-length: ")[2].partition("\r")[0] or 0)
                body = await reader.readexactly(length)
                self.heads.append(head)
                answer = MANY if "/many" in head else f"{head.splitlines()[0]}|{len(body)}".encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def opened(guard: Open) -> AsyncIterator[tuple[Egress, Server]]:
    server, egress = Server(), await Egress(guard).open()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield egress, server
    egress.close()
    listening.close()
    await asyncio.sleep(0.02)  # what is hung up on ends


def run(work: Callable[[Egress, Server], Awaitable[T]], guard: Open | None = None) -> T:
    async def all_of_it() -> T:
        async with opened(guard or Open(desa=["127.0.0.1"], lain=["127.0.0.1"])) as (egress, server):
            return await asyncio.wait_for(work(egress, server), 10)

    return asyncio.run(all_of_it())


async def said(egress: Egress, *parts: bytes) -> bytes:
    """Say something to the proxy, part by part, and give all that it answers before it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(0.02)
    writer.write_eof()
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def request(server: Server, path: str = "/a?b=1", *, host: str = "desa", method: str = "GET", more: str = "") -> bytes:
    return (
        f"{method} http://{host}:{server.port}{path} HTTP/1.1\r\nHost: jebakan\r\nProxy-Connection: keep-alive\r\n"
        f"Accept: */*\r\n{more}\r\n"
    ).encode()


def test_a_plain_request_reaches_its_server_as_one_for_a_server() -> None:
    async def work(egress: Egress, server: Server) -> str:
        await said(egress, request(server))
        assert server.heads == [f"GET /a?b=1 HTTP/1.1\r\nHost: desa:{server.port}\r\nAccept: */*\r\n\r\n"]
        return server.heads[0]

    run(work)


@pytest.mark.parametrize(("path", "asked"), [("", "/"), ("/", "/"), ("?a", "/?a"), ("/p?", "/p?"), ("/p//q", "/p//q")])
def test_a_path_stays_as_it_was_written(path: str, asked: str) -> None:
    async def work(egress: Egress, server: Server) -> str:
        await said(egress, request(server, path))
        return server.heads[0].split(" ")[1]

    assert run(work) == asked


def test_requests_on_one_line_keep_the_connection_and_bodies_arrive_whole() -> None:
    async def work(egress: Egress, server: Server) -> bytes:
        body = b"k" * 70_000
        posted = request(server, "/two", method="POST", more=f"Content-Length: {len(body)}\r\n")
        answered = await said(egress, request(server, "/one"), posted[:40], posted[40:] + body[:10], body[10:])
        assert (server.connections, len(server.heads)) == (1, 2)
        return answered

    answered = run(work)
    assert b"GET /one HTTP/1.1|0" in answered
    assert b"POST /two HTTP/1.1|70000" in answered


def test_a_large_answer_arrives_whole_although_it_is_read_slowly() -> None:
    async def work(egress: Egress, server: Server) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port, limit=4096)
        writer.write(request(server, "/many"))
        await asyncio.sleep(0.3)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(len(MANY))
        writer.close()
        return len(head) and len(body)

    assert run(work) == len(MANY)


def test_a_tunnel_carries_what_it_is_given_and_nothing_is_read() -> None:
    async def work(egress: Egress, server: Server) -> bytes:
        connect = f"CONNECT desa:{server.port} HTTP/1.1\r\nHost: desa:{server.port}\r\n\r\n".encode()
        return await said(egress, connect + b"GET /early HTTP/1.1\r\n\r\n", b"GET /late HTTP/1.1\r\n\r\n")

    answered = run(work)
    assert answered.startswith(ways.ESTABLISHED)
    assert b"GET /early HTTP/1.1|0" in answered
    assert b"GET /late HTTP/1.1|0" in answered


def test_one_line_does_not_lead_to_two_servers() -> None:
    async def work(egress: Egress, server: Server) -> bytes:
        return await said(egress, request(server), request(server, host="lain"))

    assert b"200 OK" not in run(work).partition(b"|0")[2]


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\nHost: desa\r\n\r\n",
        b"GET https://desa/ HTTP/1.1\r\n\r\n",
        b"GET ftp://desa/ HTTP/1.1\r\n\r\n",
        b"GET http://desa@lain/ HTTP/1.1\r\n\r\n",
        b"GET http://desa:99999999/ HTTP/1.1\r\n\r\n",
        b"GET http:///a HTTP/1.1\r\n\r\n",
        b"CONNECT desa/a HTTP/1.1\r\n\r\n",
        b"CONNECT unix:/run/docker.sock HTTP/1.1\r\n\r\n",
        b"POST http://desa/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"x" * (ways.HEAD_BYTES + 1),
        b"GET http://de sa/ HTTP/1.1\r\n\r\n",
    ],
)
def test_whoever_speaks_as_no_browser_does_is_hung_up_on(words: bytes) -> None:
    async def work(egress: Egress, server: Server) -> tuple[bytes, int]:
        return await said(egress, words), server.connections

    assert run(work) == (b"", 0)


def test_what_the_guard_refuses_is_answered_by_nothing_that_could_be_a_page() -> None:
    async def work(egress: Egress, server: Server) -> tuple[bytes, bytes, int]:
        tunnel = f"CONNECT intern:{server.port} HTTP/1.1\r\n\r\n".encode()
        return await said(egress, request(server, host="intern")), await said(egress, tunnel), server.connections

    assert run(work) == (b"", ways.CLOSED, 0)


def test_a_guard_that_fails_lets_nothing_out_and_leaves_nobody_waiting() -> None:
    class Broken(Open):
        async def reach(self, host: str, port: int) -> tuple[str, ...]:
            raise ZeroDivisionError

    async def work(egress: Egress, server: Server) -> tuple[bytes, int]:
        return await said(egress, request(server)), server.connections

    assert run(work, Broken()) == (b"", 0)


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    guard = Open(desa=["::1", "127.0.0.1"])

    async def work(egress: Egress, server: Server) -> bytes:
        return await said(egress, request(server))

    assert b"200 OK" in run(work, guard)


def test_the_guard_is_asked_once_for_each_line() -> None:
    guard = Open(desa=["127.0.0.1"])

    async def work(egress: Egress, server: Server) -> int:
        await said(egress, request(server), request(server), request(server))
        return server.port

    assert guard.asked == [("desa", run(work, guard))]


def test_a_closed_proxy_hangs_up_and_listens_no_longer() -> None:
    async def work(egress: Egress, server: Server) -> bool:
        port = egress.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(server))
        await reader.readuntil(b"\r\n\r\n")
        egress.close()
        with suppress(ConnectionResetError):
            await reader.read()
        writer.close()
        with pytest.raises(OSError, match=str(port)):
            await asyncio.open_connection("127.0.0.1", port)
        return True

    assert run(work)


def answering(*answers: list[str]) -> tuple[Guard, list[str]]:
    """Make a guard whose name server gives these answers in turn."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        del port
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return Guard(resolve=resolve), asked


def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_asked() -> None:
    guard, asked = answering([PUBLIC], ["127.0.0.1"])

    async def twice() -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (await guard.check("https://desa.example/a")).addresses, await guard.reach("DESA.example.", 443)

    assert asyncio.run(twice()) == ((PUBLIC,), (PUBLIC,))
    assert asked == ["desa.example"]


def test_a_refusal_is_counted_and_not_kept() -> None:
    guard, asked = answering(["10.0.0.1"], [PUBLIC])

    async def twice() -> tuple[str, ...]:
        with pytest.raises(FetchError, match="address_refused"):
            await guard.reach("desa.example", 80)
        return await guard.reach("desa.example", 80)

    assert asyncio.run(twice()) == (PUBLIC,)
    assert (guard.refused, len(asked)) == ({"to_private": 1}, 2)


@pytest.mark.parametrize("port", [0, 22, 81, 8080, 8443, 65_536])
def test_only_the_ports_of_the_web_are_open(port: int) -> None:
    guard, asked = answering([PUBLIC])

    with pytest.raises(FetchError, match="address_refused"):
        asyncio.run(guard.reach("desa.example", port))
    assert asked == []


class Dialled(httpcore.AsyncNetworkBackend):
    """Notes where a client would connect to."""

    def __init__(self) -> None:
        self.to: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.to.append((host, port))
        raise httpcore.ConnectError(host)


def test_a_plain_request_dials_the_pinned_addresses_in_turn_and_no_name() -> None:
    dialled = Dialled()

    async def ask() -> None:
        backend = Pinned(Open(desa=["203.0.113.7", "203.0.113.8"]), dialled)
        with pytest.raises(httpcore.ConnectError):
            await backend.connect_tcp("desa", 443, timeout=5)
        with pytest.raises(FetchError, match="address_refused"):
            await backend.connect_unix_socket("/run/docker.sock")

    asyncio.run(ask())
    assert dialled.to == [("203.0.113.7", 443), ("203.0.113.8", 443)]


def test_a_client_that_cannot_be_told_where_to_connect_is_not_used() -> None:
    transport = httpx.AsyncHTTPTransport(trust_env=False)
    transport._pool = object()  # type: ignore[assignment]  # noqa: SLF001

    with pytest.raises(TypeError):
        pinned(Open(), transport)
