"""Instagram: whole visits, real recordings, what a person's browser received, and the numbers of posts."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LayoutError
from core.platforms import Instagram as Where
from core.records import (
    AccountRef,
    Capability,
    Capture,
    Mode,
    PostRef,
    VisitState,
)
from scraper import reader
from scraper.adapter import PageRequest, Target, Tier
from scraper.platforms.instagram import Instagram
from scraper.platforms.instagram_records import code_of, pk_of
from tests.scraper.recorded import FIXTURES, served
from tests.scraper.walking import Store, gather, look

HOME = "https://www.instagram.com"
ADAPTER = Instagram(Where(account_id="17841400000000009"))
KELURAHAN = AccountRef(platform="instagram", handle="kelmawar")
PK = "61000000001"
RECORDED = FIXTURES / "instagram"
LOGGED_OUT = RECORDED / "loggedout_2026-10-04"
CODE = "DYflVZABgH5"
NUMBER = pk_of(CODE)
NOW = datetime(2026, 6, 20, tzinfo=UTC)


def html(*blocks: object) -> bytes:
    scripts = "".join(f'<script type="application/json" data-sjs>{json.dumps(block)}</script>' for block in blocks)
    return f"<!DOCTYPE html><html><body>{scripts}</body></html>".encode()


def route(name: str) -> dict[str, str]:
    return {"canonicalRouteName": f"comet.igweb.{name}"}


class Site:
    """A logged-out Instagram with one account: its profile shows twelve posts, pinned ones first."""

    def __init__(self, posts: int, *, base_url: str = HOME) -> None:
        self.base_url = base_url
        self.codes = [f"kode{number:03}" for number in range(posts)]
        self.pinned: list[str] = []
        self.pk = PK
        self.walls: dict[str, str] = {}
        self.asked: list[str] = []

    @property
    def uris(self) -> set[str]:
        return {f"{HOME}/p/{code}/" for code in self.codes}

    def user(self) -> dict[str, object]:
        return {"pk": self.pk, "username": "kelmawar", "is_private": False}

    async def __call__(self, request: PageRequest) -> Capture:
        assert request.tier is Tier.BROWSER
        assert request.rendering is not None
        assert request.url.startswith(self.base_url)
        path = urlsplit(request.url).path
        self.asked.append(path)
        if path in self.walls:
            return served(request.url, html(route(self.walls[path])))
        body = self.profile() if path == "/kelmawar/" else self.post(path.split("/")[2])
        return served(request.url, body)

    def profile(self) -> bytes:
        newest = [code for code in reversed(self.codes) if code not in self.pinned]
        shown = [*self.pinned, *newest][:12]
        edges = [{"node": {"code": code, "user": self.user(), "caption": {"text": code}}} for code in shown]
        timeline = {"edges": edges, "page_info": {"has_next_page": False}}
        data = {"xig_user_by_username": {**self.user(), "polaris_ordered_timeline_connection": timeline}}
        return html(route("PolarisLoggedOutDesktopWWWProfileRoute"), data)

    def post(self, code: str) -> bytes:
        media = {
            "code": code,
            "user": self.user(),
            "caption": {"text": code},
            "taken_at": 1781913600,
            "like_count": 5,
            "like_and_view_counts_disabled": False,
            "coauthor_producers": [],
        }
        shown = {"code": code, "if_not_gated_logged_out": media, "gating_ruling": None}
        return html(route("PolarisLoggedOutDesktopWWWPostRoute"), {"xig_polaris_media": shown})


def test_a_first_visit_reads_the_profile_and_then_the_page_of_every_post() -> None:
    site, store = Site(posts=5), Store(KELURAHAN)

    tally = look(ADAPTER, store, Capability.POSTS, site)

    assert set(store.acts) == site.uris
    assert (tally.state, tally.complete, len(site.asked)) == (VisitState.OK, True, 6)
    assert store.account == replace(KELURAHAN, key=PK)


def test_a_later_visit_costs_one_page_and_one_more_for_each_new_post() -> None:
    site, store = Site(posts=12), Store(KELURAHAN)
    site.pinned = ["kode000", "kode001"]
    look(ADAPTER, store, Capability.POSTS, site)
    site.asked.clear()

    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.UNCHANGED
    site.codes.append("kodebaru")
    look(ADAPTER, store, Capability.POSTS, site)

    assert site.asked == ["/kelmawar/", "/kelmawar/", "/p/kodebaru/"]


@pytest.mark.parametrize("pages", range(1, 6))
def test_a_visit_that_was_interrupted_goes_on_at_the_posts_that_it_did_not_reach(pages: int) -> None:
    site, store = Site(posts=5), Store(KELURAHAN)

    look(ADAPTER, store, Capability.POSTS, site, pages=pages)
    look(ADAPTER, store, Capability.POSTS, site)

    assert sorted(site.asked[1:]).count("/kelmawar/") == 1
    assert len({path for path in site.asked if path.startswith("/p/")}) == 5
    assert len(site.asked) == 7
    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.UNCHANGED


def test_a_post_that_was_deleted_meanwhile_is_gone_and_not_asked_for_again() -> None:
    site, store = Site(posts=2), Store(KELURAHAN)
    site.walls["/p/kode000/"] = "PolarisErrorRoute"

    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.NOT_FOUND
    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.UNCHANGED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("PolarisCAAIGLoginHomepageRoute", VisitState.LOGIN_WALL),
        ("PolarisLoggedOutDesktopWWWPostRoute", VisitState.THROTTLED),
    ],
)
def test_a_wall_stops_the_visit_and_what_was_not_read_is_asked_for_next_time(answer: str, state: VisitState) -> None:
    site, store = Site(posts=4), Store(KELURAHAN)
    site.walls["/p/kode001/"] = answer

    tally = look(ADAPTER, store, Capability.POSTS, site)

    assert (tally.state, tally.complete) == (state, False)
    assert site.asked == ["/kelmawar/", "/p/kode003/", "/p/kode002/", "/p/kode001/"]
    site.walls.clear()
    look(ADAPTER, store, Capability.POSTS, site)
    assert site.asked[4:] == ["/kelmawar/", "/p/kode001/", "/p/kode000/"]


def test_a_name_that_leads_to_another_account_stops_the_visit() -> None:
    site, store = Site(posts=2), Store(replace(KELURAHAN, key=PK))
    site.pk = "61000000077"

    assert look(ADAPTER, store, Capability.POSTS, site).state is VisitState.IDENTITY_CHANGED
    assert store.acts == {}


def test_a_replay_server_is_asked_and_posts_keep_the_name_that_they_have_at_instagram() -> None:
    base = "http://127.0.0.1:8099"
    site = Site(posts=1, base_url=base)

    _, acts = gather(Instagram(Where(base_url=base)), Target(account=KELURAHAN), Capability.POSTS, site)

    assert {act.post for act in acts} == {
        PostRef(platform="instagram", uri=f"{HOME}/p/kode000/", url=f"{base}/p/kode000/")
    }


def test_the_text_of_a_liked_post_is_asked_for_on_its_page() -> None:
    site = Site(posts=3)
    liked = Target(posts=(PostRef(platform="instagram", uri=f"{HOME}/reel/kode001/"),))

    tally, _ = gather(ADAPTER, liked, Capability.CONTENT, site)

    assert (tally.state, site.asked) == (VisitState.OK, ["/p/kode001/"])


def test_likers_and_likes_are_never_asked_for() -> None:
    target = Target(account=KELURAHAN, posts=(PostRef(platform="instagram", uri=f"{HOME}/p/{CODE}/"),))

    assert ADAPTER.capabilities[Capability.LIKERS] == {Mode.ATTENDED, Mode.IMPORT}
    assert ADAPTER.capabilities[Capability.LIKES] == {Mode.IMPORT}
    assert [*ADAPTER.plan(target, Capability.LIKERS), *ADAPTER.plan(target, Capability.LIKES)] == []


class Api:
    """The official API with one professional account."""

    def __init__(self, posts: int) -> None:
        self.days = list(range(posts))
        self.asked: list[str] = []

    async def __call__(self, request: PageRequest) -> Capture:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        assert request.url.startswith("https://graph.facebook.com/v26.0/17841400000000009?")
        assert request.tier is Tier.HTTP
        fields = parse_qs(parts.query)["fields"][0]
        assert fields.startswith("business_discovery.username(kelmawar){")
        first = int(fields.partition(".after(")[2].partition(")")[0] or 0)
        page = list(reversed(self.days))[first : first + 25]
        data = [
            {
                "permalink": f"{HOME}/p/kode{day:03}/",
                "timestamp": f"{datetime.fromtimestamp(1_700_000_000 + day * 86_400, UTC):%Y-%m-%dT%H:%M:%S+0000}",
                "caption": str(day),
            }
            for day in page
        ]
        media = {"data": data, "paging": {"cursors": {"after": str(first + 25)}} if data else {}}
        found = {"id": "1784", "username": "kelmawar", "media_count": len(self.days), "media": media}
        return served(request.url, {"business_discovery": found, "id": "17841400000000009"})

    @property
    def uris(self) -> set[str]:
        return {f"{HOME}/p/kode{day:03}/" for day in self.days}


def api(store: Store, server: Api, pages: int | None = None) -> VisitState:
    class ByApi(Instagram):
        def plan(self, target: Target, capability: Capability) -> Any:  # noqa: ANN401
            return super().plan(replace(target, mode=Mode.API), capability)

    return look(ByApi(ADAPTER.where), store, capability=Capability.POSTS, fetch=server, pages=pages).state


@pytest.mark.parametrize("pages", [None, 1, 2, 3, 4])
def test_the_official_api_is_walked_by_cursors_and_an_interrupted_walk_goes_on(pages: int | None) -> None:
    server, store = Api(posts=60), Store(KELURAHAN)

    api(store, server, pages)
    server.days += [60, 61]
    api(store, server)

    assert set(store.acts) == server.uris
    assert api(store, server) is VisitState.UNCHANGED
    assert not any("access_token" in url for url in server.asked)


def test_the_api_is_offered_with_an_account_of_our_own_only_and_its_key_stands_in_a_header() -> None:
    key = ADAPTER.credential

    assert Mode.API in ADAPTER.capabilities[Capability.POSTS]
    assert Mode.API not in Instagram(Where()).capabilities[Capability.POSTS]
    assert list(Instagram(Where()).plan(Target(account=KELURAHAN, mode=Mode.API), Capability.POSTS)) == []
    assert (key.variable, key.header, key.host) == ("TILIK_INSTAGRAM_TOKEN", "Authorization", "graph.facebook.com")
    assert key.form == "Bearer {key}"


@pytest.mark.parametrize("handle", ["a){id}", "a b", "../x", "a" * 31, ""])
def test_a_name_that_is_none_is_never_written_into_a_question(handle: str) -> None:
    account = AccountRef(platform="instagram", handle=handle)

    assert list(ADAPTER.plan(Target(account=account, mode=Mode.API), Capability.POSTS)) == []


@given(st.integers(1, 2**63))
def test_a_posts_number_and_its_code_are_the_same(number: int) -> None:
    assert pk_of(code_of(str(number))) == str(number)


def test_the_code_of_a_private_accounts_post_begins_with_its_number() -> None:
    assert pk_of(CODE + "x" * 28) == NUMBER


def recording(path: Path) -> bytes:
    if not path.exists():
        pytest.skip(f"no recorded pages of Instagram at {RECORDED}")
    return path.read_bytes()


def asked(step: str, **carry: str) -> PageRequest:
    return PageRequest(target=Target(), capability=Capability.POSTS, url=HOME, step=step, carry=carry)


@pytest.mark.parametrize(
    ("name", "step", "state"),
    [
        ("login_wall.html", "profile", VisitState.LOGIN_WALL),
        ("not_found.html", "profile", VisitState.NOT_FOUND),
        ("throttled_profile.html", "profile", VisitState.THROTTLED),
        ("profile_natgeo.html", "profile", VisitState.OK),
        ("post_image_DeAZ0uAgNuA.html", "post", VisitState.OK),
    ],
)
def test_the_five_answers_of_the_real_site_are_told_apart_though_all_are_http_200(
    name: str, step: str, state: VisitState
) -> None:
    body = recording(LOGGED_OUT / name)

    page = reader.read(ADAPTER, asked(step, code="DeAZ0uAgNuA"), served(HOME, body))

    assert page.state is state


def test_a_real_post_page_tells_its_time_and_likes_and_is_not_taken_for_the_posts_around_it() -> None:
    body = recording(LOGGED_OUT / "post_image_DeAZ0uAgNuA.html")

    page = reader.read(ADAPTER, asked("post", code="DeAZ0uAgNuA"), served(HOME, body))

    (post,) = page.posts
    assert (post.likes, post.posted_at) == (47_528, datetime.fromtimestamp(1_790_975_127, UTC))
    assert pk_of("DeAZ0uAgNuA") == "3999310043081137024"
    with pytest.raises(LayoutError):
        reader.read(ADAPTER, asked("post", code="DbIdlf0j6uA"), served(HOME, body))


def test_a_real_profile_page_tells_the_account_and_posts_without_time_and_likes() -> None:
    body = recording(LOGGED_OUT / "profile_natgeo.html")

    page = reader.read(ADAPTER, asked("profile"), served(HOME, body))

    assert page.account is not None
    assert page.account.key == "787132"
    assert [(post.posted_at, post.likes) for post in page.posts] == [(None, None)] * 3
    assert all(post.text for post in page.posts)


@pytest.mark.parametrize("name", ["base_p1", "p1", "p2"])
def test_a_real_answer_of_the_official_api_is_read(name: str) -> None:
    body = recording(RECORDED / f"graphapi_business_discovery_{name}.json")
    request = replace(
        asked("discovery", floor="", top="", cursor="", resumed=""), target=Target(account=KELURAHAN, mode=Mode.API)
    )

    page = reader.read(ADAPTER, request, served("https://graph.facebook.com", body))

    assert page.state is VisitState.OK
    assert len(page.posts) == len(json.loads(body)["business_discovery"]["media"]["data"])
    assert all(post.posted_at and post.likes for post in page.posts)
