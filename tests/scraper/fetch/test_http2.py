"""HTTP/2 over TLS, conditional questions, and bombs: a small server on this machine that speaks what browsers speak."""

import asyncio
import gzip
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import brotli
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from core.errors import FetchError
from core.records import Capability, Mode, VisitState
from scraper.adapter import PageRequest, Target
from scraper.crawl import Memory, Tally, visit
from scraper.fetch.guard import Guard
from scraper.fetch.http import MAX_BYTES, Ask, Http, open_http
from tests.scraper.fetch.test_manners import FakeClock
from tests.scraper.test_crawl import Pages

T = TypeVar("T")
Answer = tuple[int, dict[str, str], bytes]
ZEROS = bytes(40_000_000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(["openssl", *words.split(), *names], cwd=folder, check=True, capture_output=True)
    return folder


@dataclass
class Web:
    """What an HTTP/2 server answers, and what it was asked over how many connections."""

    answer: Callable[[dict[str, str]], Answer]
    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"https://{self.place}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived) and event.headers is not None:
                    asked = {str(name): str(value) for name, value in event.headers}
                    self.asked.append(asked)
                    status, headers, body = self.answer(asked)
                    stream = event.stream_id
                    assert stream is not None
                    connection.send_headers(stream, [(":status", str(status)), *headers.items()])
                    connection.send_data(stream, body, end_stream=True)
            writer.write(connection.data_to_send())
        writer.close()


@asynccontextmanager
async def served(web: Web, certificate: Path) -> AsyncIterator[Http]:
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    ours.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0, ssl=ours)
    web.port = server.sockets[0].getsockname()[1]
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    guard = Guard([web.place])
    async with (
        server,
        open_http(user_agent="tilik", seconds=5, guard=guard, clock=FakeClock(), trusted=trusted) as http,
    ):
        yield http


def run(web: Web, certificate: Path, work: Callable[[Http], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with served(web, certificate) as http:
            return await work(http)

    return asyncio.run(opened())


def not_modified(asked: dict[str, str]) -> Answer:
    if asked.get("if-none-match") == '"v1"':
        return 304, {"etag": '"v1"'}, b""
    return 200, {"etag": '"v1"', "last-modified": "Thu, 26 Nov 2026 07:00:00 GMT"}, b"Halo"


def test_pages_of_one_host_come_over_one_connection(certificate: Path) -> None:
    web = Web(lambda _: (200, {}, b"Halo"))

    async def work(http: Http) -> list[bytes]:
        captures = await asyncio.gather(*(http.get(web.url(f"/{number}")) for number in range(5)))
        return [capture.body for capture in (*captures, await http.get(web.url("/last")))]

    assert run(web, certificate, work) == [b"Halo"] * 6
    assert (web.connections, len(web.asked)) == (1, 6)
    assert {asked["accept-encoding"] for asked in web.asked} == {"gzip, deflate, br"}


def test_the_marks_of_a_version_are_kept_and_asked_with(certificate: Path) -> None:
    web = Web(not_modified)

    async def work(http: Http) -> tuple[dict[str, str], int]:
        first = await http.get(web.url("/"), Ask(headers={"accept": "application/json"}))
        again = await http.get(web.url("/"), Ask(headers={"if-none-match": first.headers["etag"]}))
        return dict(first.headers), again.status

    headers, status = run(web, certificate, work)

    assert headers == {"etag": '"v1"', "last-modified": "Thu, 26 Nov 2026 07:00:00 GMT"}
    assert status == 304
    assert [asked.get("accept") for asked in web.asked] == ["application/json", "*/*"]


@pytest.mark.parametrize(
    ("validators", "state"),
    [({"If-None-Match": '"v1"'}, VisitState.UNCHANGED), ({}, VisitState.FAILED)],
)
def test_not_modified_never_reaches_an_adapter_and_is_believed_only_where_it_was_asked(
    validators: dict[str, str], state: VisitState, certificate: Path
) -> None:
    web = Web(lambda _: (304, {}, b""))

    async def work(http: Http) -> Tally:
        request = PageRequest(
            target=Target(), capability=Capability.POSTS, url=web.url("/"), step="page", validators=validators
        )
        pages, tally = Pages({}), Tally()  # a platform that knows no page: reading one would be a KeyError
        pages.plan = lambda *_: iter([request])  # type: ignore[method-assign]

        async def fetch(asked: PageRequest) -> object:
            return await http.get(asked.url, Ask(headers=asked.validators))

        steps = visit(pages, Target(), Capability.POSTS, fetch, memory=Memory(), max_pages=3)  # type: ignore[arg-type]
        async for outcome in steps:
            assert outcome.page.bookmark is None
            tally.add(outcome)
        return tally

    tally = run(web, certificate, work)

    assert (tally.state, tally.complete) == (state, state is VisitState.UNCHANGED)


def test_half_an_answer_is_never_taken_for_a_whole_one(certificate: Path) -> None:
    whole = gzip.compress(b"Halo, warga! " * 1000)
    answers: dict[str, Answer] = {
        "/cut": (200, {"content-encoding": "gzip"}, whole[:-9]),
        "/less": (200, {"content-length": "9"}, b"Halo"),
        "/more": (200, {"content-length": "2"}, b"Halo"),
        "/unknown": (200, {"content-encoding": "zstd"}, whole),
    }
    web = Web(lambda asked: answers[asked[":path"]])

    async def work(http: Http) -> dict[str, str]:
        codes = {}
        for path in answers:
            with pytest.raises(FetchError) as failed:
                await http.get(web.url(path))
            codes[path] = failed.value.code
        return codes

    assert run(web, certificate, work) == {
        "/cut": "answer_broken",
        "/less": "unreachable",
        "/more": "unreachable",
        "/unknown": "answer_broken",
    }


def test_http_says_how_it_was_had(certificate: Path) -> None:
    web = Web(lambda _: (200, {}, b"Halo"))

    assert run(web, certificate, lambda http: http.get(web.url("/"))).mode is Mode.AUTO


BOMBED = """
import asyncio, resource, sys
from core.clock import SystemClock
from core.errors import FetchError
from scraper.fetch.guard import Guard
from scraper.fetch.http import open_http

async def once(url, place):
    async with open_http(user_agent="t", seconds=9, guard=Guard([place]), clock=SystemClock()) as http:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            await http.get(url)
        except FetchError as error:
            print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

asyncio.run(once(*sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [("gzip", 10 * gzip.compress(ZEROS)), ("br", brotli.compress(5 * ZEROS, quality=4))],
    ids=["gzip", "br"],
)
def test_a_bomb_ends_at_the_limit_and_does_not_fill_the_memory(encoding: str, bomb: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(bomb)}\r\ncontent-encoding: {encoding}\r\n\r\n"
        writer.write(head.encode() + bomb)
        writer.close()

    async def fetched() -> str:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            words = [sys.executable, "-c", BOMBED, f"http://{place}/", place]
            process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
            return (await process.communicate())[0].decode()

    assert len(bomb) < 450_000
    code, grown = asyncio.run(fetched()).split()

    assert code == "too_large"
    assert int(grown) * 1024 < 3 * MAX_BYTES
