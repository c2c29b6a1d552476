"""The browser's process: started with a sandbox, known by its id, and ended even when it does not answer."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import CDPSession, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from core.errors import MissingError
from core.settings import Crawl
from scraper.fetch.browser import folder as folders
from scraper.fetch.browser.door import Door
from scraper.fetch.browser.folder import Folder
from scraper.fetch.browsers import (
    HEAP,
    NO_PICTURES,
    NO_WINDOWS,
    QUIET,
    Choice,
    Found,
    built_on,
    choices,
    is_root,
    missing,
)
from scraper.fetch.egress import Egress
from scraper.fetch.guard import Gate

TEMPORARY = ("TMPDIR", "TEMP", "TMP")
NODE_OPTIONS = "NODE_OPTIONS"
SMALL = "--max-semi-space-size=2"
"""Lets the driver clear up more often: 20 MB less, and measured to cost nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where patience ends. The time for a page comes from the settings."""

    close_seconds: float = 5.0
    launch_seconds: float = 30.0
    quiet_seconds: float = 0.7
    idle_seconds: float = 0.5
    grace_seconds: float = 5.0
    max_bytes: int = 20_000_000
    max_nodes: int = 200_000
    pages_per_tab: int = 25
    pictures: bool = True
    """Whether the browser knows of pictures at all. Where it does not, a page costs it half the messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A browser process and the driver that talks to it."""

    driver: Playwright
    browser: Chromium
    pid: int
    found: Found
    door: Door
    egress: Egress
    limits: Limits
    folder: Folder
    """What the driver and Chromium write into, profile and all. They leave it behind when they are killed."""


async def start(crawl: Crawl, limits: Limits, gate: Gate) -> Running:
    """Start the first browser that starts, with the gate at its door and on its only way out.

    MissingError where none starts.
    """
    folder = folders.make()
    try:
        driver = await start_driver(folder.path, limits)
    except BaseException:
        folder.remove()
        raise
    egress = Egress(gate)
    try:
        await egress.open()
        browser, choice = await _first_that_starts(driver, crawl, egress=egress, limits=limits)
        door, pid = await _watched(browser, gate, limits)
        found = _found(driver, browser, choice, pid)
    except BaseException:
        await ends(driver.stop(), limits.close_seconds)
        egress.close()
        folder.remove()
        raise
    return Running(
        driver=driver, browser=browser, pid=pid, found=found, door=door, egress=egress, limits=limits, folder=folder
    )


async def start_driver(folder: Path, limits: Limits) -> Playwright:
    """Start the driver that talks to a browser; it writes into this folder."""
    try:
        async with asyncio.timeout(limits.launch_seconds):
            with writing_into(folder):
                return await async_playwright().start()
    except Exception as error:  # Playwright says with a bare Exception that its driver did not start
        raise MissingError("browser_driver", reason=first_line(error)) from error


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Let a driver that is started now stay small, and take this for the folder of temporary files.

    It can be told in no other way.
    """
    before = {name: os.environ.get(name) for name in (*TEMPORARY, NODE_OPTIONS)}
    os.environ |= dict.fromkeys(TEMPORARY, str(folder))
    os.environ[NODE_OPTIONS] = f"{SMALL} {before[NODE_OPTIONS] or ''}".strip()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


async def _first_that_starts(
    driver: Playwright, crawl: Crawl, *, egress: Egress, limits: Limits
) -> tuple[Chromium, Choice]:
    tried: list[str] = []
    for choice in choices(crawl.browser):
        try:
            async with asyncio.timeout(limits.launch_seconds + limits.grace_seconds):
                return await _launch(driver, choice, egress=egress, limits=limits), choice
        except (PlaywrightError, TimeoutError) as error:
            if "No usable sandbox" in str(error):
                raise MissingError("browser_sandbox", browser=choice.name) from error
            tried.append(f"{choice.name}: {first_line(error)}")
    raise missing(tried)


async def _launch(driver: Playwright, choice: Choice, *, egress: Egress, limits: Limits) -> Chromium:
    """Start one browser. Signals stay ours: Ctrl-C lets the page in hand finish first."""
    return await driver.chromium.launch(
        executable_path=choice.executable,
        channel=choice.channel,
        chromium_sandbox=not is_root(),
        args=[*QUIET, *egress.switches, NO_WINDOWS, HEAP, *(() if limits.pictures else NO_PICTURES)],
        timeout=limits.launch_seconds * 1000,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


def _found(driver: Playwright, browser: Chromium, choice: Choice, pid: int) -> Found:
    """Say which browser runs. What was started may be a script that starts another file; Linux knows which."""
    runs = Path(f"/proc/{pid}/exe")
    file = runs if runs.exists() else choice.executable or Path(driver.chromium.executable_path)
    return Found(choice=choice, version=browser.version, sandboxed=not is_root(), built=built_on(file))


async def _watched(browser: Chromium, gate: Gate, limits: Limits) -> tuple[Door, int]:
    """Stand at the door of a browser that has no page yet, and say which process it is."""
    try:
        async with asyncio.timeout(limits.launch_seconds):
            session = await browser.new_browser_cdp_session()
            door = Door(session, gate)
            await door.open()
            return door, await _pid(session)
    except (PlaywrightError, TimeoutError) as error:
        raise MissingError("browser_driver", reason=first_line(error)) from error


async def _pid(session: CDPSession) -> int:
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    return next(int(process["id"]) for process in processes if process["type"] == "browser")


async def stop(running: Running, limits: Limits) -> None:
    """Close the browser, or kill it when it does not answer."""
    if not await ends(running.browser.close(), limits.close_seconds):
        kill(running.pid)
    await clear_away(running, limits)


async def clear_away(running: Running, limits: Limits) -> None:
    """End the driver of a browser that has ended, close its way out, and remove what it wrote."""
    await ends(running.driver.stop(), limits.close_seconds)
    running.egress.close()
    await asyncio.to_thread(running.folder.remove)


async def ends(work: Awaitable[object], seconds: float) -> bool:
    """Say whether something came to a good end in time."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except (PlaywrightError, TimeoutError):
        return False
    return True


def kill(pid: int) -> None:
    """End a process that does not listen any more."""
    with suppress(ProcessLookupError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def first_line(error: BaseException) -> str:
    """Cut a browser's failure to what a person can read."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
