"""The one place that lets an adapter loose on bytes from outside.

Pages that are large, and all that people bring, are read in a process of their own (`scraper.apart`): a small page
cannot be costly, and a crawl reads thousands of them.
"""

from pydantic import ValidationError

from core.errors import LayoutError
from core.records import AccountRef, Capture, Exchange, PostRef
from scraper import bounds
from scraper.adapter import Adapter, Keep, Page, PageRequest
from scraper.apart import Apart
from scraper.platforms import embedded

# What reading untrusted bytes can throw besides the adapter's own LayoutError: each means "not the page we know".
SURPRISES = (ValidationError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


def is_heavy(capture: Capture) -> bool:
    """Say whether this is a page that has to be read in a process of its own."""
    return embedded.is_page(capture.body) and not bounds.is_light(capture.body)


def read(adapter: Adapter, request: PageRequest, capture: Capture) -> Page:
    """Read a page; LayoutError where it is another than we know, or out of bounds."""
    if is_heavy(capture):
        with Apart() as apart:
            return apart.read(adapter, request, capture)
    return _read(adapter, request, capture)


def read_measured(adapter: Adapter, request: PageRequest, capture: Capture) -> Page:
    """Read a page after it was found to be within bounds."""
    if embedded.is_page(capture.body):
        bounds.require(capture.body, capture.url)
    return _read(adapter, request, capture)


def _read(adapter: Adapter, request: PageRequest, capture: Capture) -> Page:
    """Have a page read; whatever an unknown page makes an adapter stumble over is a changed layout."""
    try:
        return adapter.read(request, capture)
    except SURPRISES as error:
        raise LayoutError("layout_changed", url=capture.url, reason=_told(error)) from error


def _told(error: Exception) -> str:
    """Say what was stumbled over, without a value of the page: people outside the watchlist may stand in it."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{first['type']}: {'.'.join(str(part)[:40] for part in first['loc'])}"
    return f"KeyError: {str(error)[:40]}" if isinstance(error, KeyError) else type(error).__name__


def recognise(adapter: Adapter, exchange: Exchange) -> PageRequest | None:
    """Ask an adapter whether an answer is one of its pages; what makes it stumble is none of them."""
    try:
        return adapter.recognise(exchange)
    except (LayoutError, *SURPRISES):
        return None


def locate(adapter: Adapter, url: str) -> AccountRef | PostRef | None:
    """Ask an adapter what an address shows that somebody typed; what makes it stumble shows nothing."""
    try:
        return adapter.locate(url)
    except SURPRISES:
        return None


def reduce(adapter: Adapter, request: PageRequest, capture: Capture, keep: Keep) -> Capture | None:
    """Have an adapter cut an answer; where it stumbles nothing of the answer may be stored."""
    try:
        return adapter.reduce(request, capture, keep)
    except (LayoutError, *SURPRISES):
        return None
