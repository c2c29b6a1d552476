"""What is heard of a window, in a real browser: here the page's own script plays the person, and nobody else acts."""

import ast
import asyncio
import inspect
import stat
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.async_api import BrowserContext

from core.clock import SystemClock
from core.errors import MissingError
from core.platforms import Instagram as Where
from core.records import Capability, Exchange
from core.settings import Crawl
from scraper import reader
from scraper.fetch.browser import attended, window
from scraper.fetch.browser.attended import Bounds, Listener, Recording, listening
from scraper.fetch.browser.window import OWN, Room, open_window
from scraper.fetch.browsers import has_screen, window_choices
from scraper.fetch.guard import Guard
from scraper.platforms.instagram import Instagram
from tests.replay.person import POST, PROFILE, SECRETS, lively
from tests.replay.server import Replay, playing
from tests.scraper.fetch.png import red_pixels

pytestmark = pytest.mark.browser
T = TypeVar("T")
QUICK = Bounds(tick_seconds=0.1, snapshot_seconds=0.4)
CRAWL = Crawl()
OPEN_LIST = "addEventListener('load', () => setTimeout(likers, 600));"
OPEN_LIST_AND_LEAVE = (
    "addEventListener('load', async () => { await new Promise(r => setTimeout(r, 600)); await likers();"
    " await new Promise(r => setTimeout(r, 500)); location.href = '/kelmawar/'; });"
)
POP_UP = "addEventListener('load', () => window.open('/kelmawar/'));"
Work = Callable[[Listener, BrowserContext], Awaitable[T]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A replayed Instagram, and a folder for profiles."""

    server: Replay
    folder: Path

    def knows(self, exchange: Exchange) -> Capability | None:
        request = reader.recognise(Instagram(Where(base_url=self.server.url)), exchange)
        return request.capability if request else None

    def run(self, work: Work[T], *, bounds: Bounds = QUICK, own: bool = False) -> T:
        """Open a window, listen, and do something meanwhile."""

        async def opened() -> T:
            room = Room(folder=self.folder, own=own, visible=False)
            async with (
                open_window(CRAWL, room, Guard([self.server.place])) as context,
                listening(context, knows=self.knows, clock=SystemClock(), bounds=bounds) as listener,
            ):
                return await work(listener, context)

        return asyncio.run(opened())

    def looked_at(self, path: str, *, seconds: float = 1.7, bounds: Bounds = QUICK) -> Recording:
        """Open a page, let its script play, and take what was recorded."""

        async def work(listener: Listener, _context: BrowserContext) -> Recording:
            await listener.open(f"{self.server.url}{path}")
            await asyncio.sleep(seconds)
            return await listener.take()

        return self.run(work, bounds=bounds)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with playing("instagram") as server:
        yield Place(server=server, folder=tmp_path / "profiles")


def paths(recording: Recording) -> list[str]:
    return [one.url.partition("127.0.0.1:")[2].partition("/")[2] for one in recording.exchanges]


def test_a_page_and_the_list_that_opens_over_it_are_heard_with_their_questions(place: Place) -> None:
    lively(place.server, script=OPEN_LIST)

    recording = place.looked_at(POST)

    assert paths(recording)[:2] == [POST[1:], "graphql/query"]
    asked = [one.asked for one in recording.exchanges if one.method == "POST"]
    assert asked
    assert "3900000000000000505" in str(asked[0])
    assert [one.exchange.url.rpartition("/p/")[2] for one in recording.shown] == [POST.rpartition("/p/")[2]]
    assert b"47 suka" in recording.shown[0].exchange.body


def test_nothing_that_belongs_to_the_person_is_held(place: Place) -> None:
    lively(place.server, script=OPEN_LIST)

    recording = place.looked_at(POST)

    held = "".join(f"{one.url} {one.asked}" for one in recording.exchanges)
    assert "rahasia" not in held
    assert "17841400000000777" not in held
    assert len(place.server.asked) >= 3


def test_a_picture_is_of_the_page_before_the_list_of_people_opened(place: Place) -> None:
    lively(place.server, script=OPEN_LIST)

    (shown,) = place.looked_at(POST).shown

    assert shown.picture is not None
    assert b"budi_invented" in shown.exchange.body  # the page showed them; what is kept of it is the adapter's to cut
    assert not red_pixels(shown.picture)


def test_while_something_stands_before_the_page_no_picture_is_taken(place: Place) -> None:
    over = "document.addEventListener('DOMContentLoaded', () => document.body.setAttribute('role', 'dialog'));"
    lively(place.server, script=over)

    (shown,) = place.looked_at(POST, seconds=1.5).shown

    assert shown.picture is None


def test_answers_that_came_before_the_person_went_on_are_not_lost(place: Place) -> None:
    lively(place.server, script=OPEN_LIST_AND_LEAVE)

    recording = place.looked_at(POST, seconds=2.2)

    assert [one.partition("?")[0] for one in paths(recording)] == [
        POST[1:], "graphql/query", "api/v1/media/3900000000000000505/likers/", PROFILE[1:],
    ]  # fmt: skip
    assert recording.left_out["answer_lost"] == 0
    assert [one.exchange.url.rpartition(":")[2].partition("/")[2] for one in recording.shown] == [POST[1:], PROFILE[1:]]


def test_a_window_that_a_page_opens_is_heard_too(place: Place) -> None:
    lively(place.server, script=POP_UP)

    recording = place.looked_at(POST)

    assert set(paths(recording)) == {POST[1:], PROFILE[1:]}
    assert len(recording.shown) == 2


def test_a_page_that_is_closed_leaves_what_was_seen(place: Place) -> None:
    lively(place.server, script=OPEN_LIST)

    async def work(listener: Listener, context: BrowserContext) -> Recording:
        await listener.open(f"{place.server.url}{POST}")
        await asyncio.sleep(2.0)
        await context.pages[0].close()
        await asyncio.wait_for(listener.closed.wait(), 3)
        return await listener.take()

    recording = place.run(work)

    assert "graphql/query" in paths(recording)
    assert [one.picture is not None for one in recording.shown] == [True]


def test_a_browser_that_ends_leaves_what_was_heard(place: Place) -> None:
    async def work(listener: Listener, context: BrowserContext) -> Recording:
        await listener.open(f"{place.server.url}{PROFILE}")
        await asyncio.sleep(1.0)
        await context.close()
        await asyncio.wait_for(listener.closed.wait(), 3)
        return await listener.take()

    assert paths(place.run(work)) == [PROFILE[1:]]


def test_what_no_adapter_knows_is_counted_and_not_held(place: Place) -> None:
    recording = place.looked_at("/lain/dalam/", seconds=0.8)

    assert recording.exchanges == ()
    assert recording.shown == ()
    assert recording.left_out["not_ours"] == 1


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(tick_seconds=0.1, body_bytes=100), "too_large"),
        (Bounds(tick_seconds=0.1, session_bytes=100), "too_large"),
        (Bounds(tick_seconds=0.1, exchanges=0), "too_many"),
    ],
)
def test_what_is_beyond_the_limits_is_counted_and_not_held(place: Place, bounds: Bounds, reason: str) -> None:
    recording = place.looked_at(PROFILE, seconds=0.8, bounds=bounds)

    assert recording.exchanges == ()
    assert recording.left_out[reason] == 1


def test_a_page_that_asks_something_is_not_answered_by_us(place: Place) -> None:
    lively(
        place.server, script="addEventListener('load', () => setTimeout(() => { confirm('Setuju?'); likers(); }, 200));"
    )

    recording = place.looked_at(POST, seconds=1.5, bounds=Bounds(tick_seconds=0.1, close_seconds=1.0))

    assert "graphql/query" not in paths(recording)


def test_a_fresh_profile_is_gone_afterwards_with_everything_in_it(place: Place) -> None:
    lively(place.server, script=OPEN_LIST)
    during: list[int] = []

    async def work(listener: Listener, _context: BrowserContext) -> None:
        await listener.open(f"{place.server.url}{POST}")
        await asyncio.sleep(0.5)
        during.append(sum(1 for one in place.folder.rglob("*") if one.is_file()))

    place.run(work)

    assert during[0] > 0
    assert list(place.folder.iterdir()) == []
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700


def test_a_fresh_profile_knows_nothing_of_the_one_before(place: Place) -> None:
    lively(place.server)
    place.looked_at(POST, seconds=0.5)
    place.server.cookies.clear()

    place.looked_at(POST, seconds=0.5)

    assert not any(SECRETS["kuki"] in one for one in place.server.cookies[:1])


def test_an_own_profile_stays_apart_and_is_there_again(place: Place) -> None:
    lively(place.server)
    place.server.headers = {"Set-Cookie": "lagi=ada; Path=/; Max-Age=3600"}

    async def work(listener: Listener, _context: BrowserContext) -> None:
        await listener.open(f"{place.server.url}{POST}")
        await asyncio.sleep(1.0)

    place.run(work, own=True)
    before = len(place.server.cookies)
    place.run(work, own=True)

    assert "lagi=ada" not in place.server.cookies[0]
    assert "lagi=ada" in place.server.cookies[before]
    assert [one.name for one in place.folder.iterdir()] == [OWN]
    assert stat.S_IMODE((place.folder / OWN).stat().st_mode) == 0o700


def test_what_a_killed_session_left_behind_is_removed_by_the_next(place: Place) -> None:
    left = place.folder / "session-lama" / "profile"
    left.mkdir(parents=True)
    (left / "Cookies").write_bytes(b"lama")

    place.looked_at(PROFILE, seconds=0.3)

    assert not left.exists()


def test_the_code_that_listens_calls_nothing_that_acts_and_reads_no_cookie() -> None:
    """Whatever else changes: these words of Playwright do not stand in the two modules."""
    acting = {
        "click", "dblclick", "tap", "fill", "type", "press", "check", "uncheck", "select_option", "hover", "focus",
        "drag_to", "set_input_files", "dispatch_event", "evaluate", "evaluate_handle", "add_init_script", "keyboard",
        "mouse", "touchscreen", "accept", "dismiss", "route", "cookies", "add_cookies", "clear_cookies", "reload",
        "storage_state", "all_headers", "headers_array", "header_value", "set_content", "expose_binding", "go_back",
    }  # fmt: skip
    used = {
        node.attr
        for module in (attended, window)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Attribute)
    }

    assert used & acting == set()
    assert "goto" in used


def test_without_a_screen_it_is_said_and_what_to_do(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "has_screen", lambda: False)

    async def opened() -> None:
        async with open_window(CRAWL, Room(folder=place.folder), Guard()):
            pass

    with pytest.raises(MissingError) as caught:
        asyncio.run(opened())

    assert caught.value.code == "no_screen"
    assert not place.folder.exists()


def test_a_headless_shell_is_no_browser_for_a_person() -> None:
    only_shell = {"chromium-headless-shell": "/usr/bin/chromium-headless-shell"}

    found = [one.name for one in window_choices(None, environ={}, which=only_shell.get)]

    assert found == ["chrome", "msedge", "playwright"]


@pytest.mark.parametrize(
    ("environ", "system", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_a_screen_is_there_where_the_system_says_so(environ: dict[str, str], system: str, *, seen: bool) -> None:
    assert has_screen(environ=environ, system=system) is seen
