"""Recorded answers of every platform: what each must read as, what damage must be loud, what may be kept of it."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LayoutError
from core.platforms import Bluesky as AtProtocol
from core.platforms import Facebook as FacebookSite
from core.platforms import Instagram as InstagramSite
from core.platforms import Mastodon as MastodonServers
from core.records import AccountRef, Post, VisitState
from scraper import reader
from scraper.adapter import Adapter, Page, PageRequest
from scraper.platforms.answers import moment
from scraper.platforms.bluesky import Bluesky
from scraper.platforms.facebook import Facebook
from scraper.platforms.instagram import Instagram
from scraper.platforms.mastodon import Mastodon
from tests.scraper import recorded

ADAPTERS: Mapping[str, Adapter] = {
    "bluesky": Bluesky(AtProtocol(appview="https://appview.example", plc="https://plc.example")),
    "mastodon": Mastodon(MastodonServers()),
    "instagram": Instagram(InstagramSite(account_id="17841400000000009")),
    "facebook": Facebook(FacebookSite()),
}
CASES = [(platform, case) for platform in ADAPTERS for case in recorded.cases(platform)]
SERVED = [(p, c) for p, c in CASES if recorded.expected(p, c)["request"].get("status", 200) == 200]
LIKERS = [(platform, case) for platform, case in SERVED if case == "likers"]
STRANGERS = ("siti", "Siti", "budi", "Budi", "Nama ")
ANONYMOUS = {"posts", "liked-post", "statuses"}
"""Steps of which no author's name is kept."""
THREAD = ("mastodon", "page")
"""A page on which others wrote around the post that was asked for."""
EXTRA = ("embed", "coauthor_producers", "top_likers", "profile_pinned_post ")
"""What may be there or not: a quote, others who published a post, likers whom the viewer knows, a pinned post."""


def watched(account: AccountRef) -> bool:
    return "kelurahan" in (account.key or "") or "kelmawar" in (account.handle or "")


def is_ours(request: PageRequest, post: Post) -> bool:
    return post.ref in request.target.posts or (post.author is not None and watched(post.author))


def found(page: Page) -> tuple[int, int, int]:
    return len(page.posts), len(page.interactions), len(page.gone)


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_a_recorded_answer_reads_as_expected(platform: str, case: str) -> None:
    request, capture = recorded.request_of(platform, case), recorded.capture_of(platform, case)

    page = reader.read(ADAPTERS[platform], request, capture)

    assert recorded.plain(page) == recorded.expected(platform, case)["page"]


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_a_reduced_answer_reads_the_same_without_the_people_nobody_watches(platform: str, case: str) -> None:
    adapter, request = ADAPTERS[platform], recorded.request_of(platform, case)
    capture = recorded.capture_of(platform, case)
    whole = adapter.read(request, capture)

    reduced = adapter.reduce(request, capture, watched)

    left = adapter.read(request, reduced)
    bare = recorded.without_strangers(whole, watched)
    posts = [post for post in whole.posts if (platform, request.step) != THREAD or is_ours(request, post)]
    assert [replace(post, author=None) for post in left.posts] == [replace(post, author=None) for post in posts]
    for post, before in zip(left.posts, posts, strict=True):  # what others wrote may lose its author
        is_theirs = before.author is not None and watched(before.author) and request.step not in ANONYMOUS
        assert post.author == before.author or not is_theirs
    assert replace(left, posts=()) == replace(bare, posts=())
    assert reduced.sha256 == capture.sha256


@pytest.mark.parametrize(("platform", "case"), LIKERS)
def test_nothing_is_left_of_likers_whom_nobody_watches(platform: str, case: str) -> None:
    request, capture = recorded.request_of(platform, case), recorded.capture_of(platform, case)

    reduced = ADAPTERS[platform].reduce(request, capture, watched)

    assert [name for name in STRANGERS if name in capture.body.decode()]
    assert [name for name in STRANGERS if name in reduced.body.decode()] == []
    assert ADAPTERS[platform].read(request, reduced).seen == 3


OF_META = [one for one in SERVED if one[0] in {"instagram", "facebook"}]


@pytest.mark.parametrize(("platform", "case"), OF_META)
def test_an_answer_may_be_reduced_twice_and_says_by_itself_that_it_is_reduced(platform: str, case: str) -> None:
    adapter, request = ADAPTERS[platform], recorded.request_of(platform, case)
    once = adapter.reduce(request, recorded.capture_of(platform, case), watched)

    twice = adapter.reduce(request, replace(once, reduced=False), watched)

    assert twice.body == once.body
    assert adapter.read(request, replace(once, reduced=False)) == adapter.read(request, once)


@pytest.mark.parametrize(("platform", "case"), OF_META)
def test_nothing_is_left_in_any_answer_of_people_whom_nobody_watches(platform: str, case: str) -> None:
    adapter, request = ADAPTERS[platform], recorded.request_of(platform, case)
    capture = recorded.capture_of(platform, case)
    if adapter.read(request, capture).state not in recorded.GOOD:
        return  # of what cannot be read nothing is kept

    reduced = adapter.reduce(request, capture, watched).body.decode()

    assert [name for name in (*STRANGERS, "raka", "RAHASIA", "61000000003", "61500000003") if name in reduced] == []


@pytest.mark.parametrize(("platform", "case"), [("bluesky", "liked_texts"), ("bluesky", "campaign_post")])
def test_of_a_liked_post_neither_the_authors_name_nor_whom_it_mentions_is_kept(platform: str, case: str) -> None:
    request, capture = recorded.request_of(platform, case), recorded.capture_of(platform, case)

    kept = ADAPTERS[platform].reduce(request, capture, watched).body.decode()

    assert "Siti Invented" not in kept
    assert "raka.example" not in kept
    assert "did:plc:budi" not in kept


def test_of_a_boosted_post_the_authors_name_is_not_kept() -> None:
    request, capture = recorded.request_of("mastodon", "timeline"), recorded.capture_of("mastodon", "timeline")

    kept = json.loads(ADAPTERS["mastodon"].reduce(request, capture, watched).body)

    assert "Nama siti" in capture.body.decode()
    assert "Nama siti" not in str(kept)
    assert kept[0]["reblog"]["account"] == {"id": "", "acct": "", "url": "", "uri": ""}


@pytest.mark.parametrize(("platform", "case"), SERVED)
def test_damage_in_any_place_is_loud_and_never_silently_empty(platform: str, case: str) -> None:
    adapter, request = ADAPTERS[platform], recorded.request_of(platform, case)
    capture = recorded.capture_of(platform, case)
    whole = reader.read(adapter, request, capture)

    for damage, body in recorded.mutants(capture.body):
        mutant = replace(capture, body=body)
        page = recorded.read_or_none(adapter, request, mutant)
        if page is not None and page.state in recorded.GOOD:
            assert found(page) >= found(whole) or page.gone or any(name in damage for name in EXTRA), damage
            assert len(page.following) >= len(whole.following) or "cursor" in damage or "paging" in damage, damage
            adapter.reduce(request, mutant, watched)  # what can be read can be reduced


MANDATORY = [
    *(("bluesky", "resolve", key) for key in ("did",)),
    *(("bluesky", "document", key) for key in ("id", "service", "serviceEndpoint")),
    *(("bluesky", "commit_first", key) for key in ("rev",)),
    *(("bluesky", "likes_first_page", key) for key in ("records", "uri", "value", "subject")),
    *(("bluesky", "posts", key) for key in ("records", "value", "text")),
    *(("bluesky", "liked_texts", key) for key in ("posts", "uri", "author", "did", "record", "text")),
    *(("bluesky", "likers", key) for key in ("likes", "actor", "did")),
    *(("mastodon", "account", key) for key in ("id", "acct", "url")),
    *(("mastodon", "timeline", key) for key in ("id", "uri", "account", "content", "created_at", "visibility")),
    *(("mastodon", "campaign_post", key) for key in ("uri", "account", "content", "favourites_count")),
    *(("mastodon", "likers", key) for key in ("id", "acct", "url")),
]


@pytest.mark.parametrize(("platform", "case", "key"), MANDATORY)
def test_a_renamed_key_that_matters_is_a_changed_layout(platform: str, case: str, key: str) -> None:
    capture = recorded.capture_of(platform, case)
    renamed = capture.body.replace(f'"{key}":'.encode(), b'"baru":')

    assert renamed != capture.body
    with pytest.raises(LayoutError):
        reader.read(ADAPTERS[platform], recorded.request_of(platform, case), replace(capture, body=renamed))


@pytest.mark.parametrize(("platform", "case"), SERVED)
@pytest.mark.parametrize("body", [b"", b"null", b"[", b"<html>Masuk</html>", b'"teks"', b"\xff\xfe", b"[[[[[[" * 5000])
def test_what_is_no_answer_at_all_is_a_changed_layout(platform: str, case: str, body: bytes) -> None:
    capture = replace(recorded.capture_of(platform, case), body=body)

    with pytest.raises(LayoutError):
        reader.read(ADAPTERS[platform], recorded.request_of(platform, case), capture)


@given(st.sampled_from(SERVED), st.data())
def test_an_answer_that_was_cut_short_is_a_changed_layout_or_tells_the_same(
    case: tuple[str, str], data: st.DataObject
) -> None:
    capture = recorded.capture_of(*case)
    length = data.draw(st.integers(0, len(capture.body.strip()) - 1))

    page = recorded.read_or_none(
        ADAPTERS[case[0]], recorded.request_of(*case), replace(capture, body=capture.body[:length])
    )

    assert page is None or recorded.plain(page) == recorded.expected(*case)["page"]  # what was cut off told nothing


@pytest.mark.parametrize("platform", ADAPTERS)
@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, VisitState.LOGIN_WALL),
        (403, VisitState.LOGIN_WALL),
        (404, VisitState.NOT_FOUND),
        (410, VisitState.NOT_FOUND),
        (429, VisitState.THROTTLED),
        (451, VisitState.GATED),
        (500, VisitState.FAILED),
        (503, VisitState.FAILED),
    ],
)
def test_a_status_that_says_no_is_a_state(platform: str, status: int, state: VisitState) -> None:
    case = "likers"
    capture = replace(recorded.capture_of(platform, case), status=status, body=b"<html>no</html>")

    page = reader.read(ADAPTERS[platform], recorded.request_of(platform, case), capture)

    assert (page.state, page.interactions) == (state, ())


@pytest.mark.parametrize("status", [204, 301, 302, 304, 400, 405, 418])
@pytest.mark.parametrize("platform", ADAPTERS)
def test_a_status_that_nobody_expected_is_never_taken_for_an_empty_page(platform: str, status: int) -> None:
    capture = replace(recorded.capture_of(platform, "likers"), status=status, body=b"")

    with pytest.raises(LayoutError):
        reader.read(ADAPTERS[platform], recorded.request_of(platform, "likers"), capture)


@given(st.text(max_size=40) | st.datetimes().map(str) | st.datetimes().map(lambda at: f"{at.isoformat()}Z"))
def test_a_time_is_read_as_utc_or_not_at_all(text: str) -> None:
    read = moment(text)

    assert read is None or read.utcoffset() is not None
