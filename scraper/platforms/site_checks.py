"""Whether the description of a site can work at all: said before anything is asked of it."""

from collections.abc import Iterable, Iterator

import soupsieve

from core.errors import ConfigError
from core.platforms import Site, SitePage
from scraper.platforms.site_sheet import bare_selector


def check(site: Site, pages: Iterable[SitePage], *, addressed: bool) -> None:
    """Raise ConfigError where a selector is none, or where posts would have no address.

    `addressed` says that a post's address can be made from a path of the settings.
    """
    for selector in _selectors(site, pages):
        try:
            soupsieve.compile(bare_selector(selector) or "*")
        except soupsieve.SelectorSyntaxError as error:
            raise ConfigError("bad_selector", platform=site.platform, selector=selector) from error
    lists = [page for page in (site.posts, site.likes) if page]
    if not addressed and any(page.html and page.html.url is None for page in lists):
        raise ConfigError("site_without_post_address", platform=site.platform)


def _selectors(site: Site, pages: Iterable[SitePage]) -> Iterator[str]:
    found = [site.wall, site.challenge, site.missing]
    for page in pages:
        fields = page.html.model_dump().values() if page.html else ()
        found += (page.landmark, page.empty, page.end, page.next, *fields)
        if page.list_page:
            found += (page.list_page.landmark, page.list_page.links, page.list_page.empty, page.list_page.next)
    return filter(None, found)
