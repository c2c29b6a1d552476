"""A browser window for a person: with a profile of its own, closed in bounded time, and nothing of it left behind."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext, Playwright
from playwright.async_api import Error as PlaywrightError

from core.errors import MissingError
from core.settings import Crawl
from scraper.fetch.browser.process import Limits, ends, first_line, start_driver
from scraper.fetch.browsers import QUIET, Choice, choices, has_screen, is_root, window_choices, window_command
from scraper.fetch.egress import Egress
from scraper.fetch.guard import Reach

SESSION = "session-"
"""How the folder of one session is named: what an earlier one left behind when it was killed is known by it."""
OWN = "own"
CRASHES = "BREAKPAD_DUMP_LOCATION"
"""Where Chromium keeps what it notes of a crash: in the profile, not in the person's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where profiles lie. `own` takes the one that a person logged in with; else a fresh one is made and removed."""

    folder: Path
    own: bool = False
    visible: bool = True
    """False only for tests of what is heard: then the page's own script plays the person."""


@asynccontextmanager
async def open_window(
    crawl: Crawl, room: Room, guard: Reach, limits: Limits | None = None
) -> AsyncIterator[BrowserContext]:
    """Open a window. MissingError where there is no screen or no browser with a window.

    The guard's proxy is its only way out too: a person may go to every public server, but a page that they open
    reaches nothing inside this machine or its network.

    One session at a time: the caller holds the lock, so that what lies here of earlier sessions is nobody's.
    """
    if room.visible and not has_screen():
        raise MissingError("no_screen")
    limits = limits or Limits()
    room.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in room.folder.glob(f"{SESSION}*"):
        shutil.rmtree(left, ignore_errors=True)
    session = Path(tempfile.mkdtemp(prefix=SESSION, dir=room.folder))  # 0700, as mkdtemp makes them
    driver, egress = None, Egress(guard)
    try:
        await egress.open()
        driver = await start_driver(session, limits)
        profile = room.folder / OWN if room.own else session / "profile"
        profile.mkdir(exist_ok=True, mode=0o700)
        context = await _first_window(driver, crawl, room, profile, egress=egress, limits=limits)
        try:
            yield context
        finally:
            await ends(context.close(), limits.close_seconds)
    finally:
        if driver is not None:
            await ends(driver.stop(), limits.close_seconds)  # ends the browser too, if it does not listen
        egress.close()
        await _remove(session)


async def _first_window(
    driver: Playwright, crawl: Crawl, room: Room, profile: Path, *, egress: Egress, limits: Limits
) -> BrowserContext:
    tried: list[str] = []
    for choice in (window_choices if room.visible else choices)(crawl.browser):
        try:
            async with asyncio.timeout(limits.launch_seconds + limits.grace_seconds):
                return await _launch(driver, choice, profile, visible=room.visible, egress=egress)
        except (PlaywrightError, TimeoutError) as error:
            if "No usable sandbox" in str(error):
                raise MissingError("browser_sandbox", browser=choice.name) from error
            tried.append(f"{choice.name}: {first_line(error)}")
    raise MissingError("no_window", command=window_command(), tried="; ".join(tried))


async def _launch(
    driver: Playwright, choice: Choice, profile: Path, *, visible: bool, egress: Egress
) -> BrowserContext:
    """Start one browser as it comes: its own name, its own window size. Ctrl-C stays ours."""
    return await driver.chromium.launch_persistent_context(
        profile,
        executable_path=choice.executable,
        channel=choice.channel,
        headless=not visible,
        chromium_sandbox=not is_root(),
        no_viewport=True,
        accept_downloads=False,
        args=[*QUIET, *egress.switches],
        env={**os.environ, CRASHES: str(profile)},
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


async def _remove(folder: Path) -> None:
    """Remove a session's folder; a browser that is still ending may write into it once more."""
    for _ in range(20):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if not await asyncio.to_thread(folder.exists):
            return
        await asyncio.sleep(0.1)
