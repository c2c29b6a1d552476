"""The loop of one visit: every refusal, failure and surprise is data, and a host that said no is left alone."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from core.errors import FetchError, LayoutError, RefusedError
from core.records import Capability, Capture, Mode, VisitState
from scraper.adapter import Adapter, Keep, Page, PageRequest, Target
from scraper.crawl import PAGE_LIMIT, Memory, Outcome, Tally, visit
from tests.scraper.recorded import served

Served = Mapping[str, Page | Exception]


class Pages(Adapter):
    """A platform whose pages are known by address: what reading each comes to, or what goes wrong with it."""

    platform = "pages"
    capabilities: Mapping[Capability, frozenset[Mode]] = {Capability.POSTS: frozenset({Mode.AUTO})}

    def __init__(self, pages: Served, first: tuple[str, ...] = ("https://a.example/1",)) -> None:
        self.pages = pages
        self.first = first
        self.fetched: list[str] = []

    def locate(self, url: str) -> None:
        return None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        return map(request, self.first)

    def read(self, request: PageRequest, capture: Capture) -> Page:
        page = self.pages[request.url]
        if isinstance(page, Exception):
            raise page
        return page

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        return capture

    async def fetch(self, request: PageRequest) -> Capture:
        self.fetched.append(request.url)
        page = self.pages.get(request.url)
        if isinstance(page, FetchError | RefusedError):
            raise page
        return served(request.url, b"")


def request(url: str) -> PageRequest:
    return PageRequest(target=Target(), capability=Capability.POSTS, url=url, step="page")


def leads_to(*urls: str, state: VisitState = VisitState.OK, seen: int = 1) -> Page:
    return Page(state=state, following=tuple(map(request, urls)), seen=seen)


def walk(platform: Pages, *, most: int = 50) -> tuple[list[Outcome], Tally]:
    async def gathered() -> list[Outcome]:
        steps = visit(platform, Target(), Capability.POSTS, platform.fetch, memory=Memory(), max_pages=most)
        return [outcome async for outcome in steps]

    outcomes, tally = asyncio.run(gathered()), Tally()
    for outcome in outcomes:
        tally.add(outcome)
    return outcomes, tally


A, B, C = (f"https://a.example/{number}" for number in (1, 2, 3))
ELSEWHERE = "https://b.example/1"


def test_pages_are_followed_in_their_order_and_each_says_whether_more_wait() -> None:
    platform = Pages({A: leads_to(B, C), B: leads_to(), C: leads_to()})

    outcomes, tally = walk(platform)

    assert platform.fetched == [A, B, C]
    assert [outcome.more for outcome in outcomes] == [True, True, False]
    assert (tally.requests, tally.seen, tally.complete) == (3, 3, True)


@pytest.mark.parametrize("state", [VisitState.LOGIN_WALL, VisitState.THROTTLED, VisitState.CHALLENGE])
def test_a_host_that_refused_is_not_asked_again_and_other_hosts_are(state: VisitState) -> None:
    refused = leads_to(C, state=state)
    platform = Pages({A: refused, B: leads_to(), ELSEWHERE: leads_to()}, first=(A, B, ELSEWHERE))

    _, tally = walk(platform)

    assert platform.fetched == [A, ELSEWHERE]
    assert (tally.state, tally.complete) == (state, False)


@pytest.mark.parametrize(
    ("trouble", "state", "note", "requests"),
    [
        (RefusedError("robots_refused", url=A, ground="robots:disallowed"), VisitState.ROBOTS_REFUSED, None, 0),
        (RefusedError("host_paused", host="a", reason=VisitState.THROTTLED), VisitState.THROTTLED, "host_paused", 0),
        (RefusedError("host_paused", host="a", reason="challenge"), VisitState.CHALLENGE, "host_paused", 0),
        (FetchError("unreachable", url=A), VisitState.FAILED, "unreachable", 1),
        (LayoutError("layout_changed", url=A, reason="no list"), VisitState.LAYOUT_CHANGED, "no list", 1),
        (KeyError("records"), VisitState.LAYOUT_CHANGED, "KeyError: 'records'", 1),
        (RecursionError("deep"), VisitState.LAYOUT_CHANGED, "RecursionError", 1),
    ],
)
def test_what_goes_wrong_with_a_page_is_a_state_with_a_note(
    trouble: Exception, state: VisitState, note: str | None, requests: int
) -> None:
    _, tally = walk(Pages({A: trouble}))

    assert (tally.state, tally.note, tally.requests) == (state, note or getattr(trouble, "code", None), requests)
    assert not tally.complete


def test_a_mistake_of_ours_is_not_taken_for_a_changed_page() -> None:
    with pytest.raises(ZeroDivisionError):
        walk(Pages({A: ZeroDivisionError()}))


def test_a_failed_page_does_not_end_the_visit_of_the_others() -> None:
    platform = Pages({A: FetchError("unreachable", url=A), B: leads_to()}, first=(A, B))

    _, tally = walk(platform)

    assert platform.fetched == [A, B]
    assert (tally.state, tally.complete) == (VisitState.FAILED, False)


def test_the_page_limit_is_said_once_and_costs_nothing() -> None:
    platform = Pages({A: leads_to(B), B: leads_to(C), C: leads_to()})

    outcomes, tally = walk(platform, most=2)

    assert platform.fetched == [A, B]
    assert (outcomes[-1].page.note, tally.requests, tally.complete) == (PAGE_LIMIT, 2, False)
    assert walk(platform, most=3)[1].complete


def test_a_visit_for_which_there_is_nothing_to_ask_is_never_an_empty_account() -> None:
    _, tally = walk(Pages({}, first=()))

    assert (tally.state, tally.complete) == (VisitState.FAILED, False)


def test_a_page_for_every_direction_is_fetched_once_a_visit_of_an_account() -> None:
    platform, memory = Pages({A: leads_to()}), Memory()
    shared = replace(request(A), shared=True)

    async def twice() -> list[bool]:
        platform.plan = lambda *_: iter([shared])  # type: ignore[method-assign]
        return [
            outcome.fetched
            for _ in range(2)
            async for outcome in visit(platform, Target(), Capability.POSTS, platform.fetch, memory=memory, max_pages=5)
        ]

    assert asyncio.run(twice()) == [True, False]
    assert platform.fetched == [A]


@pytest.mark.parametrize(
    ("pages", "state"),
    [
        ((leads_to(seen=0, state=VisitState.EMPTY),), VisitState.EMPTY),
        ((leads_to(seen=3, state=VisitState.EMPTY),), VisitState.UNCHANGED),
        ((leads_to(seen=0, state=VisitState.UNCHANGED),), VisitState.UNCHANGED),
        ((leads_to(), leads_to(state=VisitState.NOT_FOUND)), VisitState.NOT_FOUND),
        ((leads_to(state=VisitState.THROTTLED), leads_to(state=VisitState.FAILED)), VisitState.THROTTLED),
    ],
)
def test_the_state_of_a_visit_is_what_kept_us_from_seeing_everything(
    pages: tuple[Page, ...], state: VisitState
) -> None:
    tally = Tally()
    for page in pages:
        tally.add(Outcome(request=request(A), capture=None, page=page))

    assert tally.state is state


def test_seeing_fewer_than_the_platform_claims_is_not_complete() -> None:
    tally = Tally()
    tally.add(Outcome(request=request(A), capture=None, page=Page(state=VisitState.OK, seen=2, claimed=3)))

    assert not tally.complete
