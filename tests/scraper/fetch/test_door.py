"""A real browser on pages that lead on: what may not be asked for never leaves it, whatever way a page tries."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import quote, urlsplit

import pytest

from core.clock import SystemClock
from core.errors import FetchError, RefusedError, TilikError
from core.recording import Recording
from core.records import Capability, Capture
from core.settings import Crawl, Settings
from scraper.adapter import PageRequest, Rendering, Target, Tier
from scraper.fetch.browser import open_browser
from scraper.fetch.fetcher import open_fetcher
from scraper.fetch.guard import Destination, Guard
from tests.scraper.fetch.bad_web import PLAIN, Handler, Web
from tests.scraper.fetch.test_browser import QUICK, page

pytestmark = pytest.mark.browser
PURPOSE = {
    "controller": "Desk",
    "organisation": "research",
    "basis": "-",
    "contact": "desk@example.org",
    "ends": date.max,
}
CONTEST = {
    "id": "a",
    "name": "A",
    "region": "99",
    "voting_day": date.max,
    "candidates": [{"id": "a", "names": ["Raka Wirasaba"]}],
}
HERE = Rendering(ready="#here")
STAYS = "<p id=here>Here</p>"


class Leading(Handler):
    """Serves what the test says as /lead, and a robots.txt that forbids /private."""

    server: "LeadingWeb"

    def _lead(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="Lead", body=self.server.body))

    def _away(self, query: dict[str, str]) -> None:
        self._send("", status=302, location=query["to"])

    def _robots(self, query: dict[str, str]) -> None:
        self._send(f"User-agent: *\nDisallow: /private\n{self.server.delay}", kind="text/plain")

    def do_POST(self) -> None:  # noqa: N802  (the name that http.server calls)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()


class LeadingWeb(Web):
    """A server whose one page leads on in the way of a test."""

    def __init__(self) -> None:
        super().__init__()
        self.RequestHandlerClass = Leading
        self.body = STAYS
        self.delay = ""


def serving() -> Iterator[LeadingWeb]:
    server = LeadingWeb()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


web = pytest.fixture(serving, name="web")
other = pytest.fixture(serving, name="other")


class Gate(Guard):
    """Allows servers of the test and everything but /private, and remembers what it was asked."""

    def __init__(self, web: Web) -> None:
        super().__init__((web.place,))
        self.asked: list[str] = []

    async def follow(self, url: str) -> Destination:
        self.asked.append(urlsplit(url).path)
        destination = await self.check(url)
        if urlsplit(url).path.startswith("/private"):
            raise RefusedError("robots_refused", url=url, ground="robots:disallowed")
        return destination


def looked(web: LeadingWeb, path: str = "/lead", *, recorded: bool = False) -> tuple[str | bytes, Gate]:
    """Look at a page, and then at one that stays; give the code of the failure or what was shown, and the gate."""
    gate = Gate(web)
    crawl = Crawl(timeout_seconds=5, workers=2, allow_private=(web.place,))

    async def work() -> str | bytes:
        async with open_browser(crawl, user_agent="tilik/0", clock=SystemClock(), guard=gate, limits=QUICK) as browser:
            found: str | bytes
            try:
                shown = await (browser.record(web.url(path)) if recorded else browser.fetch(page(web, path, HERE)))
                found = shown.html if isinstance(shown, Recording) else shown.body
            except TilikError as error:
                found = error.code
            await asyncio.sleep(0.3)
            assert b"Here" in (await browser.fetch(page(web, "/page"))).body
            return found

    return asyncio.run(work()), gate


def script(code: str) -> str:
    return f"<script>{code}</script>"


WAYS = {
    "meta refresh": '<meta http-equiv=refresh content="0; url={to}">',
    "location.replace": script("location.replace({js})"),
    "location.href": script("setTimeout(() => location.href = {js}, 20)") + "<p>",
    "form": "<form id=f action='{to}'><input name=a></form>" + script("f.submit()"),
    "form that posts": "<form id=f method=post action='{to}'></form>" + script("f.submit()"),
    "link that clicks itself": "<a id=a href='{to}'>a</a>" + script("a.click()"),
    "history": script("navigation.navigate({js})"),
}


@pytest.mark.parametrize("recorded", [False, True], ids=["look", "record"])
@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_leads_to_a_forbidden_path_is_left_and_nothing_is_asked(
    web: LeadingWeb, way: str, *, recorded: bool
) -> None:
    web.body = WAYS[way].replace("{to}", "/private/a").replace("{js}", json.dumps("/private/a"))

    found, _ = looked(web, recorded=recorded)

    assert found == "robots_refused"
    assert web.paths("/private") == []


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_leads_to_a_foreign_host_is_left_and_nothing_is_asked(
    web: LeadingWeb, other: LeadingWeb, way: str
) -> None:
    web.body = WAYS[way].replace("{to}", other.url("/page")).replace("{js}", json.dumps(other.url("/page")))

    found, _ = looked(web)

    assert (found, other.asked) == ("address_refused", [])


@pytest.mark.parametrize("recorded", [False, True], ids=["look", "record"])
def test_every_hop_of_a_redirect_is_asked_for_before_it_is_sent(web: LeadingWeb, *, recorded: bool) -> None:
    last = quote("/away?to=/private/a", safe="")

    found, gate = looked(web, f"/away?to={quote(f'/away?to={last}', safe='')}", recorded=recorded)

    assert (found, web.paths("/private")) == ("robots_refused", [])
    assert gate.asked == ["/away", "/away", "/private/a"]


def test_a_page_that_leads_to_an_allowed_path_is_followed_and_asked_about_once(web: LeadingWeb) -> None:
    web.body = script("location.replace('/page')")

    found, gate = looked(web)

    assert isinstance(found, bytes)
    assert b"Here" in found
    assert gate.asked == ["/page"]


INSIDE = {
    "frame": "<iframe src='{to}'></iframe>",
    "window": script("open('{to}')"),
    "form into a window": "<form id=f target=_blank action='{to}'></form>" + script("f.submit()"),
    "link into a window": "<a id=a target=_blank rel=opener href='{to}'>a</a>" + script("a.click()"),
    "guess": '<script type=speculationrules>{{"prefetch":[{{"urls":["{to}"],"eagerness":"immediate"}}],'
    '"prerender":[{{"urls":["{to}"],"eagerness":"immediate"}}]}}</script>',
}


@pytest.mark.parametrize("way", INSIDE)
def test_frames_and_windows_that_nobody_reads_are_not_asked_for_and_cost_the_page_nothing(
    web: LeadingWeb, other: LeadingWeb, way: str
) -> None:
    web.body = INSIDE[way].format(to="/private/a") + INSIDE[way].format(to=other.url("/page")) + STAYS

    found, _ = looked(web)

    assert isinstance(found, bytes)
    assert (web.paths("/private"), other.asked) == ([], [])


def test_a_recorded_page_keeps_its_frames_but_none_of_a_private_network(web: LeadingWeb, other: LeadingWeb) -> None:
    web.body = INSIDE["frame"].format(to="/page") + INSIDE["frame"].format(to=other.url("/page")) + STAYS

    found, _ = looked(web, recorded=True)

    assert isinstance(found, bytes)
    assert (len(web.paths("/page")), other.asked) == (2, [])  # one of them is the look that comes after


def test_a_page_that_was_looked_at_leads_nowhere_any_more(web: LeadingWeb) -> None:
    web.body = STAYS + script("setTimeout(() => location.href = '/private/a', 150)")

    looked(web)

    assert web.paths("/private") == []


def test_a_page_that_leads_on_and_on_is_left(web: LeadingWeb) -> None:
    web.body = script("location.replace('/lead?' + Math.random())")

    found, gate = looked(web)

    assert found == "page_keeps_moving"
    assert len(gate.asked) < 10


def fetched(web: LeadingWeb, path: str) -> tuple[Capture | TilikError, float]:
    """Fetch a page as a crawl does; give what came of it and the seconds that it took by the crawl's clock."""
    crawl = Crawl(
        timeout_seconds=5,
        allow_private=(web.place,),
        seconds_between_requests=1.0,
    )
    settings = Settings.model_validate({"purpose": PURPOSE, "contests": [CONTEST], "crawl": crawl})
    clock = SystemClock()
    request = PageRequest(
        target=Target(),
        capability=Capability.POSTS,
        url=web.url(path),
        step="page",
        tier=Tier.BROWSER,
        rendering=HERE,
    )

    async def work() -> Capture | TilikError:
        async with open_fetcher(settings, version="0", clock=clock) as fetch:
            try:
                return await fetch(request)
            except (FetchError, RefusedError) as error:
                return error

    started = clock.now()
    return asyncio.run(work()), (clock.now() - started) / timedelta(seconds=1)


def test_a_crawl_asks_robots_txt_before_a_page_leads_on(web: LeadingWeb) -> None:
    web.body = script("location.replace('/private/a')")

    found, _ = fetched(web, "/lead")

    assert isinstance(found, RefusedError)
    assert found.fields["ground"] == "robots:disallowed"
    assert web.asked == ["/robots.txt", "/lead"]


def test_a_crawl_keeps_its_gap_where_a_page_leads_on(web: LeadingWeb) -> None:
    web.body = script("location.replace('/page')")

    found, seconds = fetched(web, "/lead")

    assert isinstance(found, Capture)
    assert found.final_url == web.url("/page")
    assert seconds > 2  # robots.txt, the page, and where it led: two gaps
