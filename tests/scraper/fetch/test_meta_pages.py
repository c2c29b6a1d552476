"""Pages of Instagram and Facebook as a real browser renders them: each answer is read, and none is waited for."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from core.clock import SystemClock
from core.platforms import Facebook as FacebookSite
from core.platforms import Instagram as InstagramSite
from core.records import AccountRef, Capability, Capture, VisitState
from core.settings import Crawl
from scraper import reader
from scraper.adapter import Adapter, Page, PageRequest, Target
from scraper.fetch.browser import open_browser
from scraper.fetch.guard import Guard
from scraper.platforms.facebook import Facebook
from scraper.platforms.instagram import Instagram
from tests.scraper.recorded import CAPTURES

pytestmark = pytest.mark.browser


class Replay(BaseHTTPRequestHandler):
    """Answers /kelmawar/ with the case that the server plays."""

    def do_GET(self) -> None:
        body = self.server.case if urlsplit(self.path).path == "/kelmawar/" else b""  # type: ignore[attr-defined]
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Player(ThreadingHTTPServer):
    """A server that plays one recorded page."""

    daemon_threads = True
    case = b""


@pytest.fixture
def player() -> Iterator[Player]:
    server = Player(("127.0.0.1", 0), Replay)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def rendered(request: PageRequest, place: str) -> Capture:
    async def fetch() -> Capture:
        crawl = Crawl(timeout_seconds=8.0, allow_private=(place,))
        agent = "tilik/0 (+mailto:desk@example.org)"
        guard = Guard(crawl.allow_private)
        async with open_browser(crawl, user_agent=agent, clock=SystemClock(), guard=guard) as browser:
            return await browser.fetch(request)

    return asyncio.run(fetch())


def seen(player: Player, platform: str, case: str) -> tuple[Page, Capture]:
    place = f"127.0.0.1:{player.server_port}"
    base = f"http://{place}"
    adapters: dict[str, Adapter] = {
        "instagram": Instagram(InstagramSite(base_url=base)),
        "facebook": Facebook(FacebookSite(base_url=base)),
    }
    player.case = (CAPTURES / platform / f"{case}.html").read_bytes()
    account = AccountRef(platform=platform, handle="kelmawar")
    (request,) = adapters[platform].plan(Target(account=account), Capability.POSTS)
    capture = rendered(request, place)
    return reader.read(adapters[platform], request, capture), capture


@pytest.mark.parametrize(
    ("platform", "case", "state", "posts"),
    [
        ("instagram", "profile", VisitState.OK, 3),
        ("instagram", "profile_throttled", VisitState.THROTTLED, 0),
        ("instagram", "profile_not_found", VisitState.NOT_FOUND, 0),
        ("instagram", "profile_login_wall", VisitState.LOGIN_WALL, 0),
        ("instagram", "profile_private", VisitState.GATED, 0),
        ("facebook", "page", VisitState.OK, 1),
        ("facebook", "page_before_2024", VisitState.OK, 1),
        ("facebook", "page_login_wall", VisitState.LOGIN_WALL, 0),
    ],
)
def test_a_page_that_a_browser_rendered_reads_like_the_one_that_was_served(
    player: Player, platform: str, case: str, state: VisitState, posts: int
) -> None:
    page, capture = seen(player, platform, case)

    assert (page.state, len(page.posts)) == (state, posts)
    assert capture.ended == "whole"
