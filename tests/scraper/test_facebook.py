"""Facebook: whole visits, real recordings in both carriers, what a person's browser received, the official API."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LayoutError
from core.platforms import Facebook as Where
from core.records import AccountRef, Action, Capability, Capture, Exchange, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import PageRequest, Target, Tier
from scraper.platforms.facebook import Facebook
from scraper.platforms.facebook_shapes import feedback_of, post_of
from tests.scraper.recorded import CAPTURES, FIXTURES, capture_of, request_of, served
from tests.scraper.walking import Store, look

HOME = "https://www.facebook.com"
ADAPTER = Facebook(Where())
KELURAHAN = AccountRef(platform="facebook", handle="kelmawar")
KEY = "61500000000001"
POST = "1200000000000501"
RECORDED = FIXTURES / "facebook"
NOW = datetime(2026, 6, 20, tzinfo=UTC)


def case(name: str) -> bytes:
    return (CAPTURES / "facebook" / name).read_bytes()


def exchange(url: str, body: bytes, *, form: dict[str, str] | None = None, media: str = "text/html") -> Exchange:
    return Exchange(
        url=url,
        method="POST" if form else "GET",
        asked=urlencode(form) if form else None,
        status=200,
        media_type=media,
        body=body,
        at=NOW,
    )


def dialog(body: bytes, asked: object, name: str = "CometUFIReactionsDialogQuery", host: str = HOME) -> Exchange:
    form = {"fb_api_req_friendly_name": name, "variables": json.dumps(asked), "doc_id": "1"}
    return exchange(f"{host}/api/graphql/", body, form=form, media="text/html; charset=utf-8")


def test_a_page_is_asked_for_once_and_known_by_its_newest_post() -> None:
    async def site(request: PageRequest) -> Capture:
        assert (request.url, request.tier) == (f"{HOME}/kelmawar/", Tier.BROWSER)
        return served(request.url, case("page.html"))

    store = Store(KELURAHAN)

    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.OK
    assert store.account == replace(KELURAHAN, key=KEY)
    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.UNCHANGED
    assert set(store.acts) == {f"{HOME}/{POST}"}


def test_likers_and_likes_are_never_asked_for() -> None:
    target = Target(account=KELURAHAN, posts=(PostRef(platform="facebook", uri=f"{HOME}/{POST}"),))

    assert ADAPTER.capabilities[Capability.LIKERS] == {Mode.ATTENDED, Mode.IMPORT}
    assert ADAPTER.capabilities[Capability.LIKES] == {Mode.IMPORT}
    for capability in (Capability.LIKERS, Capability.LIKES, Capability.CONTENT):
        assert list(ADAPTER.plan(target, capability)) == []


@pytest.mark.parametrize(
    "seen",
    [
        dialog(case("likers.json"), {"feedbackTargetID": feedback_of(POST), "first": 10}),
        dialog(case("likers.json"), {"id": feedback_of(POST)}, "CometUFIReactionsDialogTabContentRefetchQuery"),
        dialog(case("likers_in_lines.json"), {"feedbackTargetID": feedback_of(POST)}, host="https://m.facebook.com"),
        dialog(case("likers.json"), {"feedbackTargetID": feedback_of(POST)}, host="https://web.facebook.com"),
        replace(
            dialog(case("likers.json"), {"feedbackTargetID": feedback_of(POST)}),
            media_type="application/json",
        ),
    ],
)
def test_a_list_of_reactions_is_recognised_and_belongs_to_the_post_that_was_asked_about(seen: Exchange) -> None:
    request = ADAPTER.recognise(seen)

    assert request is not None
    assert (request.step, request.capability) == ("reactors", Capability.LIKERS)
    page = reader.read(ADAPTER, request, served(seen.url, seen.body))
    assert {act.post.uri for act in page.interactions} == {f"{HOME}/{POST}"}
    assert {act.action for act in page.interactions} == {Action.LIKED}
    assert KEY in {act.actor.key for act in page.interactions}


def test_the_kind_of_a_reaction_is_kept() -> None:
    reduced = ADAPTER.reduce(request_of("facebook", "likers"), capture_of("facebook", "likers"), lambda _: True)

    edges = json.loads(reduced.body)["data"]["node"]["reactors"]["edges"]
    assert edges[1]["feedback_reaction_info"] == {"id": "1678524932434102", "key": 1, "localized_name": "Suka"}


def test_reactions_to_another_post_than_the_one_asked_about_are_loud() -> None:
    request = replace(request_of("facebook", "likers"), carry={"post_id": "999"})

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request, capture_of("facebook", "likers"))


@pytest.mark.parametrize(
    "seen",
    [
        dialog(case("likers.json"), {"feedbackTargetID": b64encode(f"feedback:{POST}_77".encode()).decode()}),
        dialog(case("likers.json"), {"feedbackTargetID": "bukan base64"}),
        dialog(case("likers.json"), {}),
        dialog(case("likers.json"), {"id": feedback_of(POST)}, host="https://facebook.com.evil.example"),
        dialog(b'{"data":{"viewer":{}}}', {"id": feedback_of(POST)}),
        exchange(f"{HOME}/messages/", case("page.html")),
        exchange(f"{HOME}/static.js", b"1", media="text/javascript"),
    ],
)
def test_what_is_none_of_our_pages_is_not_recognised(seen: Exchange) -> None:
    assert ADAPTER.recognise(seen) is None


@pytest.mark.parametrize(
    ("seen", "step", "posts"),
    [
        (exchange(f"{HOME}/kelmawar/", case("page.html")), "page", 1),
        (exchange(f"{HOME}/people/Kelurahan-Mawar/{KEY}/", case("page_scrolled.html")), "page", 2),
        (exchange(f"{HOME}/profile.php?id={KEY}", case("page_before_2024.html")), "page", 1),
        (exchange(f"{HOME}/kelmawar/posts/pfbid0{POST}", case("page.html")), "feed", 1),
        (dialog(case("feed.json"), {"id": KEY}, "ProfileCometTimelineFeedRefetchQuery"), "feed", 2),
    ],
)
def test_pages_and_timelines_of_a_persons_browser_are_recognised_and_read(
    seen: Exchange, step: str, posts: int
) -> None:
    request = ADAPTER.recognise(seen)

    assert request is not None
    assert request.step == step
    assert len(reader.read(ADAPTER, request, served(seen.url, seen.body)).posts) == posts


@given(st.integers(1, 10**22))
def test_a_posts_number_and_the_id_of_its_feedback_are_the_same(number: int) -> None:
    assert post_of(feedback_of(str(number))) == str(number)


@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda raw: b64encode(raw).decode()))
def test_what_is_no_id_of_a_feedback_names_no_post(text: str) -> None:
    found = post_of(text)

    assert found is None or found.isdecimal()


STEPS = ("page", "feed", "reactors", "item", "posts")
AROUND = (b"", b"")
PAGE = (b'<html><meta property="og:title"><script type="application/json">', b"</script></html>")
BEFORE = (b'<html><meta property="og:title"><script>x.handleWithCustomApplyEach(ScheduledApplyEach,', b")</script>")


@given(
    st.sampled_from(STEPS),
    st.binary(max_size=200) | st.sampled_from([b"[]", b"{}", b'{"timeline_list_feed_units":{}}', b'{"data":null}']),
    st.sampled_from([AROUND, PAGE, BEFORE]),
)
def test_whatever_bytes_come_reading_is_loud_and_never_stumbles(
    step: str, body: bytes, around: tuple[bytes, bytes]
) -> None:
    carry = {"post_id": POST, "floor": "", "top": "", "cursor": "", "resumed": ""}
    request = PageRequest(target=Target(), capability=Capability.POSTS, url=HOME, step=step, carry=carry)

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request, served(HOME, body.join(around)))


URLS = st.sampled_from(
    [f"{HOME}/api/graphql/", f"{HOME}/kelmawar/", f"{HOME}/profile.php?id=" + "9" * 5_000, "http://[x"]
) | st.text(max_size=60)
ASKED = (
    st.none()
    | st.text(max_size=80)
    | st.sampled_from(
        [
            json.dumps({"variables": {"id": "9" * 5_000}}),
            json.dumps({"variables": {"feedbackTargetID": [1], "id": feedback_of("9" * 5_000)}}),
            json.dumps({"variables": 7}),
            "variables=%7B",
        ]
    )
)


@given(
    URLS, ASKED, st.binary(max_size=80) | st.sampled_from([case("likers.json"), case("feed.json")]), st.integers(0, 599)
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
    seen = exchange(f"{HOME}/kelmawar/", case("page.html"), media="text/html")

    assert ADAPTER.recognise(seen) is not None
    for status in (0, 204, 301, 302, 304):
        assert ADAPTER.recognise(replace(seen, status=status)) is None


def test_addresses_are_told_apart() -> None:
    numbered = PostRef(platform="facebook", uri=f"{HOME}/{POST}", url=f"{HOME}/{POST}")

    assert ADAPTER.locate(f"{HOME}/kelmawar/posts/{POST}") == numbered
    assert ADAPTER.locate(f"https://m.facebook.com/kelmawar/posts/ayo-{POST}/") == numbered
    told = ADAPTER.locate(f"{HOME}/permalink.php?story_fbid={POST}&id={KEY}")
    assert isinstance(told, PostRef)
    assert told.uri == numbered.uri
    unnumbered = ADAPTER.locate(f"{HOME}/kelmawar/posts/pfbid02abc")
    assert isinstance(unnumbered, PostRef)
    assert unnumbered.uri.endswith("pfbid02abc")
    assert ADAPTER.locate(f"{HOME}/kelmawar") == KELURAHAN
    assert ADAPTER.locate(f"{HOME}/profile.php?id={KEY}") == AccountRef(platform="facebook", key=KEY, handle=KEY)
    for url in (f"{HOME}/", f"{HOME}/groups/123456", f"{HOME}/watch/", "https://example.com/kelmawar"):
        assert ADAPTER.locate(url) is None


class Api:
    """The official API with one page's posts."""

    def __init__(self, posts: int) -> None:
        self.days = list(range(posts))
        self.asked: list[str] = []

    async def __call__(self, request: PageRequest) -> Capture:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (parts.netloc, parts.path) == ("graph.facebook.com", "/v26.0/kelmawar/posts")
        older = [day for day in reversed(self.days) if day < int(query.get("after", 10**9))]
        page = older[: int(query["limit"])]
        data = [
            {
                "id": f"1500_{9000 + day}",
                "message": str(day),
                "created_time": f"{datetime.fromtimestamp(1_700_000_000 + day * 86_400, UTC):%Y-%m-%dT%H:%M:%S+0000}",
            }
            for day in page
        ]
        if not page:
            return served(request.url, {"data": []})
        paging = {"cursors": {"after": str(page[-1])}, "next": f"{request.url}&access_token=x"}
        return served(request.url, {"data": data, "paging": paging})

    @property
    def uris(self) -> set[str]:
        return {f"{HOME}/{9000 + day}" for day in self.days}


class ByApi(Facebook):
    """The same adapter, as it is asked with a key."""

    def plan(self, target: Target, capability: Capability):  # type: ignore[no-untyped-def]  # noqa: ANN201
        return super().plan(replace(target, mode=Mode.API), capability)


@pytest.mark.parametrize("pages", [None, 1, 2, 3, 4])
def test_the_official_api_is_walked_by_cursors_and_an_interrupted_walk_goes_on(pages: int | None) -> None:
    server, store, adapter = Api(posts=120), Store(KELURAHAN), ByApi(Where())

    look(adapter, store, Capability.POSTS, server, pages=pages)
    server.days += [120, 121]
    look(adapter, store, Capability.POSTS, server)

    assert store.acts == dict.fromkeys(server.uris, 1)
    assert look(adapter, store, Capability.POSTS, server).state is VisitState.UNCHANGED
    assert store.bookmark is not None
    assert store.bookmark["id"] == "1500"
    assert not any("access_token" in url for url in server.asked)


def test_an_account_that_is_known_by_its_number_alone_is_asked_for_by_it() -> None:
    target = Target(account=AccountRef(platform="facebook", key=KEY), mode=Mode.API)

    (request,) = ADAPTER.plan(target, Capability.POSTS)

    assert urlsplit(request.url).path == f"/v26.0/{KEY}/posts"
    assert ADAPTER.credential.variable == "TILIK_FACEBOOK_TOKEN"
    assert ADAPTER.credential.host == "graph.facebook.com"


def recording(path: Path) -> bytes:
    if not path.exists():
        pytest.skip(f"no recorded pages of Facebook at {RECORDED}")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "post_id", "time", "reactions"),
    [
        ("garcon_v2_real-page-a-text-story.html", "1054930068793510", 1_673_897_171, 1),
        ("garcon_v2_real-page-b-text-story.html", "1416281615991685", 1_723_573_975, 0),
    ],
)
@pytest.mark.parametrize("step", ["page", "feed"])
def test_real_pages_of_2023_and_2024_tell_what_was_found_in_them_by_other_means(
    name: str, post_id: str, time: int, reactions: int, step: str
) -> None:
    body = recording(RECORDED / name)
    request = PageRequest(target=Target(account=KELURAHAN), capability=Capability.POSTS, url=HOME, step=step)

    page = reader.read(ADAPTER, request, served(HOME, body))

    (post,) = page.posts
    assert post.ref.uri == f"{HOME}/{post_id}"
    assert (post.posted_at, post.likes) == (datetime.fromtimestamp(time, UTC), reactions)
    assert post.text
    reduced = ADAPTER.reduce(request, served(HOME, body), lambda _: True)
    assert reader.read(ADAPTER, request, reduced) == page
    assert len(reduced.body) < 10_000


def test_a_real_answer_of_the_official_api_is_read() -> None:
    body = recording(RECORDED / "graphapi_page_feed_p1.json")
    carry = {"floor": "", "top": "", "cursor": "", "resumed": ""}
    request = PageRequest(
        target=Target(account=KELURAHAN, mode=Mode.API),
        capability=Capability.POSTS,
        url=HOME,
        step="posts",
        carry=carry,
    )

    page = reader.read(ADAPTER, request, served(HOME, body))

    assert [post.likes for post in page.posts][:1] == [125]
    assert len(page.posts) == len(page.interactions) == 5
    assert all("access_token" not in one.url for one in page.following)
