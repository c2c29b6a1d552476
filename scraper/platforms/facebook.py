"""Facebook: the logged-out page with its newest post, the official API, and what a logged-in person's browser received.

A post is named by its number alone (`https://www.facebook.com/NUMBER`): the page shows it, the API ends its ids with
it, and a list of reactions holds nothing else. An account's key is its number. Every reaction is read as a like, the
sad and the angry ones too: what its face was stays in the reduced answer. Its robots.txt forbids unattended visits:
they need a written permission. Shapes and traps: reference platforms 4.2, 5.1, 5.2.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from core.errors import LayoutError
from core.platforms import Facebook as Where
from core.records import SAW_EVERYTHING, AccountRef, Capability, Capture, Exchange, Mode, PostRef, VisitState
from scraper.adapter import Adapter, Credential, Keep, Page, PageRequest, Rendering, Target, Tier
from scraper.platforms import exchanges, facebook_api, facebook_exchange, facebook_pages
from scraper.platforms import facebook_records as records
from scraper.platforms import facebook_reducing as reducing
from scraper.platforms import facebook_shapes as shapes

RENDERING = Rendering(ready='meta[property="og:title"], input[name="pass"], script[type="application/json"]')
"""What one of its answers each has: a page its title, the login form its field, an error page its data."""
READ = 60
BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})
IMPORTED = frozenset({Mode.IMPORT})
Read = Callable[[PageRequest, Capture], Page]


class Facebook(Adapter):
    """Knowledge of Facebook."""

    platform = records.PLATFORM
    capabilities: Mapping[Capability, frozenset[Mode]] = {
        Capability.POSTS: BY_PERSON | {Mode.AUTO, Mode.API},
        Capability.CONTENT: BY_PERSON,
        Capability.LIKERS: BY_PERSON,
        Capability.LIKES: IMPORTED,
    }

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def closed_url(self) -> str:
        """Facebook's robots.txt refuses everybody who is not named in it."""
        return self.where.base_url

    @property
    def credential(self) -> Credential:
        """The token of an app that may read public pages."""
        host = urlsplit(self.where.api_url).netloc
        return Credential(variable="TILIK_FACEBOOK_TOKEN", header="Authorization", host=host, form="Bearer {key}")

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read https://www.facebook.com/NAME, /profile.php?id=, /people/NAME/ID and the addresses of posts."""
        return records.located(url) if self._is_ours(url) else None

    def _is_ours(self, url: str) -> bool:
        return exchanges.asked_of(url, records.HOME, records.LIGHT, self.where.base_url)

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        return f"{self.where.base_url}/{quote(handle, safe='')}" if handle else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Begin at the account's page, or at the API."""
        start = PageRequest(target=target, capability=capability, url="", step="")
        if capability is not Capability.POSTS or target.account is None:
            return
        name = (target.account.handle or target.account.key or "").removeprefix("@")
        if target.mode is Mode.API:
            if (request := facebook_api.request_of(self.where, start)) is not None:
                yield request
        elif name:
            url = f"{self.where.base_url}/{quote(name, safe='')}/"
            yield replace(start, url=url, step="page", tier=Tier.BROWSER, rendering=RENDERING)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Say which of Facebook's answers somebody's own browser received."""
        ours = self._is_ours(exchange.url) and exchanges.served(exchange)
        return facebook_exchange.recognise(exchange) if ours else None

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read one answer."""
        if request.step == facebook_api.STEP:
            return facebook_api.read(self.where, request, capture)
        if (refused := facebook_pages.failed(capture)) is not None:
            return refused
        if capture.status != 200:
            raise LayoutError("layout_changed", url=capture.url, reason=f"status {capture.status}")
        steps: Mapping[str, Read] = {
            "page": self._page,
            "feed": self._feed,
            "reactors": self._reactors,
            "item": self._item,
        }
        return steps[request.step](request, capture)

    def _page(self, request: PageRequest, capture: Capture) -> Page:
        owner, stories = facebook_pages.timeline(capture)
        wanted = request.target.account or AccountRef(platform=self.platform)
        shown = replace(wanted, key=owner) if owner else None
        if shown is not None and wanted.key not in (None, owner):
            return Page(state=VisitState.IDENTITY_CHANGED, account=shown, note=f"{wanted.key} → {owner}")
        known = (request.target.bookmark or {}).get("read", "").split()
        new = [story for story in stories if story.post_id not in known]
        nothing = VisitState.UNCHANGED if stories else VisitState.EMPTY
        read = [*known, *(story.post_id for story in new)][-READ:]
        return Page(
            state=VisitState.OK if new else nothing,
            posts=tuple(records.post(story, shown) for story in stories),
            interactions=tuple(act for story in new for act in records.posted(story, shown)),
            account=shown,
            bookmark={"read": " ".join(read)},
            seen=len(stories),
        )

    def _feed(self, request: PageRequest, capture: Capture) -> Page:
        return _told(facebook_pages.feed(capture))

    def _item(self, request: PageRequest, capture: Capture) -> Page:
        return _told([facebook_pages.item(capture)])

    def _reactors(self, request: PageRequest, capture: Capture) -> Page:
        told, found = facebook_pages.reactors(capture)
        post_id = request.carry["post_id"]
        if told not in (None, post_id):
            raise LayoutError("layout_changed", url=capture.url, reason="the reactions to another post")
        seen = found.seen if found.seen is not None else len(found.edges)
        if not seen and found.count:
            return Page(state=VisitState.GATED, claimed=found.count, note="likers_hidden")
        return Page(
            state=VisitState.OK if seen else VisitState.EMPTY,
            interactions=tuple(records.reacted(edge, post_id) for edge in found.edges),
            seen=seen,
            claimed=found.count,
        )

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep of an answer what we read, of people only those on the watchlist, of reactions how many there were."""
        if capture.status != 200 or self.read(request, capture).state not in SAW_EVERYTHING:
            return capture
        return reducing.reduce(request, capture, keep)


def _told(stories: list[shapes.Story]) -> Page:
    return Page(
        state=VisitState.OK if stories else VisitState.EMPTY,
        posts=tuple(records.post(story) for story in stories),
        interactions=tuple(act for story in stories for act in records.posted(story)),
        seen=len(stories),
    )
