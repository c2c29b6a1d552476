"""X: visits by its official API, what a person's browser received, addresses, and the recorded answers."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from core.errors import LayoutError
from core.platforms import X as Where
from core.records import AccountRef, Action, Capability, Capture, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import PageRequest, Target
from scraper.platforms.x import X
from scraper.platforms.x_objects import when
from tests.scraper import closed, recorded
from tests.scraper.closed import exchange
from tests.scraper.walking import Store, look

ADAPTER = X(Where())
API = "https://api.x.com/2"
GRAPHQL = "https://x.com/i/api/graphql/rekaan-1_2/"
KELURAHAN = AccountRef(platform="x", handle="kelmawar")
POST = PostRef(
    platform="x", uri="https://x.com/i/status/1800000000000000101", url="https://x.com/i/status/1800000000000000101"
)
RECORDED = recorded.FIXTURES / "x"


class ByKey(X):
    """The adapter, visited with a key."""

    def plan(self, target: Target, capability: Capability):  # type: ignore[no-untyped-def]  # noqa: ANN201
        return super().plan(replace(target, mode=Mode.API), capability)


class Paid:
    """The official API with one account and its posts, two on a page."""

    def __init__(self, count: int) -> None:
        self.posts = [self.post(number) for number in range(count)]
        self.asked: list[str] = []

    def post(self, number: int) -> dict[str, object]:
        counts = {"like_count": number}
        made = "2029-09-30T03:15:08.000Z"
        return {
            "id": str(1800 + number),
            "author_id": "9",
            "text": "Halo",
            "created_at": made,
            "public_metrics": counts,
        }

    async def __call__(self, request: PageRequest) -> Capture:
        self.asked.append(urlsplit(request.url).path)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        if request.step == "api-user":
            return recorded.served(request.url, {"data": {"id": "9", "username": "kelmawar", "protected": False}})
        newest = [p for p in reversed(self.posts) if int(str(p["id"])) > int(asked.get("since_id", "0"))]
        start = int(asked.get("pagination_token", "0"))
        part = newest[start : start + 2]
        meta: dict[str, object] = {"result_count": len(part)}
        if start + 2 < len(newest):
            meta["next_token"] = str(start + 2)
        return recorded.served(request.url, {"meta": meta} | ({"data": part} if part else {}))


def uris(count: int) -> dict[str, int]:
    return {f"https://x.com/i/status/{1800 + number}": 1 for number in range(count)}


def test_a_visit_with_a_key_pages_to_the_end_and_later_reads_only_what_is_new() -> None:
    api, store, adapter = Paid(5), Store(KELURAHAN), ByKey(Where())

    look(adapter, store, Capability.POSTS, api)

    assert (store.acts, store.account.key, store.bookmark) == (uris(5), "9", {"id": "9", "floor": "1804"})
    api.posts.append(api.post(5))
    api.asked.clear()
    look(adapter, store, Capability.POSTS, api)
    assert (store.acts, api.asked) == (uris(6), ["/2/users/9/tweets"])
    assert look(adapter, store, Capability.POSTS, api).state is VisitState.UNCHANGED


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_an_interrupted_visit_goes_on_where_it_stopped(pages: int) -> None:
    api, store, adapter = Paid(7), Store(KELURAHAN), ByKey(Where())
    look(adapter, store, Capability.POSTS, api, pages=pages)

    look(adapter, store, Capability.POSTS, api)

    assert store.acts == uris(7)


def test_an_account_that_never_posted_is_empty() -> None:
    assert look(ByKey(Where()), Store(KELURAHAN), Capability.POSTS, Paid(0)).state is VisitState.EMPTY


def test_the_key_goes_to_the_api_host_only_and_never_stands_in_an_address() -> None:
    credential = ADAPTER.credential

    assert credential is not None
    assert (credential.variable, credential.header, credential.host) == ("TILIK_X_TOKEN", "Authorization", "api.x.com")
    assert credential.form.format(key="rahasia") == "Bearer rahasia"


def test_nothing_is_asked_without_a_key() -> None:
    for mode in set(Mode) - {Mode.API}:
        for capability in Capability:
            assert list(ADAPTER.plan(Target(account=KELURAHAN, posts=(POST,), mode=mode), capability)) == []
    assert not any(Mode.AUTO in modes for modes in ADAPTER.capabilities.values())


def test_posts_of_another_account_in_an_accounts_timeline_are_a_changed_layout() -> None:
    request = closed.request_of("x", "api_posts")
    capture = closed.capture_of("x", "api_posts")

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, replace(request, carry={**request.carry, "id": "900000099"}), capture)


def test_advertising_and_the_posts_of_passers_by_are_left_out_of_a_timeline() -> None:
    page = reader.read(ADAPTER, closed.request_of("x", "timeline"), closed.capture_of("x", "timeline"))

    assert "Diskon besar" not in {post.text for post in page.posts}
    assert {act.actor.key for act in page.interactions} == {"900000001"}
    assert {act.action for act in page.interactions} == set(Action) - {Action.LIKED}


def test_a_long_post_is_read_whole_and_without_the_address_of_its_own_picture() -> None:
    page = reader.read(ADAPTER, closed.request_of("x", "timeline"), closed.capture_of("x", "timeline"))

    assert page.posts[0].text == (
        "Pengumuman: layanan kelurahan hari ini buka sampai sore. Bawa KTP & KK. Terima kasih."
    )
    assert page.posts[0].pictures == ("https://pbs.example/media/poster.jpg",)


def test_the_words_of_replies_by_others_are_never_read() -> None:
    page = reader.read(ADAPTER, closed.request_of("x", "detail"), closed.capture_of("x", "detail"))

    assert [post.text for post in page.posts] == ["Coblos nomor 1 & menangkan!"]
    assert (page.seen, page.claimed) == (2, 3)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (88, VisitState.THROTTLED),
        (50, VisitState.NOT_FOUND),
        (63, VisitState.NOT_FOUND),
        (179, VisitState.GATED),
        (32, VisitState.LOGIN_WALL),
    ],
)
@pytest.mark.parametrize("case", ["profile", "timeline", "detail", "retweeters", "tweet"])
def test_errors_in_the_place_of_data_are_a_state(case: str, code: int, state: VisitState) -> None:
    answer = recorded.served("https://x.com", {"errors": [{"code": code, "message": "rekaan"}], "data": {}})

    assert reader.read(ADAPTER, closed.request_of("x", case), answer).state is state


def test_an_error_that_we_do_not_know_is_a_changed_layout() -> None:
    answer = recorded.served("https://x.com", {"errors": [{"code": 131, "message": "rekaan"}], "data": {}})

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, closed.request_of("x", "profile"), answer)


def asked(operation: str, **variables: object) -> str:
    return f"{GRAPHQL}{operation}?{urlencode({'variables': json.dumps(variables), 'features': '{}'})}"


@pytest.mark.parametrize(
    ("url", "step", "capability", "carry"),
    [
        (asked("UserTweets", userId="900000001", count=20), "timeline", Capability.POSTS, {"user": "900000001"}),
        (
            asked("UserTweetsAndReplies", userId="9", cursor="DAAH"),
            "timeline",
            Capability.POSTS,
            {"user": "9", "cursor": "yes"},
        ),
        (asked("UserByScreenName", screen_name="kelmawar"), "profile", Capability.POSTS, {"handle": "kelmawar"}),
        (asked("TweetDetail", focalTweetId="1800"), "detail", Capability.LIKERS, {"post": "1800"}),
        (asked("Retweeters", tweetId="1800"), "retweeters", Capability.LIKERS, {"post": "1800"}),
        (asked("TweetResultByRestId", tweetId="1800"), "tweet", Capability.CONTENT, {"post": "1800"}),
        (f"{API}/users/by/username/kelmawar", "api-user", Capability.POSTS, {}),
        (f"{API}/tweets?ids=1800,1801", "api-lookup", Capability.CONTENT, {}),
        (
            f"{API}/users/9/tweets?since_id=5",
            "api-posts",
            Capability.POSTS,
            {"id": "9", "floor": "5", "top": "", "next": ""},
        ),
    ],
)
@pytest.mark.parametrize("host", ["x.com", "twitter.com", "api.x.com", "api.twitter.com"])
def test_what_a_browser_received_is_known_by_its_operation(
    url: str, step: str, capability: Capability, carry: dict[str, str], host: str
) -> None:
    request = ADAPTER.recognise(exchange(urlsplit(url)._replace(netloc=host).geturl()))

    assert request is not None
    assert (request.step, request.capability, dict(request.carry)) == (step, capability, carry)


def test_the_variables_may_stand_in_the_body_of_the_question() -> None:
    request = ADAPTER.recognise(exchange(f"{GRAPHQL}UserTweets", asked={"variables": {"userId": "9"}}))

    assert request is not None
    assert request.carry["user"] == "9"


@pytest.mark.parametrize(
    "url",
    [
        asked("HomeTimeline", count=20),
        asked("UserTweets"),
        asked("Likes", userId="9"),
        f"{GRAPHQL}UserTweets?variables=%5B",
        "https://x.com/kelmawar",
        "https://example.org/i/api/graphql/a/UserTweets",
    ],
)
def test_what_is_none_of_our_answers_is_left_alone(url: str) -> None:
    assert ADAPTER.recognise(exchange(url)) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/rakasari/status/1800000000000000101",
        "https://twitter.com/rakasari/status/1800000000000000101?s=20",
        "https://mobile.twitter.com/rakasari/status/1800000000000000101/photo/1",
        "https://twitter.com/i/web/status/1800000000000000101",
        "https://www.x.com/i/status/1800000000000000101",
    ],
)
def test_every_address_of_a_post_names_the_same_post(url: str) -> None:
    assert ADAPTER.locate(url) == POST


def test_an_address_of_an_account_names_its_handle_and_a_foreign_one_nothing() -> None:
    assert ADAPTER.locate("https://x.com/kelmawar") == KELURAHAN
    assert [ADAPTER.locate(url) for url in ("https://x.com/home", "https://y.com/kelmawar", "https://x.com/")] == [
        None
    ] * 3


@pytest.mark.parametrize("text", ["", "31 Jul 2026", "Fri Baru 31 21:34:08 +0000 2026", "Fri Jul 31 21:34 +0000 2026"])
def test_a_time_in_another_form_is_a_changed_layout(text: str) -> None:
    body = closed.body_of("x", "item_2023").replace(b"Sun Sep 30 03:15:08 +0000 2029", text.encode())

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, closed.request_of("x", "item_2023"), recorded.served("https://x.com", body))


def test_a_time_is_read_in_utc_whatever_its_zone() -> None:
    assert when("Fri Jul 31 21:34:08 +0730 2026").isoformat() == "2026-07-31T14:04:08+00:00"
    assert when("Fri Jul 31 21:34:08 -0730 2026").isoformat() == "2026-08-01T05:04:08+00:00"


def test_the_recorded_timeline_reads_right_and_shrinks_to_what_we_read() -> None:
    if not RECORDED.exists():
        pytest.skip("the folder shared/fixtures is not here")
    capture = recorded.served("https://x.com", (RECORDED / "twscrape_raw_user_tweets.json").read_bytes())
    request = ADAPTER.recognise(exchange(asked("UserTweets", userId="2244994945")))
    assert request is not None

    page = reader.read(ADAPTER, request, capture)

    assert (page.state, page.seen, len(page.posts)) == (VisitState.OK, 21, 25)
    actions = [act.action for act in page.interactions]
    assert (actions.count(Action.POSTED), actions.count(Action.REPOSTED)) == (5, 16)
    assert all(post.text and post.posted_at and post.likes is not None for post in page.posts)
    reduced = ADAPTER.reduce(request, capture, lambda who: who.key == "2244994945")
    assert len(reduced.body) * 20 < len(capture.body)
    left = reader.read(ADAPTER, request, reduced)
    assert (left.interactions, left.seen, left.account) == (page.interactions, 21, page.account)
    assert {post.author.key for post in left.posts if post.author} == {"2244994945"}


def test_the_recorded_profile_says_who_the_account_is() -> None:
    if not RECORDED.exists():
        pytest.skip("the folder shared/fixtures is not here")
    body = (RECORDED / "twscrape_raw_user_by_login.json").read_bytes()
    request = ADAPTER.recognise(exchange(asked("UserByScreenName", screen_name="XDevelopers"), body))
    assert request is not None

    page = reader.read(ADAPTER, request, recorded.served("https://x.com", body))

    assert page.account == AccountRef(platform="x", key="2244994945", handle="XDevelopers")


def test_every_operation_that_we_know_is_called_so_in_the_recording() -> None:
    if not RECORDED.exists():
        pytest.skip("the folder shared/fixtures is not here")
    recording = (RECORDED / "twscrape___meta.json").read_text(encoding="utf-8")

    for name in ("UserByScreenName", "UserTweets", "UserTweetsAndReplies", "UserMedia", "TweetDetail", "Retweeters"):
        assert f'/{name}"' in recording
