"""TikTok's pages: creator embed, video page, video embed, profile; and what it serves in their place.

All of it comes with HTTP 200, so the state is in the body: a status code inside the data, an empty answer (it does not
want to answer), a page that wants a proof. Whatever is none of these is a changed layout.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from core.errors import LayoutError
from core.records import Capture, VisitState
from scraper.adapter import Keep, Page, PageRequest
from scraper.platforms import tiktok_records as records
from scraper.platforms import tiktok_shapes as shapes
from scraper.platforms.answers import refusal
from scraper.platforms.embedded import blocks

UNIVERSAL = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
FRONTITY = "__FRONTITY_CONNECT_STATE__"
VIDEO = "webapp.video-detail"
PROFILE = "webapp.user-detail"
SCRIPTS = {"embed": FRONTITY, "video-embed": FRONTITY, "video": UNIVERSAL, "profile": UNIVERSAL}

CODES: Mapping[int, tuple[VisitState, str | None]] = {
    10204: (VisitState.NOT_FOUND, None),
    10221: (VisitState.NOT_FOUND, "banned_or_unknown"),
    10222: (VisitState.GATED, "private"),
    10231: (VisitState.GATED, "region_locked"),
}
CHALLENGES = (
    b"SlardarWAF",
    b"Please wait...",
    "Please wait…".encode(),
    b"captcha-verify",
    b"captcha_verify",
    b"/captcha/",
)
MOST = 12
"""How many new videos of a creator embed are asked for; it never holds more."""


def wall(capture: Capture) -> Page | None:
    """Read what stands in the place of every page or answer."""
    if (page := refusal(capture)) is not None:
        return page
    if not capture.body.strip():
        return Page(state=VisitState.THROTTLED, note="empty_answer")
    if "/login" in capture.final_url.partition("?")[0]:
        return Page(state=VisitState.LOGIN_WALL)
    return None


def challenged(capture: Capture) -> Page | None:
    """Know the page that wants a proof; asked only where the data that we came for is not there."""
    found = any(sign in capture.body for sign in CHALLENGES)
    return Page(state=VisitState.CHALLENGE) if found else None


def told(code: int, request: PageRequest) -> Page:
    """Read a status code that stands inside the data."""
    if code not in CODES:
        raise lost(f"statusCode {code}")
    state, note = CODES[code]
    gone = request.target.posts if code == 10204 else ()
    return Page(state=state, note=note, gone=gone)


def lost(what: str) -> LayoutError:
    """Say what a page lacks."""
    return LayoutError("layout_changed", url="tiktok.com", reason=what)


def read(request: PageRequest, capture: Capture) -> Page:
    """Read one page."""
    data = _data(request, capture)
    if data is None:
        page = challenged(capture)
        if page is None:
            raise lost(SCRIPTS[request.step])
        return page
    steps = {"embed": _embed, "video-embed": _video_embed, "video": _video, "profile": _profile}
    return steps[request.step](request, data)


def _data(request: PageRequest, capture: Capture) -> dict[str, Any] | None:
    """Find the data script of a page; None where there is none."""
    found = blocks(capture.body, id=SCRIPTS[request.step])
    return found[0] if found and isinstance(found[0], dict) else None


def _route(data: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Find the one entry of an embed that holds what we came for."""
    routes = data["source"]["data"]
    found = [one for one in routes.values() if isinstance(one, dict) and (part in one or one.get("isError") is True)]
    if len(found) != 1:
        raise lost(f"{len(found)} routes with {part}")
    return dict(found[0])


def _embed(request: PageRequest, data: Mapping[str, Any]) -> Page:
    """Read the newest videos of an account; those that are newer than the bookmark are asked for one by one."""
    route = _route(data, "userInfo")
    if route.get("isError") is True and "userInfo" not in route:
        return _missing(route)
    embed = shapes.Embed.model_validate(route)
    user = embed.user
    if user.error or user.code != 200:
        return told(user.error or user.code, request)
    owner = records.account(user.id, user.handle)
    if owner is None or owner.key is None or owner.handle is None:
        raise lost("userInfo.id")
    wanted = request.target.account
    if wanted and wanted.key not in (None, owner.key):
        return Page(state=VisitState.IDENTITY_CHANGED, account=owner, note=f"{wanted.key} → {owner.key}")
    if wanted and wanted.key is None and wanted.handle and _plain(wanted.handle) != _plain(owner.handle):
        raise lost("the embed of another account")
    if user.private:
        return Page(state=VisitState.GATED, account=owner, note="private")
    if embed.videos is None or user.private is None:
        raise lost("videoList or privateAccount")
    shown = [video for video in embed.videos if not video.private]
    if any(_plain(video.author) != _plain(owner.handle) for video in shown):
        raise lost("several authors in one embed")
    posts = tuple(records.embedded(video, owner) for video in shown)
    return Page(
        state=VisitState.OK if embed.videos else VisitState.EMPTY,
        posts=posts,
        interactions=tuple(act for post in posts for act in records.posted(post)),
        account=owner,
        seen=len(embed.videos),
    )


def _plain(handle: str) -> str:
    return handle.removeprefix("@").casefold()


def _missing(route: Mapping[str, Any]) -> Page:
    if route.get("is404") is True or route.get("errorStatus") == 404:
        return Page(state=VisitState.NOT_FOUND)
    raise lost("isError")


def _video_embed(request: PageRequest, data: Mapping[str, Any]) -> Page:
    """Read one video from its embed."""
    route = _route(data, "videoData")
    if route.get("isError") is True and "videoData" not in route:
        return _missing(route)
    found = shapes.VideoEmbed.model_validate(route).data
    post = records.embed_post(found)
    _require(request, found.item.id)
    return Page(state=VisitState.OK, posts=(post,), interactions=records.posted(post), seen=1)


def _video(request: PageRequest, data: Mapping[str, Any]) -> Page:
    """Read one video from its page."""
    detail = shapes.VideoDetail.model_validate(data["__DEFAULT_SCOPE__"][VIDEO])
    if detail.code:
        return told(detail.code, request)
    if detail.info is None:
        raise lost("itemInfo")
    item = detail.info.item
    _require(request, item.id)
    post = records.post(item)
    mark = {"floor": item.id} if request.carry.get("walk") else None
    return Page(state=VisitState.OK, posts=(post,), interactions=records.posted(post), seen=1, bookmark=mark)


def _require(request: PageRequest, number: str) -> None:
    if request.carry.get("video", number) != number:
        raise lost("another video")


def _profile(request: PageRequest, data: Mapping[str, Any]) -> Page:
    """Read who an account is; its videos come in answers of their own."""
    profile = shapes.Profile.model_validate(data["__DEFAULT_SCOPE__"][PROFILE])
    if profile.code:
        return told(profile.code, request)
    if profile.info is None:
        raise lost("userInfo")
    user = profile.info.user
    owner = records.account(user.id, user.handle)
    if user.private:
        return Page(state=VisitState.GATED, account=owner, note="private")
    counts = profile.info.exact or profile.info.rounded
    claimed = counts.videos if counts else None
    return Page(state=VisitState.EMPTY if claimed == 0 else VisitState.OK, account=owner, claimed=claimed)


# --- what may be kept ---


def reduced(request: PageRequest, capture: Capture, keep: Keep) -> bytes:
    """Give the page with nothing in it but its data script, and in that only what we read."""
    data = _data(request, capture)
    if data is None:
        return b""
    if request.step == "embed":
        cut: dict[str, object] = _frontity(_route(data, "userInfo"), shapes.Embed)
    elif request.step == "video-embed":
        cut = _frontity(_thin_embed(_route(data, "videoData"), keep), shapes.VideoEmbed)
    elif request.step == "video":
        detail = shapes.VideoDetail.model_validate(data["__DEFAULT_SCOPE__"][VIDEO])
        if detail.info is not None:
            detail = detail.model_copy(update={"info": shapes.VideoItem(itemStruct=thin(detail.info.item, keep))})
        cut = {"__DEFAULT_SCOPE__": {VIDEO: dump(detail)}}
    else:
        cut = {"__DEFAULT_SCOPE__": {PROFILE: dump(shapes.Profile.model_validate(data["__DEFAULT_SCOPE__"][PROFILE]))}}
    text = json.dumps(cut, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    name = SCRIPTS[request.step]
    return f'<!doctype html><script id="{name}" type="application/json">{text}</script>'.encode("utf-8", "replace")


def _frontity(route: dict[str, Any], shape: type[BaseModel]) -> dict[str, object]:
    kept = route if route.get("isError") is True else dump(shape.model_validate(route))
    return {"source": {"data": {"/embed": kept}}}


def _thin_embed(route: dict[str, Any], keep: Keep) -> dict[str, Any]:
    if route.get("isError") is True:
        return {name: route[name] for name in ("isError", "is404", "errorStatus") if name in route}
    found = shapes.VideoEmbed.model_validate(route).data
    who = records.embed_post(found).author
    author = {} if who and keep(who) else {"author": None}
    return dump(shapes.VideoEmbed(videoData=found.model_copy(update=author)))


def thin(item: shapes.Item, keep: Keep) -> shapes.Item:
    """Cut a video to what we read, its author only where they are watched, mentions as they are read."""
    who = records.author(item)
    change: dict[str, object] = {"desc": records.caption(item), "marks": None}
    if who is None or not keep(who):
        change |= {"author": shapes.Author(id="", uniqueId=""), "author_id": None}
    return item.model_copy(update=change)


def dump(shape: BaseModel) -> dict[str, Any]:
    """Write what we read, under the platform's own names."""
    return shape.model_dump(mode="json", by_alias=True, exclude_unset=True)
