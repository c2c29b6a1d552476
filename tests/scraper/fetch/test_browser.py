"""A real browser against a bad web on this machine: what it keeps, what it never asks for, and how it falls."""

import asyncio
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from core.clock import SystemClock
from core.errors import FetchError, MissingError
from core.platforms import Site
from core.records import AccountRef, Capability, Capture, Mode, VisitState
from core.settings import Crawl
from scraper.adapter import PageRequest, Rendering, Target, Tier
from scraper.fetch.browser import Browser, find_browser, open_browser
from scraper.fetch.browser.process import Limits
from scraper.fetch.guard import Guard
from scraper.platforms.site import SiteAdapter
from tests.scraper.fetch.bad_web import Web, children, kill_child
from tests.scraper.fetch.png import red_pixels, size_of

pytestmark = pytest.mark.browser
T = TypeVar("T")
QUICK = Limits(quiet_seconds=0.3, close_seconds=1.0, grace_seconds=0.5)
HERE = Rendering(ready="#here")
FEED = Rendering(ready="article", items="article", answers="/api/items")


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


@asynccontextmanager
async def a_browser(
    web: Web, *, limits: Limits = QUICK, seconds: float = 5.0, pictures: bool = False
) -> AsyncIterator[Browser]:
    crawl = Crawl(timeout_seconds=seconds, workers=2, allow_private=(web.place,))
    guard = Guard(crawl.allow_private)
    agent = "tilik/0 (+mailto:desk@example.org)"
    async with open_browser(
        crawl, user_agent=agent, clock=SystemClock(), guard=guard, limits=limits, pictures=pictures
    ) as browser:
        yield browser


def run(
    web: Web,
    work: Callable[[Browser], Awaitable[T]],
    *,
    limits: Limits = QUICK,
    seconds: float = 5.0,
    pictures: bool = False,
) -> T:
    async def opened() -> T:
        async with a_browser(web, limits=limits, seconds=seconds, pictures=pictures) as browser:
            return await work(browser)

    return asyncio.run(opened())


def page(web: Web, path: str, rendering: Rendering = HERE) -> PageRequest:
    return PageRequest(
        target=Target(),
        capability=Capability.POSTS,
        url=web.url(path),
        step="page",
        tier=Tier.BROWSER,
        rendering=rendering,
    )


def fetched(web: Web, path: str, rendering: Rendering = HERE) -> Capture:
    return run(web, lambda browser: browser.fetch(page(web, path, rendering)))


def items_of(capture: Capture) -> list[int]:
    return [item["id"] for answer in capture.answers for item in json.loads(answer.body)["items"]]


def test_a_page_is_kept_as_it_stands_with_its_status_and_few_headers(web: Web) -> None:
    capture = fetched(web, "/page")

    assert b"Here" in capture.body
    assert capture.sha256 == hashlib.sha256(capture.body).hexdigest()
    assert (capture.status, capture.media_type, capture.mode) == (200, "text/html", Mode.AUTO)
    assert capture.url == capture.final_url == web.url("/page")
    assert abs((datetime.now(UTC) - capture.captured_at).total_seconds()) < 60
    assert capture.headers["x-ratelimit-remaining"] == "7"
    assert set(capture.headers) == {"content-type", "date", "x-ratelimit-remaining"}
    assert web.agents == {"tilik/0 (+mailto:desk@example.org)"}


@pytest.mark.parametrize(
    ("rendering", "ended", "most"),
    [
        (Rendering(ready="article", items="article", answers="/api/items", max_items=60), "items", 72),
        (Rendering(ready="article", items="article", answers="/api/items", max_scrolls=3), "scrolls", 48),
        (Rendering(ready="article", items="article", answers="/api/items", seconds=0.4), "seconds", 200),
    ],
)
def test_an_endless_page_ends(web: Web, rendering: Rendering, ended: str, most: int) -> None:
    capture = fetched(web, "/feed", rendering)

    assert capture.ended == ended
    assert 12 <= len(items_of(capture)) <= most


def test_a_page_that_shows_nothing_new_has_ended_and_its_answers_are_complete(web: Web) -> None:
    capture = fetched(web, "/feed?total=48", FEED)

    assert capture.ended == "no_more"
    assert items_of(capture) == list(range(48))
    assert capture.body.count(b"<article") == 48
    assert all(answer.status == 200 for answer in capture.answers)


def test_a_page_that_says_where_it_ends_is_not_waited_for(web: Web) -> None:
    ended = Rendering(ready="article", items="article", done="article:nth-of-type(48)", seconds=30.0)
    slow = Limits(quiet_seconds=9.0)  # a page that may seem quiet for so long would be waited for three times

    started = time.monotonic()
    capture = run(web, lambda browser: browser.fetch(page(web, "/feed?total=48", ended)), limits=slow, seconds=20.0)

    assert (capture.ended, capture.body.count(b"<article")) == ("whole", 48)
    assert time.monotonic() - started < 15


def test_images_are_not_asked_for_and_the_page_works_without_them(web: Web) -> None:
    capture = fetched(web, "/feed?total=24", FEED)

    assert len(items_of(capture)) == 24
    assert web.paths("/picture") == []


def test_a_picture_shows_the_whole_page_with_its_images(web: Web) -> None:
    recorded = run(web, lambda browser: browser.record(web.url("/pictures")), pictures=True)

    width, height = size_of(recorded.png)
    assert (recorded.status, width) == (200, 1280)
    assert height > 3600
    assert len(web.paths("/picture/")) == 5
    assert red_pixels(recorded.png, rows=60) > 40 * 150


def test_a_wall_comes_back_as_a_capture_without_waiting_for_what_it_never_shows(web: Web) -> None:
    capture = fetched(web, "/wall")

    assert (capture.status, capture.headers["retry-after"]) == (429, "120")
    assert capture.ended == "not_ready"
    assert b'id="login"' in capture.body


def test_where_a_redirect_led_is_told_and_the_script_that_moves_on_is_followed(web: Web) -> None:
    async def work(browser: Browser) -> list[Capture]:
        return [await browser.fetch(page(web, f"/{way}?to=/page")) for way in ("away", "script")]

    captures = run(web, work)

    assert [capture.final_url for capture in captures] == [web.url("/page")] * 2
    assert [capture.status for capture in captures] == [200, 200]
    assert all(b"Here" in capture.body for capture in captures)


@pytest.mark.parametrize("way", ["away", "script"])
def test_a_redirect_into_this_network_is_refused(web: Web, way: str) -> None:
    other = Web()
    threading.Thread(target=other.serve_forever, daemon=True).start()

    async def work(browser: Browser) -> str:
        with pytest.raises(FetchError) as refused:
            await browser.fetch(page(web, f"/{way}?to={other.url('/page')}"))
        assert b"Here" in (await browser.fetch(page(web, "/page"))).body
        return refused.value.code

    assert run(web, work) == "address_refused"
    other.shutdown()
    other.server_close()


def test_an_address_that_is_not_allowed_is_never_asked(web: Web) -> None:
    async def work(browser: Browser) -> str:
        request = PageRequest(target=Target(), capability=Capability.POSTS, url="http://127.0.0.1:9/", step="page")
        with pytest.raises(FetchError) as refused:
            await browser.fetch(request)
        return refused.value.code

    assert run(web, work) == "address_refused"


def test_cookies_last_as_long_as_a_tab_and_a_renewed_host_knows_nothing(web: Web) -> None:
    async def work(browser: Browser) -> None:
        for _ in range(3):
            await browser.fetch(page(web, "/page"))
        browser.renew(web.place)
        await browser.fetch(page(web, "/page"))

    run(web, work, limits=Limits(quiet_seconds=0.3, pages_per_tab=2))

    assert web.cookies == ["", "seen=yes", "", ""]


def test_a_page_in_the_drawer_asks_nobody(web: Web) -> None:
    async def work(browser: Browser) -> tuple[int, int]:
        await browser.fetch(page(web, "/polling"))
        first = len(web.paths("/beat"))
        await browser.fetch(page(web, "/page"))
        await asyncio.sleep(0.3)
        return first, len(web.paths("/beat"))

    first, later = run(web, work)

    assert later - first <= 1


@pytest.mark.parametrize(("path", "patience"), [("/polling", 0.0), ("/working", QUICK.idle_seconds + 1)])
def test_a_page_that_was_looked_at_asks_nobody_and_its_workers_end_soon(web: Web, path: str, patience: float) -> None:
    async def work(browser: Browser) -> tuple[int, int, Capture]:
        await browser.fetch(page(web, path))
        await asyncio.sleep(patience)
        first = len(web.paths("/beat"))
        await asyncio.sleep(0.4)
        return first, len(web.paths("/beat")), await browser.fetch(page(web, path))

    first, later, again = run(web, work)

    assert later - first <= 1  # one may be on its way
    assert first > 0
    assert b"here" in again.body


def test_a_tab_that_is_wanted_while_it_is_being_emptied_shows_the_next_page(web: Web) -> None:
    soon = replace(QUICK, idle_seconds=0.05)

    async def work(browser: Browser) -> list[bytes]:
        bodies = []
        for number in range(24):
            bodies.append((await browser.fetch(page(web, "/page"))).body)
            await asyncio.sleep(soon.idle_seconds + number % 12 / 1000)
        return bodies

    bodies = run(web, work, limits=soon)

    assert all(b"Here" in body for body in bodies)


def test_dialogs_popups_and_beacons_come_to_nothing(web: Web) -> None:
    async def work(browser: Browser) -> None:
        await browser.fetch(page(web, "/popups"))
        await browser.fetch(page(web, "/page"))

    run(web, work)

    assert web.paths("/beacon") == []


def test_two_workers_use_one_browser_at_once(web: Web) -> None:
    async def work(browser: Browser) -> list[Capture]:
        requests = [page(web, f"/feed?total=24&worker={number}", FEED) for number in range(4)]
        return await asyncio.gather(*map(browser.fetch, requests))

    captures = run(web, work)

    assert [items_of(capture) for capture in captures] == [list(range(24))] * 4


@pytest.mark.parametrize(
    ("path", "rendering", "code"),
    [
        ("/loop", FEED, "timeout"),
        ("/huge?nodes=5000", HERE, "too_large"),
        ("/file", HERE, "not_a_page"),
        ("/page", Rendering(ready="p["), "selector_wrong"),
    ],
)
def test_a_bad_page_costs_itself_only(web: Web, path: str, rendering: Rendering, code: str) -> None:
    quick = Rendering(ready=rendering.ready, items=rendering.items, seconds=1.0)

    async def work(browser: Browser) -> tuple[str, bytes, bool]:
        pid = browser.pid
        with pytest.raises(FetchError) as failed:
            await browser.fetch(page(web, path, quick))
        capture = await browser.fetch(page(web, "/page"))
        return failed.value.code, capture.body, browser.pid == pid

    limits = Limits(quiet_seconds=0.3, grace_seconds=0.5, max_nodes=4000)
    failed, body, same_browser = run(web, work, limits=limits, seconds=2.0)

    assert failed == code
    assert b"Here" in body
    assert same_browser


def test_an_answer_that_is_too_large_is_not_taken_for_a_whole_one(web: Web) -> None:
    async def work(browser: Browser) -> str:
        with pytest.raises(FetchError) as failed:
            await browser.fetch(page(web, "/feed?total=12", FEED))
        return failed.value.code

    assert run(web, work, limits=Limits(quiet_seconds=0.3, max_bytes=30_000)) == "too_large"


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("--type=renderer", "page_crashed"),
        ("run-driver", "browser_lost"),
        (signal.SIGKILL, "browser_lost"),
        (signal.SIGSTOP, "timeout"),
    ],
)
def test_a_fallen_browser_fails_one_page_in_time_and_the_next_one_works(
    web: Web, trouble: str | signal.Signals, code: str
) -> None:
    async def work(browser: Browser) -> tuple[str, float, bytes]:
        pid = browser.pid
        assert pid is not None
        if isinstance(trouble, signal.Signals):
            web.trouble = lambda: os.kill(pid, trouble)
        else:
            web.trouble = lambda: kill_child(trouble)
        started = time.monotonic()
        with pytest.raises(FetchError) as failed:
            await browser.fetch(page(web, "/troubled", Rendering(ready="#never")))
        took = time.monotonic() - started
        web.trouble = lambda: None
        return failed.value.code, took, (await browser.fetch(page(web, "/page"))).body

    failed, took, body = run(web, work, seconds=2.0)

    assert failed == code
    assert took < 2.0 + 0.5 + 2 * QUICK.close_seconds + 3
    assert b"Here" in body
    assert children(os.getpid()) == {}


def test_no_browser_outlives_its_end_even_when_it_does_not_listen(web: Web) -> None:
    async def work(browser: Browser) -> None:
        await browser.fetch(page(web, "/page"))
        assert browser.pid is not None
        os.kill(browser.pid, signal.SIGSTOP)

    run(web, work)

    assert children(os.getpid()) == {}


def test_the_browser_in_use_is_named_with_its_version() -> None:
    found = asyncio.run(find_browser(Crawl()))

    assert int(found.version.partition(".")[0]) > 100
    assert found.choice.name


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has no sandbox")
def test_a_browser_of_the_administrator_starts_and_is_known_to_have_no_sandbox() -> None:
    assert not asyncio.run(find_browser(Crawl())).sandboxed


def test_a_browser_that_is_none_is_reported_with_what_was_tried() -> None:
    with pytest.raises(MissingError) as missing:
        asyncio.run(find_browser(Crawl(browser=Path("/bin/true"))))

    assert missing.value.code == "browser"
    assert "true" in str(missing.value.fields["tried"])


def test_a_site_that_marks_its_posts_is_scrolled_and_read_whole(web: Web) -> None:
    described = {"platform": "warta", "base_url": web.url(""), "microformats": True}
    adapter = SiteAdapter(Site.model_validate(described | {"posts": {"path": "/kabar/{handle}"}}))
    target = Target(account=AccountRef(platform="warta", handle="kel_honje"))
    (request,) = adapter.plan(target, Capability.POSTS)

    capture = run(web, lambda browser: browser.fetch(request))

    told = adapter.read(request, capture)
    assert (capture.ended, told.state) == ("no_more", VisitState.OK)
    assert [post.text for post in told.posts] == [f"Kabar {number}" for number in range(20)]
