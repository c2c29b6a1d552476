"""The recovery ladder: whatever a page does to the browser ends in time, and the next page is shown."""

import asyncio
import os
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import FetchError
from core.records import Capture
from scraper.adapter import Rendering
from scraper.fetch.browser import Browser
from scraper.fetch.browser.process import Limits
from tests.scraper.fetch.bad_web import Web, children, kill_child
from tests.scraper.fetch.test_browser import HERE, a_browser, page

pytestmark = pytest.mark.browser
SCROLLED = Rendering(ready="#here, article", items="article", answers="/api/items", seconds=4.0)
SECONDS = 6.0
QUICK = Limits(quiet_seconds=0.3, close_seconds=2.0, grace_seconds=1.0)
DEADLINE = SECONDS + SCROLLED.seconds + QUICK.grace_seconds


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


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the browser write its profiles where this test can look."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def ending(browser: Browser, web: Web, path: str, rendering: Rendering) -> str:
    """Fetch a page and say how it ended: by the code of its error, or why the browser stopped scrolling."""
    try:
        capture: Capture = await browser.fetch(page(web, path, rendering))
    except FetchError as error:
        return error.code
    return str(capture.ended)


def after(web: Web, path: str, rendering: Rendering) -> tuple[str, float, bytes]:
    """Fetch a bad page, then a good one; give how the bad one ended, its seconds, and the good one."""

    async def work() -> tuple[str, float, bytes]:
        async with a_browser(web, limits=QUICK, seconds=SECONDS) as browser:
            started = time.monotonic()
            ended = await ending(browser, web, path, rendering)
            took = time.monotonic() - started
            return ended, took, (await browser.fetch(page(web, "/page"))).body

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        ("/hog", {"page_crashed"}),
        ("/fat?mb=50", {"too_large", "timeout"}),
        ("/huge?nodes=1000000", {"too_large", "timeout"}),
        ("/loop", {"timeout"}),
        ("/alerts", {"timeout"}),
        ("/downloads", {"page_keeps_moving", "no_more"}),  # the browser itself ends it after ten
        ("/popups", {"no_more"}),
        ("/feed", {"seconds", "items"}),
        ("/round", {"no_more"}),
    ],
)
def test_a_page_that_wants_everything_ends_in_its_time_and_costs_only_itself(
    path: str, ends: set[str], web: Web, temporary: Path
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ready = Rendering(ready="b", items="b", seconds=4.0) if path.startswith("/huge") else SCROLLED

    ended, took, body = after(web, path, ready)

    assert ended in ends
    assert took < DEADLINE + 10
    assert b"Here" in body
    assert (children(os.getpid()), left_behind(temporary)) == ({}, [])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000


@pytest.mark.parametrize("trouble", ["--type=renderer", "run-driver", signal.SIGKILL, signal.SIGSTOP], ids=str)
def test_what_falls_leaves_no_process_and_no_profile_and_is_back_in_ten_seconds(
    trouble: str | signal.Signals, web: Web, temporary: Path
) -> None:
    async def work() -> tuple[str, float, bytes]:
        async with a_browser(web, limits=QUICK, seconds=1.0) as browser:
            pid = browser.pid
            assert pid is not None
            hurt = (lambda: os.kill(pid, trouble)) if isinstance(trouble, int) else (lambda: kill_child(trouble))
            web.trouble = hurt
            ended = await ending(browser, web, "/troubled", Rendering(ready="#never"))
            web.trouble = lambda: None
            started = time.monotonic()
            again = await browser.fetch(page(web, "/page"))
            return ended, time.monotonic() - started, again.body

    ended, back, body = asyncio.run(work())

    assert ended in {"page_crashed", "browser_lost", "timeout"}
    assert back < 10
    assert b"Here" in body
    assert (children(os.getpid()), left_behind(temporary)) == ({}, [])


def test_many_pages_and_kills_leave_nothing_behind(web: Web, temporary: Path) -> None:
    async def work() -> None:
        async with a_browser(web, limits=QUICK, seconds=5.0) as browser:
            for _ in range(3):
                for _ in range(4):
                    await browser.fetch(page(web, "/page", HERE))
                assert browser.pid is not None
                os.kill(browser.pid, signal.SIGKILL)
                assert await ending(browser, web, "/page", HERE) in {"browser_lost", "ready", "whole"}

    asyncio.run(work())

    assert (children(os.getpid()), left_behind(temporary)) == ({}, [])
