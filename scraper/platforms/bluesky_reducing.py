"""What may be kept of AT Protocol answers that show people whom nobody watches."""

import json
from collections.abc import Mapping
from typing import Any

from core.records import AccountRef, Capture
from scraper.adapter import Keep, PageRequest
from scraper.platforms import bluesky_records as records
from scraper.platforms import bluesky_shapes as shapes
from scraper.platforms.answers import rewritten

REDUCED = {"likers", "posts", "liked-post", "feed"}


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Drop the people we do not watch; what is left reads the same."""
    if request.step not in REDUCED or capture.status != 200:
        return capture
    content = json.loads(capture.body)
    if request.step == "feed":
        return rewritten(capture, _thin_feed(content, keep))
    if request.step == "likers":
        kept = [like for like in content["likes"] if keep(_actor(like["actor"]))]
        thin = [{"actor": _only(like["actor"], "did", "handle")} | _only(like, "createdAt") for like in kept]
        told = _only(content, "uri", "cursor") | {"seen": content.get("seen", len(content["likes"]))}
        return rewritten(capture, told | {"likes": thin})
    return rewritten(capture, {"posts": [_thin(post) for post in content["posts"]]})


def _actor(shown: Mapping[str, str]) -> AccountRef:
    return records.account(shown["did"], shown.get("handle"))


def _thin(post: Mapping[str, Any]) -> dict[str, object]:
    """Keep the words of a post, and of its author the key that stands in its address anyway."""
    record = _only(post["record"], "$type", "text", "langs", "createdAt")
    pictures = [{"fullsize": address} for address in shapes.ViewedPost.model_validate(post).images]
    return _only(post, "uri", "cid", "likeCount", "indexedAt") | {
        "author": _only(post["author"], "did"),
        "record": record,
        "embed": {"images": pictures},
    }


def _thin_feed(content: Mapping[str, Any], keep: Keep) -> dict[str, object]:
    """Keep a watched account's feed without the names of others; of any other feed keep how long it was."""
    kept: list[dict[str, object]] = []
    for item in content["feed"]:
        owner = shapes.Fed.model_validate(item).owner
        if keep(records.account(owner.did, owner.handle)):
            thin: dict[str, object] = {"post": _thin(item["post"])}
            if item.get("reason") is not None:
                reason = item["reason"]
                thin["reason"] = _only(reason, "$type", "uri", "indexedAt") | (
                    {"by": _only(reason["by"], "did", "handle")} if reason.get("by") else {}
                )
            else:
                thin["post"] = _thin(item["post"]) | {"author": _only(item["post"]["author"], "did", "handle")}
            kept.append(thin)
    return {"feed": kept, "seen": content.get("seen", len(content["feed"]))}


def _only(value: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value[name] for name in names if name in value}
