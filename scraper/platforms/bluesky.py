"""Bluesky and every other AT Protocol server: an account's posts and likes from its own repository, both public.

The walk of a visit: handle → did → its server → latest commit → pages of records, newest first. An account whose
commit is the one of the last visit costs that one request. Likers and the texts of liked posts come from the
AppView; without one, texts come from each author's own server. Shapes and traps: reference platforms 4.7.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from core.errors import LayoutError
from core.platforms import Bluesky as Where
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
from scraper.adapter import Adapter, Bookmark, Keep, Page, PageRequest, Target
from scraper.platforms import bluesky_car as car
from scraper.platforms import bluesky_exchange
from scraper.platforms import bluesky_records as records
from scraper.platforms import bluesky_reducing as reducing
from scraper.platforms import bluesky_shapes as shapes
from scraper.platforms.answers import moment, parse, refusal
from scraper.platforms.bluesky_records import LIKES, PLATFORM, POSTS

COLLECTIONS = {Capability.POSTS: POSTS, Capability.LIKES: LIKES}
PAGE = 100
POSTS_A_CALL = 25
GONE = {"RepoNotFound", "RecordNotFound", "RepoTakendown", "RepoDeactivated", "RepoSuspended"}
BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})
ANY = BY_PERSON | {Mode.AUTO}
CAR = "application/vnd.ipld.car"


class Bluesky(Adapter):
    """Knowledge of the AT Protocol."""

    platform = PLATFORM
    whole_lists = frozenset({Capability.POSTS, Capability.LIKES, Capability.LIKERS})

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def capabilities(self) -> Mapping[Capability, frozenset[Mode]]:
        """Both directions are public; to ask for likers by ourselves needs an AppView."""
        seen = {Capability.POSTS: ANY, Capability.LIKES: ANY, Capability.CONTENT: ANY}
        return seen | {Capability.LIKERS: ANY if self.where.appview else BY_PERSON}

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read https://bsky.app/profile/NAME[/post/KEY]."""
        _, found, path = url.partition("bsky.app/profile/")
        name, *rest = path.rstrip("/").split("/")
        if not found or not name:
            return None
        if rest[:1] == ["post"] and len(rest) == 2:
            return PostRef(platform=self.platform, uri=f"at://{name}/{POSTS}/{rest[1]}", url=url)
        return records.account(name)

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        name = account.handle or account.key
        return f"https://bsky.app/profile/{name}" if name else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Begin where the last visit left off, else at the handle."""
        start = PageRequest(target=target, capability=capability, url="", step="", shared=True)
        if capability in COLLECTIONS and target.account is not None:
            mark = target.bookmark or {}
            if mark.get("pds") and mark.get("did"):
                yield _commit(start, mark["did"], mark["pds"], known="yes")
            else:
                yield self._identity(start, target.account)
        elif capability is Capability.CONTENT:
            yield from self._content(start)
        elif capability is Capability.LIKERS and self.where.appview:
            for post in target.posts:
                url = f"{self.where.appview}/xrpc/app.bsky.feed.getPosts?{urlencode({'uris': post.uri})}"
                yield replace(start, url=url, step="liked-post", shared=False, carry={"uri": post.uri})

    def _identity(self, start: PageRequest, account: AccountRef) -> PageRequest:
        if account.handle and not account.handle.startswith("did:"):
            resolver = self.where.resolver or self.where.appview
            if resolver is None:
                return replace(start, url=f"https://{account.handle}/.well-known/atproto-did", step="well-known")
            query = urlencode({"handle": account.handle})
            return replace(start, url=f"{resolver}/xrpc/com.atproto.identity.resolveHandle?{query}", step="resolve")
        return self._document(start, account.key or account.handle or "")

    def _document(self, start: PageRequest, did: str) -> PageRequest:
        if did.startswith("did:web:"):
            url = f"https://{did.removeprefix('did:web:').replace(':', '/')}/.well-known/did.json"
        else:
            url = f"{self.where.plc}/{quote(did, safe=':')}"
        return replace(start, url=url, step="document", carry={**start.carry, "did": did}, shared=True)

    def _content(self, start: PageRequest) -> Iterator[PageRequest]:
        posts = [post for post in start.target.posts if records.parts(post.uri)[1] == POSTS]
        for first in range(0, len(posts), POSTS_A_CALL):
            part = posts[first : first + POSTS_A_CALL]
            if self.where.appview:
                query = urlencode([("uris", post.uri) for post in part])
                url = f"{self.where.appview}/xrpc/app.bsky.feed.getPosts?{query}"
                yield replace(
                    start, target=replace(start.target, posts=tuple(part)), url=url, step="posts", shared=False
                )
                continue
            for post in part:
                carry = {"uri": post.uri}
                yield self._document(replace(start, carry=carry), records.parts(post.uri)[0])

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read the answer to one step."""
        failed = _failed_call(request, capture) if capture.status == 400 else refusal(capture)
        if request.step == "again":
            return failed or self._still_there(request, capture)
        if failed is not None and failed.state is VisitState.NOT_FOUND:
            if request.carry.get("known") == "yes":  # the account may live on another server since
                return self._identify_anew(request)
            return self._renamed(request) or _gone(request)
        if failed is not None:
            return failed
        steps = {
            "resolve": self._resolved,
            "well-known": self._resolved,
            "document": self._documented,
            "commit": self._committed,
            "records": self._records,
            "posts": self._posts,
            "record": self._record,
            "liked-post": self._liked_post,
            "likers": self._likers,
            "proof": car.page,
            "feed": bluesky_exchange.feed,
            "listed": self._listed,
        }
        return steps[request.step](request, capture)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Say which call's answer somebody's own browser received."""
        return bluesky_exchange.recognise(exchange)

    def again(self, record_uri: str, bookmark: Bookmark | None) -> PageRequest | None:
        """Ask the account's own server for the record of a like."""
        did, collection, _ = records.parts(record_uri)
        mark = bookmark or {}
        if not mark.get("pds") or mark.get("did") != did or collection != LIKES:
            return None
        target = Target(account=records.account(did))
        request = PageRequest(
            target=target, capability=Capability.LIKES, url="", step="", carry={"did": did, "uri": record_uri}
        )
        return replace(_record_request(request, mark["pds"]), step="again")

    def _still_there(self, request: PageRequest, capture: Capture) -> Page:
        record = parse(shapes.Record, capture)
        act = records.like(records.account(request.carry["did"]), record)
        if record.uri != request.carry["uri"] or act is None:
            raise LayoutError("layout_changed", url=capture.url, reason="another record")
        return Page(state=VisitState.OK, interactions=(act,), seen=1)

    def proof(self, record_uri: str, bookmark: Bookmark | None) -> PageRequest | None:
        """Ask the account's own server for the record with the signed tree it hangs on."""
        did, collection, key = records.parts(record_uri)
        mark = bookmark or {}
        directions = {name: capability for capability, name in COLLECTIONS.items()}
        if not mark.get("pds") or mark.get("did") != did or collection not in directions or not key:
            return None
        query = urlencode({"did": did, "collection": collection, "rkey": key})
        return PageRequest(
            target=Target(account=records.account(did)),
            capability=directions[collection],
            url=f"{mark['pds']}/xrpc/com.atproto.sync.getRecord?{query}",
            step="proof",
            carry={"did": did, "record": f"{collection}/{key}"},
            accept=CAR,
        )

    def _identify_anew(self, request: PageRequest) -> Page:
        who = request.target.account or records.account(request.carry["did"])
        return Page(state=VisitState.OK, following=(self._identity(replace(request, carry={}), who),))

    def _renamed(self, request: PageRequest) -> Page | None:
        """Go by the key where the handle leads nowhere any more: the account may have taken another name."""
        key = request.target.account.key if request.target.account else None
        if request.step not in {"resolve", "well-known"} or key is None:
            return None
        return Page(state=VisitState.OK, following=(self._document(request, key),))

    def _resolved(self, request: PageRequest, capture: Capture) -> Page:
        if request.step == "well-known":
            did = capture.body.decode(errors="replace").strip()
        else:
            did = parse(shapes.Resolved, capture).did
        if not did.startswith("did:"):
            raise LayoutError("layout_changed", url=capture.url, reason="no did")
        known = request.target.account.key if request.target.account else None
        if known is not None and known != did:
            return Page(state=VisitState.IDENTITY_CHANGED, account=records.account(did), note=f"{known} → {did}")
        return Page(state=VisitState.OK, following=(self._document(request, did),))

    def _documented(self, request: PageRequest, capture: Capture) -> Page:
        document = parse(shapes.Document, capture)
        did, server = request.carry["did"], document.server
        if document.id != did or server is None:
            raise LayoutError("layout_changed", url=capture.url, reason="no personal data server of this did")
        if "uri" in request.carry:
            return Page(state=VisitState.OK, following=(_record_request(request, server),))
        account = AccountRef(platform=self.platform, key=did, handle=document.handle)
        return Page(state=VisitState.OK, account=account, following=(_commit(request, did, server, known="no"),))

    def _committed(self, request: PageRequest, capture: Capture) -> Page:
        head = parse(shapes.Commit, capture).rev
        mark = request.target.bookmark or {}
        if mark.get("rev") == head and not mark.get("cursor"):
            return Page(state=VisitState.UNCHANGED)
        if (
            request.carry["known"] == "yes"
        ):  # something is new: is the handle still theirs? the commit is not asked again
            return self._identify_anew(request)
        carry = {**request.carry, "head": head, "floor": mark.get("floor", ""), "top": mark.get("top", "")}
        if mark.get("cursor"):
            carry |= {"cursor": mark["cursor"], "pass": mark["pass"]}
        else:
            carry |= {"pass": head, "top": "", "cursor": ""}
        return Page(state=VisitState.OK, following=(_records_request(replace(request, carry=carry)),))

    def _records(self, request: PageRequest, capture: Capture) -> Page:
        answer = parse(shapes.Records, capture)
        floor = request.carry["floor"]
        new = [record for record in answer.records if not floor or record.key > floor]
        finished = len(new) < len(answer.records) or not answer.cursor or not answer.records
        top = request.carry["top"] or (answer.records[0].key if answer.records else floor)
        carry = {**request.carry, "top": top, "cursor": answer.cursor or ""}
        kept = {"did": carry["did"], "pds": carry["pds"]}
        following: tuple[PageRequest, ...]
        if not finished:
            following = (_records_request(replace(request, carry=carry)),)
            mark = kept | {"floor": floor, "top": top, "cursor": carry["cursor"], "pass": carry["pass"]}
        else:
            following = self._next_pass(request, carry, floor=top or floor)
            mark = kept | {"floor": top or floor, "rev": carry["pass"]}
        posts, acts = self._found(request, new)
        return Page(
            state=VisitState.OK if acts or following else VisitState.EMPTY,
            posts=posts,
            interactions=acts,
            following=following,
            bookmark=mark,
            seen=len(answer.records),
            note=records.doubtful(new),
        )

    def _listed(self, request: PageRequest, capture: Capture) -> Page:
        """Read a page of records that somebody brought: it stands for itself and leads nowhere."""
        found = parse(shapes.Records, capture).records
        repos = {records.parts(record.uri)[0] for record in found}
        repo = request.carry["repo"]
        did = next(iter(repos), repo)
        if len(repos) > 1 or (repo.startswith("did:") and did != repo):
            raise LayoutError("layout_changed", url=capture.url, reason="records of another account")
        posts, acts = self._found(replace(request, carry={**request.carry, "did": did}), found)
        who = records.account(did, None if repo.startswith("did:") else repo)
        state, note = VisitState.OK if found else VisitState.EMPTY, records.doubtful(found)
        return Page(state=state, posts=posts, interactions=acts, account=who, seen=len(found), note=note)

    def _next_pass(self, request: PageRequest, carry: Mapping[str, str], *, floor: str) -> tuple[PageRequest, ...]:
        """Go on with what came in since an interrupted visit, once that visit's own rest is read."""
        if carry["pass"] == carry["head"]:
            return ()
        fresh = {**carry, "pass": carry["head"], "floor": floor, "top": "", "cursor": ""}
        return (_records_request(replace(request, carry=fresh)),)

    def _found(
        self, request: PageRequest, found: list[shapes.Record]
    ) -> tuple[tuple[Post, ...], tuple[Interaction, ...]]:
        actor = records.account(request.carry["did"])
        if request.capability is Capability.LIKES:
            return (), tuple(act for record in found if (act := records.like(actor, record)) is not None)
        posts = tuple(records.own_post(actor, record, request.carry.get("pds")) for record in found)
        acts = tuple(records.posted(actor, post) for post in posts)
        return posts, acts + tuple(act for record in found if (act := records.quoted_act(actor, record)) is not None)

    def _posts(self, request: PageRequest, capture: Capture) -> Page:
        found = parse(shapes.Posts, capture).posts
        there = {post.uri for post in found}
        gone = tuple(post for post in request.target.posts if post.uri not in there)
        posts = tuple(records.viewed_post(post) for post in found)
        return Page(state=VisitState.OK if posts else VisitState.EMPTY, posts=posts, gone=gone, seen=len(posts))

    def _record(self, request: PageRequest, capture: Capture) -> Page:
        record = parse(shapes.Record, capture)
        author = records.account(records.parts(record.uri)[0])
        post = records.own_post(author, record, request.carry.get("pds"))
        return Page(state=VisitState.OK, posts=(post,), seen=1, note=records.doubtful([record]))

    def _liked_post(self, request: PageRequest, capture: Capture) -> Page:
        found = [post for post in parse(shapes.Posts, capture).posts if post.uri == request.carry["uri"]]
        if not found:  # getLikes of an unknown post answers with an empty list: never take that for "no likers"
            return _gone(request)
        likers = _likers_request(request, self.where.appview or "", claimed=found[0].like_count)
        return Page(state=VisitState.OK, posts=(records.viewed_post(found[0]),), following=(likers,))

    def _likers(self, request: PageRequest, capture: Capture) -> Page:
        answer = parse(shapes.Likers, capture)
        post = PostRef(platform=self.platform, uri=request.carry["uri"], url=records.web(request.carry["uri"]))
        acts = tuple(
            Interaction(
                actor=AccountRef(platform=self.platform, key=like.actor.did, handle=like.actor.handle),
                action=Action.LIKED,
                post=post,
                acted_at=moment(like.created_at),
            )
            for like in answer.likes
        )
        seen = answer.seen if answer.seen is not None else len(acts)
        claimed = int(request.carry["claimed"]) if request.carry["claimed"] else None
        # the last page still names a cursor; only an empty page is the end
        more = (
            (_likers_request(request, self.where.appview or "", cursor=answer.cursor),)
            if seen and answer.cursor
            else ()
        )
        state = VisitState.OK if seen else VisitState.EMPTY
        return Page(state=state, interactions=acts, following=more, seen=seen, claimed=claimed)

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Drop the people we do not watch from answers that show them."""
        return reducing.reduce(request, capture, keep)


def _commit(request: PageRequest, did: str, pds: str, *, known: str) -> PageRequest:
    url = f"{pds}/xrpc/com.atproto.sync.getLatestCommit?{urlencode({'did': did})}"
    return replace(request, url=url, step="commit", carry={"did": did, "pds": pds, "known": known}, shared=True)


def _records_request(request: PageRequest) -> PageRequest:
    query = {"repo": request.carry["did"], "collection": COLLECTIONS[request.capability], "limit": str(PAGE)}
    if request.carry["cursor"]:
        query["cursor"] = request.carry["cursor"]
    url = f"{request.carry['pds']}/xrpc/com.atproto.repo.listRecords?{urlencode(query)}"
    return replace(request, url=url, step="records", shared=False)


def _record_request(request: PageRequest, pds: str) -> PageRequest:
    repo, collection, key = records.parts(request.carry["uri"])
    query = urlencode({"repo": repo, "collection": collection, "rkey": key})
    url, carry = f"{pds}/xrpc/com.atproto.repo.getRecord?{query}", {**request.carry, "pds": pds}
    return replace(request, url=url, step="record", carry=carry, shared=False)


def _likers_request(
    request: PageRequest, appview: str, *, cursor: str | None = None, claimed: int | None = None
) -> PageRequest:
    query = {"uri": request.carry["uri"], "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
    carry = {"claimed": "" if claimed is None else str(claimed)} | dict(request.carry)
    url = f"{appview}/xrpc/app.bsky.feed.getLikes?{urlencode(query)}"
    return replace(request, url=url, step="likers", carry=carry, shared=False)


def _failed_call(request: PageRequest, capture: Capture) -> Page:
    """Read an XRPC error: the account or record is gone, or we asked something this server does not know."""
    error = parse(shapes.Failure, capture)
    missing = error.error in GONE or (error.message or "").startswith(("Could not find", "Could not locate"))
    unknown_handle = request.step == "resolve" and error.error in {"InvalidRequest", "HandleNotFound"}
    if missing or unknown_handle:
        no_record = error.error == "RecordNotFound" or (error.message or "").startswith("Could not locate record")
        return Page(state=VisitState.NOT_FOUND, note="record_not_there" if no_record else None)
    return Page(state=VisitState.FAILED, note=f"{error.error}: {error.message}")


def _gone(request: PageRequest) -> Page:
    uri = request.carry.get("uri")
    return Page(state=VisitState.NOT_FOUND, gone=(records.post_ref(uri),) if uri else ())
