"""Posts that an answer knew by a number only get the name that another answer, or an earlier crawl, tells."""

from collections.abc import Sequence
from dataclasses import replace

from core.records import PostRef
from jobs.sightings import Sighting, of
from storage.database import Session
from storage.originals import posts_named_like


def settled(session: Session, sightings: Sequence[Sighting]) -> list[Sighting]:
    """Read again, with the name of its post, what knew it by its number; where nobody tells the name it stays so."""
    told = {post.ref.uri: post.ref for sighting in sightings for post in sighting.page.posts}
    return [_named(session, sighting, told) for sighting in sightings]


def _named(session: Session, sighting: Sighting, told: dict[str, PostRef]) -> Sighting:
    adapter, request = sighting.adapter, sighting.request
    if adapter is None or len(request.target.posts) != 1:
        return sighting
    (post,) = request.target.posts
    ends = adapter.unsettled(post)
    if ends is None:
        return sighting
    found = [ref for uri, ref in told.items() if uri.startswith(ends[0]) and uri.endswith(ends[1]) and uri != post.uri]
    found = found or posts_named_like(session, post, *ends)
    if len(found) != 1:
        return sighting
    carry = {name: found[0].uri if value == post.uri else value for name, value in request.carry.items()}
    request = replace(request, target=replace(request.target, posts=(found[0],)), carry=carry)
    return replace(of(adapter, request, sighting.capture), beside=sighting.beside)
