"""An exported archive is replayed by a real browser while the network that it came from is gone."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Route, async_playwright
from warcio.archiveiterator import ArchiveIterator

from core.settings import Crawl
from demo.election import Network
from demo.network import running
from evidence import verify
from evidence.wacz import wacz
from scraper.fetch.browser import find_browser
from tests.evidence.pages import record, with_poster

pytestmark = pytest.mark.browser
PICTURES = "() => [...document.images].map(image => [image.src, image.complete && image.naturalWidth > 0])"


@dataclass(slots=True)
class Replay:
    """What a browser saw of an archive, and what it asked for that is not in it."""

    text: str = ""
    pictures: list[tuple[str, bool]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def answers(archive: bytes) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Read what an archive answers to each address, by its index only."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        data = packed.read("archive/data.warc.gz")
        for line in packed.read("indexes/index.cdxj").decode().splitlines():
            said = json.loads(line.split(" ", 2)[2])
            start = int(said["offset"])
            record = next(iter(ArchiveIterator(io.BytesIO(data[start : start + int(said["length"])]))))
            headers = {name: value for name, value in record.http_headers.headers if name.lower() != "content-length"}
            found[said["url"]] = (int(said["status"]), headers, record.content_stream().read())
    return found


async def replay(archive: bytes, url: str) -> Replay:
    """Show a page from an archive alone."""
    known, seen = answers(archive), Replay()

    async def serve(route: Route) -> None:
        if route.request.url not in known:
            seen.missed.append(route.request.url)
            return await route.abort()
        status, headers, body = known[route.request.url]
        return await route.fulfill(status=status, headers=headers, body=body)

    path = (await find_browser(Crawl())).choice.executable
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, chromium_sandbox=False)
        page = await (await browser.new_context(viewport={"width": 1280, "height": 1600})).new_page()
        await page.route("**/*", serve)
        await page.goto(url, wait_until="networkidle")
        seen.text = await page.inner_text("body")
        seen.pictures = [(src, bool(drawn)) for src, drawn in await page.evaluate(PICTURES)]
        await browser.close()
    return seen


def test_a_post_with_its_poster_is_replayed_whole_after_its_network_is_gone() -> None:
    with running() as served:
        post = with_poster(served)
        url = f"{served.addresses.warga}/post/{post.number}"
        (page,), _ = asyncio.run(record(url))
        likers = [liker.name for liker in served.election.likers_of(post)]
        asked = len(served.requests())
    archive = wacz(page, "tilik/0")

    seen = asyncio.run(replay(archive, url))

    assert list(verify.check_wacz(archive, "page.wacz")) == []
    assert seen.missed == []
    assert post.text.split("\n")[0] in seen.text
    assert all(name in seen.text for name in likers)
    assert any("/gambar/" in src for src, _ in seen.pictures)
    assert [src for src, drawn in seen.pictures if not drawn] == []
    assert len(served.requests()) == asked


def test_a_page_is_recorded_within_two_seconds(record_property: Callable[[str, object], None]) -> None:
    with running() as served:
        posts = [
            post for post in served.election.posts if post.author.network is Network.WARGA and not post.author.quirk
        ]
        _, took = asyncio.run(record(*(f"{served.addresses.warga}/post/{post.number}" for post in posts[:7])))
    middle = sorted(took)[len(took) // 2]
    record_property("seconds", round(middle, 2))

    assert middle < 2.0
