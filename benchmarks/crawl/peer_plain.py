"""Plain Playwright as a first script would use it, and the floor: a page that scrolls itself and goes on by itself."""

import asyncio
import json
import sys

from bs4 import BeautifulSoup
from playwright.async_api import Browser, async_playwright

COUNT = "document.querySelectorAll('article.post').length"


def read(html: str) -> int:
    """Extract id, text, time and likes; say of how many posts."""
    rows = BeautifulSoup(html, "lxml").select("article.post")
    found = [
        (
            row.select_one("a.link")["href"],
            row.select_one(".text").get_text(),
            row.select_one("time")["datetime"],
            int(row.select_one(".likes").get_text()),
        )
        for row in rows
    ]
    return len(found)


async def plain(browser: Browser, base: str, accounts: int, workers: int) -> int:
    """Read with a new context for each account: nothing blocked, scroll and poll, BeautifulSoup on the whole page."""
    waiting, total = list(range(accounts)), 0

    async def work() -> None:
        nonlocal total
        while waiting:
            number = waiting.pop()
            context = await browser.new_context()
            page = await context.new_page()
            await page.goto(f"{base}/@kel{number}")
            while await page.evaluate(COUNT) < 60:
                await page.mouse.wheel(0, 20_000)
                await page.wait_for_timeout(100)
            html = await page.content()  # before the sum is looked at: others add to it meanwhile
            total += read(html)
            await context.close()

    await asyncio.gather(*(work() for _ in range(workers)))
    return total


async def floor(browser: Browser, base: str, accounts: int, workers: int) -> int:
    """Let each page scroll itself and go on to the next profile; nothing is read."""
    share = max(accounts // workers, 1)

    async def work(first: int) -> None:
        page = await browser.new_page()
        await page.goto(f"{base}/@kel{first}?self={share}", wait_until="commit")
        await page.wait_for_url("**/done", timeout=600_000)

    await asyncio.gather(*(work(number * share) for number in range(min(workers, accounts))))
    return accounts * 60


async def main(way: str, base: str, accounts: int, workers: int, path: str) -> int:
    """Start a browser and go one way."""
    flags = ["--blink-settings=imagesEnabled=false"] if way == "floor" else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path or None, args=flags)
        posts = await (floor if way == "floor" else plain)(browser, base, accounts, workers)
        await browser.close()
    return posts


if __name__ == "__main__":
    way, base, accounts, workers, path = sys.argv[1:]
    print(json.dumps({"posts": asyncio.run(main(way, base, int(accounts), int(workers), path))}))
