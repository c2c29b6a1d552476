"""Threads: the newest posts that a profile page carries for people without a login, and captures by people.

NO RECORDED PAGE OF THREADS EXISTS: everything here is read from the code of two other tools (Zeeschuimer, rss-bridge)
and was never held against a real page. A page holds its posts as JSON: any object `post` with `code` and `pk`. What
holds none is never "empty": a shell, a wall and a new layout look alike.

Its robots.txt closes it to unattended crawling, so nothing is fetched without a recorded permission. Who liked what
cannot be seen. Shapes: reference platforms 4.6.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from core.errors import LayoutError
from core.platforms import Threads as Where
from core.records import AccountRef, Capability, Capture, Exchange, Mode, PostRef, VisitState
from scraper.adapter import Adapter, Keep, Page, PageRequest, Rendering, Target, Tier
from scraper.platforms import threads_records as records
from scraper.platforms import threads_shapes as shapes
from scraper.platforms.answers import refusal
from scraper.platforms.embedded import blocks, documents, find
from scraper.platforms.places import nothing, standing_at, watched_at_all

SITES = {"threads.com", "threads.net"}
DATA = 'script[type="application/json"]'
CODE = r"[\w-]{1,40}"
HTML = "text/html"
SCRIPT = '<!doctype html><script type="application/json">{}</script>'
BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})


ABOUT_ONE = {"profile"}
"""The steps whose answer is about one account: where nobody watches it, nothing of it is kept."""


class Threads(Adapter):
    """Knowledge of Threads."""

    platform = records.PLATFORM
    remark = "known from other tools' code only; never tested on a recorded page"
    capabilities: Mapping[Capability, frozenset[Mode]] = {
        Capability.POSTS: BY_PERSON | {Mode.AUTO},
        Capability.CONTENT: BY_PERSON,
    }

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def closed_url(self) -> str | None:
        """Its robots.txt forbids every path to everybody but two search engines."""
        return self.where.base_url

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read /@NAME, /@NAME/post/CODE and /t/CODE."""
        if not self._is_here(url):
            return None
        path = urlsplit(url).path
        if post := re.match(rf"/(?:@[\w.]+/post|t)/({CODE})/?$", path):
            return records.post_ref(post[1])
        name = re.match(r"/@([\w.]+)/?$", path)
        return AccountRef(platform=self.platform, handle=name[1]) if name else None

    def _is_here(self, url: str) -> bool:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").lower()
        return host in SITES or parts.netloc == urlsplit(self.where.base_url).netloc

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        return f"{self.where.base_url}/@{quote(handle, safe='')}" if handle else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Ask for the profile page; a person also for single posts."""
        if target.mode not in {Mode.AUTO, Mode.ATTENDED}:
            return
        start = PageRequest(
            target=target, capability=capability, url="", step="", tier=Tier.BROWSER, rendering=Rendering(ready=DATA)
        )
        if capability is Capability.POSTS and target.account is not None and target.account.handle:
            name = target.account.handle.removeprefix("@")
            url = f"{self.where.base_url}/@{quote(name, safe='')}"
            yield replace(start, url=url, step="profile", carry={"handle": name})
        elif capability is Capability.CONTENT and target.mode is Mode.ATTENDED:
            for post in target.posts:
                code = post.uri.rstrip("/").rsplit("/", 1)[-1]
                one = replace(start, target=replace(target, posts=(post,)), carry={"code": code})
                yield replace(one, url=f"{self.where.base_url}/t/{code}", step="post")

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read the posts of a page or an answer; none at all is a changed layout."""
        if (page := refusal(capture)) is not None:
            return page
        if "/login" in urlsplit(capture.final_url).path:
            return Page(state=VisitState.LOGIN_WALL)
        shown = _wanted(request, _posts(request, capture))
        posts = {post.ref.uri: post for one in shown for post in records.posts(one)}
        acts = tuple(act for one in shown for act in records.acts(one))
        page = Page(state=VisitState.OK, posts=tuple(posts.values()), interactions=acts, seen=len(shown))
        page = standing_at(page, records.HOME, self.where.base_url)
        return self._owned(request, page, shown) if request.step == "profile" else page

    def _owned(self, request: PageRequest, page: Page, shown: list[shapes.Post]) -> Page:
        """Say whose profile it is, and up to which post it was seen."""
        owner = records.account(shown[0].user)
        wanted = request.target.account
        if owner and owner.key and wanted and wanted.key not in (None, owner.key):
            return Page(state=VisitState.IDENTITY_CHANGED, account=owner, note=f"{wanted.key} → {owner.key}")
        top = max((one.pk for one in shown), key=_rank)
        floor = (request.target.bookmark or {}).get("floor", "")
        new = _rank(top) > _rank(floor)
        state = VisitState.OK if new else VisitState.UNCHANGED
        return replace(page, account=owner, state=state, bookmark={"floor": top if new else floor})

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep of a page its posts alone, with what we read of them, and of authors only the watched ones."""
        if capture.status != 200 or "/login" in urlsplit(capture.final_url).path:
            return capture
        if request.step in ABOUT_ONE and not watched_at_all(self.read(request, capture), keep):
            return nothing(capture)
        shown = _wanted(request, _posts(request, capture))
        cut = [{"post": _thin(post, keep)} for post in shown]
        content: object = cut[0]["post"] if request.step == "item" else cut
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        if request.step in {"profile", "post"}:
            text = SCRIPT.format(text.replace("</", "<\\/"))
        return replace(capture, body=text.encode("utf-8", "replace"), reduced=True)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Know a page by its address, and an answer by the posts in it."""
        if not self._is_here(exchange.url):
            return None
        start = PageRequest(target=Target(), capability=Capability.POSTS, url=exchange.url, step="")
        path = urlsplit(exchange.url).path.rstrip("/")
        if path in {"/api/graphql", "/graphql/query"}:
            told = all(sign in exchange.body for sign in (b'"post"', b'"code"', b'"pk"'))
            return replace(start, step="answer") if told else None
        found = self.locate(exchange.url) if HTML in exchange.media_type else None
        if isinstance(found, PostRef):
            code = found.uri.rsplit("/", 1)[-1]
            one = replace(start, target=Target(posts=(found,)), capability=Capability.CONTENT)
            return replace(one, step="post", carry={"code": code})
        if found is not None:
            return replace(start, target=Target(account=found), step="profile", carry={"handle": found.handle or ""})
        return None


def _rank(number: str) -> tuple[int, str]:
    """Order numbers that are written as text."""
    return len(number), number


def _posts(request: PageRequest, capture: Capture) -> list[shapes.Post]:
    """Find every post of a page or an answer, each once, in the order of the page."""
    if request.step == "item":
        return [shapes.Post.model_validate_json(capture.body)]
    whole = (
        blocks(capture.body) if request.step in {"profile", "post"} else documents(capture.body.decode(), whole=True)
    )
    found: dict[str, shapes.Post] = {}
    for one in find(whole, "post"):
        if isinstance(one, dict) and ("code" in one or "pk" in one):
            post = shapes.Post.model_validate(one)
            found.setdefault(post.code, post)
    if not found:
        raise _lost(capture, "no posts")
    return list(found.values())


def _wanted(request: PageRequest, shown: list[shapes.Post]) -> list[shapes.Post]:
    """Keep the posts of the page's own account; others stand there because somebody answered them."""
    if request.step == "profile":
        name = request.carry["handle"].casefold()
        mine = [post for post in shown if post.user.username.casefold() == name]
    elif request.step == "post":
        mine = [post for post in shown if post.code == request.carry["code"]]
    else:
        return shown
    if not mine:
        raise LayoutError("layout_changed", url=request.url, reason="no posts of its own")
    return mine


def _thin(post: shapes.Post, keep: Keep) -> dict[str, Any]:
    cut = _without_strangers(post, keep)
    return cut.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _without_strangers(post: shapes.Post, keep: Keep) -> shapes.Post:
    who = records.account(post.user)
    change: dict[str, object] = {} if who and keep(who) else {"user": shapes.User(pk="", username="")}
    inner = records.shared(post)
    kept = {
        name: _without_strangers(other, keep)
        for name, other in (("quoted", inner.quoted), ("reposted", inner.reposted))
        if other is not None
    }
    if kept and post.info is not None:
        change["info"] = post.info.model_copy(update={"shared": inner.model_copy(update=kept)})
    return post.model_copy(update=change)


def _lost(capture: Capture, what: str) -> LayoutError:
    return LayoutError("layout_changed", url=capture.url, reason=what)
