"""Which AT Protocol answers somebody's own browser received: the question names the call and what it is about."""

import json
from urllib.parse import parse_qs, urlsplit

from core.errors import LayoutError
from core.records import Capability, Capture, Exchange, VisitState
from scraper.adapter import Page, PageRequest, Target
from scraper.platforms import bluesky_records as records
from scraper.platforms import bluesky_shapes as shapes
from scraper.platforms.answers import parse

CALLS = "/xrpc/"
COLLECTIONS = {records.POSTS: Capability.POSTS, records.LIKES: Capability.LIKES}
Query = dict[str, list[str]]


def recognise(exchange: Exchange) -> PageRequest | None:
    """Name the page that this answer is; the call's name says it, whichever server passed it on."""
    parts = urlsplit(exchange.url)
    if exchange.method != "GET" or exchange.status != 200 or not parts.path.startswith(CALLS):
        return None
    known = {
        "app.bsky.feed.getLikes": _likers,
        "app.bsky.feed.getAuthorFeed": _feed,
        "app.bsky.feed.getPosts": _posts,
        "com.atproto.repo.listRecords": _records,
        "com.atproto.repo.getRecord": _record,
    }
    read = known.get(parts.path.removeprefix(CALLS))
    return None if read is None else read(exchange, parse_qs(parts.query))


def _likers(exchange: Exchange, query: Query) -> PageRequest | None:
    """Take the post from the question. No liker at all may as well mean that there is no such post."""
    uri = _first(query, "uri")
    if not uri.startswith("at://did:"):
        uri = str(_member(exchange, "uri"))
    if not uri.startswith("at://did:") or (not query.get("cursor") and _member(exchange, "likes") == []):
        return None
    target = Target(posts=(records.post_ref(uri),))
    return _request(exchange, target, Capability.LIKERS, "likers", {"uri": uri, "claimed": ""})


def _feed(exchange: Exchange, query: Query) -> PageRequest | None:
    actor, filtered = _first(query, "actor"), _first(query, "filter")
    bare = _member(exchange, "feed") == []
    if not actor or (bare and (query.get("cursor") or filtered not in {"", "posts_with_replies"})):
        return None
    target = Target(account=records.account(actor))
    return _request(exchange, target, Capability.POSTS, "feed", {"actor": actor})


def _posts(exchange: Exchange, query: Query) -> PageRequest | None:
    uris = [uri for name in ("uris", "uris[]") for uri in query.get(name, ()) if uri.startswith("at://did:")]
    if not uris:
        return None
    return _request(exchange, Target(posts=tuple(map(records.post_ref, uris))), Capability.CONTENT, "posts", {})


def _records(exchange: Exchange, query: Query) -> PageRequest | None:
    repo, capability = _first(query, "repo"), COLLECTIONS.get(_first(query, "collection"))
    bare = _member(exchange, "records") == []
    if not repo or capability is None or (bare and query.get("cursor")):
        return None
    carry = {"repo": repo, "pds": _server(exchange)}
    return _request(exchange, Target(account=records.account(repo)), capability, "listed", carry)


def _record(exchange: Exchange, query: Query) -> PageRequest | None:
    repo, collection, key = (_first(query, name) for name in ("repo", "collection", "rkey"))
    if collection != records.POSTS or not repo.startswith("did:") or not key:
        return None
    uri = f"at://{repo}/{collection}/{key}"
    carry = {"uri": uri, "pds": _server(exchange)}
    return _request(exchange, Target(posts=(records.post_ref(uri),)), Capability.CONTENT, "record", carry)


def _request(
    exchange: Exchange, target: Target, capability: Capability, step: str, carry: dict[str, str]
) -> PageRequest:
    return PageRequest(target=target, capability=capability, url=exchange.url, step=step, carry=carry)


def _server(exchange: Exchange) -> str:
    parts = urlsplit(exchange.url)
    return f"{parts.scheme}://{parts.netloc}"


def _first(query: Query, name: str) -> str:
    return query.get(name, [""])[0]


def _member(exchange: Exchange, name: str) -> object:
    """Give one member of the answer; None where it is no JSON object, which reading it will say."""
    try:
        content = json.loads(exchange.body)
    except (ValueError, RecursionError):
        return None
    return content.get(name) if isinstance(content, dict) else None


def feed(request: PageRequest, capture: Capture) -> Page:
    """Read an account's feed as the AppView shows it: what it wrote, and what it passed on."""
    answer = parse(shapes.Feed, capture)
    owners = {item.owner.did: item.owner for item in answer.feed}
    asked = request.carry["actor"]
    if len(owners) > 1 or (asked.startswith("did:") and owners and asked not in owners):
        raise LayoutError("layout_changed", url=capture.url, reason="a feed of another account")
    seen = answer.seen if answer.seen is not None else len(answer.feed)
    state = VisitState.OK if seen else VisitState.EMPTY
    if not owners:
        return Page(state=state, seen=seen)
    shown = next(iter(owners.values()))
    owner = records.account(shown.did, shown.handle)
    return Page(
        state=state,
        account=owner,
        posts=tuple(records.viewed_post(item.post) for item in answer.feed),
        interactions=tuple(records.fed(owner, item) for item in answer.feed),
        seen=seen,
    )
