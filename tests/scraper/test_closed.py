"""TikTok, Threads, X and YouTube: what each recorded case must read as, what must be loud, what may be kept of it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import LayoutError
from core.records import VisitState
from scraper import reader
from scraper.adapter import Page
from scraper.platforms.notes import NOTES
from tests.scraper import recorded
from tests.scraper.closed import ADAPTERS, CASES, WATCHED, body_of, capture_of, mutants, request_of, watched

READABLE = [
    (platform, case)
    for platform, case in CASES
    if recorded.expected(platform, case)["page"]["state"] in {"ok", "empty", "unchanged"}
]
STRANGERS: Mapping[str, tuple[str, ...]] = {
    "tiktok": ("7000000000000000003", "7000000000000000004", "Siti Rekaan", "budi", "Mantap Pak", "MS4wLj"),
    "threads": ("63000000002", "63000000003", "rakasari", "siti", "Nama "),
    "x": ("900000002", "900000003", "900000004", "siti_rekaan", "Nama ", "toko_rekaan", "Tidak setuju"),
    "youtube": ("UCkampanye", "UCsiti", "UCbudi", "siti-rekaan", "budi-rekaan", "Semoga menang", "Setuju"),
}
"""Numbers, names and comments of people whom nobody watches; a handle may stand in the words of a post itself."""
EXTRAS = (
    "authorInfos",
    "authorChannelId",
    "includes",
    "quoted",
    "retweeted",
    "referenced",
    "share_info",
    "reply",
    "replies",
    "comments",
    "promoted",
)


def same_but_authors(page: Page) -> Page:
    return replace(page, posts=tuple(replace(post, author=None) for post in page.posts))


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_a_recorded_answer_reads_as_expected(platform: str, case: str) -> None:
    page = reader.read(ADAPTERS[platform], request_of(platform, case), capture_of(platform, case))

    assert recorded.plain(page) == recorded.expected(platform, case)["page"]


@pytest.mark.parametrize(("platform", "case"), READABLE)
def test_a_reduced_answer_reads_the_same_without_the_people_nobody_watches(platform: str, case: str) -> None:
    adapter, request, capture = ADAPTERS[platform], request_of(platform, case), capture_of(platform, case)
    whole = adapter.read(request, capture)

    reduced = adapter.reduce(request, capture, watched)

    left = adapter.read(request, reduced)
    assert same_but_authors(left) == same_but_authors(recorded.without_strangers(whole, watched))
    kept = [(post.ref, post.author) for post in left.posts if post.author is not None]
    assert kept == [(post.ref, post.author) for post in whole.posts if post.author and watched(post.author)]
    assert reduced.reduced
    assert reduced.sha256 == capture.sha256


@pytest.mark.parametrize(("platform", "case"), READABLE)
def test_an_answer_may_be_reduced_twice_and_says_by_itself_that_it_is_reduced(platform: str, case: str) -> None:
    adapter, request = ADAPTERS[platform], request_of(platform, case)
    once = adapter.reduce(request, capture_of(platform, case), watched)

    stored = replace(once, reduced=False)  # as a file that somebody opens again

    assert adapter.reduce(request, stored, watched).body == once.body
    assert adapter.read(request, stored) == adapter.read(request, once)


@pytest.mark.parametrize(("platform", "case"), READABLE)
def test_nothing_is_left_of_people_whom_nobody_watches(platform: str, case: str) -> None:
    request, capture = request_of(platform, case), capture_of(platform, case)

    reduced = ADAPTERS[platform].reduce(request, capture, watched)

    assert [name for name in STRANGERS[platform] if name in reduced.body.decode()] == []


@pytest.mark.parametrize(("platform", "case"), READABLE)
def test_where_nobody_is_watched_nothing_is_left_of_anybody(platform: str, case: str) -> None:
    request, capture = request_of(platform, case), capture_of(platform, case)

    reduced = ADAPTERS[platform].reduce(request, capture, lambda _: False).body.decode()

    assert [name for name in (*WATCHED, "kelmawar", *STRANGERS[platform]) if name in reduced] == []


@pytest.mark.parametrize("platform", ADAPTERS)
def test_the_cases_do_hold_people_whom_nobody_watches(platform: str) -> None:
    every = b"".join(body_of(platform, case) for one, case in CASES if one == platform).decode()

    assert [name for name in STRANGERS[platform] if name not in every] == []


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_damage_in_any_place_is_never_taken_for_an_empty_page(platform: str, case: str) -> None:
    adapter, request, capture = ADAPTERS[platform], request_of(platform, case), capture_of(platform, case)
    whole = reader.read(adapter, request, capture)
    if not capture.body.lstrip().startswith((b"{", b"<!DOCTYPE html><html lang")):
        return  # a wall has no data to damage

    for damage, body in mutants(capture.body):
        mutant = replace(capture, body=body)
        page = recorded.read_or_none(adapter, request, mutant)
        if page is None or page.state not in recorded.GOOD:
            continue
        assert page.state is whole.state or whole.state not in {VisitState.OK, VisitState.UNCHANGED}, damage
        assert page.state is not VisitState.EMPTY or whole.state is VisitState.EMPTY, damage
        adapter.reduce(request, mutant, watched)  # what can be read can be reduced
        if platform != "threads" and not any(extra in damage for extra in EXTRAS):
            assert len(page.posts) >= len(whole.posts) or page.gone, damage
            assert len(page.interactions) >= len(whole.interactions), damage


def test_far_more_than_two_hundred_damaged_answers_were_read() -> None:
    every = sum(1 for platform, case in READABLE for _ in mutants(body_of(platform, case)))

    assert every > 5_000


def test_every_note_has_words_for_people() -> None:
    codes = {recorded.expected(platform, case)["page"]["note"] for platform, case in CASES} - {None}

    assert {code for code in codes if "→" not in code and not code.startswith("http_")} <= NOTES


MANDATORY = [
    *(("tiktok", "embed", key) for key in ("source", "userInfo", "videoList", "id", "uniqueId", "desc")),
    *(("tiktok", "embed_none", key) for key in ("data", "userInfo", "videoList")),
    *(("tiktok", "video", key) for key in ("__DEFAULT_SCOPE__", "webapp.video-detail", "itemInfo", "itemStruct")),
    *(("tiktok", "video", key) for key in ("statusCode", "id", "desc", "createTime", "author")),
    *(("tiktok", "video_embed", key) for key in ("videoData", "itemInfos", "text", "diggCount")),
    *(("tiktok", "profile", key) for key in ("webapp.user-detail", "userInfo", "user", "privateAccount")),
    *(("tiktok", "item_list_none", key) for key in ("itemList", "statusCode", "hasMore")),
    *(("tiktok", "comments_none", key) for key in ("comments", "total", "status_code")),
    *(("tiktok", "comments", key) for key in ("comments", "cid", "aweme_id", "user")),
    *(("tiktok", "research_liked", key) for key in ("data", "user_liked_videos", "id", "username")),
    *(("threads", "profile", key) for key in ("post", "code", "pk", "user", "username")),
    *(("threads", "answer", key) for key in ("post", "code", "pk", "user")),
    *(("x", "timeline", key) for key in ("data", "instructions", "entries", "content", "itemContent", "rest_id")),
    *(("x", "timeline", key) for key in ("tweet_results", "legacy", "full_text", "created_at", "user_id_str")),
    *(("x", "timeline_none", key) for key in ("data", "instructions", "entries", "type")),
    *(("x", "detail", key) for key in ("instructions", "entries", "tweet_results", "legacy")),
    *(("x", "retweeters", key) for key in ("instructions", "entries", "user_results")),
    *(("x", "api_user", key) for key in ("data", "id", "username")),
    *(("x", "api_posts", key) for key in ("data", "meta", "result_count", "author_id", "text", "public_metrics")),
    *(("x", "api_posts_none", key) for key in ("meta", "result_count")),
    *(("youtube", "channel", key) for key in ("pageInfo", "items", "id", "snippet", "uploads")),
    *(("youtube", "uploads", key) for key in ("pageInfo", "items", "resourceId", "videoId", "publishedAt")),
    *(("youtube", "uploads_none", key) for key in ("pageInfo", "items", "totalResults")),
    *(("youtube", "videos", key) for key in ("items", "snippet", "title", "channelId", "statistics")),
    *(("youtube", "threads", key) for key in ("items", "topLevelComment", "snippet", "totalReplyCount")),
]


@pytest.mark.parametrize(("platform", "case", "key"), MANDATORY)
def test_a_renamed_key_that_matters_is_a_changed_layout(platform: str, case: str, key: str) -> None:
    capture = capture_of(platform, case)
    renamed = capture.body.replace(f'"{key}":'.encode(), b'"baru":')

    assert renamed != capture.body
    with pytest.raises(LayoutError):
        reader.read(ADAPTERS[platform], request_of(platform, case), replace(capture, body=renamed))


@pytest.mark.parametrize(("platform", "case"), READABLE)
@pytest.mark.parametrize(
    "body", [b"null", b"[", b"<html>Masuk</html>", b'"teks"', b"\xff\xfe", b"[[[[[[" * 5000, b"{}"]
)
def test_what_is_no_answer_at_all_is_a_changed_layout(platform: str, case: str, body: bytes) -> None:
    with pytest.raises(LayoutError):
        reader.read(ADAPTERS[platform], request_of(platform, case), replace(capture_of(platform, case), body=body))


@given(st.sampled_from(READABLE), st.data())
def test_an_answer_that_was_cut_short_is_never_good(case: tuple[str, str], data: st.DataObject) -> None:
    capture = capture_of(*case)
    end = capture.body.rfind(b"}")
    body = capture.body[: data.draw(st.integers(0, end))]

    page = recorded.read_or_none(ADAPTERS[case[0]], request_of(*case), replace(capture, body=body))

    assert page is None or page.state is VisitState.THROTTLED  # TikTok's empty answer


@settings(deadline=None)
@given(st.sampled_from(CASES), st.binary(max_size=400))
def test_bytes_of_any_kind_raise_nothing_but_a_changed_layout(case: tuple[str, str], body: bytes) -> None:
    page = recorded.read_or_none(
        ADAPTERS[case[0]], request_of(*case), replace(capture_of(*case), status=200, body=body)
    )

    assert page is None or page.state not in recorded.GOOD


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted({k for *_, k in MANDATORY})), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.sampled_from(CASES), JSON)
def test_json_of_any_shape_raises_nothing_but_a_changed_layout(case: tuple[str, str], content: object) -> None:
    capture = recorded.served("https://example.org/", content)
    recorded.read_or_none(ADAPTERS[case[0]], request_of(*case), capture)
    script = b'<html><script type="application/json" id="%s">', capture.body + b"</script>"
    request = request_of(*case)

    for name in (b"__UNIVERSAL_DATA_FOR_REHYDRATION__", b"__FRONTITY_CONNECT_STATE__"):
        body = script[0] % name + script[1]
        recorded.read_or_none(ADAPTERS[case[0]], request, replace(capture, body=body))


@pytest.mark.parametrize("status", [204, 301, 304, 405, 418])
@pytest.mark.parametrize("platform", ADAPTERS)
def test_a_status_that_nobody_expected_is_never_taken_for_an_empty_page(platform: str, status: int) -> None:
    case = {"tiktok": "embed_none", "threads": "profile", "x": "api_posts_none", "youtube": "uploads_none"}[platform]
    capture = replace(capture_of(platform, case), status=status, body=b"")

    page = recorded.read_or_none(ADAPTERS[platform], request_of(platform, case), capture)

    assert page is None or page.state is VisitState.THROTTLED


@pytest.mark.parametrize(("platform", "case"), READABLE)
def test_what_a_mode_offers_is_declared(platform: str, case: str) -> None:
    assert request_of(platform, case).capability in ADAPTERS[platform].capabilities
