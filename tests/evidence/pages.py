"""Pages of the demo network, recorded by a real browser."""

import time

from core.clock import SystemClock
from core.recording import Recording
from core.records import Role
from core.settings import Crawl
from demo.election import Network, Writing
from demo.network import Served
from scraper.fetch.browser import open_browser
from scraper.fetch.guard import Guard


def with_poster(served: Served) -> Writing:
    """Choose a campaign's post that has a poster and likers."""
    campaign = [post for post in served.election.posts if post.author.role is Role.CAMPAIGN and post.number % 3 == 0]
    return max(
        (post for post in campaign if post.author.network is Network.WARGA and post.author.quirk is None),
        key=lambda post: len(served.election.likers_of(post)),
    )


async def record(*urls: str) -> tuple[list[Recording], list[float]]:
    place = urls[0].split("/")[2]
    crawl = Crawl(timeout_seconds=10, allow_private=(place,))
    guard = Guard(crawl.allow_private)
    found, took = [], []
    async with open_browser(crawl, user_agent="tilik/0", clock=SystemClock(), guard=guard) as browser:
        for url in urls:
            started = time.monotonic()
            found.append(await browser.record(url))
            took.append(time.monotonic() - started)
    return found, took
