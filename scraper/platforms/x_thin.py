"""What may be kept of X's web answers: the fields that we read, and nobody who is not watched."""

from typing import Any

from core.records import Capture
from scraper.adapter import Keep, PageRequest
from scraper.platforms import x_objects as objects
from scraper.platforms import x_records as records
from scraper.platforms import x_shapes as shapes
from scraper.platforms.answers import rewritten
from scraper.platforms.x_web import seen_in, single_result


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Keep the posts with what we read of them, their authors and everybody else only where they are watched."""
    whole = objects.whole_of(capture)
    if request.step == "profile":
        return rewritten(capture, _thin_profile(whole))
    if request.step == "item":
        return rewritten(capture, _thin_item(whole, keep))
    if request.step == "tweet":
        return rewritten(capture, {"data": {"tweetResult": {"result": _thin_result(single_result(whole), keep)}}})
    contents = list(objects.contents_of(whole))
    told = {"seen": seen_in(request, whole, contents)}
    kept = [thin for content in contents if (thin := _thin_content(request, content, keep)) is not None]
    entries = [{"content": {"entryType": "TimelineTimelineItem", "itemContent": content}} for content in kept]
    return rewritten(capture, told | {"data": {"instructions": [{"type": "TimelineAddEntries", "entries": entries}]}})


def _thin_profile(whole: dict[str, Any]) -> dict[str, Any]:
    result = (whole["data"].get("user") or {}).get("result")
    if not result or result.get("__typename") == "UserUnavailable":
        return {"data": {"user": {"result": {"__typename": "UserUnavailable"}}} if result else {}}
    return {"data": {"user": {"result": _dump(shapes.User.model_validate(result))}}}


def _thin_item(whole: dict[str, Any], keep: Keep) -> dict[str, Any]:
    if whole.get("promoted") is True:
        return {"promoted": True}
    return _thin(objects.item_tweet(whole), keep)


def _thin_content(request: PageRequest, content: dict[str, Any], keep: Keep) -> dict[str, Any] | None:
    """Cut one item of a timeline; None where nothing of it may stay."""
    kind = objects.kind_of(content, "itemType")
    if request.step == "retweeters" and kind == "TimelineUser":
        result = objects.opened(content["user_results"])
        user = shapes.User.model_validate(result) if result else None
        who = records.account(user.rest_id, user.handle) if user else None
        return {"itemType": kind, "user_results": {"result": _dump(user)}} if user and who and keep(who) else None
    if kind != "TimelineTweet" or request.step == "retweeters":
        return None
    result = objects.opened(content["tweet_results"])
    if result is None:
        return {"itemType": kind, "tweet_results": {}}
    tweet = shapes.Tweet.model_validate(result)
    own = tweet.rest_id == request.carry.get("post")
    if request.step == "detail" and not own and not _is_kept(tweet, keep) and tweet.legacy.in_reply_to_status_id_str:
        return None  # somebody's reply
    return {"itemType": kind, "tweet_results": {"result": _thin(tweet, keep)}}


def _thin_result(result: dict[str, Any] | None, keep: Keep) -> dict[str, Any]:
    return _thin(shapes.Tweet.model_validate(result), keep) if result else {"__typename": "TweetUnavailable"}


def _is_kept(tweet: shapes.Tweet, keep: Keep) -> bool:
    author = objects.neutral(tweet).author
    return author is not None and keep(author)


def _thin(tweet: shapes.Tweet, keep: Keep) -> dict[str, Any]:
    """Cut a post, and those inside it, to what we read; who wrote it stays where they are watched."""
    thin = _dump(tweet)
    kept = _is_kept(tweet, keep)
    user = objects.author_of(tweet)
    thin["core"] = {"user_results": {"result": _dump(user)}} if user and kept else {"user_results": {}}
    if not kept:
        thin["legacy"]["user_id_str"] = ""
    if tweet.legacy.retweeted_status_result is not None:
        thin["legacy"]["full_text"] = ""  # it only repeats whom and what it reposts
    own_thread = kept and not objects.neutral(tweet).answers_another
    if tweet.legacy.in_reply_to_user_id_str and not own_thread:
        thin["legacy"]["in_reply_to_user_id_str"] = ""
    for holder, name, box in (
        (thin["legacy"], "retweeted_status_result", tweet.legacy.retweeted_status_result),
        (thin, "quoted_status_result", tweet.quoted_status_result),
    ):
        inner = objects.inner_tweet(box)
        if box is not None:
            holder[name] = {"result": _thin(inner, keep) if inner else {"__typename": "TweetUnavailable"}}
    return thin


def _dump(shape: shapes.Tweet | shapes.User) -> dict[str, Any]:
    dumped: dict[str, Any] = shape.model_dump(mode="json", exclude_unset=True)
    return dumped
