"""The browser's process: started with a sandbox, known by its id, and ended even when it does not answer."""

import asyncio
import os
import signal
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Playwright, async_playwright

from core.errors import MissingError
from core.settings import Crawl
from scraper.fetch.browsers import QUIET, Choice, Found, choices, is_sandboxed, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where patience ends. The time for a page comes from the settings."""

    close_seconds: float = 5.0
    launch_seconds: float = 30.0
    quiet_seconds: float = 0.7
    grace_seconds: float = 5.0
    max_bytes: int = 20_000_000
    max_nodes: int = 200_000
    pages_per_tab: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A browser process and the driver that talks to it."""

    driver: Playwright
    browser: Chromium
    pid: int
    found: Found


async def start(crawl: Crawl, limits: Limits) -> Running:
    """Start the first browser that starts; MissingError where none does."""
    sandboxed = is_sandboxed(allow_root_unsandboxed=crawl.allow_root_unsandboxed)
    manager = async_playwright()
    try:
        async with asyncio.timeout(limits.launch_seconds):
            driver = await manager.start()
    except Exception as error:  # Playwright says with a bare Exception that its driver did not start
        raise MissingError("browser_driver", reason=first_line(error)) from error
    try:
        browser, choice = await _first_that_starts(driver, crawl, sandboxed=sandboxed, limits=limits)
        found = Found(choice=choice, version=browser.version, sandboxed=sandboxed)
        return Running(driver=driver, browser=browser, pid=await _pid(browser, limits), found=found)
    except BaseException:
        await ends(driver.stop(), limits.close_seconds)
        raise


async def _first_that_starts(
    driver: Playwright, crawl: Crawl, *, sandboxed: bool, limits: Limits
) -> tuple[Chromium, Choice]:
    tried: list[str] = []
    for choice in choices(crawl.browser):
        try:
            return await _launch(driver, choice, sandboxed=sandboxed, limits=limits), choice
        except PlaywrightError as error:
            if "No usable sandbox" in str(error):
                raise MissingError("browser_sandbox", browser=choice.name) from error
            tried.append(f"{choice.name}: {first_line(error)}")
    raise missing(tried)


async def _launch(driver: Playwright, choice: Choice, *, sandboxed: bool, limits: Limits) -> Chromium:
    """Start one browser. Signals stay ours: Ctrl-C lets the page in hand finish first."""
    return await driver.chromium.launch(
        executable_path=choice.executable,
        channel=choice.channel,
        chromium_sandbox=sandboxed,
        args=list(QUIET),
        timeout=limits.launch_seconds * 1000,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


async def _pid(browser: Chromium, limits: Limits) -> int:
    try:
        async with asyncio.timeout(limits.launch_seconds):
            session = await browser.new_browser_cdp_session()
            processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    except (PlaywrightError, TimeoutError) as error:
        raise MissingError("browser_driver", reason=first_line(error)) from error
    return next(int(process["id"]) for process in processes if process["type"] == "browser")


async def stop(running: Running, limits: Limits) -> None:
    """Close the browser, or kill it when it does not answer."""
    if not await ends(running.browser.close(), limits.close_seconds):
        kill(running.pid)
    await ends(running.driver.stop(), limits.close_seconds)


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
