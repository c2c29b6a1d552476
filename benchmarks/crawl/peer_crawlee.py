"""crawlee with its PlaywrightCrawler: at its defaults, and with its own `block_requests`."""

import asyncio
import json
import logging
import sys
from datetime import timedelta

from crawlee import ConcurrencySettings
from crawlee.crawlers import PlaywrightCrawler, PlaywrightCrawlingContext, PlaywrightPreNavCrawlingContext
from peer_plain import COUNT, read


async def main(way: str, base: str, accounts: int, workers: int, path: str) -> int:
    """Crawl all accounts."""
    total = 0
    crawler = PlaywrightCrawler(
        browser_launch_options={"executable_path": path or None, "chromium_sandbox": False},
        concurrency_settings=ConcurrencySettings(
            min_concurrency=workers, max_concurrency=workers, desired_concurrency=workers
        ),
        request_handler_timeout=timedelta(seconds=120),
        configure_logging=False,
    )

    @crawler.router.default_handler
    async def handle(context: PlaywrightCrawlingContext) -> None:
        nonlocal total
        while await context.page.evaluate(COUNT) < 60:
            await context.page.mouse.wheel(0, 20_000)
            await context.page.wait_for_timeout(100)
        html = await context.page.content()
        total += read(html)

    if way == "blocking":

        @crawler.pre_navigation_hook
        async def block(context: PlaywrightPreNavCrawlingContext) -> None:
            await context.block_requests()

    await crawler.run([f"{base}/@kel{number}" for number in range(accounts)])
    return total


if __name__ == "__main__":
    logging.disable(logging.INFO)
    way, base, accounts, workers, path = sys.argv[1:]
    print(json.dumps({"posts": asyncio.run(main(way, base, int(accounts), int(workers), path))}))
