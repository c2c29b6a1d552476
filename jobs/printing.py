"""Paper: a page of ours as PDF, through the browser that this machine has."""

from jobs.tools import Tools
from scraper.fetch.browser.pdf import print_page


async def printed(tools: Tools, html: str, *, footer: str | None = None) -> bytes:
    """Print a page, with a line below every sheet if one is given; MissingError where there is no browser."""
    return await print_page(html, tools.settings.crawl, footer=footer)
