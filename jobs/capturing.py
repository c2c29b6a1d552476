"""What a person looks at in a window of their own: opened one after the other, listened to, and kept like a file."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from core.errors import FetchError, RefusedError
from core.records import SAW_EVERYTHING, Capability, Capture, Exchange, Mode, NextStep
from jobs import exchanges, sightings
from jobs.exchanges import Imported
from jobs.queue import OPEN, ToDo, waiting
from jobs.sightings import Origin, Sighting
from jobs.tools import Tools
from scraper import reader
from scraper.apart import Apart
from scraper.captures import scrub
from scraper.fetch.browser.attended import SHOWS_A_PAGE, Listener, Recording, Shown, listening
from scraper.fetch.browser.window import Room, open_window
from scraper.fetch.guard import Guard
from storage import collecting, originals

KIND = "attended"
OWN_ACCOUNT = "own_account"
OPENED = frozenset({NextStep.OPEN_PAGE, *OPEN.values()})
"""What of the queue can be done in a window."""


class Move(StrEnum):
    """What a person wants next, or what ended it."""

    NEXT = "next"
    SKIP = "skip"
    END = "end"
    CLOSED = "closed"
    TIME = "time"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is looked at. No `url` opens an empty window; `own_account` is why a person uses an account of their own."""

    folder: str = "profiles"
    url: str | None = None
    items: Sequence[ToDo] = ()
    platform: str | None = None
    own_account: str | None = None
    seconds: float | None = None
    visible: bool = True


class Person(Protocol):
    """Whoever sits before the window, and what they are told."""

    def ready(self) -> None:
        """Read that the window is open, and how it is ended."""
        ...

    def told(self, item: ToDo | None, left: int) -> None:
        """Read what is open now and what to do there."""
        ...

    def refused(self, url: str, error: FetchError) -> None:
        """Read why an address is not opened."""
        ...

    async def move(self) -> Move:
        """Say what to do next; waits as long as it takes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of one stretch of looking."""

    heard: int
    recognised: int
    left_out: Counter[str]
    stored: Imported | None = None
    pictures: int = 0


@dataclass(slots=True, kw_only=True)
class Summary:
    """What came of a session, stretch by stretch, and how it ended."""

    looked: list[Looked] = field(default_factory=list)
    opened: int = 0
    skipped: int = 0
    left: int = 0
    ended: Move = Move.END


def to_open(tools: Tools, platform: str | None = None) -> list[ToDo]:
    """List what waits for a person and can be opened in a window."""
    with tools.database.read() as session:
        found = waiting(session, tools)
    return [one for one in found if one.step in OPENED and one.url is not None and platform in (None, one.platform)]


async def run(tools: Tools, plan: Plan, person: Person, *, stop: asyncio.Event | None = None) -> Summary:
    """Open a window, listen, and keep each stretch as the person goes on, closes it, or `stop` ends it.

    Raises RefusedError once the purpose has ended, FetchError where the address to begin with must not be opened.
    """
    if tools.today > tools.settings.purpose.ends:
        raise RefusedError("purpose_ended", ends=tools.settings.purpose.ends)
    guard = Guard(tools.settings.crawl.allow_private)
    if plan.url is not None:
        await guard.check(plan.url)
    mine = {name: one for name, one in tools.adapters.items() if plan.platform in (None, name)}
    session = _Session(replace(tools, adapters=mine), plan, person, guard, stop or asyncio.Event())
    room = Room(
        folder=tools.settings.storage.data / plan.folder, own=plan.own_account is not None, visible=plan.visible
    )
    async with (
        open_window(tools.settings.crawl, room, guard) as context,
        listening(context, knows=session.knows, clock=tools.clock) as listener,
    ):
        await session.run(listener)
    return session.summary


class _Session:
    """One window from its opening to its end."""

    def __init__(self, tools: Tools, plan: Plan, person: Person, guard: Guard, stop: asyncio.Event) -> None:
        self.summary = Summary(left=len(plan.items))
        self._tools = tools
        self._plan = plan
        self._person = person
        self._guard = guard
        self._stop = stop

    def knows(self, exchange: Exchange) -> Capability | None:
        """Say which direction an answer shows; None where no adapter knows it."""
        for adapter in self._tools.adapters.values():
            if (request := reader.recognise(adapter, exchange)) is not None:
                return request.capability
        return None

    async def run(self, listener: Listener) -> None:
        """Walk through everything that is to be opened."""
        self._person.ready()
        end = asyncio.get_running_loop().time() + self._plan.seconds if self._plan.seconds else None
        for item in self._items():
            url = item.url if item is not None else self._plan.url
            if url is not None and not await self._open(listener, url, item):
                continue
            self.summary.opened += 1
            self._person.told(item, self.summary.left)
            move = await self._next(listener, end)
            recording = await listener.take()
            self.summary.ended = move
            if move is Move.SKIP:
                self.summary.skipped += 1
                continue
            self.summary.looked.append(await asyncio.to_thread(keep, self._tools, recording, self._plan.own_account))
            if move is not Move.NEXT:
                return

    def _items(self) -> Iterator[ToDo | None]:
        if not self._plan.items:
            yield None
        for item in self._plan.items:
            self.summary.left -= 1
            yield item

    async def _open(self, listener: Listener, url: str, item: ToDo | None) -> bool:
        if item is not None:
            try:
                await self._guard.check(url)
            except FetchError as error:
                self._person.refused(url, error)
                return False
        await _first([listener.open(url), listener.closed.wait(), self._stop.wait()])
        return True

    async def _next(self, listener: Listener, end: float | None) -> Move:
        """Wait for whatever comes first."""
        left = None if end is None else max(end - asyncio.get_running_loop().time(), 0)
        moved = asyncio.ensure_future(self._person.move())
        await _first([_quietly(moved), listener.closed.wait(), self._stop.wait()], seconds=left)
        if self._stop.is_set():
            move = Move.STOPPED
        elif listener.closed.is_set():
            move = Move.CLOSED
        else:
            move = moved.result() if moved.done() and not moved.cancelled() else Move.TIME
        moved.cancel()
        return move


async def _quietly(moved: "asyncio.Future[Move]") -> None:
    with suppress(asyncio.CancelledError):
        await moved


async def _first(work: Sequence[Awaitable[object]], *, seconds: float | None = None) -> None:
    """Wait until one of these is done, and give the others up."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def keep(tools: Tools, recording: Recording, own_account: str | None = None) -> Looked:
    """Keep what a stretch showed of the watchlist, and pictures of the pages that something was kept of."""
    heard = len(recording.exchanges) + sum(recording.left_out.values())
    seen = [_noted(one, own_account) for one in _seen(tools, recording)]
    looked = Looked(heard=heard, recognised=len(recording.exchanges), left_out=recording.left_out)
    if not seen:
        return looked
    counts = {"heard": heard, "recognised": len(recording.exchanges), "left_out": dict(recording.left_out)}
    noted = {OWN_ACCOUNT: own_account} if own_account is not None else {}
    stored = exchanges.keep(tools, seen, _origin(tools, seen), counts=counts | noted)
    return replace(looked, stored=stored, pictures=_keep_pictures(tools, recording.shown, stored, noted))


def _seen(tools: Tools, recording: Recording) -> Iterator[Sighting]:
    """Read what was heard; a page as it stood at the end counts where it tells more than what was served for it."""
    with Apart() as apart:
        yield from _seen_apart(tools, recording, apart)


def _seen_apart(tools: Tools, recording: Recording, apart: Apart) -> Sequence[Sighting]:
    read = (sightings.read(tools, one, Mode.ATTENDED, apart) for one in recording.exchanges)
    heard = [one for one in read if one is not None]
    for shown in recording.shown:
        page = sightings.read(tools, shown.exchange, Mode.ATTENDED, apart)
        if page is None:
            continue
        served = [one for one in heard if _is_same(one, page)]
        if not served or _tells(page) > max(map(_tells, served)):
            heard = [one for one in heard if one not in served]
            heard.append(page)
    return heard


def _is_same(one: Sighting, other: Sighting) -> bool:
    return (one.capture.url, one.request.step) == (other.capture.url, other.request.step)


def _tells(sighting: Sighting) -> tuple[bool, int]:
    page = sighting.page
    return page.state in SAW_EVERYTHING, len(page.posts) + len(page.interactions)


def _noted(sighting: Sighting, own_account: str | None) -> Sighting:
    """Say of what was seen with a person's own account that it was, and why."""
    if own_account is None:
        return sighting
    page = replace(sighting.page, note=sighting.page.note or OWN_ACCOUNT)
    return replace(sighting, page=page, beside=(*sighting.beside, (OWN_ACCOUNT, own_account)))


def _origin(tools: Tools, seen: Sequence[Sighting]) -> Origin:
    """Name a session by its day and hour, and by the hash of all that it showed."""
    whole = hashlib.sha256()
    for one in seen:
        whole.update(f"{one.capture.sha256} {one.capture.captured_at.isoformat()} {one.capture.url}\n".encode())
    return Origin(
        kind=KIND,
        name=f"{KIND} {tools.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        sha256=whole.hexdigest(),
        bytes=sum(len(one.capture.body) for one in seen),
        custodian=tools.settings.imports.custodian,
        mode=Mode.ATTENDED,
    )


def _keep_pictures(tools: Tools, shown: Sequence[Shown], stored: Imported, noted: dict[str, str]) -> int:
    """Keep the pictures of pages that something was kept of; of all others, and of lists of people, none."""
    pages = {
        one.sighting.capture.url: one
        for one in stored.findings.kept
        if one.sighting.request.capability in SHOWS_A_PAGE and (one.posts or any(look.account for look in one.looks))
    }
    taken = [(one, pages[one.exchange.url]) for one in shown if one.picture and one.exchange.url in pages]
    if not taken or stored.run_id is None:
        return 0
    with tools.database.write() as session:
        for page, kept in taken:
            picture = _as_capture(page)
            blob = tools.blobs.put(picture.body)
            capture_id = collecting.save_capture(
                session, picture, run_id=stored.run_id, step="screenshot", blob=blob, purpose=KIND
            )
            accounts = [look.account.id for look in kept.looks if look.account is not None]
            provenance = originals.Provenance(
                original_id=stored.original_id,
                account_id=accounts[0] if accounts else None,
                capability=kept.sighting.request.capability,
                request={"url": picture.url, "step": "screenshot", **noted},
            )
            originals.save_provenance(session, capture_id, provenance)
    return len(taken)


def _as_capture(shown: Shown) -> Capture:
    picture = shown.picture or b""
    return Capture(
        url=scrub.address(shown.exchange.url),
        final_url=scrub.address(shown.exchange.url),
        status=shown.exchange.status,
        media_type="image/png",
        body=picture,
        sha256=hashlib.sha256(picture).hexdigest(),
        captured_at=shown.exchange.at,
        mode=Mode.ATTENDED,
    )
