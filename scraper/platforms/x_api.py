"""X by its official API v2 (paid per use): who an account is, its posts page by page, posts by their numbers.

Problems come with HTTP 200 in `errors`: suspended and unknown accounts, protected posts. Names of other people are
never asked for: authors of reposted and quoted posts come as numbers only.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from core.errors import LayoutError
from core.records import AccountRef, Capture, Post, PostRef, VisitState
from scraper.adapter import Keep, Page, PageRequest
from scraper.platforms import x_records as records
from scraper.platforms import x_shapes as shapes
from scraper.platforms.answers import moment, parse, refusal, rewritten

PAGE = 100
FIELDS = {
    "tweet.fields": "author_id,created_at,public_metrics,referenced_tweets,in_reply_to_user_id,note_tweet,attachments",
    "expansions": "referenced_tweets.id,attachments.media_keys",
    "media.fields": "url,preview_image_url",
}
OUT_OF_CREDIT = 402


def user_request(request: PageRequest, base: str, handle: str) -> PageRequest:
    """Ask who has a handle."""
    url = f"{base}/users/by/username/{handle}?{urlencode({'user.fields': 'protected'})}"
    return replace(request, url=url, step="api-user")


def posts_request(request: PageRequest, base: str) -> PageRequest:
    """Ask for an account's posts, newest first, down to the newest one that the last visit saw."""
    query = {"max_results": str(PAGE), **FIELDS}
    query |= {"since_id": request.carry["floor"]} if request.carry["floor"] else {}
    query |= {"pagination_token": request.carry["next"]} if request.carry["next"] else {}
    return replace(request, url=f"{base}/users/{request.carry['id']}/tweets?{urlencode(query)}", step="api-posts")


def lookup_request(request: PageRequest, base: str, posts: tuple[PostRef, ...]) -> PageRequest:
    """Ask for posts by their numbers."""
    numbers = ",".join(post.uri.rsplit("/", 1)[-1] for post in posts)
    url = f"{base}/tweets?{urlencode({'ids': numbers, **FIELDS})}"
    return replace(request, target=replace(request.target, posts=posts), url=url, step="api-lookup")


def read(request: PageRequest, capture: Capture, base: str) -> Page:
    """Read one answer of the API."""
    if capture.status == OUT_OF_CREDIT:
        return Page(state=VisitState.THROTTLED, note="quota")
    if (page := refusal(capture)) is not None:
        return replace(page, note="key_refused") if capture.status == 401 else page
    steps = {"api-user": _user, "api-posts": _posts, "api-lookup": _lookup}
    return steps[request.step](request, capture, base)


def _user(request: PageRequest, capture: Capture, base: str) -> Page:
    answer = parse(shapes.ApiAccount, capture)
    if answer.data is None:
        return _problem(answer.errors)
    found = AccountRef(platform=records.PLATFORM, key=answer.data.id, handle=answer.data.username)
    wanted = request.target.account
    if wanted and wanted.key not in (None, found.key):
        return Page(state=VisitState.IDENTITY_CHANGED, account=found, note=f"{wanted.key} → {found.key}")
    if answer.data.protected:
        return Page(state=VisitState.GATED, account=found, note="private")
    carry = {"id": answer.data.id, "floor": "", "top": "", "next": ""}
    return Page(state=VisitState.OK, account=found, following=(posts_request(replace(request, carry=carry), base),))


def _posts(request: PageRequest, capture: Capture, base: str) -> Page:
    answer = parse(shapes.ApiTweets, capture)
    shown = _shown(answer)
    if shown is None:
        return _problem(answer.errors)
    own = request.carry["id"]
    if strangers := {tweet.author_id for tweet in shown} - {own, ""}:
        raise LayoutError("layout_changed", url=capture.url, reason=f"posts of {len(strangers)} other accounts")
    token = answer.meta.next_token if answer.meta else None
    top = request.carry["top"] or (shown[0].id if shown else request.carry["floor"])
    mark = {"id": own, "floor": request.carry["floor"] if token else top}
    following: tuple[PageRequest, ...] = ()
    if token:  # an interrupted visit goes on here
        mark |= {"top": top, "next": token}
        following = (posts_request(replace(request, carry={**request.carry, "top": top, "next": token}), base),)
    acts = tuple(act for tweet in shown for act in records.acts(neutral(tweet, answer)))
    nothing = VisitState.UNCHANGED if request.carry["floor"] or request.carry["next"] else VisitState.EMPTY
    return Page(
        state=VisitState.OK if shown else nothing,
        posts=_read(shown, answer),
        interactions=tuple(dict.fromkeys(acts)),
        following=following,
        bookmark=mark,
        seen=len(shown),
    )


def _shown(answer: shapes.ApiTweets) -> tuple[shapes.ApiTweet, ...] | None:
    """Give the posts of a page; None where a problem stands in their place."""
    if answer.meta is None:
        if not answer.errors:
            raise LayoutError("layout_changed", url="x.com", reason="no meta")
        return None
    if answer.meta.result_count != len(answer.data or ()):
        raise LayoutError("layout_changed", url="x.com", reason=f"{answer.meta.result_count} posts counted")
    return answer.data or ()


def _lookup(request: PageRequest, capture: Capture, _base: str) -> Page:
    answer = parse(shapes.ApiTweets, capture)
    found = answer.data or ()
    problems = {one.resource_id or one.value: one for one in answer.errors}
    wanted = {post.uri.rsplit("/", 1)[-1]: post for post in request.target.posts}
    told = {tweet.id for tweet in found} | problems.keys()
    if not told >= wanted.keys():
        raise LayoutError("layout_changed", url=capture.url, reason="posts without an answer")
    gone = tuple(post for number, post in wanted.items() if number in problems and _is_missing(problems[number]))
    hidden = len(wanted) - len(found) - len(gone)
    return Page(
        state=VisitState.OK if found else VisitState.GATED if hidden else VisitState.NOT_FOUND,
        posts=_read(found, answer),
        gone=gone,
        seen=len(wanted),
        note="private" if hidden else None,
    )


def _is_missing(problem: shapes.ApiProblem) -> bool:
    return problem.type.endswith("/resource-not-found")


def _problem(problems: tuple[shapes.ApiProblem, ...]) -> Page:
    """Read why there is no data: nobody of this name, suspended, or seen by followers only."""
    if not problems:
        raise LayoutError("layout_changed", url="x.com", reason="neither data nor errors")
    first = problems[0]
    if first.type.endswith("/not-authorized-for-resource"):
        return Page(state=VisitState.GATED, note="private")
    if "suspended" in first.detail:
        return Page(state=VisitState.NOT_FOUND, note="account_suspended")
    if _is_missing(first):
        return Page(state=VisitState.NOT_FOUND)
    return Page(state=VisitState.FAILED, note=first.title[:80] or "api_problem")


def neutral(tweet: shapes.ApiTweet, answer: shapes.ApiTweets) -> records.Tweet:
    """Read a post of the API."""
    pictures = {one.media_key: one.url or one.preview_image_url for one in answer.includes.media}
    shown = (pictures.get(key) for key in tweet.attachments.media_keys)
    return records.Tweet(
        id=tweet.id,
        author=records.account(tweet.author_id),
        text=records.words(tweet.note_tweet.text if tweet.note_tweet else tweet.text),
        posted_at=moment(tweet.created_at),
        likes=tweet.public_metrics.like_count,
        reposted=tweet.refers("retweeted"),
        quoted=tweet.refers("quoted"),
        replied_to=tweet.refers("replied_to"),
        replied_account=tweet.in_reply_to_user_id,
        pictures=tuple(url for url in shown if url),
    )


def _read(shown: tuple[shapes.ApiTweet, ...], answer: shapes.ApiTweets) -> tuple[Post, ...]:
    """Read posts, and those that they repost, quote or answer."""
    named = {one.id for tweet in shown for one in tweet.referenced_tweets}
    others = [tweet for tweet in answer.includes.tweets if tweet.id in named]
    found = {post.ref.uri: post for tweet in (*others, *shown) if (post := records.post(neutral(tweet, answer)))}
    return tuple(found.values())


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Keep what we read; who wrote the posts of others only where they are watched."""
    if request.step == "api-user":
        user = parse(shapes.ApiAccount, capture)
        return rewritten(capture, user.model_dump(mode="json", exclude_unset=True))
    answer = parse(shapes.ApiTweets, capture)
    kept = replace_authors(answer, keep)
    return rewritten(capture, kept.model_dump(mode="json", exclude_unset=True))


def replace_authors(answer: shapes.ApiTweets, keep: Keep) -> shapes.ApiTweets:
    """Take out the numbers of everybody who is not watched."""

    def thin(tweet: shapes.ApiTweet) -> shapes.ApiTweet:
        author = records.account(tweet.author_id)
        change: dict[str, object] = {} if author and keep(author) else {"author_id": ""}
        if tweet.refers("retweeted"):
            change["text"] = ""  # it only repeats whom and what it reposts
        if tweet.in_reply_to_user_id not in {None, tweet.author_id}:
            change["in_reply_to_user_id"] = ""
        return tweet.model_copy(update=change)

    includes = answer.includes.model_copy(update={"tweets": tuple(map(thin, answer.includes.tweets))})
    change: Mapping[str, object] = {"includes": includes}
    if answer.data is not None:
        change = {**change, "data": tuple(map(thin, answer.data))}
    return answer.model_copy(update=dict(change))
