"""TikTok: the creator embed and video pages, which need no login, and what a person's own browser received.

The embed names the 10 to 12 newest videos, without likes and times; the page of each new one has both, exactly. Nobody
sees who liked a video; `likers` are here the accounts that commented, by a person's capture. What an account liked
comes from its owner, or from the Research API where the list is public.

TikTok's terms (5) ban automated scripts and its robots.txt was not verified, so nothing is fetched unattended without
a recorded permission. Pages come by plain HTTP, not through the browser: a browser would run the page that wants a
proof, and so solve it. Shapes: reference platforms 4.3.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from core.platforms import TikTok as Where
from core.records import AccountRef, Action, Capability, Capture, Exchange, Mode, PostRef, VisitState
from scraper.adapter import Adapter, Keep, Page, PageRequest, Target
from scraper.platforms import tiktok_lists, tiktok_pages
from scraper.platforms import tiktok_records as records
from scraper.platforms.places import nothing, standing_at, watched_at_all

SITES = {"tiktok.com", "m.tiktok.com", "tiktokv.com"}
RESEARCH = "open.tiktokapis.com"
HTML = "text/html"
VIDEO = r"/(?:@[^/]*/(?:video|photo)|embed/v2|share/video|v|player/v1)/(\d+)(?:\.html)?/?$"
BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})


ABOUT_ONE = {"profile", "embed"}
"""The steps whose answer is about one account: where nobody watches it, nothing of it is kept."""


class TikTok(Adapter):
    """Knowledge of TikTok."""

    platform = records.PLATFORM
    capabilities: Mapping[Capability, frozenset[Mode]] = {
        Capability.POSTS: BY_PERSON | {Mode.AUTO},
        Capability.CONTENT: BY_PERSON | {Mode.AUTO},
        Capability.LIKES: frozenset({Mode.IMPORT}),
        Capability.LIKERS: BY_PERSON,  # who commented
    }

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def likers_are(self) -> Action:
        """Nobody sees who liked a video; who commented on it stands in its place."""
        return Action.COMMENTED

    @property
    def closed_url(self) -> str | None:
        """Its terms ban automated scripts: nothing unattended without a permission."""
        return self.where.base_url

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read /@NAME[/video/NUMBER], /embed/v2/NUMBER, /embed/@NAME and the addresses of shared videos."""
        parts = urlsplit(url)
        if not self._is_here(url):
            return None
        video = re.match(
            r"/(?:@[^/]*/(?:video|photo)|embed/v2|share/video|v|player/v1)/(\d+)(?:\.html)?/?$", parts.path
        )
        if video:
            return records.video_ref(video[1])
        name = re.match(r"/(?:embed/)?@([\w.]+)/?$", parts.path)
        return records.account(None, name[1]) if name else None

    def _is_here(self, url: str) -> bool:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").lower()
        return host in SITES or parts.netloc == urlsplit(self.where.base_url).netloc

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        return f"{self.where.base_url}/@{quote(handle, safe='')}" if handle else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Begin at the creator embed; a person begins at the profile. Single videos come from their own embeds."""
        start = PageRequest(target=target, capability=capability, url="", step="", accept=HTML)
        if target.mode not in {Mode.AUTO, Mode.ATTENDED}:
            return
        by_person = target.mode is Mode.ATTENDED
        if capability is Capability.POSTS and target.account is not None and target.account.handle:
            name = quote(target.account.handle.removeprefix("@"), safe="")
            step, path = ("profile", "") if by_person else ("embed", "/embed")
            yield replace(start, url=f"{self.where.base_url}{path}/@{name}", step=step)
        elif capability is Capability.CONTENT or (capability is Capability.LIKERS and by_person):
            for post in target.posts:
                number = records.number_of(post)
                if number.isdecimal():
                    one = replace(start, target=replace(target, posts=(post,)), carry={"video": number})
                    path, step = (
                        (f"/@_/video/{number}", "video") if by_person else (f"/embed/v2/{number}", "video-embed")
                    )
                    yield replace(one, url=f"{self.where.base_url}{path}", step=step)

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read a page, or an answer that somebody's browser received."""
        if (page := tiktok_pages.wall(capture)) is not None:
            return page
        if request.step not in tiktok_pages.SCRIPTS:
            return standing_at(tiktok_lists.read(request, capture), records.HOME, self.where.base_url)
        page = standing_at(tiktok_pages.read(request, capture), records.HOME, self.where.base_url)
        return self._walk(request, page) if request.step == "embed" and page.state is VisitState.OK else page

    def _walk(self, request: PageRequest, page: Page) -> Page:
        """Ask for the pages of new videos, oldest first, so that the bookmark can stop after any of them."""
        floor = int((request.target.bookmark or {}).get("floor") or 0)
        numbers = sorted(int(records.number_of(post.ref)) for post in page.posts)
        new = [number for number in numbers if number > floor][-tiktok_pages.MOST :]
        handle = page.account.handle if page.account else ""
        following = tuple(
            replace(
                request,
                target=replace(request.target, posts=(records.video_ref(str(number)),)),
                url=f"{self.where.base_url}/@{handle}/video/{number}",
                step="video",
                carry={"video": str(number), "walk": "yes"},
            )
            for number in new
        )
        return replace(page, following=following, state=page.state if new else VisitState.UNCHANGED)

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep only what we read, and nobody who is not watched."""
        if tiktok_pages.wall(capture) is not None:
            return capture
        if request.step in ABOUT_ONE and not watched_at_all(self.read(request, capture), keep):
            return nothing(capture)
        if request.step in tiktok_pages.SCRIPTS:
            return replace(capture, body=tiktok_pages.reduced(request, capture, keep), reduced=True)
        return tiktok_lists.reduce(request, capture, keep)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Know a page or an answer by its address."""
        parts = urlsplit(exchange.url)
        path = parts.path.rstrip("/")
        start = PageRequest(target=Target(), capability=Capability.POSTS, url=exchange.url, step="")
        if parts.hostname == RESEARCH:
            return _research(start, path, exchange.asked)
        if not self._is_here(exchange.url):
            return None
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        cursor = {"cursor": "yes"} if asked.get("cursor", "0") != "0" else {}
        if path == "/api/post/item_list":
            return replace(start, step="item-list", carry=cursor)
        if path in {"/api/comment/list", "/api/comment/list/reply"}:
            number = asked.get("aweme_id") or asked.get("item_id") or ""
            posts = (records.video_ref(number),) if number else ()
            answers = {"cursor": "yes"} if path.endswith("reply") else cursor  # answers to a comment are never all
            return replace(
                start, target=Target(posts=posts), capability=Capability.LIKERS, step="comments", carry=answers
            )
        return self._page(start, path) if HTML in exchange.media_type else None

    def _page(self, start: PageRequest, path: str) -> PageRequest | None:
        found = self.locate(f"{self.where.base_url}{path}")
        if isinstance(found, PostRef):
            step = "video-embed" if path.startswith("/embed/") else "video"
            one = replace(start, target=Target(posts=(found,)), capability=Capability.CONTENT)
            return replace(one, step=step, carry={"video": records.number_of(found)})
        if found is not None:
            step = "embed" if path.startswith("/embed/") else "profile"
            return replace(start, target=Target(account=found), step=step)
        return None


def _research(start: PageRequest, path: str, asked: str | None) -> PageRequest | None:
    """Know an answer of the Research API; who liked stands in the question."""
    if not path.startswith("/v2/research/"):
        return None
    if path.endswith("/user/liked_videos"):
        question = json.loads(asked or "{}")
        name = question.get("username") if isinstance(question, dict) else None
        who = records.account(None, name if isinstance(name, str) else None)
        carry = {"username": name} if isinstance(name, str) else {}
        return replace(start, target=Target(account=who), capability=Capability.LIKES, step="research", carry=carry)
    return replace(start, capability=Capability.CONTENT, step="research") if path.endswith("/video/query") else None
