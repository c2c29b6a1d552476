"""What of Instagram's answers may be kept: the fields that we read, of people only those on the watchlist.

Each answer is written again in a shape that the same adapter reads: nothing has to be known to read it later.
"""

from collections.abc import Mapping
from typing import Any

from core.records import AccountRef, Capture
from scraper.adapter import Keep, Page, PageRequest
from scraper.platforms import instagram_api, instagram_lists, instagram_pages
from scraper.platforms import instagram_records as records
from scraper.platforms import instagram_shapes as shapes
from scraper.platforms.answers import rewritten

NOBODY = {"pk": "", "username": ""}


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Cut an answer to what may be kept."""
    match request.step:
        case "profile":
            return _profile(capture, keep)
        case "post":
            return _post(capture, request.carry["code"], keep)
        case "likers":
            return _likers(capture, keep)
        case "feed":
            return rewritten(capture, {"items": [thin(media, keep) for media in instagram_lists.feed(capture)]})
        case "item":
            return rewritten(capture, thin(instagram_lists.item(capture), keep))
        case instagram_api.STEP:
            return instagram_api.reduce(capture)
        case _:
            raise KeyError(request.step)


def _profile(capture: Capture, keep: Keep) -> Capture:
    page = instagram_pages.profile(capture)
    if isinstance(page, Page):
        return instagram_pages.without_data(capture)
    user: dict[str, Any] = page.profile.model_dump(exclude_unset=True)
    user |= _kept(user, keep) or NOBODY
    if page.timeline is not None:
        timeline = page.timeline
        edges = [{"node": thin(edge.node, keep)} for edge in timeline.edges]
        user[instagram_pages.TIMELINE] = {"edges": edges, "page_info": timeline.page_info.model_dump()}
    return instagram_pages.written_profile(capture, user)


def _post(capture: Capture, code: str, keep: Keep) -> Capture:
    page = instagram_pages.post(capture, code)
    if isinstance(page, Page):
        return instagram_pages.without_data(capture)
    media = thin(page.media, keep) if page.media is not None else None
    return instagram_pages.written_post(capture, code, media, "gated" if page.ruling is not None else None)


def _likers(capture: Capture, keep: Keep) -> Capture:
    found = instagram_lists.likers(capture)
    seen = found.seen if found.seen is not None else len(found.users)
    kept = [one for one in found.users if keep(AccountRef(platform=records.PLATFORM, key=one.key, handle=one.username))]
    users = [{"pk": one.key, "username": one.username} for one in kept]
    return rewritten(capture, {"users": users, "user_count": found.user_count, "seen": seen})


def thin(media: shapes.Media, keep: Keep) -> dict[str, Any]:
    """Write a post again without the people that nobody watches; an author among them becomes nobody."""
    told: dict[str, Any] = media.model_dump(exclude_unset=True)
    for place in ("user", "owner"):
        if told.get(place):
            told[place] = _kept(told[place], keep) or NOBODY
    for place in ("coauthor_producers", "facepile_top_likers"):
        if told.get(place):
            told[place] = [user for one in told[place] if (user := _kept(one, keep))]
    if told.get("top_likers"):
        told["top_likers"] = [
            name for name in told["top_likers"] if keep(AccountRef(platform=records.PLATFORM, handle=name))
        ]
    return told


def _kept(user: Mapping[str, Any], keep: Keep) -> Mapping[str, Any] | None:
    who = records.account(shapes.User.model_validate(user))
    return user if who is not None and keep(who) else None
