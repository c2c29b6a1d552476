"""An office whose page is open: the real server on a port of this machine, and people who visit it."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import uvicorn
from playwright.async_api import BrowserContext, async_playwright
from starlette.applications import Starlette

from commands.shared import tools
from core.deeds import Duty
from core.settings import Crawl
from jobs.tools import Tools
from review.page.app import make
from review.page.passwords import hashed
from scraper.fetch.browser import find_browser
from storage import people as people_of
from tests.commands.desk import Desk

PASSWORD = "kuda laut ungu tiga"
ADMIN, FIRST, SECOND, THIRD, RUNNER = "Ketua", "Rukmini", "Budi", "Tuti", "Asep"
DUTIES = {
    ADMIN: Duty.ADMIN,
    FIRST: Duty.REVIEWER,
    SECOND: Duty.REVIEWER,
    THIRD: Duty.REVIEWER,
    RUNNER: Duty.OPERATOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A page that is open, and the tools that it works with."""

    address: str
    app: Starlette
    tools: Tools
    closing: ExitStack

    def visitor(self, name: str | None = None) -> "Visitor":
        """Come in: as nobody, or logged in."""
        client = httpx.Client(base_url=self.address, headers={"origin": self.address}, timeout=30)
        found = Visitor(self.closing.enter_context(client))
        if name is not None:
            assert found.post("/masuk", nama=name, sandi=PASSWORD).status_code == 303
        return found


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser that knows no JavaScript."""

    client: httpx.Client

    def get(self, address: str, **more: Any) -> httpx.Response:  # noqa: ANN401  (options of httpx)
        return self.client.get(address, **more)

    def word(self) -> str:
        """Take the word that forms carry from a page."""
        found = re.search(r'name="kata" value="([^"]+)"', self.get("/catatan").text)
        return found[1] if found else ""

    def post(self, address: str, **fields: str) -> httpx.Response:
        """Send a form as a page does; `kata` is added unless given."""
        return self.client.post(address, data={"kata": self.word(), **fields} if "kata" not in fields else fields)


@cache
def _hash() -> str:
    return hashed(PASSWORD, name="somebody")


@contextmanager
def open_house(desk: Desk, *, people: bool = True) -> Iterator[House]:
    """Open the page of an office, with people of every duty."""
    with tools(desk.config) as opened, socket.socket() as listening, ExitStack() as closing:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        with opened.database.write() as session:
            for name, duty in DUTIES.items() if people else ():
                people_of.add_person(session, name=name, duty=duty, password=_hash(), now=opened.clock.now())
        app = make(opened, config=desk.config, port=port)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.01)
            yield House(address=f"http://127.0.0.1:{port}", app=app, tools=opened, closing=closing)
        finally:
            server.should_exit = True
            thread.join(timeout=20)


@asynccontextmanager
async def window(**options: Any) -> AsyncIterator[BrowserContext]:  # noqa: ANN401  (options of Playwright)
    """Open a real browser; what the page does that it must not do is collected in `context.complaints`."""
    path = (await find_browser(Crawl())).choice.executable
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, chromium_sandbox=False)
        context = await browser.new_context(**options)
        context.set_default_timeout(20_000)
        try:
            yield context
        finally:
            await browser.close()


async def log_in(context: BrowserContext, house: House, name: str) -> Any:  # noqa: ANN401  (a page)
    """Log somebody in, by the form."""
    page = await context.new_page()
    await page.goto(f"{house.address}/masuk")
    await page.fill("[name=nama]", name)
    await page.fill("[name=sandi]", PASSWORD)
    await page.press("[name=sandi]", "Enter")
    await page.wait_for_selector(".banner")
    return page


async def steady(milliseconds: int = 400) -> None:
    """Wait as long as a person looks at a card at least."""
    await asyncio.sleep(milliseconds / 1_000)
