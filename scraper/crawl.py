"""One visit: ask, fetch, read, and say what came of each page, until the adapter has nothing more to ask."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.errors import FetchError, LayoutError, RefusedError
from core.records import SAW_EVERYTHING, Capability, Capture, VisitState
from scraper import reader
from scraper.adapter import Adapter, Page, PageRequest, Target

STOPS_THE_HOST = frozenset({VisitState.LOGIN_WALL, VisitState.THROTTLED, VisitState.CHALLENGE})
PAGE_LIMIT = "page_limit"
OK = 200
NOT_MODIFIED = 304
PINNED_AT_MOST = 1000
"""How many answers that hold for every account are kept in memory."""
CUT_SHORT = frozenset({"items", "scrolls", "seconds"})


class Fetch(Protocol):
    """Anything that turns a request into a capture: the web, or a test.

    Raises RefusedError where robots or a pause forbid it, FetchError where there is no whole answer.
    """

    async def __call__(self, request: PageRequest) -> Capture:
        """Fetch one page, as slowly as the host asks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one request; `capture` is None where nothing was served, `more` says that pages still wait."""

    request: PageRequest
    capture: Capture | None
    page: Page
    fetched: bool = True
    more: bool = False


@dataclass(slots=True)
class Board:
    """Answers that hold for every account of a site; they live as long as the run. Who comes second waits."""

    captures: dict[str, Capture] = field(default_factory=dict)
    reading: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def take(self, request: PageRequest, fetch: "Fetch") -> tuple[Capture, bool]:
        """Give the answer, and whether it was fetched for it."""
        async with self.reading[request.url]:
            if (kept := self.captures.get(request.url)) is not None:
                return kept, False
            capture = await fetch(request)
            if len(self.captures) < PINNED_AT_MOST and capture.status == OK:
                self.captures[request.url] = capture
            return capture, True


@dataclass(slots=True)
class Memory:
    """Answers that hold for every direction of an account; they live as long as the visit of the account."""

    captures: dict[str, Capture] = field(default_factory=dict)
    board: Board = field(default_factory=Board)


@dataclass(slots=True, kw_only=True)
class Tally:
    """How a visit went: the state of the whole, what was seen of what was claimed, and what it cost."""

    states: list[VisitState] = field(default_factory=list)
    items: int = 0
    seen: int = 0
    claimed: int | None = None
    requests: int = 0
    note: str | None = None
    unfinished: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one page."""
        page = outcome.page
        self.states.append(page.state)
        self.items += len(page.posts) + len(page.interactions)
        self.seen += page.seen
        self.claimed = page.claimed if page.claimed is not None else self.claimed
        self.requests += outcome.fetched
        self.note = page.note or self.note
        cut_short = outcome.capture is not None and outcome.capture.ended in CUT_SHORT
        self.unfinished |= cut_short or page.partial or page.note == PAGE_LIMIT

    @property
    def state(self) -> VisitState:
        """The first state that kept us from seeing everything, else whether there was something, and something new."""
        failed = next((state for state in self.states if state not in SAW_EVERYTHING), None)
        if failed is not None:
            return failed
        if not self.states:
            return VisitState.FAILED  # there was nothing that we knew to ask
        if self.items and VisitState.UNCHANGED not in self.states:
            return VisitState.OK
        return VisitState.UNCHANGED if self.seen or VisitState.UNCHANGED in self.states else VisitState.EMPTY

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for was seen."""
        short = self.claimed is not None and self.seen < self.claimed
        return not self.unfinished and not short and self.state in SAW_EVERYTHING


async def visit(
    adapter: Adapter, target: Target, capability: Capability, fetch: Fetch, *, memory: Memory, max_pages: int
) -> AsyncGenerator[Outcome, None]:
    """Look at one target in one direction, yielding every page; a host that refused is not asked again."""
    waiting = deque(adapter.plan(target, capability))
    for _ in range(max_pages):
        if not waiting:
            return
        request = waiting.popleft()
        outcome = await ask(adapter, request, fetch, memory)
        if outcome.page.state in STOPS_THE_HOST:
            waiting = deque(one for one in waiting if _origin(one) != _origin(request))
        else:
            waiting.extend(outcome.page.following)
        yield replace(outcome, more=bool(waiting))
    if waiting:
        page = Page(state=VisitState.OK, note=PAGE_LIMIT)
        yield Outcome(request=waiting[0], capture=None, page=page, fetched=False)


def _origin(request: PageRequest) -> list[str]:
    return request.url.split("/", 3)[:3]


async def ask(adapter: Adapter, request: PageRequest, fetch: Fetch, memory: Memory) -> Outcome:
    """Ask for one page and read it; whatever goes wrong is data of its outcome."""
    capture = memory.captures.get(request.url) if request.shared else None
    fetched = capture is None
    try:
        if capture is None and request.for_all:
            capture, fetched = await memory.board.take(request, fetch)
        elif capture is None:
            capture = await fetch(request)
        if request.shared:
            memory.captures[request.url] = capture
        page = _unchanged(request) if capture.status == NOT_MODIFIED else await _read(adapter, request, capture)
    except RefusedError as error:
        state = _refused_as(error)
        note = "unreachable" if state is VisitState.FAILED else error.code
        page, fetched = Page(state=state, note=note), False
    except LayoutError as error:
        page = Page(state=VisitState.LAYOUT_CHANGED, note=_missing(error))
    except FetchError as error:
        page = Page(state=VisitState.FAILED, note=error.code)
    return Outcome(request=request, capture=capture, page=page, fetched=fetched)


async def _read(adapter: Adapter, request: PageRequest, capture: Capture) -> Page:
    """Read a page; what takes long is read elsewhere, while other pages go on."""
    if reader.is_heavy(capture):
        return await asyncio.to_thread(reader.read, adapter, request, capture)
    return reader.read(adapter, request, capture)


def _unchanged(request: PageRequest) -> Page:
    """Take "not modified" for what it says, but only as the answer to a conditional question."""
    if request.validators:
        return Page(state=VisitState.UNCHANGED)
    return Page(state=VisitState.FAILED, note="http_304")


def _refused_as(error: RefusedError) -> VisitState:
    """Name a refusal: robots.txt, or what made us leave the host alone earlier."""
    reason = str(error.fields.get("reason", ""))
    return VisitState(reason) if reason in set(VisitState) else VisitState.ROBOTS_REFUSED


def _missing(error: LayoutError) -> str:
    """Say what an unknown page lacked, for whoever mends the adapter."""
    told = error.fields.get("reason") or error.fields.get("missing")
    return str(told) if told else error.code
