"""What of Facebook's answers may be kept: the fields that we read, of people only those on the watchlist."""

from dataclasses import replace
from typing import Any

from core.records import AccountRef, Capture
from scraper.adapter import Keep, PageRequest
from scraper.platforms import facebook_api, facebook_pages
from scraper.platforms import facebook_records as records
from scraper.platforms import facebook_shapes as shapes
from scraper.platforms.answers import rewritten

NOBODY = shapes.Actor(id="")


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Cut an answer to what may be kept, in a shape that is read again."""
    match request.step:
        case "page":
            return _page(request, capture, keep)
        case "feed":
            nodes = [{"node": _node(story, None, keep)} for story in facebook_pages.feed(capture)]
            return rewritten(capture, {shapes.TIMELINE: {"edges": nodes}})
        case "item":
            return rewritten(capture, _node(facebook_pages.item(capture), None, keep))
        case "reactors":
            return _reactors(request, capture, keep)
        case facebook_api.STEP:
            return facebook_api.reduce(capture)
        case _:
            raise KeyError(request.step)


def _page(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    number, stories = facebook_pages.timeline(capture)
    wanted = request.target.account or AccountRef(platform=records.PLATFORM)
    owner = replace(wanted, key=number)
    nodes = [{"node": _node(story, owner, keep)} for story in stories]
    return rewritten(capture, {"user": {"id": number if keep(owner) else "", shapes.TIMELINE: {"edges": nodes}}})


def _node(story: shapes.Story, owner: AccountRef | None, keep: Keep) -> dict[str, Any]:
    who = records.author(story, owner)
    if who is not None and keep(who):
        return shapes.node_of(story)
    address = records.post_ref(story.post_id).uri  # the permalink holds the author's name
    return shapes.node_of(story.model_copy(update={"actor": NOBODY, "url": address}))


def _reactors(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    _, found = facebook_pages.reactors(capture)
    seen = found.seen if found.seen is not None else len(found.edges)
    kept = [edge for edge in found.edges if keep(records.reactor(edge.node))]
    edges = [{"node": edge.node.model_dump(exclude_unset=True), "feedback_reaction_info": _face(edge)} for edge in kept]
    reactors = {"count": found.count, "seen": seen, "edges": edges}
    whole = {"data": {"node": {"id": shapes.feedback_of(request.carry["post_id"]), "reactors": reactors}}}
    return rewritten(capture, whole)


def _face(edge: shapes.Reaction) -> dict[str, str | int]:
    """Keep which reaction it was, as it stands."""
    told = edge.feedback_reaction_info or {}
    return {name: value for name, value in told.items() if isinstance(value, str | int)}
