"""Instagram's logged-out pages: a profile with twelve posts, a post. All five answers are HTTP 200.

The route's name says which page was served, the data blocks hold it: the right route without data means that we are
throttled. A post page also embeds other posts of its owner, so that a post is known by its own code only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import LayoutError
from core.records import Capture, VisitState
from scraper.adapter import Page
from scraper.platforms import embedded
from scraper.platforms import instagram_shapes as shapes
from scraper.platforms.answers import rewritten

ROUTE = "canonicalRouteName"
NAME = re.compile(r"[\w ]{1,80}")
PREFIX = "comet.igweb."
PROFILE_ROUTE = "PolarisLoggedOutDesktopWWWProfileRoute"
POST_ROUTE = "PolarisLoggedOutDesktopWWWPostRoute"
ANSWERS: Mapping[str, VisitState] = {
    "PolarisErrorRoute": VisitState.NOT_FOUND,
    "PolarisCAAIGLoginHomepageRoute": VisitState.LOGIN_WALL,
}
USER = "xig_user_by_username"
TIMELINE = "polaris_ordered_timeline_connection"
MEDIA = "xig_polaris_media"
OPEN = "if_not_gated_logged_out"
GATE = "gating_ruling"
DATA = (b"xig_", b"adp_Polaris")
"""What a page with data always holds somewhere, whatever else of it was renamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """A profile; its posts are None where the account is private."""

    profile: shapes.Profile
    timeline: shapes.Timeline | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage:
    """A post; None where only people with an account may see it."""

    media: shapes.ShownMedia | None
    ruling: Any = None


def profile(capture: Capture) -> ProfilePage | Page:
    """Read a profile page: the account and its posts, or what was served instead."""
    found = [user for user in embedded.find(_blocks(capture, USER), USER) if isinstance(user, dict)]
    if not found:
        return _refused(capture, PROFILE_ROUTE)
    told = [user for user in found if "username" in user]
    listed = [user[TIMELINE] for user in found if TIMELINE in user]
    if not told or len({user.get("pk") for user in found}) != 1:
        raise _changed(capture, f"{USER}: one account")
    who = shapes.Profile.model_validate(told[0])
    if not (who.pk and who.username) and not _reduced(capture):
        raise _changed(capture, f"{USER}: nobody")
    if who.is_private:
        return ProfilePage(profile=who, timeline=None)
    if not listed:
        raise _changed(capture, TIMELINE)
    return ProfilePage(profile=who, timeline=shapes.Timeline.model_validate(listed[0]))


def post(capture: Capture, code: str) -> PostPage | Page:
    """Read a post page: this post, or what was served instead."""
    found = [media for media in embedded.find(_blocks(capture, MEDIA), MEDIA) if isinstance(media, dict)]
    if not found:
        return _refused(capture, POST_ROUTE)
    media = next((one for one in found if one.get("code") == code and OPEN in one), None)
    if media is None:
        raise _changed(capture, f"{MEDIA}: no post {code}")
    if media[OPEN] is None and media[GATE] is not None:
        return PostPage(media=None, ruling=media[GATE])
    shown = shapes.ShownMedia.model_validate(media[OPEN])
    if shown.code != code:
        raise _changed(capture, f"{OPEN}: another post")
    return PostPage(media=shown)


def written_profile(capture: Capture, user: Mapping[str, Any]) -> Capture:
    """Write a profile page again with no more than this."""
    return rewritten(capture, [{ROUTE: PREFIX + PROFILE_ROUTE}, {USER: user}])


def written_post(capture: Capture, code: str, media: Mapping[str, Any] | None, ruling: object) -> Capture:
    """Write a post page again with no more than this."""
    return rewritten(capture, [{ROUTE: PREFIX + POST_ROUTE}, {MEDIA: {"code": code, OPEN: media, GATE: ruling}}])


def without_data(capture: Capture) -> Capture:
    """Write a page that has no data again: its route says what it is."""
    return rewritten(capture, [{ROUTE: name} for name in _routes(capture)])


def _reduced(capture: Capture) -> bool:
    return capture.body[:1] == b"["


def _blocks(capture: Capture, containing: str) -> list[Any]:
    """Give the data of a page; what was kept of one is nothing but its data."""
    if _reduced(capture):
        return embedded.documents(capture.body.decode(errors="replace"), whole=True)
    return embedded.blocks(capture.body, containing=containing)


def _routes(capture: Capture) -> list[str]:
    return [name for name in embedded.find(_blocks(capture, ROUTE), ROUTE) if isinstance(name, str)]


def _refused(capture: Capture, right: str) -> Page:
    """Say what was served instead of data."""
    if not _reduced(capture) and b"</html>" not in capture.body:
        raise _changed(capture, "cut short")
    names = _routes(capture)
    route = names[0].removeprefix(PREFIX) if names else "no route"
    if route in ANSWERS:
        return Page(state=ANSWERS[route])
    if route == right and not any(word in capture.body for word in DATA):
        return Page(state=VisitState.THROTTLED, note="no_data")
    raise _changed(capture, route if NAME.fullmatch(route) else "a route without a name")


def _changed(capture: Capture, reason: str) -> LayoutError:
    return LayoutError("layout_changed", url=capture.url, reason=reason)
