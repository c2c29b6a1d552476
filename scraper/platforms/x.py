"""X: what a person's own browser or Zeeschuimer received, and the official API where the office pays for a key.

Its robots.txt and terms close it to unattended crawling, so `auto` is not offered, and nothing is asked of x.com
itself. Who liked what nobody but the author can see: of acts there are posts, reposts, quotes and replies, so
`likers` of a post are here the accounts that reposted or answered it. Shapes: reference platforms 4.4 and 5.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from core.platforms import X as Where
from core.records import AccountRef, Action, Capability, Capture, Exchange, Mode, PostRef
from scraper.adapter import Adapter, Credential, Keep, Page, PageRequest, Target
from scraper.platforms import x_api, x_thin, x_web
from scraper.platforms import x_records as records
from scraper.platforms.answers import refusal
from scraper.platforms.places import nothing, watched_at_all

SITES = {"x.com", "twitter.com", "mobile.x.com", "mobile.twitter.com"}
API = {"api.x.com", "api.twitter.com"}
IMPORTED = frozenset({Mode.IMPORT})
BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})
POSTS_A_CALL = 100
NOT_NAMES = {"i", "home", "search", "explore", "hashtag", "intent", "share", "login", "settings", "messages"}

OPERATIONS: Mapping[str, tuple[str, Capability, str, str]] = {
    # operation: step, direction, the variable that names what was asked for, and as what we carry it
    "UserByScreenName": ("profile", Capability.POSTS, "screen_name", "handle"),
    "UserTweets": ("timeline", Capability.POSTS, "userId", "user"),
    "UserTweetsAndReplies": ("timeline", Capability.POSTS, "userId", "user"),
    "UserMedia": ("timeline", Capability.POSTS, "userId", "user"),
    "TweetDetail": ("detail", Capability.LIKERS, "focalTweetId", "post"),
    "TweetResultByRestId": ("tweet", Capability.CONTENT, "tweetId", "post"),
    "Retweeters": ("retweeters", Capability.LIKERS, "tweetId", "post"),
}


ABOUT_ONE = {"profile", "timeline", "api-user"}
"""The steps whose answer is about one account: where nobody watches it, nothing of it is kept."""


class X(Adapter):
    """Knowledge of X."""

    platform = records.PLATFORM
    capabilities: Mapping[Capability, frozenset[Mode]] = {
        Capability.POSTS: BY_PERSON | {Mode.API},
        Capability.CONTENT: BY_PERSON | {Mode.API},
        Capability.LIKES: IMPORTED,  # the owner's own archive
        Capability.LIKERS: BY_PERSON,  # who reposted or answered
    }

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def likers_are(self) -> Action:
        """Nobody sees who liked a post but its author; who reposted it or answered stands in its place."""
        return Action.REPOSTED

    @property
    def closed_url(self) -> str | None:
        """Its robots.txt forbids every path to everybody."""
        return self.where.base_url

    @property
    def credential(self) -> Credential | None:
        """The bearer token of an app; what it may cost is the office's own agreement."""
        host = urlsplit(self.where.api_url).netloc
        return Credential(variable="TILIK_X_TOKEN", header="Authorization", host=host, form="Bearer {key}")

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read https://x.com/NAME[/status/NUMBER] and https://x.com/i/[web/]status/NUMBER."""
        parts = urlsplit(url)
        if _host(url) not in SITES | {urlsplit(self.where.base_url).netloc}:
            return None
        found = re.match(r"/(?:i/web|i|\w{1,20})/status(?:es)?/(\d+)(?:/|$)", parts.path)
        if found:
            return records.post_ref(found[1])
        name = re.match(r"/(\w{1,20})/?$", parts.path)
        return records.account(None, name[1]) if name and name[1].lower() not in NOT_NAMES else None

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        return f"{self.where.base_url}/{quote(handle, safe='')}" if handle else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Ask the official API; nothing else is ours to ask."""
        if target.mode is not Mode.API:
            return
        start = PageRequest(target=target, capability=capability, url="", step="", accept="application/json")
        if capability is Capability.POSTS and target.account is not None:
            mark = target.bookmark or {}
            if mark.get("id"):
                carry = {name: mark.get(name, "") for name in ("id", "floor", "top", "next")}
                yield x_api.posts_request(replace(start, carry=carry), self.where.api_url)
            elif target.account.handle:
                name = quote(target.account.handle.removeprefix("@"), safe="")
                yield x_api.user_request(start, self.where.api_url, name)
        elif capability is Capability.CONTENT:
            for first in range(0, len(target.posts), POSTS_A_CALL):
                part = target.posts[first : first + POSTS_A_CALL]
                yield x_api.lookup_request(start, self.where.api_url, part)

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read an answer of the API, or one that somebody's browser received."""
        if request.step.startswith("api-"):
            return x_api.read(request, capture, self.where.api_url)
        return refusal(capture) or x_web.read(request, capture)

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep only what we read, and nobody who is not watched."""
        if capture.status != 200:
            return capture
        if request.step in ABOUT_ONE and not watched_at_all(self.read(request, capture), keep):
            return nothing(capture)
        if request.step.startswith("api-"):
            return x_api.reduce(request, capture, keep)
        return x_thin.reduce(request, capture, keep)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Know a web GraphQL answer by its operation, and one of the official API by its path."""
        if _host(exchange.url) not in SITES | API or not exchange.body.lstrip().startswith(b"{"):
            return None
        path = urlsplit(exchange.url).path
        if found := re.search(r"/graphql/[\w-]+/(\w+)$", path):
            return _operation(exchange, found[1])
        return _official(exchange, path) if path.startswith("/2/") else None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").lower()


def _operation(exchange: Exchange, name: str) -> PageRequest | None:
    """Name what a web GraphQL call asked for; None where it is none of ours, or does not say."""
    if name not in OPERATIONS:
        return None
    step, capability, variable, carried = OPERATIONS[name]
    asked = _variables(exchange)
    wanted = str(asked.get(variable) or "")
    if not wanted:
        return None
    carry = {carried: wanted} | ({"cursor": "yes"} if asked.get("cursor") else {})
    account = {"user": records.account(wanted), "handle": records.account(None, wanted)}.get(carried)
    posts = (records.post_ref(wanted),) if carried == "post" else ()
    target = Target(account=account, posts=posts)
    return PageRequest(target=target, capability=capability, url=exchange.url, step=step, carry=carry)


def _variables(exchange: Exchange) -> Mapping[str, object]:
    """Find the variables of a GraphQL call, in its address or in its body."""
    asked = parse_qs(urlsplit(exchange.url).query).get("variables", [None])[0]
    try:
        found = json.loads(asked) if asked else json.loads(exchange.asked or "{}")["variables"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _official(exchange: Exchange, path: str) -> PageRequest | None:
    start = PageRequest(target=Target(), capability=Capability.POSTS, url=exchange.url, step="")
    if found := re.fullmatch(r"/2/users/by/username/(\w+)", path):
        return replace(start, target=Target(account=records.account(None, found[1])), step="api-user")
    query = parse_qs(urlsplit(exchange.url).query)
    if found := re.fullmatch(r"/2/users/(\d+)/tweets", path):
        carry = {"id": found[1], "floor": query.get("since_id", [""])[0], "top": ""}
        carry["next"] = query.get("pagination_token", [""])[0]
        return replace(start, target=Target(account=records.account(found[1])), step="api-posts", carry=carry)
    if path == "/2/tweets" and query.get("ids"):
        posts = tuple(records.post_ref(number) for number in query["ids"][0].split(","))
        return replace(start, target=Target(posts=posts), capability=Capability.CONTENT, step="api-lookup")
    return None
