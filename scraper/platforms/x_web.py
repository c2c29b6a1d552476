"""X as a person's own browser receives it: web GraphQL answers, and single posts as Zeeschuimer keeps them.

A timeline is a list of instructions; entries hold posts, users, cursors and decoration. Advertising is left out. Who
liked a post nobody but its author sees (since 2024-06), so what stands here is who reposted, quoted and replied.
Of the replies to a post only the act is read, never the words: most of them are by people nobody watches.
"""

from collections.abc import Mapping
from typing import Any

from core.records import Action, Capture, Interaction, Post, VisitState
from scraper.adapter import Page, PageRequest
from scraper.platforms import x_objects as objects
from scraper.platforms import x_records as records
from scraper.platforms import x_shapes as shapes

ERRORS: Mapping[int, tuple[VisitState, str | None]] = {
    32: (VisitState.LOGIN_WALL, None),  # could not authenticate
    34: (VisitState.NOT_FOUND, None),
    50: (VisitState.NOT_FOUND, None),  # no such account
    63: (VisitState.NOT_FOUND, "account_suspended"),
    88: (VisitState.THROTTLED, None),
    144: (VisitState.NOT_FOUND, None),  # no such post
    179: (VisitState.GATED, "private"),
    326: (VisitState.LOGIN_WALL, None),  # locked until its owner proves something
}
UNSEEN = {"TimelineTimelineCursor", "TimelineUser"}


def read(request: PageRequest, capture: Capture) -> Page:
    """Read one answer that a browser received."""
    whole = objects.whole_of(capture)
    if (page := _failed(whole)) is not None:
        return page
    steps = {
        "profile": _profile,
        "timeline": _timeline,
        "detail": _detail,
        "tweet": _single,
        "retweeters": _retweeters,
        "item": _item,
    }
    return steps[request.step](request, whole)


def seen_in(request: PageRequest, whole: Mapping[str, Any], contents: list[dict[str, Any]]) -> int:
    """Count the posts (or people) of a page, also those that a reduced answer does not hold any more."""
    if "seen" in whole:
        return int(whole["seen"])
    wanted, box = (
        ("TimelineUser", "user_results") if request.step == "retweeters" else ("TimelineTweet", "tweet_results")
    )
    seen = len(objects.results(contents, wanted, box))
    strange = [content for content in contents if objects.kind_of(content, "itemType") not in {*UNSEEN, wanted}]
    if not seen and strange:
        raise objects.lost(f"only {objects.kind_of(strange[0], 'itemType')}")
    return seen


def _state(request: PageRequest, seen: int) -> VisitState:
    """Name a page without posts: behind others it is the end of the list, else there are none."""
    if seen:
        return VisitState.OK
    return VisitState.UNCHANGED if request.carry.get("cursor") else VisitState.EMPTY


def _failed(whole: Mapping[str, Any]) -> Page | None:
    """Read an answer with errors in the place of data; errors beside data are about parts of it."""
    if not whole.get("errors") or whole.get("data"):
        return None
    for error in whole["errors"]:
        if error.get("code") in ERRORS:
            state, note = ERRORS[error["code"]]
            return Page(state=state, note=note)
    raise objects.lost(f"error {whole['errors'][0].get('code')}")


def _timeline(request: PageRequest, whole: dict[str, Any]) -> Page:
    """Read an account's own timeline, and of others' posts those that it reposted, quoted or answered."""
    if (withheld := _withheld(whole)) is not None:
        return withheld
    contents = list(objects.contents_of(whole))
    tweets = objects.tweets_of(contents)
    owner = request.carry["user"]
    own = [tweet for tweet in tweets if tweet.legacy.user_id_str == owner]
    answered = {tweet.legacy.in_reply_to_status_id_str for tweet in own}
    shown = [*own, *(tweet for tweet in tweets if tweet.rest_id in answered and tweet not in own)]
    seen = seen_in(request, whole, contents)
    who = next((one.author for tweet in own if (one := objects.neutral(tweet)).author), None)
    acts = tuple(act for tweet in own for act in records.acts(objects.neutral(tweet)))
    return Page(state=_state(request, seen), posts=_posts(shown), interactions=_once(acts), account=who, seen=seen)


def _withheld(whole: Mapping[str, Any]) -> Page | None:
    """Read an account whose posts this viewer may not see."""
    user = (whole.get("data") or {}).get("user")
    result = user.get("result") if isinstance(user, dict) else None
    if not isinstance(result, dict):
        return None
    if result.get("__typename") == "UserUnavailable":
        return _unavailable(result)
    empty = [name for name in ("timeline", "timeline_v2") if result.get(name) == {}]
    return Page(state=VisitState.GATED, note="private") if empty else None


def _unavailable(result: Mapping[str, Any]) -> Page:
    if result.get("reason") == "Suspended":
        return Page(state=VisitState.NOT_FOUND, note="account_suspended")
    return Page(state=VisitState.GATED, note="account_unavailable")


def _detail(request: PageRequest, whole: dict[str, Any]) -> Page:
    """Read a post with what it answers, and who replied to it; of the replies only that they were made."""
    contents = list(objects.contents_of(whole))
    tweets = objects.tweets_of(contents)
    number = request.carry["post"]
    focal = next((tweet for tweet in tweets if tweet.rest_id == number), None)
    seen = seen_in(request, whole, contents)
    state = VisitState.OK if seen else VisitState.UNCHANGED
    if focal is None:
        if not request.carry.get("cursor"):
            return _focal_withheld(request, contents)
        return Page(state=state, interactions=_once(_replies(tweets)), seen=seen)
    shown = [focal, *(t for t in tweets if t.rest_id == focal.legacy.in_reply_to_status_id_str)]
    replies = [tweet for tweet in tweets if tweet not in shown]
    return Page(
        state=state,
        posts=_posts(shown),
        interactions=_once((*records.acts(objects.neutral(focal)), *_replies(replies))),
        seen=seen - len(shown),
        claimed=focal.legacy.reply_count,
    )


def _focal_withheld(request: PageRequest, contents: list[dict[str, Any]]) -> Page:
    if None not in objects.results(contents, "TimelineTweet", "tweet_results"):
        raise objects.lost(f"post {request.carry['post']}")
    return Page(state=VisitState.GATED, note="post_unavailable")


def _replies(tweets: list[shapes.Tweet]) -> tuple[Interaction, ...]:
    return tuple(act for tweet in tweets for act in records.comment(objects.neutral(tweet)))


def _retweeters(request: PageRequest, whole: dict[str, Any]) -> Page:
    """Read who reposted a post; when they did is not shown."""
    contents = list(objects.contents_of(whole))
    users = [
        shapes.User.model_validate(one) for one in objects.results(contents, "TimelineUser", "user_results") if one
    ]
    post = records.post_ref(request.carry["post"])
    acts = tuple(
        Interaction(actor=actor, action=Action.REPOSTED, post=post, acted_at=None)
        for user in users
        if (actor := records.account(user.rest_id, user.handle)) is not None
    )
    seen = seen_in(request, whole, contents)
    return Page(state=_state(request, seen), interactions=acts, seen=seen)


def _profile(_request: PageRequest, whole: dict[str, Any]) -> Page:
    """Read who an account is."""
    if whole["data"] == {}:
        return Page(state=VisitState.NOT_FOUND)
    result = whole["data"]["user"]["result"]
    if result.get("__typename") == "UserUnavailable":
        return _unavailable(result)
    user = shapes.User.model_validate(result)
    if user.handle is None:
        raise objects.lost("screen_name")
    state = VisitState.GATED if user.protected else VisitState.OK
    note = "private" if user.protected else None
    return Page(state=state, account=records.account(user.rest_id, user.handle), note=note)


def single_result(whole: Mapping[str, Any]) -> dict[str, Any] | None:
    """Open the answer that holds one post; None where it is withheld."""
    return objects.opened(whole["data"]["tweetResult"])


def _single(_request: PageRequest, whole: dict[str, Any]) -> Page:
    result = single_result(whole)
    if result is None:
        return Page(state=VisitState.GATED, note="post_unavailable")
    return _one(shapes.Tweet.model_validate(result))


def _item(_request: PageRequest, whole: dict[str, Any]) -> Page:
    """Read one post as Zeeschuimer keeps it."""
    if whole.get("promoted") is True:
        return Page(state=VisitState.OK, seen=1, note="promoted")
    return _one(objects.item_tweet(whole))


def _one(tweet: shapes.Tweet) -> Page:
    return Page(
        state=VisitState.OK, posts=_posts([tweet]), interactions=_once(records.acts(objects.neutral(tweet))), seen=1
    )


def _posts(tweets: list[shapes.Tweet]) -> tuple[Post, ...]:
    """Read posts, and those that they repost or quote, each once."""
    found: dict[str, Post] = {}
    for tweet in tweets:
        original = objects.inner_tweet(tweet.legacy.retweeted_status_result)
        for one in (tweet, original, objects.inner_tweet((original or tweet).quoted_status_result)):
            post = records.post(objects.neutral(one)) if one else None
            if post is not None:
                found.setdefault(post.ref.uri, post)
    return tuple(found.values())


def _once(acts: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    return tuple(dict.fromkeys(acts))
