"""Answers and pages of Mastodon-compatible servers in somebody's own recording: which they are, what they tell."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from core.platforms import Mastodon as Where
from core.records import AccountRef, Action, Capability, Exchange, PostRef, VisitState
from scraper import reader
from scraper.adapter import Page
from scraper.platforms.mastodon import Mastodon
from tests.scraper.recorded import CAPTURES, FIXTURES, served

ADAPTER = Mastodon(Where())
HOST = "warga.example"
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"


def exchange(path: str, body: object, *, media: str = JSON, status: int = 200, method: str = "GET") -> Exchange:
    return Exchange(
        url=f"https://{HOST}{path}",
        method=method,
        asked=None,
        status=status,
        media_type=media,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        at=datetime(2029, 10, 1, tzinfo=UTC),
    )


def case(name: str) -> bytes:
    return (CAPTURES / "mastodon" / name).read_bytes()


def seen(told: Exchange, *, watched: str | None = None) -> Page:
    """Read an answer as an import does; with `watched`, what is kept of it when only this account is watched."""
    request = ADAPTER.recognise(told)
    assert request is not None
    capture = served(told.url, told.body)
    if watched is not None:
        capture = ADAPTER.reduce(request, capture, lambda who: (who.handle or "").startswith(watched))
        assert "Nama" not in capture.body.decode()
    return reader.read(ADAPTER, request, capture)


def person(name: str) -> dict[str, Any]:
    url = f"https://{HOST}/@{name}"
    uri = f"https://{HOST}/users/{name}"
    return {"id": name, "acct": name, "url": url, "uri": uri, "display_name": f"Nama {name}"}


def status(name: str, number: int, text: str, **more: object) -> dict[str, Any]:
    uri, url = f"https://{HOST}/users/{name}/statuses/{number}", f"https://{HOST}/@{name}/{number}"
    told = {"content": f"<p>{text}</p>", "created_at": "2029-10-01T00:00:00Z", "visibility": "public"}
    return {"id": str(number), "uri": uri, "url": url, "account": person(name), "favourites_count": 2, **told, **more}


THREAD = {
    "ancestors": [status("siti", 490, "Siapa calonnya?")],
    "descendants": [
        status("kelmawar", 501, "Ayo nomor 1"),
        status("budi", 502, "Rahasia", visibility="private"),
        status("kelmawar", 503, "", reblog=status("siti", 9, "Pilih")),
    ],
}


def test_an_account_and_its_timeline_prove_its_key() -> None:
    page = seen(exchange("/api/v1/accounts/lookup?acct=kelmawar", case("account.json")))
    timeline = ADAPTER.recognise(exchange("/api/v1/accounts/110/statuses?limit=20", case("timeline.json")))

    assert page.account is not None
    assert page.account.key == f"https://{HOST}/users/kelmawar"
    assert timeline is not None
    assert timeline.target.account == page.account


def test_a_timeline_tells_what_the_account_wrote_and_what_it_passed_on() -> None:
    page = seen(exchange("/api/v1/accounts/110/statuses", case("timeline.json")))

    assert page.state is VisitState.OK
    assert {act.action for act in page.interactions} == {Action.POSTED, Action.REPOSTED}


def test_a_timeline_without_a_post_belongs_to_nobody_whom_it_names() -> None:
    assert ADAPTER.recognise(exchange("/api/v1/accounts/110/statuses", [])) is None


@pytest.mark.parametrize(("part", "action"), [("favourited_by", Action.LIKED), ("reblogged_by", Action.REPOSTED)])
def test_a_list_of_people_belongs_to_the_post_whose_number_was_asked_for(part: str, action: Action) -> None:
    told = exchange(f"/api/v1/statuses/500/{part}?limit=80", [person("kelmawar"), person("siti")])
    post = PostRef(platform="mastodon", uri=f"https://{HOST}/statuses/500", url=f"https://{HOST}/statuses/500")

    page, kept = seen(told), seen(told, watched="kelmawar")

    assert [(act.actor.handle, act.action, act.post) for act in page.interactions] == [
        (f"kelmawar@{HOST}", action, post),
        (f"siti@{HOST}", action, post),
    ]
    assert [act.actor.handle for act in kept.interactions] == [f"kelmawar@{HOST}"]
    assert kept.seen == page.seen == 2
    assert ADAPTER.unsettled(post) == (f"https://{HOST}/", "/500")


def test_boosts_are_no_look_at_who_liked_a_post() -> None:
    request = ADAPTER.recognise(exchange("/api/v1/statuses/500/reblogged_by", []))

    assert request is not None
    assert request.capability is Capability.CONTENT


def test_a_post_has_its_own_name_and_says_who_wrote_it() -> None:
    told = exchange("/api/v1/statuses/501", status("kelmawar", 501, "Ayo nomor 1"))

    page = seen(told)

    assert [post.text for post in page.posts] == ["Ayo nomor 1"]
    assert [(act.actor.handle, act.action) for act in page.interactions] == [(f"kelmawar@{HOST}", Action.POSTED)]
    assert ADAPTER.unsettled(page.posts[0].ref) is None
    assert seen(told, watched="nobody").interactions == ()
    assert [post.text for post in seen(told, watched="nobody").posts] == ["Ayo nomor 1"]


def test_in_a_thread_everybody_wrote_their_own_post_and_only_the_watched_is_kept() -> None:
    told = exchange("/api/v1/statuses/500/context", THREAD)

    page, kept = seen(told), seen(told, watched="kelmawar")

    assert [(act.actor.handle, act.action) for act in page.interactions] == [
        (f"siti@{HOST}", Action.POSTED),
        (f"kelmawar@{HOST}", Action.POSTED),
        (f"kelmawar@{HOST}", Action.REPOSTED),
    ]
    assert "Rahasia" not in {post.text for post in page.posts}
    assert [post.text for post in kept.posts] == ["Ayo nomor 1", "Pilih"]
    assert kept.seen == page.seen == 4


def test_of_a_timeline_that_nobody_watches_and_of_posts_that_are_not_public_no_word_is_kept() -> None:
    listed = [status("kelmawar", 1, "Halo"), status("kelmawar", 2, "Rahasia", visibility="private")]
    told = exchange("/api/v1/accounts/110/statuses", listed)
    request = ADAPTER.recognise(told)
    assert request is not None

    mine = ADAPTER.reduce(request, served(told.url, told.body), lambda _: True)
    theirs = ADAPTER.reduce(request, served(told.url, told.body), lambda _: False)

    assert b"Halo" in mine.body
    assert b"Rahasia" not in mine.body
    assert reader.read(ADAPTER, request, mine).seen == 2
    assert theirs.body == b"[]"


@pytest.mark.parametrize("path", ["/@kelmawar", "/@kelmawar?max_id=9", "/users/kelmawar"])
def test_a_marked_profile_is_recognised_on_any_host(path: str) -> None:
    page = seen(exchange(path, case("profile_gotosocial.html"), media=HTML))

    assert page.account == AccountRef(
        platform="mastodon", key=f"https://{HOST}/users/kelmawar", handle=f"kelmawar@{HOST}"
    )
    assert page.seen == 4


@pytest.mark.parametrize(
    ("path", "file"),
    [("/@raka/statuses/01JX", "page_gotosocial.html"), ("/@raka/500#atas", "page_mastodon_3.html")],
)
def test_a_marked_page_of_a_post_is_recognised_by_its_address(path: str, file: str) -> None:
    page = seen(exchange(path, case(file), media=HTML))

    assert page.posts[0].text == "Ayo coblos nomor 1"
    assert page.posts[-1].text == "Siap"


MARKED, PEOPLE = case("profile_gotosocial.html"), [person("siti")]


@pytest.mark.parametrize(
    "told",
    [
        exchange("/@kelmawar", case("profile_by_script.html"), media=HTML),
        exchange("/tentang", MARKED, media=HTML),
        exchange("/@kelmawar", MARKED, media=HTML, status=304),
        exchange("/api/v1/statuses/500/favourited_by", PEOPLE, method="POST"),
        exchange("/api/v1/statuses/500/favourited_by", PEOPLE, status=401),
        exchange("/api/v1/statuses/500/favourited_by", {"error": "tidak"}),
        exchange("/api/v1/statuses/500/favourited_by", [{"pk": 1}]),
        exchange("/api/v1/statuses/500/history", []),
        exchange("/api/v1/accounts/110", person("siti")),
        exchange("/api/v1/accounts/lookup", {"users": []}),
        exchange("/api/v1/media/500/likers/", PEOPLE),
        exchange("/api/v1/accounts/lookup", b"\xff\xfe"),
    ],
)
def test_what_is_none_of_our_pages_is_not_recognised(told: Exchange) -> None:
    assert reader.recognise(ADAPTER, told) is None


def test_what_a_real_server_answered_is_recognised_and_read() -> None:
    path = FIXTURES / "mastodon" / "mastodonpy_test_status_favourited_by.yaml"
    if not path.exists():
        pytest.skip(f"no recorded answers of real servers at {path.parent}")
    read = 0
    for one in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
        if one["request"]["method"] != "GET" or one["response"]["status"]["code"] != 200:
            continue
        body = one["response"]["body"]["string"]
        told = Exchange(
            url=one["request"]["uri"],
            method="GET",
            asked=None,
            status=200,
            media_type=JSON,
            body=body if isinstance(body, bytes) else body.encode(),
            at=datetime(2026, 8, 1, tzinfo=UTC),
        )
        request = reader.recognise(ADAPTER, told)
        if request is not None:
            assert reader.read(ADAPTER, request, served(told.url, told.body)).state is VisitState.OK
            read += 1
    assert read
