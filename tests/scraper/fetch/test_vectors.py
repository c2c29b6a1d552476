"""From a page that may be visited no way leads into this machine: not for a browser, and not for plain requests.

The same pages do reach their victims without the guard, so that these tests can fail. To make the address alone decide,
the guard here takes the victims' ports for usual ones.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from core.clock import SystemClock
from core.errors import FetchError
from core.records import Capability, Mode
from core.settings import Crawl
from scraper.adapter import PageRequest, Rendering, Target
from scraper.fetch.browser import find_browser, open_browser
from scraper.fetch.browser.process import Limits, Running, start, stop
from scraper.fetch.browser.window import Room, open_window
from scraper.fetch.browsers import QUIET, is_root
from scraper.fetch.egress import Egress
from scraper.fetch.guard import Guard, Resolve
from scraper.fetch.http import Http, open_http
from scraper.fetch.pinned import pinned
from tests.scraper.fetch.vectors import (
    ALIAS,
    BROWSER,
    MIXED,
    NAMES,
    NEVER_SENDS,
    PUBLIC,
    REBINDING,
    REDIRECTS,
    SPELLED,
    Came,
    Scene,
    scene,
    table,
)

pytestmark = pytest.mark.browser
AT_A_TIME = 12
STAY = 0.8
"""Seconds that a page has for what it tries."""
SOON = Limits(quiet_seconds=0.3, close_seconds=1.0, grace_seconds=0.5)
HTTP = (*REDIRECTS, *SPELLED, "dns_alias", "dns_mixed", "dns_rebinding", "credentials")
LOOK = PageRequest(
    target=Target(account=None, mode=Mode.AUTO),
    capability=Capability.POSTS,
    url="",
    step="page",
    rendering=Rendering(ready="#here", items="none", seconds=STAY),
)
PLAINLY = (*REDIRECTS, "ipv6", "localhost", "credentials")
"""What these tests may ask without a guard: their own sockets know no other spellings, and nobody else the names."""
HOSTS = {
    "ipv6": "[::1]",
    "ipv6_mapped": "[::ffff:127.0.0.1]",
    "ipv6_mapped_hex": "[::ffff:7f00:1]",
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "octal": "0177.0.0.01",
    "short": "127.1",
    "zero": "0.0.0.0",  # noqa: S104  (what is asked for, not what is listened on)
    "localhost": "localhost",
    "dns_alias": ALIAS,
    "dns_mixed": MIXED,
    "dns_rebinding": REBINDING,
}


def names() -> Resolve:
    """Look names up as a hostile name server would: what was public a moment ago is this machine now."""
    asked: set[str] = set()

    async def resolve(host: str, port: int) -> list[str]:
        del port
        first = host not in asked
        asked.add(host)
        return {
            ALIAS: ["127.0.0.1"],
            MIXED: [PUBLIC, "127.0.0.1"],
            REBINDING: [PUBLIC] if first else ["127.0.0.1"],
        }.get(host, [])

    return resolve


def a_guard(here: Scene) -> Guard:
    return Guard([here.place], resolve=names(), pinned_seconds=0, ports=here.ports.values())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@asynccontextmanager
async def a_browser(*switches: str) -> AsyncIterator[Chromium]:
    """Start the browser that the product would use, as anybody would: with no door, and not only for pages."""
    path = (await find_browser(Crawl())).choice.executable
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=path, chromium_sandbox=not is_root(), args=list(switches)
        )
        yield browser
        await browser.close()


async def show_all(browser: Chromium, here: Scene) -> None:
    """Show every page for a while, a few at a time."""
    free = asyncio.Semaphore(AT_A_TIME)

    async def show(way: str) -> None:
        async with free:
            context = await browser.new_context()
            page = await context.new_page()
            try:
                await page.goto(here.url(way), timeout=5_000, wait_until="commit")
                await asyncio.sleep(STAY)
            except PlaywrightError:
                await asyncio.sleep(STAY / 2)
            await context.close()

    await asyncio.gather(*(show(way) for way in BROWSER))


async def without_guard() -> Came:
    rules = ",".join(f"MAP {name} 127.0.0.1" for name in NAMES)
    async with scene() as here, a_browser(f"--host-resolver-rules={rules}") as browser:
        await show_all(browser, here)
        return here.came


async def behind_the_proxy() -> tuple[Came, Guard]:
    """Show the pages with nothing but the proxy and the product's switches between them and their victims."""
    async with scene() as here:
        guard = a_guard(here)
        await guard.check(here.victim("dns_rebinding", REBINDING))  # public, the first time
        egress = await Egress(guard).open()
        async with a_browser(*QUIET, *egress.switches) as browser:
            await show_all(browser, here)
        egress.close()
        assert {here.asked[f"/way/{way}"] for way in BROWSER} == {1}
        return here.came, guard


@asynccontextmanager
async def running(guard: Guard) -> AsyncIterator[Running]:
    """Start the browser as the product does."""
    one = await start(Crawl(), SOON, guard)
    try:
        yield one
    finally:
        await stop(one, SOON)


@pytest.fixture(scope="module")
def control() -> Came:
    return asyncio.run(without_guard())


def test_without_the_guard_the_pages_do_reach_their_victims(control: Came) -> None:
    assert set(BROWSER) - control.ways <= NEVER_SENDS
    assert len(control.requests) >= 30


def test_behind_the_proxy_alone_nothing_reaches_a_victim(control: Came) -> None:
    came, guard = asyncio.run(behind_the_proxy())

    print(table(control, came, BROWSER))  # noqa: T201  (pytest -s shows it)
    assert came == Came()
    assert guard.refused["to_private"] >= 30


async def as_a_crawl_looks() -> tuple[Came, Guard]:
    """Show the pages as the product does, door and all."""
    async with scene() as here:
        guard = a_guard(here)
        await guard.check(here.victim("dns_rebinding", REBINDING))
        crawl = Crawl(timeout_seconds=3, workers=8, allow_private=(here.place,))
        async with open_browser(crawl, user_agent="tilik/0", clock=SystemClock(), guard=guard, limits=SOON) as browser:

            async def look(way: str) -> None:
                with suppress(FetchError):
                    await browser.fetch(replace(LOOK, url=here.url(way)))

            await asyncio.gather(*(look(way) for way in BROWSER))
            assert {here.asked[f"/way/{way}"] for way in BROWSER} == {1}
        return here.came, guard


def test_no_page_that_a_crawl_looks_at_reaches_a_victim(temporary: Path) -> None:
    came, guard = asyncio.run(as_a_crawl_looks())

    assert came == Came()
    assert guard.refused["to_private"] >= 30
    assert list(temporary.glob("tilik-browser-*")) == []


def asked_of(here: Scene, way: str) -> str:
    """Give the address that tries a way without a browser."""
    if way == "credentials":
        return f"http://{here.place}@127.0.0.1:{here.ports[way]}/"
    return f"{here.victim(way, HOSTS[way])}/" if way in HOSTS else here.url(way)


def test_without_the_guard_plain_requests_do_reach_their_victims() -> None:
    async def follow() -> Came:
        async with scene("credentials") as here, httpx.AsyncClient(follow_redirects=True, trust_env=False) as client:
            for way in PLAINLY:
                await client.get(asked_of(here, way))
            return here.came

    assert set(asyncio.run(follow()).requests) == set(PLAINLY)


def test_no_plain_request_reaches_a_victim() -> None:
    async def ask() -> tuple[Came, dict[str, str]]:
        async with scene("credentials") as here:
            guard = a_guard(here)
            await guard.check(here.victim("dns_rebinding", REBINDING))
            await here_and_now(guard, here)
            async with open_http(user_agent="tilik/0", seconds=3, guard=guard, clock=SystemClock()) as http:
                said = {way: await refusal(http, asked_of(here, way)) for way in HTTP}
            return here.came, said

    async def here_and_now(guard: Guard, here: Scene) -> None:
        for scheme in ("file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", f"ws://{here.place}/"):
            with pytest.raises(FetchError, match="address_refused"):
                await guard.check(scheme)

    async def refusal(http: Http, url: str) -> str:
        with pytest.raises(FetchError) as refused:
            await http.get(url)
        return refused.value.code

    came, said = asyncio.run(ask())

    assert came == Came()
    assert set(said.values()) == {"address_refused"}


def test_a_name_that_turns_private_between_the_check_and_the_connection_is_not_connected_to() -> None:
    """Whoever only checks would ask now; the connection itself is refused, whatever was checked before."""

    async def ask() -> tuple[Came, str]:
        async with scene() as here:
            guard = a_guard(here)
            await guard.check(here.victim("dns_rebinding", REBINDING))
            way = pinned(guard, httpx.AsyncHTTPTransport(trust_env=False))
            async with httpx.AsyncClient(transport=way, trust_env=False) as client:
                with pytest.raises(FetchError) as refused:
                    await client.get(here.victim("dns_rebinding", REBINDING))
            return here.came, str(refused.value.fields["why"])

    assert asyncio.run(ask()) == (Came(), "private")


def test_a_neighbouring_port_of_an_allowed_server_is_closed() -> None:
    async def ask() -> tuple[Came, int, int]:
        async with scene() as here:
            guard = Guard([here.place])
            async with running(guard) as one:
                page = await one.browser.new_page()
                one.door.begin(await frame_of(page), here.url("fetch"))
                await page.goto(here.url("fetch"))
                await asyncio.sleep(STAY)
            return here.came, here.asked["/way/fetch"], guard.refused["to_port"]

    assert asyncio.run(ask()) == (Came(), 1, 1)


def test_no_page_that_a_person_opens_reaches_a_victim(tmp_path: Path) -> None:
    """The window of `tilik capture`, in which nothing stops at a door."""

    async def look() -> tuple[Came, int]:
        async with scene() as here:
            guard = a_guard(here)
            async with open_window(Crawl(), Room(folder=tmp_path, visible=False), guard) as context:
                page = await context.new_page()
                for way in ("img", "iframe", "websocket", "webrtc_turn_tcp", "dns_alias", "worker", "service_worker"):
                    await page.goto(here.url(way))
                    await asyncio.sleep(STAY / 2)
                with suppress(PlaywrightError):
                    await page.goto(here.url("redirect_302"))
            return here.came, guard.refused["to_private"]

    came, refused = asyncio.run(look())

    assert came == Came()
    assert refused >= 7


def test_when_the_proxy_is_gone_the_browser_goes_nowhere() -> None:
    async def ask() -> tuple[Came, int]:
        async with scene() as here, running(a_guard(here)) as one:
            page = await one.browser.new_page()
            frame = await frame_of(page)
            one.door.begin(frame, here.url("fetch"))
            await page.goto(here.url("fetch"))
            before = sum(here.asked.values())
            one.egress.close()
            for way in ("img", "websocket", "webrtc_turn_tcp"):
                await page.set_content(here.page(way))
                await asyncio.sleep(STAY / 2)
            one.door.begin(frame, here.url("img"))
            with pytest.raises(PlaywrightError, match="ERR_PROXY_CONNECTION_FAILED"):
                await page.goto(here.url("img"))
            return here.came, sum(here.asked.values()) - before

    assert asyncio.run(ask()) == (Came(), 0)


async def frame_of(page: Page) -> str:
    session = await page.context.new_cdp_session(page)
    return str((await session.send("Target.getTargetInfo"))["targetInfo"]["targetId"])
