"""Instagram's JSON answers as a logged-in person's browser receives them: lists of likers, timelines, single posts.

Known from the code of public tools (reference platforms 4.1, 5.1, 5.2); no recorded dialog of likers is known.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from core.errors import LayoutError
from core.records import Capture, VisitState
from scraper.adapter import Page
from scraper.platforms import embedded
from scraper.platforms import instagram_shapes as shapes
from scraper.platforms.answers import refusal

LIKERS = "xdt_api__v1__likes__media_id__likers"
LIKERS_BEFORE = "edge_liked_by"
TIMELINES = (
    "xdt_api__v1__feed__user_timeline_graphql_connection",
    "polaris_ordered_timeline_connection",
    "edge_owner_to_timeline_media",
)
ITEMS = ("xdt_api__v1__media__shortcode__web_info",)
SINGLE = ("xdt_shortcode_media", "shortcode_media")
SENT_TO: Mapping[str, VisitState] = {
    "/accounts/login": VisitState.LOGIN_WALL,
    "/challenge": VisitState.CHALLENGE,
    "/accounts/suspended": VisitState.CHALLENGE,
}
FAILURES: Mapping[str, VisitState] = {
    "feedback_required": VisitState.THROTTLED,
    "rate_limit_error": VisitState.THROTTLED,
    "login_required": VisitState.LOGIN_WALL,
    "require_login": VisitState.LOGIN_WALL,
    "checkpoint_required": VisitState.CHALLENGE,
    "challenge_required": VisitState.CHALLENGE,
}


def failed(capture: Capture) -> Page | None:
    """Read an answer that is a refusal, by its address, its status or by what it says."""
    path = urlsplit(capture.final_url).path
    for start, state in SENT_TO.items():
        if path.startswith(start):
            return Page(state=state)
    if capture.status == 200 and b'"fail"' not in capture.body:
        return None
    for answer in embedded.documents(capture.body.decode(errors="replace")):
        if isinstance(answer, dict) and answer.get("status") == "fail" and answer.get("message") in FAILURES:
            return Page(state=FAILURES[answer["message"]])
    return refusal(capture)


def likers(capture: Capture) -> shapes.Likers:
    """Read a list of likers, in each of its shapes, or what was kept of one."""
    answers = _answers(capture)
    for found in embedded.find(answers, LIKERS):
        return shapes.Likers.model_validate(found)
    for found in _likers_before(answers):
        edges = shapes.LikerEdges.model_validate(found)
        return shapes.Likers(users=[edge.node for edge in edges.edges], user_count=edges.count)
    for answer in answers:
        if isinstance(answer, dict) and "users" in answer and ("user_count" in answer or "seen" in answer):
            return shapes.Likers.model_validate(answer)
    raise LayoutError("layout_changed", url=capture.url, reason="no list of likers")


def is_likers_before(body: bytes) -> bool:
    """Say whether an answer holds the older list of likers; posts of that time hold its count under the same name."""
    if LIKERS_BEFORE.encode() not in body:
        return False
    return next(_likers_before(embedded.documents(body.decode(errors="replace"))), None) is not None


def _likers_before(answers: list[Any]) -> Iterator[dict[str, Any]]:
    found = embedded.find(answers, LIKERS_BEFORE)
    return (one for one in found if isinstance(one, dict) and "edges" in one)


def feed(capture: Capture) -> list[shapes.Media]:
    """Read the posts of a timeline or of a single post; an empty list only where the timeline says so."""
    answers = _answers(capture)
    lists = list(_lists(answers))
    if not lists:
        raise LayoutError("layout_changed", url=capture.url, reason="no timeline")
    found = [shapes.item(value) for one in lists for value in one]
    return list({media.code: media for media in found}.values())


def _lists(answers: list[Any]) -> Iterator[list[dict[str, Any]]]:
    for name in TIMELINES:
        for timeline in embedded.find(answers, name):
            yield [edge["node"] for edge in timeline["edges"]]
    for name in ITEMS:
        for one in embedded.find(answers, name):
            yield one["items"]
    for name in SINGLE:
        for post in embedded.find(answers, name):
            yield [post]
    for answer in answers:
        if isinstance(answer, dict) and isinstance(answer.get("items"), list):
            yield answer["items"]


def item(capture: Capture) -> shapes.Media:
    """Read one platform object, as a browser extension keeps it."""
    value = json.loads(capture.body)
    if not isinstance(value, dict):
        raise LayoutError("layout_changed", url=capture.url, reason="no object")
    return shapes.item(value)


def _answers(capture: Capture) -> list[Any]:
    """Give what an answer holds; a page that a logged-in person was served carries the same objects."""
    if embedded.is_page(capture.body):
        return embedded.blocks(capture.body)
    return embedded.documents(capture.body.decode(errors="replace"), whole=True)
