"""A configured site that marks its posts itself: its h-entries as the rows that selectors give elsewhere."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from core.errors import LayoutError
from core.records import Capability, Capture
from scraper.platforms.microformats import Entry, Marked, Person, Place, marked
from scraper.platforms.site_rows import Row

ITEMS = ".h-entry, .hentry, .h-cite"
LANDMARK = ".h-feed, .hfeed, .h-entry, .hentry"
TEXT = "e-content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of one page, and the address of the next, older one."""

    rows: tuple[Row, ...]
    next: str | None


def read(soup: BeautifulSoup, capability: Capability, capture: Capture) -> Found:
    """Read the posts of a page, or of the page of a post who liked it."""
    found = marked(soup, capture.final_url)
    if found.stray:
        raise LayoutError("layout_changed", url=capture.url, missing=f"an entry around {found.stray[0]}")
    if capability is Capability.LIKERS:
        people = next((entry.liked_by for entry in found.entries if entry.place is Place.ENTRY), ())
        return Found(rows=tuple(Row(author=_name(person)) for person in people), next=found.next)
    return Found(rows=tuple(_row(entry, found) for entry in found.entries), next=found.next)


def _row(entry: Entry, page: Marked) -> Row:
    """Write an entry as a row; one that does not say who wrote it is by whom the page is."""
    author = entry.author or (page.card if entry.place is Place.ENTRY else None)
    return Row(
        id=entry.url,
        url=entry.url,
        author=_name(author) if author is not None else None,
        text=entry.text,
        time=entry.published,
        pictures=entry.photos,
    )


def _name(person: Person) -> str | None:
    """Name somebody by the address of a profile where it leads to one, else by the nickname or the name."""
    leads = person.url is not None and urlsplit(person.url).path.strip("/") != ""
    return person.url if leads else person.nickname or person.name
