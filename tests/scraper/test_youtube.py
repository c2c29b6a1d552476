"""YouTube: visits by the Data API, what they cost, addresses, and the recorded answers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from core.errors import LayoutError
from core.platforms import YouTube as Where
from core.records import AccountRef, Action, Capability, Capture, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import PageRequest, Target
from scraper.platforms.youtube import YouTube
from tests.scraper import closed, recorded
from tests.scraper.closed import exchange
from tests.scraper.walking import Store, gather, look

ADAPTER = YouTube(Where(daily_units=9_000))
API = "https://www.googleapis.com/youtube/v3"
KELURAHAN = AccountRef(platform="youtube", handle="@kelmawar")
CHANNEL = "UCkelurahanmawar00000001"
WATCH = "https://www.youtube.com/watch?v="
VIDEO = PostRef(platform="youtube", uri=f"{WATCH}raka0000001", url=f"{WATCH}raka0000001")
RECORDED = recorded.FIXTURES / "youtube"


class ByKey(YouTube):
    """The adapter, visited with a key."""

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        return super().plan(replace(target, mode=Mode.API), capability)


class DataApi:
    """The Data API with one channel and its videos, two on a page."""

    def __init__(self, count: int) -> None:
        self.days = list(range(count))
        self.asked: list[str] = []

    async def __call__(self, request: PageRequest) -> Capture:
        method = urlsplit(request.url).path.rsplit("/", 1)[-1]
        self.asked.append(method)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        answers: dict[str, Callable[[dict[str, str]], object]] = {
            "channels": self._channel,
            "playlistItems": self._uploads,
            "videos": self._videos,
        }
        return recorded.served(request.url, answers[method](asked))

    def _channel(self, _asked: dict[str, str]) -> object:
        whole = json.loads(closed.body_of("youtube", "channel"))
        whole["items"][0]["statistics"]["videoCount"] = str(len(self.days))
        return whole

    def _uploads(self, asked: dict[str, str]) -> object:
        start = int(asked.get("pageToken", "0"))
        newest = list(reversed(self.days))
        entries = [self._entry(day) for day in newest[start : start + 2]]
        more = {"nextPageToken": str(start + 2)} if start + 2 < len(newest) else {}
        return {"pageInfo": {"totalResults": len(newest)}, "items": entries} | more

    def _entry(self, day: int) -> object:
        made = f"2029-09-{day + 1:02}T01:00:00Z"
        return {"snippet": {"publishedAt": made, "resourceId": {"videoId": f"v{day:010}"}}}

    def _videos(self, asked: dict[str, str]) -> object:
        items = [self._video(number) for number in asked["id"].split(",")]
        return {"pageInfo": {"totalResults": len(items)}, "items": items}

    def _video(self, number: str) -> object:
        snippet = {"publishedAt": "2029-09-01T01:00:00Z", "channelId": CHANNEL, "title": number, "description": ""}
        return {"id": number, "snippet": snippet, "statistics": {"likeCount": "1"}}


def uris(count: int) -> set[str]:
    return {f"{WATCH}v{day:010}" for day in range(count)}


def test_a_first_visit_goes_from_the_channel_to_its_uploads_to_every_video() -> None:
    api, store = DataApi(5), Store(KELURAHAN)

    tally = look(ByKey(Where()), store, Capability.POSTS, api)

    assert set(store.acts) == uris(5)
    assert api.asked == ["channels", *["playlistItems", "videos"] * 3]
    assert (tally.state, store.account.key) == (VisitState.OK, CHANNEL)


def test_a_later_visit_costs_two_units_and_refreshes_the_counts_of_the_newest() -> None:
    api, store = DataApi(5), Store(KELURAHAN)
    look(ByKey(Where()), store, Capability.POSTS, api)
    api.days.append(5)
    api.asked.clear()

    look(ByKey(Where()), store, Capability.POSTS, api)

    assert set(store.acts) == uris(6)
    assert api.asked == ["playlistItems", "videos"]


@pytest.mark.parametrize("pages", range(1, 7))
def test_a_visit_that_was_interrupted_loses_nothing(pages: int) -> None:
    api, store = DataApi(7), Store(KELURAHAN)
    look(ByKey(Where()), store, Capability.POSTS, api, pages=pages)

    look(ByKey(Where()), store, Capability.POSTS, api)

    assert set(store.acts) == uris(7)


def test_a_channel_without_videos_is_empty() -> None:
    assert look(ByKey(Where()), Store(KELURAHAN), Capability.POSTS, DataApi(0)).state is VisitState.EMPTY


def test_who_commented_is_read_with_all_answers_and_says_so() -> None:
    async def serve(request: PageRequest) -> Capture:
        capture = closed.capture_of("youtube", request.step)
        if request.step == "threads":  # one page only
            capture = recorded.served(request.url, capture.body.replace(b'"nextPageToken"', b'"lain"'))
        return capture

    adapter = ByKey(Where())
    tally, acts = gather(adapter, Target(posts=(VIDEO,)), Capability.LIKERS, serve)

    assert {act.action for act in acts} == {Action.COMMENTED}
    assert (tally.seen, tally.claimed, tally.complete) == (7, 5, True)
    assert {act.actor.key for act in acts if closed.watched(act.actor)} == {CHANNEL}


def test_every_call_costs_one_unit_and_search_is_never_asked() -> None:
    target = Target(account=KELURAHAN, posts=(VIDEO,), mode=Mode.API)
    calls = [request for capability in Capability for request in ADAPTER.plan(target, capability)]

    assert {request.units for request in calls} == {1}
    assert [urlsplit(request.url).path.rsplit("/", 1)[-1] for request in calls] == ["channels", "videos", "videos"]


def test_the_key_goes_into_a_header_to_the_api_host_only() -> None:
    credential = ADAPTER.credential

    assert credential is not None
    assert (credential.variable, credential.header) == ("TILIK_YOUTUBE_KEY", "X-goog-api-key")
    assert (credential.host, credential.daily) == ("www.googleapis.com", 9_000)


def test_nothing_is_asked_without_a_key() -> None:
    for mode in set(Mode) - {Mode.API}:
        for capability in Capability:
            assert list(ADAPTER.plan(Target(account=KELURAHAN, posts=(VIDEO,), mode=mode), capability)) == []


def test_a_known_key_is_asked_for_rather_than_the_handle() -> None:
    target = Target(account=replace(KELURAHAN, key=CHANNEL), mode=Mode.API)

    (request,) = ADAPTER.plan(target, Capability.POSTS)

    assert f"id={CHANNEL}" in request.url
    assert "forHandle" not in request.url


@pytest.mark.parametrize("reason", ["dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"])
def test_a_spent_allowance_pauses_the_host(reason: str) -> None:
    capture = closed.capture_of("youtube", "quota_spent")
    other = replace(capture, body=capture.body.replace(b"quotaExceeded", reason.encode()))

    page = reader.read(ADAPTER, closed.request_of("youtube", "quota_spent"), other)

    assert (page.state, page.note) == (VisitState.THROTTLED, "quota")


@pytest.mark.parametrize(("status", "state"), [(403, VisitState.LOGIN_WALL), (404, VisitState.NOT_FOUND)])
def test_a_refusal_without_a_reason_is_read_by_its_status(status: int, state: VisitState) -> None:
    capture = replace(closed.capture_of("youtube", "quota_spent"), status=status, body=b"<html>no</html>")

    assert reader.read(ADAPTER, closed.request_of("youtube", "quota_spent"), capture).state is state


@pytest.mark.parametrize(
    "url",
    [
        f"{WATCH}raka0000001&t=5s",
        "https://youtu.be/raka0000001?si=x",
        "https://m.youtube.com/watch?app=m&v=raka0000001",
        "https://www.youtube.com/shorts/raka0000001",
        "https://www.youtube.com/live/raka0000001?feature=share",
    ],
)
def test_every_address_of_a_video_names_the_same_post(url: str) -> None:
    assert ADAPTER.locate(url) == VIDEO


def test_an_address_of_a_channel_names_its_key_or_its_handle() -> None:
    assert ADAPTER.locate(f"https://www.youtube.com/channel/{CHANNEL}") == AccountRef(platform="youtube", key=CHANNEL)
    assert ADAPTER.locate("https://www.youtube.com/@kelmawar/videos") == KELURAHAN
    assert ADAPTER.locate("https://www.youtube.com/feed/trending") is None
    assert ADAPTER.locate("https://example.org/watch?v=raka0000001") is None


def test_answers_of_the_api_in_a_file_are_known_by_their_method() -> None:
    steps = {
        f"{API}/channels?forHandle=x": "channel",
        f"{API}/videos?id=raka0000001": "content",
        "https://youtube.googleapis.com/youtube/v3/commentThreads?videoId=raka0000001": "threads",
    }

    for url, step in steps.items():
        request = ADAPTER.recognise(exchange(url))
        assert request is not None
        assert request.step == step
    assert ADAPTER.recognise(exchange(f"{API}/search?q=mawar")) is None
    assert ADAPTER.recognise(exchange("https://www.youtube.com/youtubei/v1/browse")) is None


def answer_of(name: str) -> bytes:
    if not RECORDED.exists():
        pytest.skip("the folder shared/fixtures is not here")
    return (RECORDED / name).read_bytes()


def request(step: str, **carry: str) -> PageRequest:
    return PageRequest(target=Target(mode=Mode.API), capability=Capability.POSTS, url=API, step=step, carry=carry)


def read(step: str, name: str, *, mode: Mode = Mode.API, **carry: str) -> tuple[VisitState, int, int, int]:
    asked = replace(request(step, **carry), target=Target(mode=mode))
    page = reader.read(ADAPTER, asked, recorded.served(API, answer_of(name)))
    return page.state, len(page.posts), len(page.interactions), page.seen


UPLOADS = {"channel": "UC", "uploads": "UU", "floor": "", "top": "", "next": ""}


def test_the_recorded_list_of_uploads_leads_to_its_ten_videos_and_its_next_page() -> None:
    capture = recorded.served(API, answer_of("dataapi_playlist_items_paged_1.json"))

    page = reader.read(ADAPTER, request("uploads", **UPLOADS), capture)

    assert [len(one.carry["videos"].split(",")) for one in page.following] == [10]
    assert page.following[0].carry["next"] == "CAoQAA"


def test_the_recorded_videos_and_comments_read_right() -> None:
    videos = read("content", "dataapi_videos_info_multi.json", mode=Mode.IMPORT)  # asked for without counts
    assert videos == (VisitState.OK, 2, 0, 0)
    comments = read("threads", "dataapi_comment_threads_by_video_paged_1.json", video="F1UP7wRCPH8")
    assert comments == (VisitState.OK, 0, 5, 5)


def test_a_recorded_video_has_its_exact_likes_time_and_picture() -> None:
    one = json.loads(answer_of("dataapi_video_info.json"))
    capture = recorded.served(API, {"pageInfo": {"totalResults": 1}, "items": [one]})

    (post,) = reader.read(ADAPTER, request("content"), capture).posts

    assert (post.ref.uri, post.likes, post.author and post.author.key) == (
        f"{WATCH}D-lhorsDlUQ",
        190,
        "UC_x5XG1OV2P6uZZ5FSM9Ttw",
    )
    assert post.posted_at is not None
    assert post.posted_at.isoformat() == "2019-03-21T20:37:49+00:00"
    assert post.pictures == ("https://i.ytimg.com/vi/D-lhorsDlUQ/maxresdefault.jpg",)


@pytest.mark.parametrize(
    "name",
    ["dataapi_activities_by_channel_p1.json", "dataapi_search_videos_by_channel.json", "dataapi_video_info.json"],
)
@pytest.mark.parametrize("step", ["channel", "uploads", "content", "threads"])
def test_recorded_answers_of_other_methods_are_loud(name: str, step: str) -> None:
    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request(step, video="x", **UPLOADS), recorded.served(API, answer_of(name)))


def test_the_recorded_channels_lack_the_list_of_uploads_and_are_loud_where_we_asked_for_it() -> None:
    capture = recorded.served(API, answer_of("dataapi_channel_info_multi.json"))

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request("channel"), capture)
    imported = replace(request("channel"), target=Target(mode=Mode.IMPORT))
    assert reader.read(ADAPTER, imported, capture).account == AccountRef(
        platform="youtube", key="UC_x5XG1OV2P6uZZ5FSM9Ttw"
    )
