"""What a person's browser received of Instagram: recognised by address, question and shape, and nothing else is."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LayoutError
from core.platforms import Instagram as Where
from core.records import AccountRef, Action, ActorBasis, Capability, Exchange, PostRef
from scraper import reader
from scraper.adapter import PageRequest, Target
from scraper.platforms.instagram import Instagram
from scraper.platforms.instagram_records import pk_of
from tests.scraper.recorded import CAPTURES, served

HOME = "https://www.instagram.com"
ADAPTER = Instagram(Where(account_id="17841400000000009"))
KELURAHAN = AccountRef(platform="instagram", handle="kelmawar")
PK = "61000000001"
CODE = "DYflVZABgH5"
NUMBER = pk_of(CODE)
NOW = datetime(2026, 6, 20, tzinfo=UTC)


def exchange(
    url: str, body: object, *, form: Mapping[str, str] | None = None, asked: str | None = None, media: str = ""
) -> Exchange:
    return Exchange(
        url=url,
        method="POST" if form or asked else "GET",
        asked=urlencode(form) if form else asked,
        status=200,
        media_type=media or "application/json; charset=utf-8",
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        at=NOW,
    )


def case(name: str) -> bytes:
    return (CAPTURES / "instagram" / name).read_bytes()


LIKES = [
    exchange(f"{HOME}/api/v1/media/{NUMBER}/likers/", case("likers.json")),
    exchange(f"https://i.instagram.com/api/v1/media/{NUMBER}_{PK}/likers/?x=1", case("likers.json")),
    exchange(f"{HOME}/graphql/query", case("likers_graphql.json"), form={"variables": json.dumps({"id": NUMBER})}),
    exchange(
        "https://instagram.com/api/graphql",
        case("likers_graphql.json"),
        form={"doc_id": "24452425501069647", "variables": json.dumps({"media_id": f"{NUMBER}_{PK}"})},
    ),
    exchange(f"{HOME}/graphql/query", case("likers_graphql.json"), asked=json.dumps({"variables": {"id": NUMBER}})),
    exchange(
        f"{HOME}/graphql/query/?{urlencode({'query_hash': 'x', 'variables': json.dumps({'shortcode': CODE})})}",
        case("likers_before.json"),
    ),
]


@pytest.mark.parametrize("seen", LIKES)
def test_a_list_of_likers_is_recognised_and_belongs_to_the_post_that_was_asked_about(seen: Exchange) -> None:
    request = ADAPTER.recognise(seen)

    assert request is not None
    assert (request.step, request.capability) == ("likers", Capability.LIKERS)
    page = reader.read(ADAPTER, request, served(seen.url, seen.body))
    assert {act.post.uri for act in page.interactions} == {f"{HOME}/p/{CODE}/"}
    assert PK in {act.actor.key for act in page.interactions}


@pytest.mark.parametrize(
    ("url", "body", "media", "step"),
    [
        (f"{HOME}/kelmawar/", "profile.html", "text/html", "profile"),
        (f"{HOME}/p/{CODE}/", "post.html", "text/html; charset=utf-8", "post"),
        (f"{HOME}/reel/{CODE}/?igsh=x", "post.html", "text/html", "post"),
        (f"{HOME}/kelmawar/p/{CODE}/", "post.html", "text/html", "post"),
        (f"{HOME}/kelmawar/", "feed_in_a_page.html", "text/html", "feed"),
        (f"{HOME}/graphql/query", "feed.json", "", "feed"),
        (f"{HOME}/api/v1/feed/user/rakamaju/username/?count=12", "feed_rest.json", "", "feed"),
        (f"{HOME}/api/v1/media/{NUMBER}/info/", "feed_rest.json", "", "feed"),
        (f"{HOME}/graphql/query/", "feed_before.json", "", "feed"),
        ("http://127.0.0.1:8099/kelmawar/", "profile.html", "text/html", "profile"),
    ],
)
def test_pages_and_timelines_of_a_persons_browser_are_recognised_and_read(
    url: str, body: str, media: str, step: str
) -> None:
    adapter = Instagram(Where(base_url="http://127.0.0.1:8099"))

    request = adapter.recognise(exchange(url, case(body), media=media))

    assert request is not None
    assert request.step == step
    assert reader.read(adapter, request, served(url, case(body))).posts


@pytest.mark.parametrize(
    "seen",
    [
        exchange("https://evil.example/graphql/query", case("likers_graphql.json"), form={"variables": '{"id":"1"}'}),
        exchange("https://instagram.com.evil.example/kelmawar/", case("profile.html"), media="text/html"),
        exchange("http://127.0.0.1:1/kelmawar/", case("profile.html"), media="text/html"),
        exchange(f"{HOME}/graphql/query", case("likers_graphql.json"), form={"variables": "{"}),
        exchange(f"{HOME}/graphql/query", case("likers_graphql.json")),
        exchange(f"{HOME}/graphql/query", {"data": {"viewer": {"id": "1"}}}),
        exchange(f"{HOME}/explore/", case("profile.html"), media="text/html"),
        exchange(f"{HOME}/accounts/login/", b"<html></html>", media="text/html"),
        exchange(f"{HOME}/static/bundle.js", b"1", media="text/javascript"),
    ],
)
def test_what_is_none_of_our_pages_is_not_recognised(seen: Exchange) -> None:
    assert ADAPTER.recognise(seen) is None


def test_an_old_answer_about_a_post_is_not_taken_for_its_likers() -> None:
    body = case("feed_before.json")
    seen = exchange(f"{HOME}/graphql/query", body, form={"variables": json.dumps({"shortcode": CODE})})

    request = ADAPTER.recognise(seen)

    assert request is not None
    assert request.step == "feed"


def test_likers_who_stand_in_a_post_itself_are_weak_evidence_and_never_a_count() -> None:
    request = PageRequest(target=Target(), capability=Capability.POSTS, url=HOME, step="item")

    page = reader.read(ADAPTER, request, served(HOME, case("item_list.json")))

    liked = [act for act in page.interactions if act.action is Action.LIKED]
    assert {(act.actor.handle, act.basis) for act in liked} == {
        ("siti.invented", ActorBasis.HANDLE),
        ("budi_invented", ActorBasis.HANDLE),
    }
    assert page.claimed is None


@pytest.mark.parametrize("body", [{}, [], None, {"code": CODE}, {"id": "1", "desc": "TikTok", "author": {}}])
def test_an_object_that_is_no_post_is_loud(body: object) -> None:
    request = PageRequest(target=Target(), capability=Capability.POSTS, url=HOME, step="item")

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request, served(HOME, body))


PAGE = (b'<html><script type="application/json" data-sjs>', b"</script></html>")
STEPS = ("profile", "post", "likers", "feed", "item", "discovery")


@given(
    st.sampled_from(STEPS),
    st.binary(max_size=200) | st.sampled_from([b"[]", b"{}", b"[{}]"]),
    st.sampled_from([PAGE, (b"", b"")]),
)
def test_whatever_bytes_come_reading_is_loud_and_never_stumbles(
    step: str, body: bytes, around: tuple[bytes, bytes]
) -> None:
    whole = body.join(around)
    carry = {"code": CODE, "floor": "", "top": "", "cursor": "", "resumed": ""}
    request = PageRequest(target=Target(), capability=Capability.POSTS, url=HOME, step=step, carry=carry)

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request, served(HOME, whole))


URLS = st.sampled_from(
    [f"{HOME}/graphql/query", f"{HOME}/api/v1/media/" + "9" * 5_000 + "/likers/", f"{HOME}/kelmawar/", "http://[x"]
) | st.text(max_size=60)
ASKED = (
    st.none()
    | st.text(max_size=80)
    | st.sampled_from(
        [
            json.dumps({"variables": {"id": "9" * 5_000}}),
            json.dumps({"variables": {"id": [1], "shortcode": "../../x"}}),
            json.dumps({"variables": 7}),
            "variables=%7B",
        ]
    )
)


@given(
    URLS,
    ASKED,
    st.binary(max_size=80) | st.sampled_from([case("likers_graphql.json"), case("likers_before.json")]),
    st.integers(0, 599),
)
def test_whatever_a_browser_received_recognising_it_never_stumbles(
    url: str, asked: str | None, body: bytes, status: int
) -> None:
    for media_type in ("text/html", "application/json", ""):
        seen = Exchange(url=url, method="GET", asked=asked, status=status, media_type=media_type, body=body, at=NOW)
        request = ADAPTER.recognise(seen)
        assert request is None or request.url == url
    ADAPTER.locate(url)


def test_a_redirect_or_an_answer_without_a_page_is_not_recognised() -> None:
    seen = exchange(f"{HOME}/kelmawar/", case("profile.html"), media="text/html")

    assert ADAPTER.recognise(seen) is not None
    for status in (0, 204, 301, 302, 304):
        assert ADAPTER.recognise(replace(seen, status=status)) is None


def test_addresses_are_told_apart() -> None:
    post = PostRef(platform="instagram", uri=f"{HOME}/p/{CODE}/", url=f"{HOME}/p/{CODE}/")

    for url in (
        f"{HOME}/p/{CODE}/",
        f"https://instagram.com/reel/{CODE}",
        f"https://m.instagram.com/kel/p/{CODE}/?x=1",
    ):
        assert ADAPTER.locate(url) == post
    assert ADAPTER.locate(f"{HOME}/kelmawar/") == KELURAHAN
    for url in (f"{HOME}/", f"{HOME}/explore/", "https://example.com/kelmawar/", f"{HOME}/kelmawar/tagged/"):
        assert ADAPTER.locate(url) is None
