"""The door to the web with a browser that is a few lines: one browser a run, and robots.txt wherever a page led."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from core.clock import SystemClock
from core.errors import RefusedError
from core.recording import Recording
from core.records import Capability, Capture
from scraper.adapter import PageRequest, Target, Tier
from scraper.fetch.fetcher import Fetcher
from scraper.fetch.manners import Pace, Robots
from tests.evidence.recordings import recording
from tests.scraper.recorded import served

OPEN, CLOSED = "https://open.example/", "https://closed.example/"


class FewLines:
    """Shows every page as if it had led to `leads_to`, and remembers which hosts were forgotten."""

    def __init__(self, leads_to: str, *, status: int = 200, wait: str | None = None) -> None:
        self.leads_to = leads_to
        self.status = status
        self.headers = {} if wait is None else {"retry-after": wait}
        self.renewed: list[str] = []
        self.pictures: bool | None = None

    async def fetch(self, request: PageRequest) -> Capture:
        answer = served(request.url, b"<html>", status=self.status)
        return replace(answer, final_url=self.leads_to, headers=self.headers, captured_at=SystemClock().now())

    async def record(self, url: str) -> Recording:
        return recording(url, final_url=self.leads_to)

    def renew(self, host: str) -> None:
        self.renewed.append(host)


def fetcher(*browsers: FewLines) -> tuple[Fetcher, list[FewLines]]:
    waiting, started = list(browsers), list[FewLines]()

    async def start(*, pictures: bool) -> Any:  # noqa: ANN401
        await asyncio.sleep(0)  # a start takes its time, and others come meanwhile
        waiting[0].pictures = pictures
        started.append(waiting.pop(0))
        return started[-1]

    async def robots(url: str) -> tuple[int, str]:
        return 200, "User-agent: *\nDisallow: /" if url.startswith(CLOSED) else ""

    clock = SystemClock()
    rules = Robots(robots, agent="tilik/0", clock=clock)
    return Fetcher(cast("Any", None), rules, Pace(clock, gap=0), start), started


def page(url: str) -> PageRequest:
    return PageRequest(target=Target(), capability=Capability.POSTS, url=url, step="page", tier=Tier.BROWSER)


def test_workers_that_need_a_browser_at_the_same_moment_share_one_and_pictures_have_their_own() -> None:
    web, started = fetcher(FewLines(OPEN), FewLines(OPEN), FewLines(OPEN))

    async def all_at_once() -> None:
        await asyncio.gather(web(page(f"{OPEN}a")), web(page(f"{OPEN}b")), web.record(f"{OPEN}c"))

    asyncio.run(all_at_once())

    assert [browser.pictures for browser in started] == [False, True]


def test_a_page_that_led_to_a_closed_host_is_not_used_and_neither_is_it_recorded() -> None:
    web, _ = fetcher(FewLines(CLOSED), FewLines(CLOSED))

    with pytest.raises(RefusedError, match="robots_refused"):
        asyncio.run(web(page(OPEN)))
    with pytest.raises(RefusedError, match="robots_refused"):
        asyncio.run(web.record(OPEN))


def test_a_host_that_is_left_alone_is_forgotten_by_the_browser_too() -> None:
    web, started = fetcher(FewLines(OPEN))
    asyncio.run(web(page(OPEN)))

    web.pause(OPEN, "login_wall")

    assert started[0].renewed == ["open.example"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_says_for_how_long_is_left_alone_before_its_answer_is_even_read(status: int) -> None:
    web, _ = fetcher(FewLines(OPEN, status=status, wait="60"))
    asyncio.run(web(page(OPEN)))

    with pytest.raises(RefusedError, match="host_paused"):
        asyncio.run(web(page(f"{OPEN}next")))


@pytest.mark.parametrize(("status", "wait"), [(200, "60"), (503, None), (503, "soon"), (503, "0")])
def test_an_answer_that_names_no_time_to_wait_pauses_nobody(status: int, wait: str | None) -> None:
    web, _ = fetcher(FewLines(OPEN, status=status, wait=wait))

    asyncio.run(web(page(OPEN)))

    assert asyncio.run(web(page(f"{OPEN}next"))).status == status
