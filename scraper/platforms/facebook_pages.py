"""Facebook's pages and JSON answers: the newest posts of a page, and who reacted to a post.

The JSON of a page has had two carriers: until 2023 objects in running scripts, since 2024 data scripts; both are
read. A page without `og:title` is the login form. An answer may hold several JSON documents, one a line.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import LayoutError
from core.records import Capture, VisitState
from scraper.adapter import Page
from scraper.platforms import embedded
from scraper.platforms import facebook_shapes as shapes
from scraper.platforms.answers import refusal
from scraper.platforms.facebook_shapes import TIMELINE

CARRIER = "handleWithCustomApplyEach(ScheduledApplyEach,"
TITLE = re.compile(rb"""<meta\b[^>]*\bproperty\s*=\s*["']?og:title\b""", re.IGNORECASE)
LOGIN = re.compile(rb"""\bname\s*=\s*["']?pass\b|\bid\s*=\s*["']?login_form\b""", re.IGNORECASE)
STORY = "comet_sections"
NODES = ("node", "node_v2")
PINNED = "profile_pinned_post"
CHECKPOINT = "/checkpoint/"
FAILURES: Mapping[int, VisitState] = {
    1357001: VisitState.LOGIN_WALL,  # not logged in
    1357004: VisitState.LOGIN_WALL,  # the session has changed
    1675004: VisitState.THROTTLED,  # too many requests
    368: VisitState.THROTTLED,  # blocked for a while
}


def failed(capture: Capture) -> Page | None:
    """Read an answer that is a refusal: by its status, its address, its number of an error, or as the login form."""
    if capture.status == 200:
        return _walled(capture) if embedded.is_page(capture.body) else _error(capture)
    return refusal(capture)


def _walled(capture: Capture) -> Page | None:
    if CHECKPOINT in capture.final_url:
        return Page(state=VisitState.CHALLENGE)
    if TITLE.search(capture.body) is None and LOGIN.search(capture.body) is not None:
        return Page(state=VisitState.LOGIN_WALL)
    return None


def _error(capture: Capture) -> Page | None:
    for answer in embedded.documents(capture.body.decode(errors="replace")):
        number = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(number, int):
            known = FAILURES.get(number)
            return Page(state=known) if known else Page(state=VisitState.FAILED, note=f"error_{number}")
        code = embedded.at(answer, "errors.0.code")
        if isinstance(code, int) and code in FAILURES:
            return Page(state=FAILURES[code])
    return None


def is_logged_out(body: bytes) -> bool:
    """Tell what everybody is served, a page with its title or the login form, from what a logged-in person gets."""
    return TITLE.search(body) is not None or LOGIN.search(body) is not None


def timeline(capture: Capture) -> tuple[str, list[shapes.Story]]:
    """Read a page: the number of its account, and its newest posts."""
    if embedded.is_page(capture.body) and TITLE.search(capture.body) is None:
        raise LayoutError("layout_changed", url=capture.url, reason="og:title: missing")
    data = _data(capture, TIMELINE)
    owners = [one for one in embedded.holders(data, "id", TIMELINE) if isinstance(one[TIMELINE], dict)]
    if len({one["id"] for one in owners}) != 1:
        raise LayoutError("layout_changed", url=capture.url, reason=f"{TIMELINE}: of one account")
    stories = _once(shapes.story(node, counted=True) for node in _nodes(data, capture))
    return shapes.Actor.model_validate(owners[0]).id, stories


def feed(capture: Capture) -> list[shapes.Story]:
    """Read the posts of an answer that a logged-in person's browser received, or of a post's own page."""
    data = _data(capture, STORY) or _data(capture, TIMELINE)
    if not embedded.is_page(capture.body) and not all(isinstance(one.get("data", one), dict) for one in data):
        raise LayoutError("layout_changed", url=capture.url, reason="data: not there")
    empty = any(isinstance(one, dict) and one.get("edges") == [] for one in embedded.find(data, TIMELINE))
    found = _once(shapes.story(node, counted=False) for node in _nodes(data, capture))
    if not found and not empty:
        raise LayoutError("layout_changed", url=capture.url, reason="no stories")
    return found


def _nodes(data: list[Any], capture: Capture) -> list[dict[str, Any]]:
    """Give the stories of a timeline, those that were sent after it too, or those of a post's own page."""
    units = [one for one in embedded.find(data, TIMELINE) if isinstance(one, dict)]
    pinned = [one for one in embedded.find(data, PINNED) if isinstance(one, dict) and {"post_id", STORY} & one.keys()]
    nodes = [*pinned, *(edge["node"] for one in units for edge in one["edges"])]
    later = [one for one in embedded.holders(data, "path", "data") if {TIMELINE, "edges"} <= set(map(str, one["path"]))]
    nodes += [one["data"]["node"] for one in later]
    if later and not units:
        raise LayoutError("layout_changed", url=capture.url, reason=f"{TIMELINE}: missing before what follows it")
    if not units:
        nodes += [one for name in NODES for one in embedded.find(data, name) if isinstance(one, dict) and STORY in one]
    shown = {str(one["post_id"]) for one in embedded.holders(data, "post_id", STORY)}
    if missed := shown - {str(one["post_id"]) for one in embedded.holders(nodes, "post_id", STORY)}:
        raise LayoutError("layout_changed", url=capture.url, reason=f"{len(missed)} stories outside the timeline")
    return nodes


def reactors(capture: Capture) -> tuple[str | None, shapes.Reactors]:
    """Read who reacted, and of which post the answer itself says that it is."""
    for answer in _documents(capture):
        for node in embedded.holders(answer, "reactors"):
            if isinstance(node["reactors"], dict) and "edges" in node["reactors"]:
                return shapes.post_of(node.get("id")), shapes.Reactors.model_validate(node["reactors"])
    raise LayoutError("layout_changed", url=capture.url, reason="no reactors")


def item(capture: Capture) -> shapes.Story:
    """Read one platform object, as a browser extension keeps it."""
    value = json.loads(capture.body)
    if not isinstance(value, dict):
        raise LayoutError("layout_changed", url=capture.url, reason="no object")
    return shapes.story(value, counted=False)


def _once(stories: Iterator[shapes.Story]) -> list[shapes.Story]:
    return list({story.post_id: story for story in stories}.values())


def _data(capture: Capture, containing: str) -> list[Any]:
    if not embedded.is_page(capture.body):
        return _documents(capture)
    inside = embedded.blocks(capture.body, containing=containing)
    return inside + embedded.literals(capture.body, CARRIER, containing=containing)


def _documents(capture: Capture) -> list[Any]:
    return embedded.documents(capture.body.decode(errors="replace"), whole=True)
