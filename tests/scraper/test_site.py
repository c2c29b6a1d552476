"""The site adapter: recorded pages, mutants of them, and what it may keep."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, InputError, LayoutError
from core.records import AccountRef, Answered, Capability, Capture, PostRef, Span, VisitState
from scraper.adapter import Target, Tier
from tests.scraper.recorded import plain
from tests.scraper.sites import (
    CASES,
    SITES,
    adapter_of,
    capture_of,
    captured,
    expected,
    request_of,
    watched,
    without_answers_of_strangers,
    without_strangers,
)

NAMES = sorted(path.name.removesuffix(".expected.json") for path in CASES.glob("*.expected.json"))
PROFILE, POST_PAGE, BOARD = "main.linimasa", "main.halaman-kiriman", "table#papan"
LANDMARKS = [("posts", PROFILE), ("posts_empty", PROFILE), ("likes", PROFILE)]
LANDMARKS += [("likers", POST_PAGE), ("post", POST_PAGE), ("board", BOARD), ("board_empty", BOARD)]
ITEMS = [("posts", "li.kiriman"), ("likes", "li.kiriman"), ("likers", "li.penyuka"), ("post", "article.kiriman")]
ITEMS += [("board", "tr.warta"), ("posts_empty", "p.kosong"), ("board_empty", "td.sepi")]
GOOD = {VisitState.OK, VisitState.UNCHANGED, VisitState.EMPTY}


@pytest.mark.parametrize("case", NAMES)
def test_a_recorded_page_reads_as_expected(case: str) -> None:
    adapter, request = request_of(case)

    assert plain(adapter.read(request, capture_of(case, request.url))) == expected(case)["page"]


@pytest.mark.parametrize("case", NAMES)
def test_a_reduced_page_reads_the_same_without_the_people_nobody_watches(case: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case, request.url)
    whole = adapter.read(request, capture)
    reduced = adapter.reduce(request, capture, watched)

    assert adapter.read(request, reduced) == without_strangers(without_answers_of_strangers(request, whole))
    assert reduced.sha256 == capture.sha256
    assert reduced.reduced
    assert adapter.reduce(request, reduced, watched) is reduced


def _dropped(html: bytes, selector: str) -> bytes:
    soup = BeautifulSoup(b"<!---->" + html, "lxml")
    for element in soup.select(selector):
        element.decompose()
    return str(soup).encode()


@pytest.mark.parametrize(("case", "landmark"), LANDMARKS)
def test_a_page_without_its_landmark_is_a_changed_layout(case: str, landmark: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case)

    with pytest.raises(LayoutError) as raised:
        adapter.read(request, replace(capture, body=_dropped(capture.body, landmark)))

    assert raised.value.code == "layout_changed"


@pytest.mark.parametrize(("case", "items"), ITEMS)
def test_a_page_without_items_and_without_a_word_that_there_are_none_is_a_changed_layout(case: str, items: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case)

    with pytest.raises(LayoutError):
        adapter.read(request, replace(capture, body=_dropped(capture.body, items), answers=()))


@pytest.mark.parametrize("case", ["posts", "likes", "likers"])
def test_items_that_only_the_answers_have_are_noted(case: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case)

    page = adapter.read(request, replace(capture, body=_dropped(capture.body, "li")))

    assert page.note == f"json {page.seen}, html 0"


@pytest.mark.parametrize("case", ["posts", "likes"])
def test_without_answers_the_page_itself_is_read_and_says_the_same(case: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case)

    shown = adapter.read(request, replace(capture, answers=()))

    assert shown == replace(adapter.read(request, capture), claimed=None)


def renamed(capture: Capture, key: str) -> Capture:
    old = f'"{key}":'.encode()
    answers = (replace(answer, body=answer.body.replace(old, b'"baru":')) for answer in capture.answers)
    return replace(capture, answers=tuple(answers))


@pytest.mark.parametrize(
    ("case", "key"),
    [
        *(("posts", key) for key in ("data", "kiriman", "id", "penulis", "handle", "isi")),
        *(("likes", key) for key in ("data", "kiriman", "id", "penulis", "handle", "isi")),
        *(("likers", key) for key in ("data", "penyuka", "handle")),
    ],
)
def test_a_renamed_key_that_matters_is_a_changed_layout(case: str, key: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case)

    with pytest.raises(LayoutError):
        adapter.read(request, renamed(capture, key))


@pytest.mark.parametrize("key", ["waktu", "suka", "alamat", "jumlah"])
def test_a_renamed_key_that_does_not_matter_leaves_a_gap(key: str) -> None:
    adapter, request = request_of("posts")
    capture = capture_of("posts")

    whole, page = adapter.read(request, capture), adapter.read(request, renamed(capture, key))

    assert [post.ref for post in page.posts] == [post.ref for post in whole.posts]
    assert [post.text for post in page.posts] == [post.text for post in whole.posts]


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ("likers", "author"),
        *((case, field) for case in ("posts", "likes", "post", "board") for field in ("id", "author", "text")),
    ],
)
def test_a_renamed_element_that_matters_is_a_changed_layout(case: str, field: str) -> None:
    _, request = request_of(case)
    asked = expected(case)["request"]
    name = "post" if asked["capability"] == "content" else asked["capability"]
    page = SITES[asked["platform"]][name]
    changed = {**page, "json": None, "html": {**page["html"], field: "b.tak-ada@data-x"}}
    mutant = adapter_of(asked["platform"], **{name: changed})

    with pytest.raises(LayoutError):
        mutant.read(request, replace(capture_of(case), answers=()))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, VisitState.LOGIN_WALL),
        (404, VisitState.NOT_FOUND),
        (410, VisitState.NOT_FOUND),
        (429, VisitState.THROTTLED),
        (503, VisitState.FAILED),
    ],
)
def test_a_status_that_says_no_is_a_state(status: int, state: VisitState) -> None:
    adapter, request = request_of("post")

    page = adapter.read(request, captured(b"<html></html>", status=status))

    assert page.state is state
    assert page.gone == (request.target.posts if state is VisitState.NOT_FOUND else ())


def test_an_answer_that_was_refused_while_scrolling_keeps_what_came_and_says_so() -> None:
    adapter, request = request_of("posts_scrolled")
    capture = capture_of("posts_scrolled")
    first, second, _ = capture.answers

    page = adapter.read(request, replace(capture, answers=(first, replace(second, status=429, body=b""))))

    assert (page.state, page.seen, page.claimed, page.bookmark) == (VisitState.THROTTLED, 8, 18, None)


def test_a_broken_answer_is_a_changed_layout() -> None:
    adapter, request = request_of("posts")
    capture = capture_of("posts")

    with pytest.raises(LayoutError):
        adapter.read(request, replace(capture, answers=(replace(capture.answers[0], body=b'{"data": {'),)))


def test_an_empty_mark_does_not_outweigh_a_claim_that_there_are_some() -> None:
    adapter, request = request_of("posts_empty")
    capture = capture_of("posts_empty")
    some = replace(capture.answers[0], body=b'{"data": {"kiriman": [], "jumlah": 12}}')

    with pytest.raises(LayoutError):
        adapter.read(request, replace(capture, answers=(some,)))


def test_somebody_elses_profile_is_a_changed_layout() -> None:
    adapter, request = request_of("posts")
    other = replace(request, target=Target(account=AccountRef(platform="warga", handle="kel_lain")))

    with pytest.raises(LayoutError):
        adapter.read(other, capture_of("posts"))


def test_a_profile_whose_newest_posts_are_known_reads_unchanged() -> None:
    adapter, request = request_of("posts_scrolled")
    bookmark = adapter.read(request, capture_of("posts_scrolled")).bookmark
    again = replace(request, target=replace(request.target, bookmark=bookmark))

    page = adapter.read(again, capture_of("posts_scrolled"))

    assert page.state is VisitState.UNCHANGED
    assert page.bookmark == bookmark
    assert len(page.posts) == page.seen == 18


def test_older_pages_follow_until_a_known_post_and_the_bookmark_comes_with_the_last() -> None:
    adapter, request = request_of("board")
    first = adapter.read(request, capture_of("board"))
    (older,) = first.following
    body = (CASES / "board.html").read_bytes().replace(b'id="w', b'id="v').replace(b"/warta/", b"/warta/0")
    last = adapter.read(older, captured(_dropped(body, "nav")))

    assert first.bookmark is None
    assert older.url == "https://papan.example/warga/kel_honje?hal=2"
    assert last.bookmark == {"newest": " ".join(f"https://papan.example/warta/{n}" for n in (7, 6, 5))}
    known = replace(request, target=replace(request.target, bookmark=last.bookmark))
    assert adapter.read(known, capture_of("board")).following == ()


def test_a_browser_waits_for_items_or_a_word_and_scrolls_within_the_limits() -> None:
    _, request = request_of("posts")

    rendering = request.rendering
    assert request.tier is Tier.BROWSER
    assert rendering is not None
    assert rendering.ready == "li.kiriman, p.kosong, div#buktikan-manusia, form#masuk, main.tidak-ada"
    assert (rendering.items, rendering.answers, rendering.max_items) == ("li.kiriman", "/api/posts?", 200)


def test_addresses_are_told_apart() -> None:
    adapter = adapter_of("warga")
    post = "http://warga.example/post/1042"

    assert adapter.locate("http://warga.example/@kel_honje/suka") == AccountRef(platform="warga", handle="kel_honje")
    assert adapter.locate(post + "#atas") == PostRef(platform="warga", uri=post, url=post)
    assert adapter.locate("http://lain.example/post/1042") is None
    assert set(adapter_of("papan").capabilities) == {Capability.POSTS}


def test_what_cannot_be_planned_is_said() -> None:
    adapter = adapter_of("warga")
    foreign = Target(posts=(PostRef(platform="warga", uri="https://lain.example/1"),))

    with pytest.raises(InputError, match="handle_needed"):
        list(adapter.plan(Target(), Capability.POSTS))
    with pytest.raises(InputError, match="foreign_post"):
        list(adapter.plan(foreign, Capability.LIKERS))
    assert list(adapter_of("papan").plan(foreign, Capability.LIKERS)) == []


def test_a_description_that_cannot_work_is_refused() -> None:
    with pytest.raises(ConfigError, match="bad_selector"):
        adapter_of("warga", wall="form#masuk[")
    with pytest.raises(ConfigError, match="site_without_post_address"):
        adapter_of("papan", posts={**SITES["papan"]["posts"], "html": {"items": "tr", "id": "@id", "author": "td"}})


def likers_page(handles: list[str], names: list[str]) -> Capture:
    """Make a page of likers, with everything a platform likes to show of them."""
    people = [
        {"handle": handle, "nama": name, "foto": f"/foto/{handle}.svg", "teman": [{"handle": handles[0]}]}
        for handle, name in zip(handles, names, strict=True)
    ]
    items = "".join(
        f'<li class="penyuka" data-uid="{p["handle"]}"><img src="{p["foto"]}" alt="{p["nama"]}">'
        f'<a class="nama" href="/@{p["handle"]}">{p["nama"]}</a></li>'
        for p in people
    )
    body = f'<main class="halaman-kiriman"><ol>{items}</ol></main><script>var x = {json.dumps(people)}</script>'
    answer = {"data": {"penyuka": people, "jumlah": len(people) + 1}, "lanjut": handles[-1]}
    url = f"http://warga.example/api/likers?post=1&cursor={handles[-1]}"
    return captured(body.encode(), Answered(url=url, status=200, body=json.dumps(answer).encode()))


@given(st.lists(st.from_regex(r"[qxz]{3}[0-9]{6}", fullmatch=True), min_size=1, max_size=12, unique=True), st.data())
def test_nothing_is_left_of_likers_whom_nobody_watches(handles: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(handles)))
    adapter, request = request_of("likers")
    capture = likers_page(handles, [f"Nama {handle.upper()}" for handle in handles])

    def keep(account: AccountRef) -> bool:
        return account.handle in kept

    reduced = adapter.reduce(request, capture, keep)

    left = (reduced.body + b"".join(a.url.encode() + a.body for a in reduced.answers)).decode().casefold()
    assert not [handle for handle in handles if handle not in kept and handle in left]
    assert adapter.read(request, reduced) == without_strangers(adapter.read(request, capture), keep)


@given(
    st.datetimes(min_value=datetime(2001, 9, 10), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - zone is drawn
    st.integers(-11, 13),
    st.sampled_from(["iso", "seconds", "milliseconds", "words"]),
)
def test_times_are_read_in_utc_or_as_what_their_words_can_mean(when: datetime, hours: int, form: str) -> None:
    adapter, request = request_of("posts")
    aware = when.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    stamp = int(aware.timestamp())
    written = {"iso": aware.isoformat(), "seconds": stamp, "milliseconds": stamp * 1000, "words": "2 jam lalu"}[form]
    item = {"id": "1", "penulis": {"handle": "kel_babakanhanjuang"}, "isi": "", "waktu": written}
    answer = Answered(url="/api/posts?", status=200, body=json.dumps({"data": {"kiriman": [item]}}).encode())

    capture = captured(b"<main class=linimasa></main>", answer)
    page = adapter.read(request, capture)

    (post,), (act,) = page.posts, page.interactions
    two_hours_ago = Span(
        earliest=capture.captured_at - timedelta(hours=3),
        latest=capture.captured_at - timedelta(hours=2),
        words="2 jam lalu",
    )
    assert post.posted_at == act.acted_at == (None if form == "words" else aware)
    assert post.posted_span == act.acted_span == (two_hours_ago if form == "words" else None)
    assert post.text == ""


@given(st.binary(max_size=200), st.sampled_from(["posts", "likers", "post", "board"]))
def test_bytes_that_are_no_page_are_never_a_good_one(body: bytes, case: str) -> None:
    adapter, request = request_of(case)

    try:
        page = adapter.read(request, captured(body))
    except LayoutError:
        return
    assert page.state not in GOOD
