"""Mastodon and compatible servers, by the open API that needs no login, else by the public pages.

An account's posts come from its own server, newest first; who liked a post from the post's home server, which alone
knows them all. What an account liked only its owner can see: that direction is closed by joining likers with known
posts. Paging follows the Link header. Where a server's API wants a login, or where it has none, the page that everybody
can see is asked for instead (`mastodon_pages`). Shapes: reference platforms 4.8.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit, urlunsplit

from core.errors import LayoutError
from core.platforms import Mastodon as Where
from core.records import (
    AccountRef,
    Action,
    Capability,
    Capture,
    Exchange,
    Interaction,
    Mode,
    Post,
    PostRef,
    VisitState,
)
from scraper.adapter import Adapter, Keep, Page, PageRequest, Target
from scraper.platforms import mastodon_exchange, mastodon_pages
from scraper.platforms import mastodon_shapes as shapes
from scraper.platforms.answers import moment, parse, refusal, rewritten

STATUSES = 40
LIKERS = 80
NAMED_BY_SERVER = re.compile(r"^/users/[\w.-]+/statuses/[0-9A-Za-z]+$")
BY_PEOPLE = frozenset({Mode.ATTENDED, Mode.IMPORT})
API_CLOSED = "api_closed"
HTML = "text/html,application/xhtml+xml"
WANTS_LOGIN = re.compile(r"(?i)authenticat|authori[sz]|token|credential|log ?in|sign ?in")
"""What an API says that is closed to the public; any other refusal is a refusal of ourselves, and is taken as one."""


class Mastodon(Adapter):
    """Knowledge of servers that speak Mastodon's API."""

    platform = "mastodon"
    whole_lists = frozenset({Capability.POSTS, Capability.LIKERS})
    capabilities: Mapping[Capability, frozenset[Mode]] = {
        Capability.POSTS: BY_PEOPLE | {Mode.AUTO},
        Capability.LIKERS: BY_PEOPLE | {Mode.AUTO},
        Capability.LIKES: frozenset({Mode.IMPORT}),
        Capability.CONTENT: BY_PEOPLE,
    }

    def __init__(self, where: Where) -> None:
        self.where = where

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read https://SERVER/@NAME[/ID], and the name that a server gives a post."""
        parts = urlsplit(url)
        if parts.netloc and NAMED_BY_SERVER.match(parts.path):
            return PostRef(platform=self.platform, uri=url, url=url)
        name, *rest = parts.path.strip("/").split("/")
        if not parts.netloc or not name.startswith("@") or len(name) < 2:
            return None
        if rest and (rest[0].isdecimal() or (rest[0] == "statuses" and len(rest) > 1)):
            return PostRef(platform=self.platform, uri=mastodon_pages.uri_of(url), url=url)
        handle = name.removeprefix("@")
        return AccountRef(platform=self.platform, handle=handle if "@" in handle else f"{handle}@{parts.netloc}")

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        name, _, host = (account.handle or "").removeprefix("@").rpartition("@")
        return f"{self._base(host)}/@{name}" if name else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Begin at the account's newest posts; look the account up where we do not know its number yet."""
        start = PageRequest(target=target, capability=capability, url="", step="")
        if capability is Capability.POSTS and target.account is not None and target.account.handle:
            name, _, host = target.account.handle.rpartition("@")
            mark = target.bookmark or {}
            if mark.get("id"):
                carry = {"id": mark["id"], "host": host, "floor": mark.get("floor", ""), "top": mark.get("top", "")}
                request = self._statuses(replace(start, carry=carry))
                rest = {**carry, "resumed": "yes"}
                yield replace(request, url=mark["next"], carry=rest) if mark.get("next") else request
            else:
                url = f"{self._base(host)}/api/v1/accounts/lookup?{urlencode({'acct': name})}"
                yield replace(start, url=url, step="account", carry={"host": host})
        elif capability is Capability.LIKERS:
            for post in target.posts:
                host, number = self._home(post)
                if number.isalnum():
                    url = f"{self._base(host)}/api/v1/statuses/{number}"
                    yield replace(start, url=url, step="status", carry={"uri": post.uri, "host": host, "id": number})

    def _base(self, host: str) -> str:
        return self.where.servers.get(host, f"https://{host}")

    def _home(self, post: PostRef) -> tuple[str, str]:
        """Say on which server a post lives, and its number there."""
        path = urlsplit(post.url or post.uri).path
        return urlsplit(post.uri).netloc, path.rstrip("/").rsplit("/", 1)[-1]

    def _statuses(self, request: PageRequest) -> PageRequest:
        query = urlencode({"limit": STATUSES, "exclude_reblogs": "false"})
        url = f"{self._base(request.carry['host'])}/api/v1/accounts/{request.carry['id']}/statuses?{query}"
        return replace(request, url=url, step="statuses")

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read the answer to one step."""
        if request.step in mastodon_pages.STEPS:
            return mastodon_pages.read(request, capture, self._ref)
        if request.step in mastodon_exchange.STEPS:
            return mastodon_exchange.read(request, capture, self._exchanged)
        if (instead := self._instead(request, capture)) is not None:
            return Page(state=VisitState.OK, following=(instead,), note=API_CLOSED)
        if (page := refusal(capture)) is not None:
            gone = request.step == "status" and page.state is VisitState.NOT_FOUND
            return replace(page, gone=(self._ref(request.carry["uri"]),)) if gone else page
        steps = {
            "account": self._account,
            "statuses": self._timeline,
            "status": self._status,
            "likers": self._likers,
        }
        return steps[request.step](request, capture)

    def _instead(self, request: PageRequest, capture: Capture) -> PageRequest | None:
        """Name the public page that stands for an API which is closed, or not there; None where the API answered."""
        if not _closed(capture):
            return None
        host = request.carry["host"]
        if request.step in {"account", "statuses"} and request.target.account is not None:
            address, step = self.page_of(request.target.account), mastodon_pages.PROFILE
        elif request.step == "status":
            posts = tuple(one for one in request.target.posts if one.uri == request.carry["uri"])
            address = self._ref(posts[0].uri, posts[0].url).url if posts else None
            step, request = mastodon_pages.POST, replace(request, target=replace(request.target, posts=posts))
        else:
            return None
        return replace(request, url=address or "", step=step, carry={"host": host}, accept=HTML) if address else None

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Say which answer of the API, or which page, somebody's own browser received, on whatever server."""
        return mastodon_exchange.recognise(exchange)

    def unsettled(self, post: PostRef) -> tuple[str, str] | None:
        """Say which posts of its server a number may stand for."""
        return mastodon_exchange.unsettled(post)

    def _exchanged(self, status: shapes.Status, host: str) -> tuple[Post, AccountRef]:
        """Read a post in somebody's own recording, and whose post or boost it is."""
        return self._post(status, host), mastodon_exchange.named(status.account, host)

    def _account(self, request: PageRequest, capture: Capture) -> Page:
        found = parse(shapes.Account, capture)
        proven = mastodon_exchange.named(found, request.carry["host"])
        wanted = request.target.account
        if wanted and wanted.key not in (None, proven.key):
            return Page(state=VisitState.IDENTITY_CHANGED, account=proven, note=f"{wanted.key} → {proven.key}")
        carry = {**request.carry, "id": found.id, "floor": "", "top": ""}
        return Page(state=VisitState.OK, account=proven, following=(self._statuses(replace(request, carry=carry)),))

    def _timeline(self, request: PageRequest, capture: Capture) -> Page:
        shown = parse(shapes.Statuses, capture).root
        owner = self._owner(request, shown)
        if isinstance(owner, Page):
            return owner
        floor, top = request.carry["floor"], request.carry["top"] or (shown[0].id if shown else request.carry["floor"])
        new = [status for status in shown if _later(status.id, floor)]
        following = self._older(request, capture, top) if new and len(new) == len(shown) else ()
        mark = {"id": request.carry["id"], "floor": floor if following else top}
        if following:  # an interrupted visit goes on here
            mark |= {"top": top, "next": following[0].url}
        elif request.carry.get("resumed"):  # and then reads what came in since
            fresh = {**request.carry, "floor": top, "top": "", "resumed": ""}
            following = (self._statuses(replace(request, carry=fresh)),)
        posts = [self._post(status, request.carry["host"]) for status in shown if status.visibility in shapes.PUBLIC]
        acts = [self._act(status, owner) for status in new if status.visibility in shapes.PUBLIC]
        nothing = VisitState.UNCHANGED if shown else VisitState.EMPTY
        state = VisitState.OK if new or following else nothing
        return Page(
            state=state,
            posts=tuple(posts),
            interactions=tuple(acts),
            following=following,
            bookmark=mark,
            seen=len(shown),
        )

    def _owner(self, request: PageRequest, shown: list[shapes.Status]) -> AccountRef | Page:
        """Say whose timeline this is; another account's under the same number is a changed identity."""
        wanted = request.target.account or AccountRef(platform=self.platform)
        authors = {mastodon_exchange.named(status.account, request.carry["host"]).key for status in shown}
        if len(authors) > 1:
            raise LayoutError("layout_changed", url=request.url, reason="several authors in one timeline")
        found = next(iter(authors), wanted.key)
        if wanted.key not in (None, found):
            return Page(state=VisitState.IDENTITY_CHANGED, note=f"{wanted.key} → {found}")
        return replace(wanted, key=found)

    def _older(self, request: PageRequest, capture: Capture, top: str) -> tuple[PageRequest, ...]:
        link = next_link(capture)
        if link is None:
            return ()
        if "exclude_reblogs" not in link:  # some servers drop it from their links
            link += "&exclude_reblogs=false"
        return (replace(request, url=link, carry={**request.carry, "top": top}),)

    def _status(self, request: PageRequest, capture: Capture) -> Page:
        status = parse(shapes.Status, capture)
        carry = {**request.carry, "claimed": str(status.favourites_count)}
        base = self._base(request.carry["host"])
        url = f"{base}/api/v1/statuses/{request.carry['id']}/favourited_by?{urlencode({'limit': LIKERS})}"
        likers = replace(request, url=url, step="likers", carry=carry)
        return Page(state=VisitState.OK, posts=(self._post(status, request.carry["host"]),), following=(likers,))

    def _likers(self, request: PageRequest, capture: Capture) -> Page:
        if capture.reduced:
            reduced = parse(shapes.ReducedLikers, capture)
            people, seen = reduced.likers, reduced.seen
        else:
            people = parse(shapes.Accounts, capture).root
            seen = len(people)
        post = self._ref(request.carry["uri"])
        acts = tuple(
            Interaction(
                actor=mastodon_exchange.named(person, request.carry["host"]),
                action=Action.LIKED,
                post=post,
                acted_at=None,
            )
            for person in people
        )
        link = next_link(capture)
        following = (replace(request, url=link),) if link and seen else ()
        state = VisitState.OK if seen else VisitState.EMPTY
        claimed = int(request.carry["claimed"]) if request.carry["claimed"] else None
        return Page(state=state, interactions=acts, following=following, seen=seen, claimed=claimed)

    def _ref(self, uri: str, url: str | None = None) -> PostRef:
        """Name a post; its page is where the settings say that its server stands."""
        parts = urlsplit(url or uri)
        page = urlunsplit(parts._replace(scheme="", netloc=""))
        return PostRef(platform=self.platform, uri=uri, url=f"{self._base(parts.netloc)}{page}")

    def _post(self, status: shapes.Status, host: str) -> Post:
        """Read a post; a boost shows the post that was boosted."""
        shown = status.reblog or status
        author = mastodon_exchange.named(shown.account, host) if shown.account.acct else None
        return Post(
            ref=self._ref(shown.uri, shown.url),
            author=author,
            text=shown.text,
            posted_at=moment(shown.created_at),
            edited_at=moment(shown.edited_at),
            likes=shown.favourites_count,
            pictures=shown.pictures,
        )

    def _act(self, status: shapes.Status, owner: AccountRef) -> Interaction:
        shown = status.reblog or status
        return Interaction(
            actor=owner,
            action=Action.REPOSTED if status.reblog else Action.POSTED,
            post=self._ref(shown.uri, shown.url),
            acted_at=moment(status.created_at),
            record_uri=status.uri,
        )

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep of likers only who is watched, and of boosted posts not who wrote them."""
        if capture.status != 200:  # an API's own word stays; a page that says that there is no API tells nothing
            return replace(capture, body=b"", reduced=True) if _absent(capture) else capture
        if request.step in mastodon_pages.STEPS:
            return mastodon_pages.reduce(request, capture, keep)
        if request.step in mastodon_exchange.STEPS:
            return mastodon_exchange.reduce(request, capture, keep)
        content = json.loads(capture.body)
        if request.step == "likers":
            return rewritten(capture, mastodon_exchange.people_kept(content, request.carry["host"], keep))
        if request.step == "statuses":
            if request.target.account is not None and not keep(request.target.account):
                content = []  # somebody brought the timeline of an account that nobody watches
            return rewritten(capture, [shapes.thin(status) for status in content])
        return rewritten(capture, shapes.thin(content)) if request.step == "status" else capture


def _absent(capture: Capture) -> bool:
    """Say whether a server has no such API: it answers with a page of its own instead of JSON."""
    return capture.status == 404 and "html" in capture.media_type


def _closed(capture: Capture) -> bool:
    """Say whether an API wants a login, in its own words, or is not there at all."""
    if _absent(capture):
        return True
    try:
        content = json.loads(capture.body)
    except (ValueError, RecursionError):
        return False
    told = content.get("error") if isinstance(content, dict) else None
    return capture.status in {401, 403, 422} and isinstance(told, str) and WANTS_LOGIN.search(told) is not None


def next_link(capture: Capture) -> str | None:
    """Find the address of the next page in the Link header."""
    links = re.findall(r"<([^>]*)>([^<]*)", capture.headers.get("link", ""))
    return next((address for address, rest in links if 'rel="next"' in rest.replace(" ", "")), None)


def _later(number: str, floor: str) -> bool:
    """Say whether a post's number comes after another's; numbers of some servers are words that sort."""
    return (len(number), number) > (len(floor), floor)
