"""scrapy with scrapy-playwright: at its defaults, and with its own `PLAYWRIGHT_ABORT_REQUEST`."""

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from peer_plain import COUNT, read
from scrapy.crawler import CrawlerProcess

FOUND = {"posts": 0}
NEEDED = {"document", "script", "xhr", "fetch", "stylesheet"}


def unneeded(request: Any) -> bool:  # noqa: ANN401  Playwright's request
    """Say what may be aborted."""
    return request.resource_type not in NEEDED


class Profiles(scrapy.Spider):
    """Reads every profile to its end."""

    name = "profiles"
    base, accounts = "", 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Ask for every profile, each with its page."""
        for number in range(self.accounts):
            yield scrapy.Request(
                f"{self.base}/@kel{number}", meta={"playwright": True, "playwright_include_page": True}
            )

    async def parse(self, response: scrapy.http.Response) -> None:
        """Scroll, poll, read, close."""
        page = response.meta["playwright_page"]
        while await page.evaluate(COUNT) < 60:
            await page.mouse.wheel(0, 20_000)
            await page.wait_for_timeout(100)
        html = await page.content()
        FOUND["posts"] += read(html)
        await page.close()


def main(way: str, base: str, accounts: int, workers: int, path: str) -> int:
    """Crawl all accounts."""
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    settings = {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "CONCURRENT_REQUESTS": workers,
        "CONCURRENT_REQUESTS_PER_DOMAIN": workers,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": workers,
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": path} if path else {},
        "DOWNLOAD_DELAY": 0,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
        **({"PLAYWRIGHT_ABORT_REQUEST": unneeded} if way == "blocking" else {}),
    }
    Profiles.base, Profiles.accounts = base, accounts
    process = CrawlerProcess(settings)
    process.crawl(Profiles)
    process.start()
    return FOUND["posts"]


if __name__ == "__main__":
    way, base, accounts, workers, path = sys.argv[1:]
    print(json.dumps({"posts": main(way, base, int(accounts), int(workers), path)}))
