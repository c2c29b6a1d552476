"""Sites whose posts stand on pages of their own, as in the threads of a forum: the list that leads there.

Such pages belong to nobody: of each only the rows of the account in question count. They are the same for every
account, so that a run asks for each of them once.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from urllib.parse import urldefrag, urljoin

from pydantic import TypeAdapter, ValidationError

from core.errors import LayoutError
from core.platforms import Site, SiteList
from core.records import Capture, VisitState
from scraper.adapter import Page, PageRequest, Rendering
from scraper.platforms.microformats import soup_of
from scraper.platforms.site_sheet import is_cut, mark_of, pick
from scraper.platforms.site_states import CUT

LIST, LISTED = "list", "listed"
GONE = "listed_page_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one page of the list shows; `mark` is what was shown instead, `cut` says that its end is missing."""

    mark: VisitState | None = None
    landmark: bool = False
    empty: bool = False
    cut: bool = False
    links: tuple[str, ...] = ()
    next: str | None = None


_LISTING = TypeAdapter(Listing)


def begin(site: Site, listing: SiteList, posts: PageRequest) -> PageRequest:
    """Turn the request for a page with posts into one for the list that leads to such pages."""
    seen = None
    if posts.rendering is not None:
        instead = (listing.empty, site.challenge, site.wall, site.missing)
        seen = Rendering(ready=", ".join([listing.landmark, *filter(None, instead)]))
    return replace(posts, url=site.base_url + listing.path, step=LIST, rendering=seen, for_all=True)


def read(site: Site, listing: SiteList, capture: Capture, *, request: PageRequest, posts: PageRequest) -> Page:
    """Read the list: its pages with posts come first, then the list's own next page. `posts` asks for any of them."""
    found = _lift(site, listing, capture)
    if found.mark is not None:
        return Page(state=found.mark)
    if not found.landmark and not found.cut:
        raise _changed(site, "landmark")
    if not found.links and not found.empty and not found.cut:
        raise _changed(site, "links")
    pages = tuple(replace(posts, url=url, step=LISTED, for_all=True) for url in _inside(site, request.url, found.links))
    older = tuple(replace(request, url=url) for url in _inside(site, request.url, (found.next or "",)))
    if found.cut:
        return Page(state=VisitState.FAILED, note=CUT, following=pages)
    return Page(state=VisitState.OK, following=(*pages, *older))


def reduce(site: Site, listing: SiteList, capture: Capture) -> Capture:
    """Keep of a list where it leads to, and nothing of what it says."""
    body = json.dumps(asdict(_lift(site, listing, capture))).encode()
    return replace(capture, body=body, media_type="application/json", answers=(), reduced=True)


def _lift(site: Site, listing: SiteList, capture: Capture) -> Listing:
    if capture.reduced:
        try:
            return _LISTING.validate_json(capture.body)
        except ValidationError as error:
            raise LayoutError("layout_changed", missing="reduced list") from error
    soup = soup_of(capture)
    if mark := mark_of(site, soup):
        return Listing(mark=mark)
    cut = is_cut(capture.body)
    links = [str(link["href"]) for link in soup.select(listing.links) if link.has_attr("href")]
    return Listing(
        landmark=soup.select_one(listing.landmark) is not None,
        empty=listing.empty is not None and soup.select_one(listing.empty) is not None,
        cut=cut,
        links=tuple(links[: -1 if cut else None]),  # the last one may be half
        next=pick(soup, f"{listing.next}@href" if listing.next else None),
    )


def _inside(site: Site, here: str, links: tuple[str, ...]) -> Iterator[str]:
    """Give each address once that stays on this site and leads somewhere else than here."""
    found = dict.fromkeys(urldefrag(urljoin(here, link.strip())).url for link in links)
    return (url for url in found if url != here and url.startswith(f"{site.base_url}/"))


def _changed(site: Site, missing: str) -> LayoutError:
    return LayoutError("layout_changed", platform=site.platform, page=LIST, missing=missing)
