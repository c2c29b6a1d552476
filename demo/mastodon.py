"""The network "pendopo": the public API of a Mastodon-compatible server, and plain pages for people."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from demo.election import MASTODON_HOST, Election, Member, Network, Writing
from demo.reply import Query, Reply, as_json

LIMITS = {"statuses": (20, 40), "favourited_by": (40, 80)}
ROBOTS = "User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /media_proxy/\nDisallow: /interact/\n"
OPENED = "2025-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastodon:
    """Answers for the server. It calls itself by its name; `base_url` is where this machine reaches it."""

    election: Election
    base_url: str

    def answer(self, path: str, query: Query) -> Reply:
        """Answer one request."""
        match path.strip("/").split("/"):
            case ["api", "v1", "accounts", *rest]:
                return self._accounts(rest, query)
            case ["api", "v1", "statuses", number, *rest]:
                return self._about(number, rest, query)
            case ["robots.txt"]:
                return Reply(body=ROBOTS.encode(), media_type="text/plain")
            case [name, number] if name.startswith("@"):
                return self._page(number)
            case _:
                return _not_found()

    def _accounts(self, rest: Sequence[str], query: Query) -> Reply:
        match rest:
            case ["lookup"]:
                return self._lookup(query.get("acct", ""))
            case [number]:
                return self._shown(self._by_id(number))
            case [number, "statuses"]:
                return self._statuses(number, query)
            case _:
                return _not_found()

    def _about(self, number: str, rest: Sequence[str], query: Query) -> Reply:
        post = self._post(number)
        if post is None or rest not in ([], ["favourited_by"]):
            return _not_found()
        return self._favourited_by(post, query) if rest else as_json(self._status(post))

    def _lookup(self, acct: str) -> Reply:
        name, _, host = acct.removeprefix("@").partition("@")
        return self._shown(self.election.member(Network.PENDOPO, name) if host in ("", MASTODON_HOST) else None)

    def _shown(self, member: Member | None) -> Reply:
        return as_json(self._account(member)) if member else _not_found()

    def _statuses(self, number: str, query: Query) -> Reply:
        member = self._by_id(number)
        if member is None:
            return _not_found()
        posts = self.election.posts_of(member)
        if "max_id" in query:
            posts = [post for post in posts if int(post.status_id) < _number(query["max_id"])]
        if oldest := query.get("min_id") or query.get("since_id"):
            posts = [post for post in posts if int(post.status_id) > _number(oldest)]
        limit = _limit("statuses", query)
        page = posts[-limit:] if "min_id" in query else posts[:limit]
        ids = [post.status_id for post in page]
        links = self._link(f"/api/v1/accounts/{number}/statuses", limit, ids, more=len(page) == limit)
        return as_json([self._status(post) for post in page], headers=links)

    def _favourited_by(self, post: Writing, query: Query) -> Reply:
        """List who likes a post, newest first; the ids in the `Link` header are the likes' own, shown nowhere else."""
        likers = [(str(900 + place), liker) for place, liker in enumerate(self.election.likers_of(post))][::-1]
        if "max_id" in query:
            likers = [(like, liker) for like, liker in likers if int(like) < _number(query["max_id"])]
        limit = _limit("favourited_by", query)
        page = likers[:limit]
        path = f"/api/v1/statuses/{post.status_id}/favourited_by"
        links = self._link(path, limit, [like for like, _ in page], more=len(likers) > limit)
        return as_json([self._account(liker) for _, liker in page], headers=links)

    def _page(self, number: str) -> Reply:
        post = self._post(number)
        if post is None:
            return Reply(body=b"<!doctype html><title>404</title><h1>Tidak ditemukan</h1>", status=404)
        body = (
            f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(post.author.name)}</title>'
            f"<main><article><h1>{escape(post.author.name)} <small>@{post.author.watched_as}</small></h1>"
            f"{_content(post)}<time>{_utc(post.at)}</time></article></main></html>"
        )
        return Reply(body=body.encode())

    def _post(self, number: str) -> Writing | None:
        posts = (post for post in self.election.posts if post.author.network is Network.PENDOPO)
        return next((post for post in posts if post.status_id == number), None)

    def _by_id(self, number: str) -> Member | None:
        members = (member for member in self.election.members.values() if member.network is Network.PENDOPO)
        return next((member for member in members if account_id(member) == number), None)

    def _link(self, path: str, limit: int, ids: Sequence[str], *, more: bool) -> Mapping[str, str]:
        if not ids:
            return {}
        after = urlencode({"limit": limit, "max_id": ids[-1]})
        before = urlencode({"limit": limit, "min_id": ids[0]})
        links = [f'<{self.base_url}{path}?{after}>; rel="next"'] if more else []
        return {"Link": ", ".join([*links, f'<{self.base_url}{path}?{before}>; rel="prev"'])}

    def _account(self, member: Member) -> dict[str, object]:
        posts = self.election.posts_of(member)
        picture = f"{self.base_url}/avatars/original/missing.png"
        return {
            "id": account_id(member),
            "username": member.handle,
            "acct": member.handle,
            "display_name": member.name,
            "locked": False,
            "bot": False,
            "discoverable": True,
            "group": False,
            "created_at": OPENED,
            "note": f"<p>{escape(member.unit or '')}</p>",
            "url": f"https://{MASTODON_HOST}/@{member.handle}",
            "uri": f"https://{MASTODON_HOST}/users/{member.handle}",
            "avatar": picture,
            "avatar_static": picture,
            "followers_count": 40,
            "following_count": 12,
            "statuses_count": len(posts),
            "last_status_at": posts[0].at.date().isoformat() if posts else None,
            "emojis": [],
            "fields": [],
        }

    def _status(self, post: Writing) -> dict[str, object]:
        return {
            "id": post.status_id,
            "created_at": _utc(post.at),
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": post.lang,
            "uri": f"https://{MASTODON_HOST}/users/{post.author.handle}/statuses/{post.status_id}",
            "url": f"https://{MASTODON_HOST}/@{post.author.handle}/{post.status_id}",
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": len(self.election.likers_of(post)),
            "edited_at": None,
            "content": _content(post),
            "reblog": None,
            "account": self._account(post.author),
            "media_attachments": [],
            "mentions": [],
            "tags": _tags(post),
            "emojis": [],
            "card": None,
            "poll": None,
        }


def account_id(member: Member) -> str:
    """Give the server's own id of an account."""
    return str(109_000_000_000_000_000 + zlib.crc32(member.handle.encode()))


def _tags(post: Writing) -> list[dict[str, str]]:
    names = [word[1:] for word in post.text.split() if word.startswith("#")]
    return [{"name": name.casefold(), "url": f"https://{MASTODON_HOST}/tags/{name}"} for name in names]


def _content(post: Writing) -> str:
    """Write the text as Mastodon does: a paragraph, its hashtags as links."""
    words = [
        f'<a href="/tags/{escape(word[1:])}" class="mention hashtag" rel="tag">#<span>{escape(word[1:])}</span></a>'
        if word.startswith("#")
        else escape(word, quote=False)
        for word in post.text.split(" ")
    ]
    return f"<p>{' '.join(words)}</p>"


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _number(value: str) -> int:
    return int(value) if value.isdecimal() else 0


def _limit(name: str, query: Query) -> int:
    default, most = LIMITS[name]
    return max(1, min(_number(query["limit"]), most)) if "limit" in query else default


def _not_found() -> Reply:
    return as_json({"error": "Record not found"}, status=404)
