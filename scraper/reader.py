"""The one place that lets an adapter loose on bytes from outside."""

from pydantic import ValidationError

from core.errors import LayoutError
from core.records import Capture, Exchange
from scraper.adapter import Adapter, Page, PageRequest

# What reading untrusted bytes can throw besides the adapter's own LayoutError: each means "not the page we know".
SURPRISES = (ValidationError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


def read(adapter: Adapter, request: PageRequest, capture: Capture) -> Page:
    """Read a page; whatever an unknown page makes an adapter stumble over is a changed layout."""
    try:
        return adapter.read(request, capture)
    except SURPRISES as error:
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise LayoutError("layout_changed", url=capture.url, reason=reason) from error


def recognise(adapter: Adapter, exchange: Exchange) -> PageRequest | None:
    """Ask an adapter whether an answer is one of its pages; what makes it stumble is none of them."""
    try:
        return adapter.recognise(exchange)
    except (LayoutError, *SURPRISES):
        return None
