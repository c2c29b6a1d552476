"""Instagram: logged-out profile and post pages, the official API, and what a logged-in person's browser received.

The walk of a visit: the profile page shows twelve posts, pinned ones first, without time and likes; the page of each
that is new gives both. Its robots.txt forbids unattended visits: they need a written permission. Who liked a post a
logged-in person's browser alone receives, and what an account liked its owner alone can export. A post is named by
its address at Instagram, an account by its number (`pk`). Shapes and traps: reference platforms 4.1, 5.1, 5.2.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from core.errors import LayoutError
from core.platforms import Instagram as Where
from core.records import AccountRef, Action, Capability, Capture, Exchange, Interaction, Mode, PostRef, VisitState
from scraper.adapter import Adapter, Credential, Keep, Page, PageRequest, Rendering, Target, Tier
from scraper.platforms import exchanges, graph, instagram_api, instagram_exchange, instagram_lists, instagram_pages
from scraper.platforms import instagram_records as records
from scraper.platforms import instagram_reducing as reducing
from scraper.platforms import instagram_shapes as shapes
from scraper.platforms.instagram_exchange import code_in
from scraper.platforms.instagram_pages import ProfilePage

RENDERING = Rendering(ready="script[data-sjs]")
"""Every one of its answers has such a script, walls included: nothing is waited for that does not come."""
READ = 60
"""So many codes of posts are remembered: five times what a profile page shows."""
BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})
IMPORTED = frozenset({Mode.IMPORT})
Read = Callable[[PageRequest, Capture], Page]


class Instagram(Adapter):
    """Knowledge of Instagram."""

    platform = records.PLATFORM

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def capabilities(self) -> Mapping[Capability, frozenset[Mode]]:
        """Posts in every mode, by the API only with an account of our own to ask with; likers from people alone."""
        api = frozenset({Mode.API}) if self.where.account_id else frozenset[Mode]()
        return {
            Capability.POSTS: BY_PERSON | {Mode.AUTO} | api,
            Capability.CONTENT: BY_PERSON | {Mode.AUTO},
            Capability.LIKERS: BY_PERSON,
            Capability.LIKES: IMPORTED,
        }

    @property
    def closed_url(self) -> str:
        """Instagram's robots.txt refuses everybody who is not named in it."""
        return self.where.base_url

    @property
    def credential(self) -> Credential:
        """The token of the office's own professional account."""
        host = urlsplit(self.where.api_url).netloc
        return Credential(variable="TILIK_INSTAGRAM_TOKEN", header="Authorization", host=host, form="Bearer {key}")

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read https://www.instagram.com/NAME/ and /p/CODE/, /reel/CODE/, /NAME/p/CODE/."""
        if not exchanges.asked_of(url, records.HOME, self.where.base_url):
            return None
        found = instagram_exchange.located(urlsplit(url).path)
        code = code_in(found.uri) if isinstance(found, PostRef) else None
        return records.post_ref(code, self.where.base_url) if code else found

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        return f"{self.where.base_url}/{quote(handle, safe='')}/" if handle else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Begin at the profile, at the pages of liked posts, or at the API."""
        start = PageRequest(target=target, capability=capability, url="", step="")
        if capability is Capability.CONTENT:
            for ref in target.posts:
                if (code := code_in(ref.uri)) is not None:
                    yield self._post_request(start, code)
        elif capability is Capability.POSTS and target.mode is Mode.API:
            if (request := instagram_api.request_of(self.where, start)) is not None:
                yield request
        elif capability is Capability.POSTS and target.account is not None and target.account.handle:
            name = target.account.handle.removeprefix("@")
            url = f"{self.where.base_url}/{quote(name, safe='')}/"
            yield replace(start, url=url, step="profile", tier=Tier.BROWSER, rendering=RENDERING)

    def _post_request(self, start: PageRequest, code: str) -> PageRequest:
        url = f"{self.where.base_url}/p/{code}/"
        carry = {**start.carry, "code": code}
        return replace(start, url=url, step="post", carry=carry, tier=Tier.BROWSER, rendering=RENDERING)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Say which of Instagram's answers somebody's own browser received."""
        if not exchanges.asked_of(exchange.url, records.HOME, records.APP, self.where.base_url):
            return None
        return instagram_exchange.recognise(exchange) if exchanges.served(exchange) else None

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read one answer."""
        if (refused := _refused(request, capture)) is not None:
            return self._without(request, refused)
        if capture.status != 200:
            raise LayoutError("layout_changed", url=capture.url, reason=f"status {capture.status}")
        steps: Mapping[str, Read] = {
            "profile": self._profile,
            "post": self._post,
            "likers": self._likers,
            "feed": self._feed,
            "item": self._item,
            instagram_api.STEP: lambda asked, answer: instagram_api.read(self.where, asked, answer),
        }
        return steps[request.step](request, capture)

    def _profile(self, request: PageRequest, capture: Capture) -> Page:
        page = instagram_pages.profile(capture)
        if isinstance(page, Page):
            return page
        wanted = request.target.account or AccountRef(platform=self.platform)
        shown = records.account(shapes.User(pk=page.profile.pk, username=page.profile.username))
        if shown is not None:  # a reduced page of somebody whom nobody watches names nobody
            if wanted.key not in (None, shown.key):
                return Page(state=VisitState.IDENTITY_CHANGED, account=shown, note=f"{wanted.key} → {shown.key}")
            name = (wanted.handle or "").removeprefix("@").casefold()
            if wanted.key is None and name not in {"", (shown.handle or "").casefold()}:
                raise LayoutError("layout_changed", url=capture.url, reason="the page of another account")
        if page.timeline is None:
            return Page(state=VisitState.GATED, account=shown, note="private")
        return self._listed(request, page, shown)

    def _listed(self, request: PageRequest, page: ProfilePage, owner: AccountRef | None) -> Page:
        """Read the posts of a profile; those that were not read on their own pages yet are asked for there."""
        shown = [edge.node for edge in page.timeline.edges] if page.timeline else []
        known = (request.target.bookmark or {}).get("read", "").split()
        new = [media for media in shown if media.code not in known]
        acts: dict[Interaction, None] = {}
        for media in new:
            ref = records.post_ref(media.code, self.where.base_url)
            acts |= dict.fromkeys(records.acts(media, self.where.base_url))
            if owner is not None:
                acts[Interaction(actor=owner, action=Action.POSTED, post=ref, acted_at=None)] = None
        following = []
        for media in new:
            known = [*known, media.code][-READ:]
            following.append(self._post_request(replace(request, carry={"read": " ".join(known)}), media.code))
        nothing = VisitState.UNCHANGED if shown else VisitState.EMPTY
        return Page(
            state=VisitState.OK if new else nothing,
            posts=tuple(records.post(media, self.where.base_url) for media in shown),
            interactions=tuple(acts),
            following=tuple(following),
            account=owner,
            seen=len(shown),
        )

    def _post(self, request: PageRequest, capture: Capture) -> Page:
        page = instagram_pages.post(capture, request.carry["code"])
        if isinstance(page, Page):
            return self._without(request, page)
        mark = _mark(request)
        if page.media is None:
            return Page(state=VisitState.GATED, note="login_needed", bookmark=mark)
        return Page(
            state=VisitState.OK,
            posts=(records.post(page.media, self.where.base_url),),
            interactions=records.acts(page.media, self.where.base_url),
            bookmark=mark,
        )

    def _without(self, request: PageRequest, page: Page) -> Page:
        """Note a post that is not there any more; its page is not asked for again."""
        if request.step != "post" or page.state is not VisitState.NOT_FOUND:
            return page
        gone = (records.post_ref(request.carry["code"], self.where.base_url),)
        return replace(page, gone=gone, bookmark=_mark(request))

    def _likers(self, request: PageRequest, capture: Capture) -> Page:
        found = instagram_lists.likers(capture)
        ref = records.post_ref(request.carry["code"], self.where.base_url)
        acts = tuple(records.liked(liker, ref) for liker in found.users)
        seen = found.seen if found.seen is not None else len(acts)
        if not seen and found.user_count:
            return Page(state=VisitState.GATED, claimed=found.user_count, note="likers_hidden")
        state = VisitState.OK if seen else VisitState.EMPTY
        return Page(state=state, interactions=acts, seen=seen, claimed=found.user_count)

    def _feed(self, request: PageRequest, capture: Capture) -> Page:
        found = instagram_lists.feed(capture)
        base = self.where.base_url
        acts = tuple(act for media in found for act in records.acts(media, base))
        state = VisitState.OK if found else VisitState.EMPTY
        posts = tuple(records.post(media, base) for media in found)
        return Page(state=state, posts=posts, interactions=acts, seen=len(found))

    def _item(self, request: PageRequest, capture: Capture) -> Page:
        media = instagram_lists.item(capture)
        base = self.where.base_url
        return Page(
            state=VisitState.OK,
            posts=(records.post(media, base),),
            interactions=records.acts(media, base),
            seen=1,
        )

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep of an answer what we read, of people only those on the watchlist, of likers also how many were seen."""
        if capture.status != 200 or _refused(request, capture) is not None:
            return capture
        return reducing.reduce(request, capture, keep)


def _refused(request: PageRequest, capture: Capture) -> Page | None:
    return graph.failed(capture) if request.step == instagram_api.STEP else instagram_lists.failed(capture)


def _mark(request: PageRequest) -> Mapping[str, str] | None:
    """Say that the posts up to this one were looked at."""
    return {"read": request.carry["read"]} if "read" in request.carry else None
