"""TikTok: whole visits, what a person's browser received, addresses, and the recorded embed."""

import json
import re
from dataclasses import replace

import pytest

from core.platforms import TikTok as Where
from core.records import AccountRef, Action, ActorBasis, Capability, Capture, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import PageRequest, Target
from scraper.platforms.tiktok import TikTok
from tests.scraper import closed, recorded
from tests.scraper.closed import exchange
from tests.scraper.walking import Store, gather, look

BASE = "https://www.tiktok.com"
ADAPTER = TikTok(Where())
KELURAHAN = AccountRef(platform="tiktok", handle="kelmawar")
FIXTURE = recorded.FIXTURES / "tiktok" / "embed_creator_nasa_2026-09-22.html"
HTML = "text/html; charset=utf-8"


class TikTokNow:
    """The embed and the video pages as they stand now; `broken` numbers answer with another case."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken: dict[str, str] = {}

    async def __call__(self, request: PageRequest) -> Capture:
        self.asked.append(request.url)
        if request.step == "embed":
            return replace(closed.capture_of("tiktok", "embed"), url=request.url)
        number = request.carry["video"]
        body = closed.body_of("tiktok", self.broken.get(number, "video"))
        return recorded.served(request.url, body.replace(b"7690000000000000003", number.encode()))


def test_a_first_visit_reads_the_embed_and_then_the_page_of_every_video_oldest_first() -> None:
    web, store = TikTokNow(), Store(KELURAHAN)

    tally = look(ADAPTER, store, Capability.POSTS, web)

    assert web.asked == [
        f"{BASE}/embed/@kelmawar",
        f"{BASE}/@kelmawar/video/7610000000000000001",
        f"{BASE}/@kelmawar/video/7690000000000000002",
        f"{BASE}/@kelmawar/video/7690000000000000003",
    ]
    assert (tally.state, store.account.key) == (VisitState.OK, "7000000000000000001")
    assert store.bookmark == {"floor": "7690000000000000003"}


def test_an_account_without_new_videos_costs_one_request() -> None:
    web, store = TikTokNow(), Store(KELURAHAN)
    look(ADAPTER, store, Capability.POSTS, web)
    web.asked.clear()

    tally = look(ADAPTER, store, Capability.POSTS, web)

    assert (tally.state, web.asked) == (VisitState.UNCHANGED, [f"{BASE}/embed/@kelmawar"])


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_visit_that_was_interrupted_reads_the_rest_the_next_time(pages: int) -> None:
    web, store = TikTokNow(), Store(KELURAHAN)
    look(ADAPTER, store, Capability.POSTS, web, pages=pages)
    seen = set(web.asked[1:])
    web.asked.clear()

    look(ADAPTER, store, Capability.POSTS, web)

    assert seen.isdisjoint(web.asked)
    assert len(seen | set(web.asked[1:])) == 3


@pytest.mark.parametrize(
    ("case", "state"),
    [("video_region_locked", VisitState.GATED), ("video_gone", VisitState.NOT_FOUND)],
)
def test_a_video_that_cannot_be_seen_does_not_hide_the_newer_ones(case: str, state: VisitState) -> None:
    web, store = TikTokNow(), Store(KELURAHAN)
    web.broken["7690000000000000002"] = case

    tally = look(ADAPTER, store, Capability.POSTS, web)

    assert (tally.state, tally.complete) == (state, False)
    assert len(web.asked) == 4


@pytest.mark.parametrize("wall", ["wall_please_wait", "wall_nothing"])
def test_a_wall_ends_the_visit_and_is_not_asked_twice(wall: str) -> None:
    web, store = TikTokNow(), Store(KELURAHAN)
    web.broken["7610000000000000001"] = wall

    tally = look(ADAPTER, store, Capability.POSTS, web)

    assert len(web.asked) == 2
    assert tally.state in {VisitState.CHALLENGE, VisitState.THROTTLED}


def test_the_place_of_a_mention_is_counted_in_utf_16_and_its_handle_is_not_its_name() -> None:
    request, capture = closed.request_of("tiktok", "video"), closed.capture_of("tiktok", "video")

    (post,) = reader.read(ADAPTER, request, capture).posts

    assert post.text == "🧹🧹 Kerja bakti bersama @rakasari dan @siti.rekaan #mawar"


def test_a_mention_with_a_place_outside_the_caption_leaves_the_caption_alone() -> None:
    content = json.loads(closed.body_of("tiktok", "item_video"))
    for mark in content["textExtra"]:
        mark["start"], mark["end"] = mark["start"] + 1, 900
    request, capture = closed.request_of("tiktok", "item_video"), recorded.served("https://x.example", content)

    (post,) = reader.read(ADAPTER, request, capture).posts

    assert post.text == content["desc"]


def test_exact_likes_are_preferred_to_rounded_ones() -> None:
    exact = reader.read(ADAPTER, closed.request_of("tiktok", "video"), closed.capture_of("tiktok", "video"))
    old = closed.request_of("tiktok", "item_old_page"), closed.capture_of("tiktok", "item_old_page")

    assert [post.likes for post in exact.posts] == [1234]
    assert [post.likes for post in reader.read(ADAPTER, *old).posts] == [1200]


def test_an_act_of_somebody_known_by_handle_only_says_so() -> None:
    case = closed.request_of("tiktok", "research_liked"), closed.capture_of("tiktok", "research_liked")

    acts = reader.read(ADAPTER, *case).interactions

    assert {(act.action, act.actor.key, act.basis) for act in acts} == {(Action.LIKED, None, ActorBasis.HANDLE)}


def test_liked_videos_without_the_question_are_nobodys_likes() -> None:
    request = replace(closed.request_of("tiktok", "research_liked"), carry={})

    page = reader.read(ADAPTER, request, closed.capture_of("tiktok", "research_liked"))

    assert (page.interactions, page.note, len(page.posts)) == ((), "liker_not_named", 2)


def test_a_page_that_leads_to_the_login_is_a_wall() -> None:
    capture = replace(closed.capture_of("tiktok", "profile"), final_url=f"{BASE}/login?redirect_url=x")

    assert reader.read(ADAPTER, closed.request_of("tiktok", "profile"), capture).state is VisitState.LOGIN_WALL


VIDEO = PostRef(
    platform="tiktok", uri=f"{BASE}/@_/video/7690000000000000009", url=f"{BASE}/@_/video/7690000000000000009"
)


@pytest.mark.parametrize(
    ("url", "kind", "step", "capability"),
    [
        (f"{BASE}/@rakasari/video/7690000000000000009?lang=id", HTML, "video", Capability.CONTENT),
        (f"{BASE}/embed/v2/7690000000000000009", HTML, "video-embed", Capability.CONTENT),
        (f"{BASE}/@kelmawar", HTML, "profile", Capability.POSTS),
        (f"{BASE}/embed/@kelmawar", HTML, "embed", Capability.POSTS),
        (f"{BASE}/api/post/item_list/?aid=1988&cursor=0", "application/json", "item-list", Capability.POSTS),
        (f"{BASE}/api/comment/list/?aweme_id=7690000000000000009", "application/json", "comments", Capability.LIKERS),
        (f"{BASE}/api/comment/list/reply/?item_id=7690000000000000009", "text/json", "comments", Capability.LIKERS),
        ("https://open.tiktokapis.com/v2/research/video/query/", "application/json", "research", Capability.CONTENT),
    ],
)
def test_what_a_browser_received_is_known_by_its_address(
    url: str, kind: str, step: str, capability: Capability
) -> None:
    request = ADAPTER.recognise(exchange(url, kind=kind))

    assert request is not None
    assert (request.step, request.capability, request.url) == (step, capability, url)
    if "7690000000000000009" in url:
        assert request.target.posts == (VIDEO,)


@pytest.mark.parametrize(
    "url",
    [f"{BASE}/api/recommend/item_list/", f"{BASE}/foryou", "https://www.instagram.com/@kelmawar", f"{BASE}/@kelmawar"],
)
def test_what_is_none_of_our_pages_is_left_alone(url: str) -> None:
    assert ADAPTER.recognise(exchange(url)) is None


def test_who_liked_stands_in_the_question_to_the_research_api() -> None:
    url = "https://open.tiktokapis.com/v2/research/user/liked_videos/?fields=id"

    request = ADAPTER.recognise(exchange(url, asked={"username": "kelmawar", "max_count": 100}))

    assert request is not None
    assert (request.capability, dict(request.carry)) == (Capability.LIKES, {"username": "kelmawar"})


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/@rakasari/video/7690000000000000009",
        f"{BASE}/@rakasari/photo/7690000000000000009?is_from_webapp=1",
        "https://m.tiktok.com/v/7690000000000000009.html",
        "https://www.tiktokv.com/share/video/7690000000000000009/",
        f"{BASE}/embed/v2/7690000000000000009",
    ],
)
def test_every_address_of_a_video_names_the_same_post(url: str) -> None:
    assert ADAPTER.locate(url) == VIDEO


def test_an_address_of_an_account_names_its_handle_and_a_foreign_one_nothing() -> None:
    assert ADAPTER.locate(f"{BASE}/@kelmawar?lang=id") == KELURAHAN
    assert ADAPTER.locate("https://www.threads.com/@kelmawar") is None
    assert ADAPTER.locate(f"{BASE}/tag/mawar") is None


def test_nothing_is_planned_but_what_a_mode_allows() -> None:
    def urls(mode: Mode, capability: Capability) -> list[str]:
        target = Target(account=KELURAHAN, posts=(VIDEO,), mode=mode)
        return [request.url for request in ADAPTER.plan(target, capability)]

    assert urls(Mode.ATTENDED, Capability.POSTS) == [f"{BASE}/@kelmawar"]
    assert urls(Mode.AUTO, Capability.CONTENT) == [f"{BASE}/embed/v2/7690000000000000009"]
    assert urls(Mode.AUTO, Capability.LIKERS) == urls(Mode.AUTO, Capability.LIKES) == []
    assert urls(Mode.IMPORT, Capability.POSTS) == []


def test_the_recorded_embed_reads_as_its_readme_says() -> None:
    if not FIXTURE.exists():
        pytest.skip("the folder shared/fixtures is not here")
    url, name = f"{BASE}/embed/@nasa", AccountRef(platform="tiktok", handle="nasa")
    target = Target(account=name)
    (request,) = ADAPTER.plan(target, Capability.POSTS)

    page = reader.read(ADAPTER, request, recorded.served(url, FIXTURE.read_bytes()))

    assert (page.state, page.account and page.account.handle, page.seen) == (VisitState.OK, "nasa", 4)
    assert page.posts[0].ref.uri == f"{BASE}/@_/video/7665075736742530317"
    assert {(post.likes, post.posted_at) for post in page.posts} == {(None, None)}
    assert [len(page.following), page.following[-1].url] == [4, f"{BASE}/@nasa/video/7686893699099413773"]
    reduced = ADAPTER.reduce(request, recorded.served(url, FIXTURE.read_bytes()), lambda _: True)
    assert reader.read(ADAPTER, request, reduced) == page
    about = re.search(rb'"signature": "([^"\\]{12,})', FIXTURE.read_bytes())
    assert about is not None
    assert about[1] not in reduced.body


def test_a_person_looks_where_the_settings_say_that_the_platform_stands() -> None:
    here = TikTok(Where(base_url="http://127.0.0.1:9999"))

    (post,) = reader.read(here, closed.request_of("tiktok", "video"), closed.capture_of("tiktok", "video")).posts

    assert post.ref.uri == f"{BASE}/@_/video/7690000000000000003"
    assert post.ref.url == "http://127.0.0.1:9999/@_/video/7690000000000000003"
    assert here.closed_url == "http://127.0.0.1:9999"


def test_a_visit_to_the_texts_of_liked_videos_reads_their_embeds() -> None:
    async def serve(request: PageRequest) -> Capture:
        body = closed.body_of("tiktok", "video_embed").replace(b"7690000000000000003", request.carry["video"].encode())
        return recorded.served(request.url, body)

    tally, _ = gather(ADAPTER, Target(posts=(VIDEO,)), Capability.CONTENT, serve)

    assert (tally.state, tally.items) == (VisitState.OK, 2)
