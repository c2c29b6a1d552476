"""The objects inside X's web answers: entries of a timeline, the posts and users in their boxes, times.

A timeline is a list of instructions; entries hold posts, users, cursors and decoration. Advertising is left out.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from core.errors import LayoutError
from core.records import Capture
from scraper.platforms import x_records as records
from scraper.platforms import x_shapes as shapes
from scraper.platforms.embedded import find

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WITHHELD = {"TweetTombstone", "TweetUnavailable"}


def whole_of(capture: Capture) -> dict[str, Any]:
    """Open an answer; in one that we reduced, `seen` counts what it does not hold any more."""
    whole = json.loads(capture.body)
    if not isinstance(whole, dict):
        raise LayoutError("layout_changed", url=capture.url, reason="no object")
    return whole


def lost(what: str) -> LayoutError:
    """Say what an answer lacks."""
    return LayoutError("layout_changed", url="x.com", reason=what)


def contents_of(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the items of all entries, in order, without advertising."""
    found = [one for one in find(whole.get("data"), "instructions") if isinstance(one, list)]
    adding = 0
    for instruction in (one for instructions in found for one in instructions):
        kind = instruction["type"]
        if kind == "TimelineAddEntries":
            adding += 1
            for entry in instruction["entries"]:
                yield from _of_entry(entry["content"])
        elif kind in {"TimelinePinEntry", "TimelineReplaceEntry"}:
            yield from _of_entry(instruction["entry"]["content"])
        elif kind == "TimelineAddToModule":
            adding += 1
            yield from (one["item"]["itemContent"] for one in instruction["moduleItems"])
    if not adding:
        raise lost("no entries")


def _of_entry(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = kind_of(content, "entryType")
    if kind == "TimelineTimelineItem":
        yield from _unless_paid(content["itemContent"])
    elif kind == "TimelineTimelineModule":
        for one in content["items"]:
            yield from _unless_paid(one["item"]["itemContent"])
    elif kind != "TimelineTimelineCursor":
        raise lost(f"entry {kind}")


def _unless_paid(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "promotedMetadata" not in content:
        yield content


def kind_of(content: Mapping[str, Any], name: str) -> str:
    """Name what an entry or an item is."""
    kind = content.get(name) or content["__typename"]
    if not isinstance(kind, str):
        raise lost(name)
    return kind


def results(contents: list[dict[str, Any]], kind: str, box: str) -> list[dict[str, Any] | None]:
    """Give the posts or users of a timeline; None for one that is withheld or gone."""
    mine = [content for content in contents if kind_of(content, "itemType") == kind]
    return [opened(content[box]) for content in mine]


def opened(box: object) -> dict[str, Any] | None:
    """Open what wraps a post or a user: an empty box is one that is gone; anything else without it is unknown."""
    if box == {}:
        return None
    result = shapes.Box.model_validate(box).result
    if result is None:
        raise lost("result")
    result = result.get("tweet", result)  # with a warning before it, a post stands one level deeper
    return None if result.get("__typename") in WITHHELD else result


def tweets_of(contents: list[dict[str, Any]]) -> list[shapes.Tweet]:
    """Give the posts among the items of a timeline."""
    found = results(contents, "TimelineTweet", "tweet_results")
    return [shapes.Tweet.model_validate(result) for result in found if result is not None]


def item_tweet(whole: Mapping[str, Any]) -> shapes.Tweet:
    """Open a post as Zeeschuimer keeps it, in its old and its new form."""
    if whole.get("type") == "adaptive":  # until 2023: the post and its author as two old objects
        author = {"rest_id": whole["user"]["id_str"], "legacy": {"screen_name": whole["user"]["screen_name"]}}
        core = {"user_results": {"result": author}} if author["rest_id"] else None
        return shapes.Tweet.model_validate(
            {"rest_id": whole["legacy"]["id_str"], "legacy": whole["legacy"], "core": core}
        )
    return shapes.Tweet.model_validate(whole.get("tweet", whole))


def neutral(tweet: shapes.Tweet) -> records.Tweet:
    """Read a post of the web pages; one whose author a reduced answer leaves out has none."""
    legacy = tweet.legacy
    user = author_of(tweet)
    media = (legacy.extended_entities or legacy.entities or shapes.Media()).media
    long = tweet.note_tweet.note_tweet_results.result.text if tweet.note_tweet else None
    original = inner_tweet(legacy.retweeted_status_result)
    quoted = inner_tweet(tweet.quoted_status_result)
    return records.Tweet(
        id=tweet.rest_id,
        author=records.account(legacy.user_id_str, user.handle if user else None),
        text=records.words(long or legacy.full_text, tuple(one.url for one in media if one.url)),
        posted_at=when(legacy.created_at),
        likes=legacy.favorite_count,
        reposted=original.rest_id if original else legacy.retweeted_status_id_str,
        hollow=original is None and legacy.retweeted_status_result is not None,
        quoted=quoted.rest_id if quoted else legacy.quoted_status_id_str,
        replied_to=legacy.in_reply_to_status_id_str,
        replied_account=legacy.in_reply_to_user_id_str,
        pictures=tuple(one.media_url_https for one in media if one.media_url_https),
    )


def author_of(tweet: shapes.Tweet) -> shapes.User | None:
    """Say who wrote a post; None where the account is gone, or left out of a reduced answer."""
    result = tweet.core.user_results.result if tweet.core else None
    user = shapes.User.model_validate(result) if result and result.get("__typename") != "UserUnavailable" else None
    if user is None and tweet.legacy.user_id_str and tweet.core is None:
        raise lost("core")
    return user


def inner_tweet(box: dict[str, Any] | None) -> shapes.Tweet | None:
    """Open the post that a post reposts or quotes."""
    result = opened(box) if box is not None else None
    return shapes.Tweet.model_validate(result) if result is not None else None


def when(text: str) -> datetime:
    """Read `Fri Jul 31 21:34:08 +0000 2026`, whatever language the machine speaks."""
    _, month, day, clock, zone, year = text.split()
    hour, minute, second = map(int, clock.split(":"))
    east = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
    date = (int(year), MONTHS.index(month) + 1, int(day))
    return datetime(*date, hour, minute, second, tzinfo=timezone(east)).astimezone(UTC)
