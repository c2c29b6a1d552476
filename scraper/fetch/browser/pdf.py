"""A page of our own, printed: the browser gets its text and nothing else, without scripts and without a network."""

import asyncio

from playwright.async_api import Error as PlaywrightError

from core.errors import FetchError, MissingError
from core.settings import Crawl
from scraper.fetch.browser.process import Limits, Running, first_line, start, stop

SECONDS = 120.0
"""For a page with many tables on a slow machine."""


class _NoWay:
    """Lets no address through: what is printed stands in the text."""

    async def check(self, url: str) -> object:
        raise FetchError("address_refused", url=url, why="unasked")

    async def reach(self, host: str, port: int) -> tuple[str, ...]:
        raise FetchError("address_refused", url=f"{host}:{port}", why="unasked")

    async def follow(self, url: str) -> object:
        raise FetchError("address_refused", url=url, why="unasked")

    async def closes_some(self, url: str) -> bool:
        return True

    async def may_ask(self, url: str) -> bool:
        return False


async def print_page(html: str, crawl: Crawl, *, footer: str | None = None, limits: Limits | None = None) -> bytes:
    """Make a PDF (A4, tagged) of a page, with a line below every sheet if one is given.

    MissingError where there is no browser, or it could not print.
    """
    limits = limits or Limits()
    running = await start(crawl, limits, _NoWay())
    try:
        async with asyncio.timeout(SECONDS):
            return await _printed(running, html, footer)
    except (PlaywrightError, TimeoutError) as error:
        raise MissingError("browser_cannot_print", reason=first_line(error)) from error
    finally:
        await stop(running, limits)


async def _printed(running: Running, html: str, footer: str | None) -> bytes:
    context = await running.browser.new_context(java_script_enabled=False, offline=True, color_scheme="light")
    page = await context.new_page()
    await page.set_content(html, wait_until="load", timeout=SECONDS * 1000)
    return await page.pdf(
        format="A4",
        print_background=True,
        prefer_css_page_size=True,
        tagged=True,
        display_header_footer=footer is not None,
        header_template="<span></span>",
        footer_template=footer or "<span></span>",
    )
