"""The archive of a page in replayweb.page itself (AGPL: installed for this test, never shipped), its network gone.

Needs the npm package `replaywebpage` somewhere under .servers/: its `ui.js` and `sw.js` hold everything.
"""

import asyncio
import functools
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Frame, Page, Request, async_playwright

from core.settings import Crawl
from demo.network import running
from evidence.wacz import wacz
from scraper.fetch.browser import find_browser
from tests.evidence.pages import record, with_poster

pytestmark = [pytest.mark.servers, pytest.mark.browser]
SERVERS = Path(__file__).resolve().parents[2] / ".servers"
WITHIN = 15.0
TRIES = 8
VIEWER = """<!doctype html><title>Putar ulang</title><script src="/replay/ui.js"></script>
<replay-web-page source="/page.wacz" url="{url}" replayBase="/replay/" embed="replayonly"
style="display:block;width:1280px;height:1400px"></replay-web-page>"""
DRAWN = "() => [...document.images].map(image => [image.src, image.complete && image.naturalWidth > 0])"


@dataclass(slots=True)
class Seen:
    """What the viewer showed, and every server but its own that was asked for something."""

    text: str = ""
    pictures: list[tuple[str, bool]] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def viewer() -> Path:
    """Give the folder of the viewer; say loudly where it is missing."""
    found = next(SERVERS.glob("**/node_modules/replaywebpage/sw.js"), None)
    if found is not None:
        return found.parent
    message = "replayweb.page is not installed: put the npm package `replaywebpage` under .servers/"
    if os.environ.get("TILIK_SERVERS") == "required":
        pytest.fail(message)
    pytest.skip(message)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def shown(base: str, words: str) -> Seen:
    """Open the viewer and wait until the page stands in it."""
    seen = Seen()

    def note(request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(base):
            seen.strangers.append(request.url)

    path = (await find_browser(Crawl())).choice.executable
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, chromium_sandbox=False)
        context = await browser.new_context(viewport={"width": 1300, "height": 1500})
        context.on("request", note)
        page = await context.new_page()
        await page.goto(f"{base}/index.html")
        frame = await _frame(page, words)
        await asyncio.sleep(1)
        seen.text = await frame.inner_text("body")
        seen.pictures = [(src, bool(drawn)) for src, drawn in await frame.evaluate(DRAWN)]
        await browser.close()
    return seen


async def _frame(page: Page, words: str) -> Frame:
    """Find the frame of the replayed page; load the viewer again where its service worker was late."""
    for _ in range(TRIES):
        if (frame := await _frame_within(page, words)) is not None:
            return frame
        await page.reload()
    pytest.fail(f"not shown in {TRIES} tries of {WITHIN} s: {[frame.url for frame in page.frames]}")


async def _frame_within(page: Page, words: str) -> Frame | None:
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        for frame in page.frames:
            if frame != page.main_frame and words in await frame.evaluate("() => document.body?.innerText ?? ''"):
                return frame
        await asyncio.sleep(0.2)
    return None


def test_replayweb_page_shows_the_post_with_its_pictures_and_asks_nobody(viewer: Path, tmp_path: Path) -> None:
    with running() as served:
        post = with_poster(served)
        url = f"{served.addresses.warga}/post/{post.number}"
        (recorded,), _ = asyncio.run(record(url))
        likers = [liker.name for liker in served.election.likers_of(post)]
    (tmp_path / "page.wacz").write_bytes(wacz(recorded, "tilik/0"))
    (tmp_path / "index.html").write_text(VIEWER.format(url=quote(url, safe=":/?=&")), encoding="utf-8")
    (tmp_path / "replay").mkdir()
    for name in ("ui.js", "sw.js"):
        shutil.copy(viewer / name, tmp_path / "replay")

    with serving(tmp_path) as base:
        seen = asyncio.run(shown(base, post.text.split("\n")[0][:40]))

    assert all(name in seen.text for name in likers)
    assert any("/gambar/" in src for src, _ in seen.pictures)
    assert [src for src, drawn in seen.pictures if not drawn] == []
    assert seen.strangers == []
