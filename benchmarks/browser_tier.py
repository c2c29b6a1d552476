"""CPU seconds an account of the browser tier, whole process tree, against plain Playwright on the same pages.

The peer is Playwright in its common way: a new context for each account, everything loaded, scroll and poll,
BeautifulSoup on the whole page. Both read the profiles of the demo's JavaScript network.
"""

import asyncio
import sys
import time
from collections.abc import Iterator

import yaml
from bs4 import BeautifulSoup
from playwright.async_api import async_playwright

from benchmarks.tree import measured
from core.clock import SystemClock
from core.platforms import Platforms
from core.records import AccountRef, Capability
from core.settings import Settings
from demo.election import Network
from demo.network import running, settings_text
from scraper.adapter import Target
from scraper.fetch.browser import find_browser, open_browser
from scraper.fetch.guard import Guard
from scraper.platforms import adapters

ACCOUNTS = 24


def run() -> Iterator[str]:
    """Read the same accounts both ways, each in a process of its own."""
    with running() as served:
        people = [
            m.handle for m in served.election.members.values() if m.network is Network.WARGA and not m.quirk and m.role
        ]
        settings = Settings.model_validate(yaml.safe_load(settings_text(served.addresses)))
        yield "| way | accounts | posts | CPU s an account | wall s an account |"
        yield "|---|---|---|---|---|"
        for way in ("tilik", "plain"):
            started = time.perf_counter()
            words = ["-m", "benchmarks.browser_tier", way, settings.model_dump_json(by_alias=True), *people[:ACCOUNTS]]
            posts, cpu = measured([sys.executable, *words])
            wall = time.perf_counter() - started
            yield f"| {way} | {ACCOUNTS} | {posts} | {cpu / ACCOUNTS:.3f} | {wall / ACCOUNTS:.2f} |"


async def ours(settings: Settings, handles: list[str]) -> int:
    """Read the accounts as the product does."""
    adapter, posts = adapters(settings.platforms)["warga"], 0
    guard = Guard(settings.crawl.allow_private)
    async with open_browser(settings.crawl, user_agent="bench", clock=SystemClock(), guard=guard) as browser:
        for handle in handles:
            target = Target(account=AccountRef(platform="warga", handle=handle))
            request = next(iter(adapter.plan(target, Capability.POSTS)))
            posts += len(adapter.read(request, await browser.fetch(request)).posts)
    return posts


async def plain(settings: Settings, handles: list[str]) -> int:
    """Read the accounts as a first script would."""
    found, posts = await find_browser(settings.crawl), 0
    base = Platforms.model_validate(settings.platforms).sites[0].base_url
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.choice.executable, channel=found.choice.channel, chromium_sandbox=found.sandboxed
        )
        for handle in handles:
            context = await browser.new_context()
            page = await context.new_page()
            await page.goto(f"{base}/@{handle}")
            known = -1
            while known != (known := await page.locator("li.kiriman").count()):
                await page.mouse.wheel(0, 20_000)
                await page.wait_for_timeout(500)
            posts += len(BeautifulSoup(await page.content(), "lxml").select("li.kiriman p.isi"))
            await context.close()
        await browser.close()
    return posts


if __name__ == "__main__":
    way, text, *handles = sys.argv[1:]
    print(asyncio.run((ours if way == "tilik" else plain)(Settings.model_validate_json(text), handles)))
