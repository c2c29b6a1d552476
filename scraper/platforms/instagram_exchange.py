"""Which of Instagram's answers somebody's own browser received: told by address, question and the body's own names."""

import re
from urllib.parse import urlsplit

from core.records import AccountRef, Capability, Exchange, PostRef
from scraper.adapter import PageRequest, Target
from scraper.platforms import exchanges, instagram_lists
from scraper.platforms import instagram_records as records

MEDIA_ID = ("id", "media_id", "mediaId", "mediaID")
POST_PATH = re.compile(r"/(?:[\w.]+/)?(?:p|reel|reels|tv)/([A-Za-z0-9_-]{5,60})/?")
PROFILE_PATH = re.compile(r"/([A-Za-z0-9_.]{1,30})/?")
LIKERS_PATH = re.compile(r"/api/v1/media/([0-9]{1,24})(?:_[0-9]+)?/likers/?")
NUMBER = re.compile(r"([0-9]{1,24})(?:_[0-9]+)?")
CODE = re.compile(r"[A-Za-z0-9_-]{5,60}")
FEED_PATH = re.compile(r"/api/v1/(?:feed/user/[\w.]+(?:/username)?|media/[\d_]+/info|users/web_profile_info)/?")
GRAPHQL_PATH = re.compile(r"/(?:graphql/query|api/graphql|graphql)/?")
NOT_NAMES = frozenset(
    {"p", "reel", "reels", "tv", "explore", "accounts", "stories", "direct", "about", "legal", "developer", "api"}
    | {"graphql", "web", "challenge", "data", "emails", "press", "privacy", "session", "topics", "locations"}
)
LOGGED_IN = re.compile(rb'"canonicalRouteName"\s*:\s*"comet\.igweb\.Polaris(?!LoggedOut|ErrorRoute|CAAIGLogin)')
"""The route of a page that only a person who is logged in is served."""
FEEDS = tuple(name.encode() for name in (*instagram_lists.TIMELINES, *instagram_lists.ITEMS, *instagram_lists.SINGLE))


def located(path: str) -> AccountRef | PostRef | None:
    """Say what the path of an address shows: a post, a profile, or neither."""
    if (found := POST_PATH.fullmatch(path)) is not None:
        return records.post_ref(found[1])
    if (found := PROFILE_PATH.fullmatch(path)) is not None and found[1].lower() not in NOT_NAMES:
        return AccountRef(platform=records.PLATFORM, handle=found[1])
    return None


def recognise(exchange: Exchange) -> PageRequest | None:
    """Say which page an answer of Instagram is, and which post a list of likers belongs to."""
    path = urlsplit(exchange.url).path
    if exchange.media_type.partition(";")[0].strip().lower() == "text/html" and exchange.method == "GET":
        return _page(exchange, located(path))
    if (found := LIKERS_PATH.fullmatch(path)) is not None:
        return _likers(exchange, records.code_of(found[1]))
    if FEED_PATH.fullmatch(path):
        return _request(exchange, "feed")
    return _graphql(exchange) if GRAPHQL_PATH.fullmatch(path) else None


def code_in(uri: str) -> str | None:
    """Read the code of a post from its address."""
    found = POST_PATH.fullmatch(urlsplit(uri).path)
    return found[1] if found else None


def _page(exchange: Exchange, shown: AccountRef | PostRef | None) -> PageRequest | None:
    if shown is not None and b"xig_" not in exchange.body and any(name in exchange.body for name in FEEDS):
        return _request(exchange, "feed")  # what a logged-in person is served
    if LOGGED_IN.search(exchange.body) is not None:
        return None  # a shell whose data came in other answers
    if isinstance(shown, AccountRef):
        return _request(exchange, "profile", account=shown)
    if isinstance(shown, PostRef):
        return _request(exchange, "post", code=code_in(shown.uri))
    return None


def _graphql(exchange: Exchange) -> PageRequest | None:
    asked = exchanges.variables(exchange)
    if instagram_lists.LIKERS.encode() in exchange.body:
        told = NUMBER.fullmatch(next((str(asked[name]) for name in MEDIA_ID if name in asked), ""))
        return _likers(exchange, records.code_of(told[1])) if told else None
    code = str(asked.get("shortcode"))
    if "shortcode" in asked and CODE.fullmatch(code) and instagram_lists.is_likers_before(exchange.body):
        return _likers(exchange, code)
    return _request(exchange, "feed") if any(name in exchange.body for name in FEEDS) else None


def _likers(exchange: Exchange, code: str) -> PageRequest:
    return _request(exchange, "likers", code=code, capability=Capability.LIKERS)


def _request(
    exchange: Exchange,
    step: str,
    *,
    account: AccountRef | None = None,
    code: str | None = None,
    capability: Capability = Capability.POSTS,
) -> PageRequest:
    posts = (records.post_ref(code),) if code else ()
    target = Target(account=account, posts=posts)
    carry = {"code": code} if code else {}
    return PageRequest(target=target, capability=capability, url=exchange.url, step=step, carry=carry)
