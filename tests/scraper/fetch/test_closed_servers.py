"""A server on this machine whose API wants a login, asked with the real client: robots.txt stands before its pages."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.clock import SystemClock
from core.config import load
from core.platforms import Mastodon as Where
from core.records import AccountRef, Capability, VisitState
from core.settings import Crawl, Settings
from scraper.adapter import Target
from scraper.crawl import Memory, Tally, visit
from scraper.fetch.fetcher import open_fetcher
from scraper.platforms.mastodon import Mastodon
from tests.scraper.recorded import CAPTURES

HOST = "warga.example"
KELURAHAN = AccountRef(platform="mastodon", handle=f"kelmawar@{HOST}")
FILES = {"/@kelmawar": "profile_gotosocial.html", "/@kelmawar?max_id=01JA": "profile_gotosocial_last.html"}


class Server(ThreadingHTTPServer):
    """Plays a GoToSocial; `robots` is its robots.txt."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.robots = ""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers as somebody is answered who is not logged in."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/robots.txt":
            self._send(200, "text/plain", self.server.robots.encode())
        elif self.path in FILES and "text/html" in self.headers.get("accept", ""):
            self._send(200, "text/html; charset=utf-8", (CAPTURES / "mastodon" / FILES[self.path]).read_bytes())
        else:
            self._send(401, "application/json", b'{"error": "Unauthorized: token not supplied"}')

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield started
    started.shutdown()
    started.server_close()
    thread.join()


@pytest.fixture
def template(request: pytest.FixtureRequest) -> Settings:
    return load(request.config.rootpath / "config.yaml")


def look(server: Server, template: Settings) -> Tally:
    adapter = Mastodon(Where(servers={HOST: f"http://{server.place}"}))
    crawl = Crawl(seconds_between_requests=0, allow_private=(server.place,))
    settings = template.model_copy(update={"crawl": crawl})

    async def walk() -> Tally:
        tally, target = Tally(), Target(account=KELURAHAN)
        async with open_fetcher(settings, version="0.1", clock=SystemClock()) as web:
            async for outcome in visit(adapter, target, Capability.POSTS, web, memory=Memory(), max_pages=9):
                tally.add(outcome)
        return tally

    return asyncio.run(walk())


def test_the_public_pages_are_read_where_the_api_is_closed(server: Server, template: Settings) -> None:
    tally = look(server, template)

    assert server.asked == ["/robots.txt", "/api/v1/accounts/lookup?acct=kelmawar", *FILES]
    assert (tally.state, tally.seen, tally.complete) == (VisitState.OK, 7, False)


def test_pages_that_robots_closes_are_a_gap_and_not_asked_for(server: Server, template: Settings) -> None:
    server.robots = "User-agent: *\nDisallow: /@\n"

    tally = look(server, template)

    assert server.asked == ["/robots.txt", "/api/v1/accounts/lookup?acct=kelmawar"]
    assert (tally.state, tally.items) == (VisitState.ROBOTS_REFUSED, 0)
