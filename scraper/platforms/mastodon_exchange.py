"""Which Mastodon answers and pages somebody's own browser received: by their address and what is in them, on any host.

Many servers speak this API, and none is listed anywhere: only an answer of the right shape at the right address counts.
Posts, threads and boosts that stand in such a recording are read here too.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from core.records import AccountRef, Action, Capability, Capture, Exchange, Interaction, Post, PostRef, VisitState
from scraper.adapter import Keep, Page, PageRequest, Target
from scraper.platforms import mastodon_pages as pages
from scraper.platforms import mastodon_shapes as shapes
from scraper.platforms.answers import moment, parse, rewritten

PLATFORM = "mastodon"
SHOWN, THREAD, BOOSTERS = "shown", "thread", "boosters"
STEPS = frozenset({SHOWN, THREAD, BOOSTERS})
API = re.compile(r"^/api/v1/(accounts|statuses)/([0-9A-Za-z-]+)(?:/([a-z_]+))?/?$")
PROFILE = re.compile(r"^/(?:@|users/)([\w.-]+)/?$")
POST = re.compile(r"^/(?:@|users/)([\w.-]+)/(?:statuses/)?([0-9A-Za-z]+)/?$")
NUMBERED = re.compile(r"^/statuses/([0-9A-Za-z-]+)$")
MARKED = re.compile(rb"\b(?:h-entry|h-feed|e-content)\b")
Told = Callable[[shapes.Status, str], tuple[Post, AccountRef]]
"""Reads a post, and who posted or boosted it."""


def recognise(exchange: Exchange) -> PageRequest | None:
    """Name the page that this answer is."""
    if exchange.method != "GET" or exchange.status != 200:
        return None
    parts = urlsplit(exchange.url)
    if "html" in exchange.media_type:
        return _page(exchange, parts.netloc, parts.path)
    found = API.match(parts.path)
    if found is None or "json" not in exchange.media_type:
        return None
    kind, number, part = found.groups()
    if (kind, number, part) == ("accounts", "lookup", None):
        return _account(exchange, parts.netloc)
    known = {
        ("accounts", "statuses"): _timeline,
        ("statuses", None): _shown,
        ("statuses", "context"): _thread,
        ("statuses", "favourited_by"): _likers,
        ("statuses", "reblogged_by"): _boosters,
    }
    name = known.get((kind, part))
    return None if name is None else name(exchange, parts.netloc, number)


def named(account: shapes.Account, host: str) -> AccountRef:
    """Name an account as its server does."""
    handle = account.acct if "@" in account.acct else f"{account.acct}@{host}"
    return AccountRef(platform=PLATFORM, key=account.uri or account.url, handle=handle)


def numbered(host: str, number: str) -> PostRef:
    """Name a post of which an answer tells no more than its number on a server, until its own name is found."""
    address = f"https://{host}/statuses/{number}"
    return PostRef(platform=PLATFORM, uri=address, url=address)


def unsettled(post: PostRef) -> tuple[str, str] | None:
    """Say how the URI of a post begins and ends that is known by its number only; None where it has its own name."""
    parts = urlsplit(post.uri)
    found = NUMBERED.match(parts.path)
    return (f"https://{parts.netloc}/", f"/{found[1]}") if found else None


def _page(exchange: Exchange, host: str, path: str) -> PageRequest | None:
    """Recognise a page with marked entries; without them it shows nothing that could be read."""
    if MARKED.search(exchange.body) is None:
        return None
    carry = {"host": host}
    if (found := PROFILE.match(path)) is not None:
        target = Target(account=AccountRef(platform=PLATFORM, handle=f"{found[1]}@{host}"))
        return _request(exchange, target, Capability.POSTS, pages.PROFILE, carry)
    if POST.match(path) is None:
        return None
    address = exchange.url.split("?", 1)[0].split("#", 1)[0]
    target = Target(posts=(PostRef(platform=PLATFORM, uri=pages.uri_of(address), url=address),))
    return _request(exchange, target, Capability.LIKERS, pages.POST, carry)


def _account(exchange: Exchange, host: str) -> PageRequest:
    found = shapes.Account.model_validate_json(exchange.body)
    target = Target(account=named(found, host))
    return _request(exchange, target, Capability.POSTS, "account", {"host": host})


def _timeline(exchange: Exchange, host: str, number: str) -> PageRequest | None:
    """Take whose timeline it is from what stands in it: nothing else names the account."""
    listed = shapes.Statuses.model_validate_json(exchange.body).root
    if not listed:
        return None
    carry = {"host": host, "id": number, "floor": "", "top": ""}
    target = Target(account=named(listed[0].account, host))
    return _request(exchange, target, Capability.POSTS, "statuses", carry)


def _shown(exchange: Exchange, host: str, number: str) -> PageRequest:
    found = shapes.Status.model_validate_json(exchange.body)
    target = Target(posts=(PostRef(platform=PLATFORM, uri=found.uri, url=found.url or found.uri),))
    return _request(exchange, target, Capability.CONTENT, SHOWN, {"host": host, "id": number})


def _thread(exchange: Exchange, host: str, number: str) -> PageRequest:
    shapes.Thread.model_validate_json(exchange.body)
    target = Target(posts=(numbered(host, number),))
    return _request(exchange, target, Capability.CONTENT, THREAD, {"host": host, "id": number})


def _likers(exchange: Exchange, host: str, number: str) -> PageRequest:
    return _people(exchange, host, number, "likers")


def _boosters(exchange: Exchange, host: str, number: str) -> PageRequest:
    return _people(exchange, host, number, BOOSTERS)


def _people(exchange: Exchange, host: str, number: str, step: str) -> PageRequest:
    """Recognise who liked or boosted a post; boosts are no look at its likers."""
    shapes.Accounts.model_validate_json(exchange.body)
    post = numbered(host, number)
    carry = {"host": host, "id": number, "uri": post.uri, "claimed": ""}
    capability = Capability.LIKERS if step == "likers" else Capability.CONTENT
    return _request(exchange, Target(posts=(post,)), capability, step, carry)


def _request(
    exchange: Exchange, target: Target, capability: Capability, step: str, carry: dict[str, str]
) -> PageRequest:
    return PageRequest(target=target, capability=capability, url=exchange.url, step=step, carry=carry)


def read(request: PageRequest, capture: Capture, told: Told) -> Page:
    """Read one of the answers that stand in recordings only."""
    if request.step == BOOSTERS:
        return _passed_on(request, capture)
    alone = request.step == SHOWN
    around = shapes.Thread(ancestors=[], descendants=[]) if alone else parse(shapes.Thread, capture)
    shown = [parse(shapes.Status, capture)] if alone else [*around.ancestors, *around.descendants]
    public = [status for status in shown if status.visibility in shapes.PUBLIC]
    read = [(status, *told(status, request.carry["host"])) for status in public]
    acts = tuple(_did(status, post, who) for status, post, who in read if status.account.acct)
    state = VisitState.OK if read else VisitState.EMPTY
    return Page(
        state=state,
        posts=tuple(post for _, post, _ in read),
        interactions=acts,
        seen=len(shown) if around.seen is None else around.seen,
    )


def _did(status: shapes.Status, post: Post, who: AccountRef) -> Interaction:
    return Interaction(
        actor=who,
        action=Action.REPOSTED if status.reblog else Action.POSTED,
        post=post.ref,
        acted_at=moment(status.created_at),
        record_uri=status.uri,
    )


def _passed_on(request: PageRequest, capture: Capture) -> Page:
    if capture.reduced:
        found = parse(shapes.ReducedLikers, capture)
        people, seen = found.likers, found.seen
    else:
        people = parse(shapes.Accounts, capture).root
        seen = len(people)
    (post,) = request.target.posts
    acts = tuple(
        Interaction(actor=named(person, request.carry["host"]), action=Action.REPOSTED, post=post, acted_at=None)
        for person in people
    )
    return Page(state=VisitState.OK if seen else VisitState.EMPTY, interactions=acts, seen=seen)


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Keep of people only who is watched; of a post of anybody else, its words without who wrote it."""
    content, host = json.loads(capture.body), request.carry["host"]
    if request.step == BOOSTERS:
        return rewritten(capture, people_kept(content, host, keep))
    if request.step == SHOWN:
        return rewritten(capture, _anonymous(content, host, keep))
    around = {name: content[name] for name in ("ancestors", "descendants")}
    kept = {name: [shapes.thin(one) for one in some if _watched(one, host, keep)] for name, some in around.items()}
    return rewritten(capture, {**kept, "seen": sum(map(len, around.values()))})


def people_kept(content: list[dict[str, Any]], host: str, keep: Keep) -> dict[str, Any]:
    """Cut a list of people to those on the watchlist, and say how many there were."""
    mine = [person for person in content if keep(named(shapes.Account(**person), host))]
    return {"seen": len(content), "likers": [_thin(person) for person in mine]}


def _watched(status: dict[str, Any], host: str, keep: Keep) -> bool:
    return keep(named(shapes.Account(**status["account"]), host))


def _anonymous(status: dict[str, Any], host: str, keep: Keep) -> dict[str, Any]:
    thin = shapes.thin(status)
    return thin if _watched(status, host, keep) else thin | {"account": shapes.NOBODY}


def _thin(person: dict[str, Any]) -> dict[str, Any]:
    return {name: person.get(name) for name in shapes.Account.model_fields}
