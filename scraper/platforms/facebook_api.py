"""Facebook's official API: the posts of a page, with how many reacted (Page Public Content Access).

It knows some pages by another number than their own web pages do: the number is remembered so that an address which
leads to another page is noticed, and an act stands on the name that was asked for.
"""

import re
from dataclasses import replace
from urllib.parse import quote, urlencode

from pydantic import BaseModel

from core.errors import LayoutError
from core.platforms import Facebook as Where
from core.records import AccountRef, Action, ActorBasis, Capture, Interaction, Post, VisitState
from scraper.adapter import Page, PageRequest
from scraper.platforms import facebook_records as records
from scraper.platforms import graph
from scraper.platforms.answers import moment, parse, rewritten
from scraper.platforms.facebook_shapes import Count

STEP = "posts"
PAGE = 50
PAIR = re.compile(r"([0-9]{1,24})_([0-9]{1,24})")
FIELDS = "id,message,created_time,permalink_url,full_picture,shares,reactions.limit(0).summary(true)"


class Total(BaseModel):
    """How many."""

    total_count: Count


class Summary(BaseModel):
    """A list of which only the count was asked for."""

    summary: Total


class FeedPost(BaseModel):
    """A post; Graph leaves out what is not there."""

    id: str
    created_time: str
    message: str | None = None
    permalink_url: str | None = None
    full_picture: str | None = None
    reactions: Summary | None = None


class Feed(BaseModel):
    """A page of posts, newest first."""

    data: list[FeedPost]
    paging: graph.Paging | None = None


def request_of(where: Where, start: PageRequest) -> PageRequest | None:
    """Ask for a page of an account's posts, by the name in its address where it has one, else by its number."""
    account = start.target.account
    name = ((account.handle or account.key if account else None) or "").removeprefix("@")
    if not records.NAME.fullmatch(name):
        return None
    carry = start.carry or graph.begin(start)
    query = {"fields": FIELDS, "limit": str(PAGE)} | ({"after": carry["cursor"]} if carry["cursor"] else {})
    url = f"{where.api_url}/{quote(name, safe='')}/posts?{urlencode(query)}"
    return replace(start, url=url, step=STEP, carry=carry)


def read(where: Where, request: PageRequest, capture: Capture) -> Page:
    """Read a page of an account's posts."""
    if (refused := graph.failed(capture)) is not None:
        return refused
    feed = parse(Feed, capture)
    owners = {_pair(shown, capture)[0] for shown in feed.data}
    if len(owners) > 1:
        raise LayoutError("layout_changed", url=capture.url, reason="several pages in one feed")
    known = (request.target.bookmark or {}).get("id") or request.carry.get("id")
    owner = next(iter(owners), known)
    if known is not None and owner != known:
        return Page(state=VisitState.IDENTITY_CHANGED, note=f"{known} → {owner}")
    actor = request.target.account or AccountRef(platform=records.PLATFORM, key=owner)
    posts = [_post(shown, actor, capture) for shown in feed.data]
    times = [post.posted_at for post in posts if post.posted_at is not None]
    step = graph.step(request, times, graph.after(feed.paging, full=len(posts) >= PAGE))
    known_now = {"id": owner} if owner else {}
    onward = (
        request_of(where, graph.carrying(request, {**step.onward, **known_now})) if step.onward is not None else None
    )
    return Page(
        state=step.state,
        posts=tuple(posts),
        interactions=tuple(_posted(actor, post) for post, new in zip(posts, step.new, strict=True) if new),
        following=(onward,) if onward else (),
        bookmark={**step.bookmark, **known_now},
        seen=len(posts),
    )


def _post(shown: FeedPost, author: AccountRef, capture: Capture) -> Post:
    when = moment(shown.created_time)
    if when is None:
        raise LayoutError("layout_changed", url=capture.url, reason="a post without time")
    return Post(
        ref=records.post_ref(_pair(shown, capture)[1], shown.permalink_url),
        author=author,
        text=shown.message,
        posted_at=when,
        likes=shown.reactions.summary.total_count if shown.reactions else None,
        pictures=(shown.full_picture,) if shown.full_picture else (),
    )


def _posted(actor: AccountRef, post: Post) -> Interaction:
    """Read publishing as an act; it is sure by number only where the page was asked for by its number."""
    basis = ActorBasis.ID if actor.handle in (None, actor.key) else ActorBasis.HANDLE
    return Interaction(actor=actor, action=Action.POSTED, post=post.ref, acted_at=post.posted_at, basis=basis)


def _pair(shown: FeedPost, capture: Capture) -> tuple[str, str]:
    """Take the id of a post apart: the page's number, the post's number."""
    found = PAIR.fullmatch(shown.id)
    if found is None:
        raise LayoutError("layout_changed", url=capture.url, reason="data.id: not PAGE_POST")
    return found[1], found[2]


def reduce(capture: Capture) -> Capture:
    """Keep of an answer what we read of it."""
    return rewritten(capture, parse(Feed, capture).model_dump(exclude_unset=True))
