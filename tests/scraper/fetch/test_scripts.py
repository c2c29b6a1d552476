"""What the scripts of a page ask of its own host obeys robots.txt, like everything that we ask for ourselves."""

import asyncio
import threading
from collections.abc import Iterable, Iterator

import pytest

from core.clock import SystemClock
from core.recording import Recording
from core.records import Capability, Capture
from core.settings import Crawl
from scraper.adapter import PageRequest, Rendering, Target, Tier
from scraper.fetch.browser import open_browser
from scraper.fetch.browser.process import Limits
from scraper.fetch.guard import Guard
from tests.scraper.fetch.bad_web import Web

pytestmark = pytest.mark.browser
FEED = Rendering(ready="body", items="article", seconds=1.0)
QUICK = Limits(quiet_seconds=0.3, close_seconds=1.0, grace_seconds=0.5)


class Closing(Guard):
    """Stands for a robots.txt that closes every address with this in it."""

    def __init__(self, part: str, allow_private: Iterable[str]) -> None:
        super().__init__(allow_private)
        self.part = part

    async def closes_some(self, url: str) -> bool:
        return True

    async def may_ask(self, url: str) -> bool:
        return self.part not in url


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def shown(web: Web, *, closed: str) -> tuple[Capture, Recording]:
    """Look at the feed and record it, while robots.txt closes some addresses."""
    crawl = Crawl(timeout_seconds=5.0, workers=2, allow_private=(web.place,))

    async def work() -> tuple[Capture, Recording]:
        guard = Closing(closed, crawl.allow_private)
        async with open_browser(crawl, user_agent="tilik/0", clock=SystemClock(), guard=guard, limits=QUICK) as browser:
            page = PageRequest(
                target=Target(),
                capability=Capability.POSTS,
                url=web.url("/feed"),
                step="page",
                tier=Tier.BROWSER,
                rendering=FEED,
            )
            return await browser.fetch(page), await browser.record(web.url("/feed"))

    return asyncio.run(work())


def test_what_robots_txt_closes_is_not_asked_by_a_page_either(web: Web) -> None:
    capture, recording = shown(web, closed="/api/")

    assert not [path for path in web.asked if path.startswith("/api/")]
    assert b"<article" not in capture.body
    assert {one.failed for one in recording.transfers if "/api/" in one.url} == {"robots_refused"}


def test_what_robots_txt_leaves_open_is_asked(web: Web) -> None:
    capture, recording = shown(web, closed="/nothing-here/")

    assert [path for path in web.asked if path.startswith("/api/")]
    assert b"<article" in capture.body
    assert {one.failed for one in recording.transfers if "/api/" in one.url} == {None}
