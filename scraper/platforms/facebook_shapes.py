"""The parts of Facebook's objects that we read, by their paths; a missing mandatory one is loud.

A story is nested a dozen levels deep and its counts have moved before: they are looked for at any depth below
`comet_sections.feedback` and known by the post's own feedback id. `node_of` writes a story again in the same shape.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from scraper.platforms import embedded

CONTENT = "comet_sections.content.story"
METADATA = "comet_sections.context_layout.story.comet_sections.metadata"
COUNTS = "comet_ufi_summary_and_actions_renderer"
TIMELINE = "timeline_list_feed_units"
FEEDBACK = re.compile(r"feedback:([0-9]+)")

Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,24}$")]
Count = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[int, Field(strict=True, gt=0, lt=2**33)]


class Actor(BaseModel):
    """Who published a story; a reduced one names nobody. `url` may hold the name that its address goes by."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,24}$")]
    url: str | None = None


class Message(BaseModel):
    """The words of a story."""

    text: str


class Story(BaseModel):
    """A post; counts are None where the answer does not hold them."""

    post_id: Digits
    url: str
    actor: Actor
    message: Message | None
    creation_time: Seconds
    reactions: Count | None = None
    shares: Count | None = None
    pictures: tuple[str, ...] = ()


class Person(BaseModel):
    """Somebody in a list of those who reacted."""

    id: Digits
    profile_url: str | None = None


class Reaction(BaseModel):
    """One place of that list; the kind of reaction is kept as it stands."""

    node: Person
    feedback_reaction_info: dict[str, Any] | None = None


class Reactors(BaseModel):
    """Who reacted to a post, or with `seen` what was kept of it."""

    count: Count
    edges: list[Reaction]
    seen: Count | None = None


def story(node: Mapping[str, Any], *, counted: bool) -> Story:
    """Read a story; `counted` says that its counts have to be there."""
    content = embedded.at(node, CONTENT)
    times = [embedded.at(one, "story.creation_time") for one in embedded.at(node, METADATA) or ()]
    post_id = node.get("post_id") or content.get("post_id")
    told: dict[str, Any] = {
        "post_id": post_id,
        "url": content["wwwURL"],
        "actor": content["actors"][0],
        "message": content["message"],
        "creation_time": next((time for time in times if time is not None), None),
        "pictures": tuple(_pictures(content.get("attachments"))),
    }
    feedback = embedded.at(node, "feedback.id") or feedback_of(str(post_id))
    counts = next((one for one in embedded.find(node, COUNTS) if embedded.at(one, "feedback.id") == feedback), None)
    if counts is not None:
        told["reactions"] = counts["feedback"]["reaction_count"]["count"]
        told["shares"] = embedded.at(counts, "feedback.share_count.count")
    elif counted:
        raise ValueError(f"{COUNTS}: none of this post")
    return Story.model_validate(told)


def _pictures(attachments: object) -> Iterator[str]:
    for media in embedded.find(attachments, "media"):
        address = embedded.at(media, "photo_image.uri") or embedded.at(media, "image.uri")
        if isinstance(address, str):
            yield address


def node_of(story: Story) -> dict[str, Any]:
    """Write a story again, in the shape that it came in and with no more than what we read."""
    content: dict[str, Any] = {
        "wwwURL": story.url,
        "message": story.message.model_dump() if story.message else None,
        "actors": [story.actor.model_dump(exclude_unset=True)],
        "attachments": [{"media": {"image": {"uri": address}}} for address in story.pictures],
    }
    sections: dict[str, Any] = {
        "content": {"story": content},
        "context_layout": {
            "story": {"comet_sections": {"metadata": [{"story": {"creation_time": story.creation_time}}]}}
        },
    }
    if story.reactions is not None:
        counts = {"reaction_count": {"count": story.reactions}, "share_count": {"count": story.shares}}
        sections["feedback"] = {COUNTS: {"feedback": {"id": feedback_of(story.post_id), **counts}}}
    return {"post_id": story.post_id, "comet_sections": sections}


def post_of(feedback: object) -> str | None:
    """Read a post's number from the id of its feedback, base64 of "feedback:NUMBER"; None where it is no post's."""
    if not isinstance(feedback, str):
        return None
    try:
        found = FEEDBACK.fullmatch(b64decode(feedback, validate=True).decode())
    except (binascii.Error, ValueError):
        return None
    return found[1] if found else None


def feedback_of(post_id: str) -> str:
    """Write the id of a post's feedback."""
    return b64encode(f"feedback:{post_id}".encode()).decode()
