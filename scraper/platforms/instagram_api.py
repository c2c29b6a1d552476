"""Instagram's official API: what another professional account posted, with its counts (business_discovery).

It names an account by a number of its own, which is not the key of its pages: an act stands on the handle therefore,
and the number is remembered so that a handle that leads to another account is noticed.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from core.errors import LayoutError
from core.platforms import Instagram as Where
from core.records import AccountRef, Action, ActorBasis, Capture, Interaction, Post, VisitState
from scraper.adapter import Page, PageRequest
from scraper.platforms import graph
from scraper.platforms import instagram_records as records
from scraper.platforms.answers import moment, parse, rewritten
from scraper.platforms.instagram_exchange import code_in
from scraper.platforms.instagram_shapes import Count

STEP = "discovery"
PAGE = 25
NAME = re.compile(r"[A-Za-z0-9_.]{1,30}")
CURSOR = re.compile(r"[\w=+/.|-]{1,1000}")
FIELDS = "id,caption,like_count,comments_count,timestamp,permalink,media_type,media_url,thumbnail_url"


class Media(BaseModel):
    """A post; Graph leaves out what is hidden or not there."""

    permalink: str
    timestamp: str
    caption: str | None = None
    like_count: Count | None = None
    media_type: str | None = None
    media_url: str | None = None
    thumbnail_url: str | None = None

    @property
    def pictures(self) -> tuple[str, ...]:
        """The address of its picture; of a film, of its first image."""
        address = self.thumbnail_url if self.media_type == "VIDEO" else self.media_url
        return (address,) if address else ()


class MediaList(BaseModel):
    """A page of posts, newest first."""

    data: list[Media]
    paging: graph.Paging | None = None


class Discovered(BaseModel):
    """The account that was asked about."""

    id: str
    username: str | None = None
    media_count: Count | None = None
    media: MediaList | None = None


class Answer(BaseModel):
    """An answer of business_discovery."""

    business_discovery: Discovered


def request_of(where: Where, start: PageRequest) -> PageRequest | None:
    """Ask for a page of an account's posts; None where we have no account to ask with, or none to ask about."""
    handle = handle_of(start)
    if where.account_id is None or not NAME.fullmatch(handle):
        return None
    carry = start.carry or graph.begin(start)
    after = f".after({carry['cursor']})" if CURSOR.fullmatch(carry["cursor"]) else ""
    wanted = f"business_discovery.username({handle}){{id,username,media_count,media{after}.limit({PAGE}){{{FIELDS}}}}}"
    url = f"{where.api_url}/{where.account_id}?{urlencode({'fields': wanted})}"
    return replace(start, url=url, step=STEP, carry=carry)


def handle_of(request: PageRequest) -> str:
    """Say which account is asked about."""
    return ((request.target.account.handle if request.target.account else None) or "").removeprefix("@")


def read(where: Where, request: PageRequest, capture: Capture) -> Page:
    """Read a page of an account's posts."""
    if (refused := graph.failed(capture)) is not None:
        return refused
    found = parse(Answer, capture).business_discovery
    known = (request.target.bookmark or {}).get("id")
    if known is not None and known != found.id:
        return Page(state=VisitState.IDENTITY_CHANGED, note=f"{known} → {found.id}")
    if found.media is None:
        if found.media_count != 0:
            raise LayoutError("layout_changed", url=capture.url, reason="business_discovery.media: missing")
        return Page(state=VisitState.EMPTY, bookmark={"id": found.id})
    actor = AccountRef(platform=records.PLATFORM, handle=found.username or handle_of(request))
    posts = [_post(where, actor, media, capture) for media in found.media.data]
    times = [post.posted_at for post in posts if post.posted_at is not None]
    step = graph.step(request, times, graph.after(found.media.paging, full=len(posts) >= PAGE))
    onward = request_of(where, graph.carrying(request, step.onward)) if step.onward is not None else None
    return Page(
        state=step.state,
        posts=tuple(posts),
        interactions=tuple(_posted(actor, post) for post, new in zip(posts, step.new, strict=True) if new),
        following=(onward,) if onward else (),
        bookmark={"id": found.id, **step.bookmark},
        seen=len(posts),
    )


def _post(where: Where, author: AccountRef, media: Media, capture: Capture) -> Post:
    code, when = code_in(media.permalink), moment(media.timestamp)
    if code is None or when is None:
        raise LayoutError("layout_changed", url=capture.url, reason="a post without address or time")
    return Post(
        ref=records.post_ref(code, where.base_url),
        author=author,
        text=media.caption,
        posted_at=when,
        likes=media.like_count,
        pictures=media.pictures,
    )


def _posted(actor: AccountRef, post: Post) -> Interaction:
    return Interaction(
        actor=actor, action=Action.POSTED, post=post.ref, acted_at=post.posted_at, basis=ActorBasis.HANDLE
    )


def reduce(capture: Capture) -> Capture:
    """Keep of an answer what we read of it."""
    thin: Mapping[str, Any] = parse(Answer, capture).model_dump(exclude_unset=True)
    return rewritten(capture, thin)
