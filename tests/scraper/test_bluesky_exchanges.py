"""Answers of the AT Protocol in somebody's own recording: which they are, what they tell, what may be kept."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from core.platforms import Bluesky as Where
from core.records import AccountRef, Action, Capability, Exchange, VisitState
from scraper import reader
from scraper.adapter import Page
from scraper.platforms.bluesky import Bluesky
from scraper.platforms.bluesky_records import TIME_CLAIMED, keyed_at
from tests.scraper.recorded import FIXTURES, served

ADAPTER = Bluesky(Where())
DID, OTHER = "did:plc:kelmawar", "did:plc:siti"
POST = f"at://{OTHER}/app.bsky.feed.post/3lbaaaaaaaaaa"


def exchange(call: str, body: object, **query: str) -> Exchange:
    return Exchange(
        url=f"https://pds.example/xrpc/{call}?{urlencode(query)}",
        method="GET",
        asked=None,
        status=200,
        media_type="application/json",
        body=json.dumps(body).encode(),
        at=datetime(2029, 10, 1, tzinfo=UTC),
    )


def seen(told: Exchange, *, watched: bool | None = None) -> Page:
    request = ADAPTER.recognise(told)
    assert request is not None
    capture = served(told.url, told.body)
    if watched is not None:
        capture = ADAPTER.reduce(request, capture, lambda _: watched)
    return reader.read(ADAPTER, request, capture)


def view(did: str, name: str, text: str) -> dict[str, Any]:
    return {
        "uri": f"at://{did}/app.bsky.feed.post/3lbaaaaaaaaaa",
        "cid": "bafywording",
        "author": {"did": did, "handle": name, "displayName": f"Nama {name}"},
        "record": {"text": text, "createdAt": "2029-10-01T00:00:00Z"},
        "embed": {"images": [{"fullsize": "https://cdn.example/satu.jpg"}]},
    }


FEED = {
    "feed": [
        {"post": view(DID, "kelmawar.example", "Kerja bakti")},
        {
            "post": view(OTHER, "siti.example", "Ayo coblos nomor dua"),
            "reason": {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": {"did": DID, "handle": "kelmawar.example"},
                "indexedAt": "2029-10-02T00:00:00Z",
            },
        },
    ]
}


def test_likers_belong_to_the_post_of_the_question() -> None:
    page = seen(exchange("app.bsky.feed.getLikes", {"likes": [{"actor": {"did": DID}}], "uri": POST}, uri=POST))

    assert [(act.actor.key, act.action, act.post.uri) for act in page.interactions] == [(DID, Action.LIKED, POST)]


def test_no_likers_at_all_is_not_taken_for_a_post_that_nobody_likes() -> None:
    assert ADAPTER.recognise(exchange("app.bsky.feed.getLikes", {"likes": [], "uri": POST}, uri=POST)) is None


@pytest.mark.parametrize("actor", [DID, "kelmawar.example"])
def test_a_feed_tells_what_the_account_wrote_and_what_it_passed_on(actor: str) -> None:
    page = seen(exchange("app.bsky.feed.getAuthorFeed", FEED, actor=actor))

    assert page.account == AccountRef(platform="bluesky", key=DID, handle="kelmawar.example")
    assert [(act.actor.key, act.action) for act in page.interactions] == [
        (DID, Action.POSTED),
        (DID, Action.REPOSTED),
    ]
    assert page.posts[0].pictures == ("https://cdn.example/satu.jpg",)


def test_a_reduced_feed_reads_the_same_without_the_names_of_others() -> None:
    told = exchange("app.bsky.feed.getAuthorFeed", FEED, actor=DID)

    whole, left = seen(told), seen(told, watched=True)

    assert left.interactions == whole.interactions
    request = ADAPTER.recognise(told)
    assert request is not None
    kept = ADAPTER.reduce(request, served(told.url, told.body), lambda _: True).body
    assert b"siti.example" not in kept
    assert b"Nama" not in kept


def test_of_a_feed_that_nobody_watches_only_its_length_is_kept() -> None:
    left = seen(exchange("app.bsky.feed.getAuthorFeed", FEED, actor=DID), watched=False)

    assert (left.posts, left.interactions, left.account, left.seen) == ((), (), None, 2)


def test_a_page_of_records_leads_nowhere_and_says_where_pictures_lie() -> None:
    image = {"image": {"$type": "blob", "ref": {"$link": "bafygambar"}}}
    value = {
        "text": "Kerja bakti",
        "createdAt": "2029-10-01T00:00:00Z",
        "embed": {"$type": "app.bsky.embed.images", "images": [image]},
    }
    record = {"uri": f"at://{DID}/app.bsky.feed.post/3lbaaaaaaaaaa", "cid": "bafy", "value": value}
    page = seen(
        exchange(
            "com.atproto.repo.listRecords",
            {"records": [record], "cursor": "x"},
            repo=DID,
            collection="app.bsky.feed.post",
        )
    )

    assert (page.following, page.bookmark) == ((), None)
    assert page.posts[0].pictures == (
        "https://pds.example/xrpc/com.atproto.sync.getBlob?did=did%3Aplc%3Akelmawar&cid=bafygambar",
    )
    assert page.note == TIME_CLAIMED  # the key says 2024, the record 2029


def test_texts_belong_to_the_posts_of_the_question() -> None:
    posts = {"posts": [view(OTHER, "siti.example", "Ayo")]}

    page = seen(exchange("app.bsky.feed.getPosts", posts, uris=POST))

    assert (page.state, [post.ref.uri for post in page.posts]) == (VisitState.OK, [POST])


@pytest.mark.parametrize(
    ("call", "query"),
    [
        ("app.bsky.feed.getTimeline", {}),
        ("app.bsky.feed.getActorLikes", {"actor": DID}),
        ("com.atproto.repo.listRecords", {"repo": DID, "collection": "app.bsky.graph.follow"}),
        ("app.bsky.feed.getAuthorFeed", {}),
    ],
)
def test_other_calls_are_none_of_our_pages(call: str, query: dict[str, str]) -> None:
    assert ADAPTER.recognise(exchange(call, {}, **query)) is None


def test_a_key_tells_when_the_server_made_it_or_nothing() -> None:
    at = keyed_at("3lbaaaaaaaaaa")

    assert at is not None
    assert at.year == 2024
    assert keyed_at("self") is None


@pytest.mark.skipif(not (FIXTURES / "bluesky").is_dir(), reason="../shared/fixtures/bluesky is not here")
def test_what_a_real_appview_answered_is_recognised_and_read() -> None:
    told = json.loads((FIXTURES / "bluesky" / "local_appview_recorded.json").read_text(encoding="utf-8"))
    found: list[Capability] = []
    for one in told:
        answer = exchange("x", one.get("json")) if one["status"] == 200 else None
        if answer is None:
            continue
        real = Exchange(
            url=f"https://appview.example{one['url']}",
            method="GET",
            asked=None,
            status=200,
            media_type="application/json",
            body=answer.body,
            at=answer.at,
        )
        request = ADAPTER.recognise(real)
        if request is not None:
            assert reader.read(ADAPTER, request, served(real.url, real.body)).seen >= 0
            found.append(request.capability)

    assert {Capability.LIKERS, Capability.POSTS, Capability.CONTENT} <= set(found)
