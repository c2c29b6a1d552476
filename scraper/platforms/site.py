"""Any public site that config.yaml describes: its pages, their landmarks, and where each field stands.

The page's own JSON answers are read first; the page itself is the cross-check and the fallback.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit
from zoneinfo import ZoneInfo

from core.errors import InputError, LayoutError
from core.platforms import Site, SitePage
from core.records import (
    AccountRef,
    Action,
    ActorBasis,
    Capability,
    Capture,
    Exchange,
    Interaction,
    Mode,
    Post,
    PostRef,
    Span,
    VisitState,
)
from scraper.adapter import Adapter, Keep, Page, PageRequest, Rendering, Target, Tier
from scraper.platforms import site_list, site_microformats
from scraper.platforms.site_checks import check
from scraper.platforms.site_list import LIST, LISTED
from scraper.platforms.site_rows import Row
from scraper.platforms.site_sheet import Sheet, dump, lift
from scraper.platforms.site_states import count, cut_short, disagreement, once, refusal, why
from scraper.platforms.times import told

MODES = frozenset({Mode.AUTO, Mode.ATTENDED, Mode.IMPORT})
LIFTED = 8
"""How many pages stay lifted until they are reduced: one a worker, and no more in memory."""
NEWEST = 10
"""How many ids a bookmark remembers: enough to see past pinned and deleted posts."""
PINNED = 3
"""How many posts at the top of a list may be older than what follows them."""


class SiteAdapter(Adapter):
    """Reads one site of the configuration."""

    def __init__(self, site: Site) -> None:
        """Take a site's description; ConfigError where it cannot work."""
        pages = {
            Capability.POSTS: site.posts,
            Capability.LIKES: site.likes,
            Capability.LIKERS: site.likers,
            Capability.CONTENT: site.post,
        }
        self._site = site
        self._pages = {capability: page for capability, page in pages.items() if page is not None}
        self._post_paths = [page.path for page in (site.post, site.likers) if page and "{post}" in page.path]
        self._account_paths = [page.path for page in (site.posts, site.likes) if page and "{handle}" in page.path]
        self._lifted: tuple[tuple[Capture, Capability, Sheet], ...] = ()
        check(site, self._pages.values(), addressed=bool(self._post_paths))

    @property
    def platform(self) -> str:
        """The platform's name on the watchlist."""
        return self._site.platform

    @property
    def capabilities(self) -> Mapping[Capability, frozenset[Mode]]:
        """Every direction for which the site has a page."""
        return dict.fromkeys(self._pages, MODES)

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Say whether an address of this site is a post's or an account's."""
        address = self._absolute(url)
        if self._named(address, self._post_paths):
            return PostRef(platform=self.platform, uri=address, url=address)
        if names := self._named(address, self._account_paths):
            return AccountRef(platform=self.platform, handle=names["handle"].removeprefix("@"))
        return None

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        if not handle or not self._account_paths:
            return None
        return self._site.base_url + self._fill(self._account_paths[0], {"handle": handle})

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Name the account's page, or one page for each post."""
        page = self._pages.get(capability)
        if page is None:
            return
        if capability in (Capability.POSTS, Capability.LIKES):
            request = self._request(target, capability, {"handle": self._handle_of(target)})
            yield site_list.begin(self._site, page.list_page, request) if page.list_page else request
            return
        for post in target.posts:
            if capability is Capability.LIKERS and urldefrag(post.uri).fragment:
                continue  # a post below another has no page of its own: whoever liked that one did not like this
            yield self._request(replace(target, posts=(post,)), capability, self._names(post))

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read a page; LayoutError if it is neither one we know nor an explicit "nothing here"."""
        page = self._pages[request.capability]
        if request.step == LIST and page.list_page and not refusal(capture.status):
            posts = self._request(request.target, request.capability, {})
            return site_list.read(self._site, page.list_page, capture, request=request, posts=posts)
        sheet = self._lift(request, capture)
        if state := sheet.mark or refusal(capture.status):
            if state is VisitState.NOT_FOUND and request.step == LISTED:
                return Page(state=VisitState.UNCHANGED, note=site_list.GONE)
            gone = request.target.posts if state is VisitState.NOT_FOUND else ()
            return Page(state=state, gone=gone, note=f"http {capture.status}" if state is VisitState.FAILED else None)
        if not sheet.landmark and not sheet.cut:
            raise self._changed(request, "landmark")
        rows = once(sheet.rows, request.capability)
        if not rows:
            return self._nothing(request, sheet)
        shown = tuple(row for row in rows if row != Row()) if capture.reduced else self._complete(request, rows)
        found = replace(self._filled(request, shown, capture.captured_at), seen=len(rows), claimed=count(sheet.claimed))
        if state := cut_short(sheet):
            return replace(found, state=state, note=why(sheet))
        return self._onward(request, sheet, replace(found, note=disagreement(sheet, request.capability)))

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep the configured fields; of people who are not watched keep only that there was somebody."""
        if capture.reduced:
            return capture
        page = self._pages[request.capability]
        if request.step == LIST and page.list_page:
            return site_list.reduce(self._site, page.list_page, capture)
        try:
            sheet = self._lift(request, capture)
        except LayoutError:
            return replace(capture, body=b"", answers=(), reduced=True)
        kept = replace(
            sheet,
            answered=None if sheet.answered is None else self._kept(request, sheet.answered, keep),
            shown=self._kept(request, sheet.shown, keep),
        )
        return replace(capture, body=dump(kept), media_type="application/json", answers=(), reduced=True)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Say by its address which page of this site somebody's own browser received."""
        if exchange.method != "GET" or exchange.status != 200 or "html" not in exchange.media_type:
            return None
        address = self._absolute(exchange.url)
        for capability, page in self._pages.items():
            names = self._named(address, [page.path])
            if names is None:
                continue
            if capability in (Capability.POSTS, Capability.LIKES):
                if "handle" not in names:
                    continue
                who = AccountRef(platform=self.platform, handle=names["handle"].removeprefix("@"))
                return replace(self._request(Target(account=who), capability, names), url=address)
            post = PostRef(platform=self.platform, uri=address, url=address)
            if self._named(address, self._post_paths):
                return replace(self._request(Target(posts=(post,)), capability, names), url=address)
        return None

    def _lift(self, request: PageRequest, capture: Capture) -> Sheet:
        """Take the fields off a page, once: what was read a moment ago is about to be reduced."""
        for known, capability, sheet in self._lifted:
            if known is capture and capability is request.capability:
                return sheet
        sheet = lift(self._site, self._pages[request.capability], request.capability, capture)
        self._lifted = (*self._lifted, (capture, request.capability, sheet))[-LIFTED:]
        return sheet

    def _request(self, target: Target, capability: Capability, names: Mapping[str, str]) -> PageRequest:
        page = self._pages[capability]
        return PageRequest(
            target=target,
            capability=capability,
            url=self._site.base_url + self._fill(page.path, names),
            step=capability.value,
            tier=Tier(self._site.render),
            rendering=self._rendering(page) if self._site.render == "browser" else None,
        )

    def _rendering(self, page: SitePage) -> Rendering:
        """Wait for the items or for a word that there are none; without such a word the landmark must do."""
        items = page.html.items if page.html else site_microformats.ITEMS
        here = f"{items}, {page.empty}" if page.empty else page.landmark or site_microformats.LANDMARK
        instead = (self._site.challenge, self._site.wall, self._site.missing)
        scroll = self._site.scroll
        return Rendering(
            ready=", ".join([here, *filter(None, instead)]),
            items=items,
            answers=page.json_answers.answers if page.json_answers else None,
            done=page.end,
            max_items=scroll.max_items,
            max_scrolls=scroll.max_scrolls,
            seconds=scroll.seconds,
        )

    def _handle_of(self, target: Target) -> str:
        if target.account is None or target.account.handle is None:
            raise InputError("handle_needed", platform=self.platform)
        return target.account.handle.removeprefix("@")

    def _names(self, post: PostRef) -> Mapping[str, str]:
        names = self._named(urldefrag(post.uri).url, self._post_paths)
        if names is None:
            raise InputError("foreign_post", platform=self.platform, uri=post.uri)
        return names

    def _fill(self, path: str, names: Mapping[str, str]) -> str:
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", quote(value, safe="@~"))
        return path

    def _named(self, url: str, paths: list[str]) -> Mapping[str, str] | None:
        """Match an address against the paths of this site; the names in its braces, or None."""
        for path in paths:
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/?#]+)", re.escape(self._site.base_url + path))
            if found := re.fullmatch(pattern + "/?", url):
                return {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def _absolute(self, url: str) -> str:
        return urldefrag(urljoin(self._site.base_url + "/", url.strip())).url

    def _changed(self, request: PageRequest, missing: str) -> LayoutError:
        return LayoutError("layout_changed", platform=self.platform, page=request.step, missing=missing)

    def _nothing(self, request: PageRequest, sheet: Sheet) -> Page:
        """Say that there is nothing, but only where the page says so itself."""
        if state := cut_short(sheet):
            return Page(state=state, note=why(sheet))
        claimed = count(sheet.claimed)
        listed_none = self._pages[request.capability].empty is None and sheet.answered == ()
        if claimed or not (sheet.empty or listed_none or claimed == 0):
            raise self._changed(request, "items")
        return Page(state=VisitState.EMPTY, claimed=claimed)

    def _complete(self, request: PageRequest, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        if not all(row.author for row in rows):
            raise self._changed(request, "author")
        if request.capability is not Capability.LIKERS and not all(row.id for row in rows):
            raise self._changed(request, "id")
        return rows

    def _filled(self, request: PageRequest, rows: tuple[Row, ...], seen_at: datetime) -> Page:
        match request.capability:
            case Capability.POSTS:
                return self._posted(request, rows, seen_at)
            case Capability.LIKES:
                return self._liked(request, rows, seen_at)
            case Capability.LIKERS:
                return self._likers(request, rows, seen_at)
            case Capability.CONTENT:
                return self._content(request, rows, seen_at)

    def _posted(self, request: PageRequest, rows: tuple[Row, ...], seen_at: datetime) -> Page:
        posts = self._posts(request, tuple(row for row in rows if self._is_own(request, row)), seen_at)
        if not posts and request.step != LISTED:
            raise self._changed(request, "own posts")
        return self._done(request, Action.POSTED, posts)

    def _liked(self, request: PageRequest, rows: tuple[Row, ...], seen_at: datetime) -> Page:
        return self._done(request, Action.LIKED, self._posts(request, rows, seen_at))

    def _done(self, request: PageRequest, action: Action, posts: tuple[Post, ...]) -> Page:
        owner = AccountRef(platform=self.platform, handle=self._handle_of(request.target))
        acts = tuple(self._act(owner, action, post) for post in posts)
        return Page(state=VisitState.OK, posts=posts, interactions=acts)

    def _likers(self, request: PageRequest, rows: tuple[Row, ...], seen_at: datetime) -> Page:
        likers = tuple(
            Interaction(
                actor=self._account(row.author or ""),
                action=Action.LIKED,
                post=request.target.posts[0],
                acted_at=when,
                acted_span=span,
                basis=ActorBasis.HANDLE,
            )
            for row in rows
            for when, span in [self._told(row, seen_at)]
        )
        return Page(state=VisitState.OK, interactions=likers)

    def _content(self, request: PageRequest, rows: tuple[Row, ...], seen_at: datetime) -> Page:
        """Read the post that was asked for and what stands below it: everybody wrote their own."""
        wanted = request.target.posts[0].uri
        posts = self._posts(request, rows, seen_at)
        if "newest" not in request.carry and wanted not in {post.ref.uri for post in posts}:
            raise self._changed(request, "post")
        posts = tuple(post for post in posts if post.author is not None or post.ref.uri == wanted)
        acts = tuple(self._act(post.author, Action.POSTED, post) for post in posts if post.author is not None)
        return Page(state=VisitState.OK, posts=posts, interactions=acts)

    def _posts(self, request: PageRequest, rows: tuple[Row, ...], seen_at: datetime) -> tuple[Post, ...]:
        refs = self._refs(request, rows)
        return tuple(self._post(request, row, ref, seen_at=seen_at) for row, ref in zip(rows, refs, strict=True))

    def _refs(self, request: PageRequest, rows: tuple[Row, ...]) -> list[PostRef]:
        """Name the posts of a page. Where several stand at one address, their places on the page tell them apart.

        The first post of a thread is the thread's own address, which is what the rest of the site links to.
        """
        refs: list[PostRef] = []
        thread, later = request.capability is Capability.CONTENT, "newest" in request.carry
        for row in rows:
            ref, place = self._post_ref(request, row), urldefrag(row.url or "").fragment
            below = later or ref.uri in {one.uri for one in refs} if thread else place == row.id
            if place and below:
                ref = replace(ref, uri=f"{ref.uri}#{place}", url=f"{ref.uri}#{place}")
            refs.append(ref)
        return refs

    def _act(self, actor: AccountRef, action: Action, post: Post) -> Interaction:
        own = action is Action.POSTED  # of a like the page tells the post's time, not its own
        return Interaction(
            actor=actor,
            action=action,
            post=post.ref,
            acted_at=post.posted_at if own else None,
            acted_span=post.posted_span if own else None,
            basis=ActorBasis.HANDLE,
        )

    def _post(self, request: PageRequest, row: Row, ref: PostRef, *, seen_at: datetime) -> Post:
        when, span = self._told(row, seen_at)
        return Post(
            ref=ref,
            author=self._account(row.author) if row.author else None,
            text=row.text,
            posted_at=when,
            posted_span=span,
            likes=count(row.likes),
            pictures=tuple(urljoin(request.url, address.strip()) for address in row.pictures),
        )

    def _told(self, row: Row, seen_at: datetime) -> tuple[datetime | None, Span | None]:
        return told(row.time, seen_at, ZoneInfo(self._site.time_zone))

    def _post_ref(self, request: PageRequest, row: Row) -> PostRef:
        if row.url:
            url = urldefrag(urljoin(request.url, row.url.strip())).url
        elif self._post_paths:
            names = {"post": row.id or "", "handle": row.author or ""}
            url = self._site.base_url + self._fill(self._post_paths[0], names)
        else:
            raise self._changed(request, "url")
        return PostRef(platform=self.platform, uri=url, url=url)

    def _account(self, author: str) -> AccountRef:
        """Read a handle, an `@handle`, or the address of a profile."""
        names = self._named(self._absolute(author), self._account_paths) if "/" in author else None
        handle = names["handle"] if names else urlsplit(author).path.strip().rstrip("/").rpartition("/")[2]
        return AccountRef(platform=self.platform, handle=handle.removeprefix("@"))

    def _is_own(self, request: PageRequest, row: Row) -> bool:
        author = self._account(row.author or "").handle or ""
        return author.casefold() == self._handle_of(request.target).casefold()

    def _kept(self, request: PageRequest, rows: tuple[Row, ...], keep: Keep) -> tuple[Row, ...]:
        shown = once(rows, request.capability)
        if request.capability is not Capability.CONTENT:
            return tuple(self._cut(request, row, keep) for row in shown)
        wanted, refs = request.target.posts[0].uri, self._refs(request, shown)
        return tuple(
            self._cut(request, row, keep) if ref.uri == wanted or self._is_kept(row, keep) else Row()
            for row, ref in zip(shown, refs, strict=True)
        )

    def _cut(self, request: PageRequest, row: Row, keep: Keep) -> Row:
        if request.capability is Capability.POSTS:
            return row if self._is_own(request, row) else Row()
        if self._is_kept(row, keep):
            return row
        return Row() if request.capability is Capability.LIKERS else replace(row, author=None)

    def _is_kept(self, row: Row, keep: Keep) -> bool:
        return row.author is not None and keep(self._account(row.author))

    def _onward(self, request: PageRequest, sheet: Sheet, page: Page) -> Page:
        """Add the next page, or with the last one the bookmark: the newest posts, so that the next visit knows them."""
        listing = request.capability in (Capability.POSTS, Capability.LIKES) and request.step != LISTED
        ids = [quote(post.ref.uri, safe=":/?=&@") for post in page.posts] if listing else []
        known = set((request.target.bookmark or {}).get("newest", "").split())
        first = "newest" not in request.carry
        unchanged = bool(known) and first and known.issuperset(ids[:NEWEST])
        newest = request.carry.get("newest", " ".join(ids[:NEWEST]))
        url = urljoin(request.url, sheet.next or "")
        if (
            url != request.url
            and url.startswith(self._site.base_url)
            and not unchanged
            and known.isdisjoint(ids[PINNED:])
        ):
            return replace(page, following=(replace(request, url=url, carry={**request.carry, "newest": newest}),))
        state = VisitState.UNCHANGED if unchanged else page.state
        return replace(page, state=state, bookmark={"newest": newest} if listing else None)
