"""Crawling a real AT Protocol network: everything that is there is found, once, and looking again is cheap."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.platforms import Bluesky as Where
from core.records import VisitState
from scraper.adapter import Page
from scraper.platforms.bluesky import Bluesky
from tests.scraper.recorded import served
from tests.servers.planted import Served
from tests.servers.watching import Crawled, Watch, start_watching

pytestmark = pytest.mark.servers

COMMIT = "pds GET /xrpc/com.atproto.sync.getLatestCommit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An installation that crawled the network twice."""

    watch: Watch
    first: Crawled
    second: Crawled


@pytest.fixture(scope="session")
def looked(pds: Served, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """Crawl the planted network, and crawl it again."""
    watch = start_watching(tmp_path_factory.mktemp("atproto") / "watch", pds, _platforms(pds))
    return Looked(watch=watch, first=watch.crawl(), second=watch.crawl())


def test_every_handle_is_stored_with_its_key(pds: Served, looked: Looked) -> None:
    stored = looked.watch.rows("SELECT key, handle FROM accounts WHERE platform = 'bluesky'")

    assert set(stored) == {(account.key, account.handle) for account in pds.accounts}


def test_every_planted_post_is_stored_as_its_authors(pds: Served, looked: Looked) -> None:
    assert looked.watch.acts("posted") == {(account.key, uri) for account in pds.accounts for uri in account.posts}


def test_every_planted_like_is_stored(pds: Served, looked: Looked) -> None:
    assert looked.watch.acts("liked") == {(account.key, uri) for account in pds.accounts for uri in account.likes}


def test_nothing_but_what_was_planted_is_stored(pds: Served, looked: Looked) -> None:
    posts = sum(len(account.posts) for account in pds.accounts)
    likes = sum(len(account.likes) for account in pds.accounts)

    assert looked.first.rows == {
        "accounts": len(pds.accounts),
        "posts": posts,
        "post_versions": posts,
        "interactions": posts + likes,
    }


def test_a_second_crawl_adds_nothing(looked: Looked) -> None:
    assert looked.second.rows == looked.first.rows
    assert looked.second.states == {"unchanged"}


def test_a_second_crawl_costs_one_request_an_account(pds: Served, looked: Looked) -> None:
    asked = sorted(line.partition("did=")[2].replace("%3A", ":") for line in looked.second.seen)

    assert all(line.startswith(COMMIT) for line in looked.second.seen)
    assert asked == sorted(account.key for account in pds.accounts)
    assert looked.second.said == len(pds.accounts)


def test_texts_of_liked_posts_come_from_their_authors_own_server(pds: Served, tmp_path: Path) -> None:
    alone = replace(pds, accounts=pds.accounts[:1])
    liked = set(alone.accounts[0].likes)

    watch = start_watching(tmp_path / "watch", alone, _platforms(pds))
    watch.crawl()

    read = watch.rows("SELECT DISTINCT uri FROM posts JOIN post_versions ON post_id = posts.id WHERE text <> ''")
    assert {uri for (uri,) in read} == liked | set(alone.accounts[0].posts)
    assert watch.rows("SELECT count(*) FROM accounts") == [(1,)]


def test_a_new_like_is_all_that_the_next_crawl_adds(pds: Served, tmp_path: Path) -> None:
    alone = replace(pds, accounts=pds.accounts[:1])
    own_post = alone.accounts[0].posts[-1]
    watch = start_watching(tmp_path / "watch", alone, _platforms(pds))
    first = watch.crawl()

    with _liking(alone, own_post):
        second = watch.crawl()

    assert second.rows == first.rows | {"interactions": first.rows["interactions"] + 1}
    assert (alone.accounts[0].key, own_post) in watch.acts("liked")


def test_every_like_of_an_account_is_proven_by_its_own_server(pds: Served) -> None:
    adapter, who = Bluesky(Where(appview=None)), pds.accounts[0]
    query = {"repo": who.key, "collection": "app.bsky.feed.like", "limit": "100"}
    likes = httpx.get(f"{pds.url}/xrpc/com.atproto.repo.listRecords", params=query).raise_for_status().json()["records"]

    for like in likes:
        request = adapter.proof(like["uri"], {"did": who.key, "pds": pds.url})
        assert request is not None
        answer = httpx.get(request.url, headers={"accept": request.accept or ""})
        capture = served(request.url, answer.content, status=answer.status_code)
        assert adapter.read(request, capture).state is VisitState.OK


def test_a_like_is_there_by_its_own_address_until_it_is_taken_back(pds: Served) -> None:
    adapter, who = Bluesky(Where(appview=None)), pds.accounts[0]

    def asked(uri: str) -> Page:
        request = adapter.again(uri, {"did": who.key, "pds": pds.url})
        assert request is not None
        answer = httpx.get(request.url)
        return adapter.read(request, served(request.url, answer.content, status=answer.status_code))

    with _liking(pds, who.posts[-1]) as uri:
        there = asked(uri)
    gone = asked(uri)

    assert (there.state, [act.post.uri for act in there.interactions]) == (VisitState.OK, [who.posts[-1]])
    assert (gone.state, gone.note) == (VisitState.NOT_FOUND, "record_not_there")


def _platforms(pds: Served) -> dict[str, Any]:
    return {"bluesky": {"appview": None, "resolver": pds.url, "plc": pds.plc}}


@contextmanager
def _liking(pds: Served, uri: str) -> Iterator[str]:
    """Let the account like one more post for as long as the block lasts; give the like's address."""
    who, collection = pds.accounts[0], "app.bsky.feed.like"
    credentials = {"identifier": who.handle, "password": "only-on-loopback"}
    token = _call(pds, "server.createSession", credentials)["accessJwt"]
    author, _, key = uri.removeprefix("at://").split("/")
    place = {"repo": author, "collection": "app.bsky.feed.post", "rkey": key}
    post = httpx.get(f"{pds.url}/xrpc/com.atproto.repo.getRecord", params=place).raise_for_status().json()
    like = {"subject": {"uri": uri, "cid": post["cid"]}, "createdAt": "2024-11-20T08:00:00Z"}
    made = _call(pds, "repo.createRecord", {"repo": who.key, "collection": collection, "record": like}, token)
    try:
        yield made["uri"]
    finally:
        gone = {"repo": who.key, "collection": collection, "rkey": made["uri"].rpartition("/")[2]}
        _call(pds, "repo.deleteRecord", gone, token)


def _call(pds: Served, method: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.post(f"{pds.url}/xrpc/com.atproto.{method}", json=body, headers=headers)
    content: dict[str, Any] = answer.raise_for_status().json()
    return content
