"""What a person's own browser or file showed: one answer after another, read by the adapters as if we had asked."""

import hashlib
from dataclasses import dataclass, replace

from core.errors import LayoutError
from core.records import Capture, Exchange, Mode, VisitState
from jobs.tools import Tools
from scraper import reader
from scraper.adapter import Adapter, Page, PageRequest
from scraper.apart import Apart
from scraper.captures import scrub
from scraper.platforms import embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where sightings come from: a file that stays with its custodian, or a session in a person's browser."""

    kind: str
    name: str
    sha256: str
    bytes: int
    custodian: str | None
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One answer, and what it told. `adapter` is None where no page was read: an export's row, an observation.

    `beside` are facts that are kept with it: who saw it, the name and SHA-256 of a screenshot.
    """

    adapter: Adapter | None
    request: PageRequest
    capture: Capture
    page: Page
    beside: tuple[tuple[str, str], ...] = ()


def read(tools: Tools, exchange: Exchange, mode: Mode, apart: Apart | None = None) -> Sighting | None:
    """Read an answer with the adapter that knows it; None where none does.

    One that is recognised and cannot be read is a sighting too: its layout changed. Sites and platforms with an
    address of their own come last in the list and are asked first; those that live on any host come after them. Pages
    are read in the process `apart`, where one is given.
    """
    seen = scrub.exchange(exchange)
    for adapter in reversed(list(tools.adapters.values())):
        request = reader.recognise(adapter, seen)
        if request is not None:
            request = replace(request, target=replace(request.target, mode=mode))
            return of(adapter, request, captured(seen, mode), apart)
    return None


def of(adapter: Adapter, request: PageRequest, capture: Capture, apart: Apart | None = None) -> Sighting:
    """Read a page that is known; what cannot be read is a sighting too."""
    return Sighting(adapter=adapter, request=request, capture=capture, page=_page(adapter, request, capture, apart))


def captured(exchange: Exchange, mode: Mode) -> Capture:
    """Make the capture of an exchange; of its headers nothing is kept."""
    return Capture(
        url=exchange.url,
        final_url=exchange.url,
        status=exchange.status,
        media_type=exchange.media_type,
        body=exchange.body,
        sha256=hashlib.sha256(exchange.body).hexdigest(),
        captured_at=exchange.at,
        mode=mode,
    )


def _page(adapter: Adapter, request: PageRequest, capture: Capture, apart: Apart | None) -> Page:
    try:
        if apart is not None and embedded.is_page(capture.body):
            return apart.read(adapter, request, capture)
        return reader.read(adapter, request, capture)
    except LayoutError as error:
        told = error.fields.get("reason") or error.fields.get("missing") or error.code
        return Page(state=VisitState.LAYOUT_CHANGED, note=str(told)[:100])
