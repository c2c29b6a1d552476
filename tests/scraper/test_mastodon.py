"""Whole visits to Mastodon-compatible servers: paging by Link, coming back, being interrupted, the home server."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from core.platforms import Mastodon as Where
from core.records import AccountRef, Action, Capability, Capture, Mode, PostRef, VisitState
from scraper.adapter import PageRequest, Target
from scraper.platforms import mastodon
from scraper.platforms.mastodon import Mastodon, next_link
from tests.scraper.recorded import FIXTURES, capture_of, request_of, served
from tests.scraper.walking import Store, gather, look

ADAPTER = Mastodon(Where())
HOST = "warga.example"
RECORDED = FIXTURES / "mastodon"
KELURAHAN = AccountRef(platform="mastodon", handle=f"kelmawar@{HOST}")


def person(name: str, host: str = HOST) -> dict[str, Any]:
    acct = name if host == HOST else f"{name}@{host}"
    return {"id": name, "acct": acct, "url": f"https://{host}/@{name}", "uri": f"https://{host}/users/{name}"}


class Server:
    """One server with one account's posts and the likers of one post, as a function from request to answer."""

    def __init__(self, posts: int = 0, likers: int = 0) -> None:
        self.posts: list[dict[str, Any]] = []
        self.likers = [person(f"warga{number}") for number in range(likers)]
        self.claimed = likers
        self.asked: list[str] = []
        for _ in range(posts):
            self.post()

    def post(self, **more: object) -> None:
        number = str(9_990 + len(self.posts))  # the numbers grow longer on the way
        status = {
            "id": number,
            "uri": f"https://{HOST}/users/kelmawar/statuses/{number}",
            "url": f"https://{HOST}/@kelmawar/{number}",
            "account": person("kelmawar"),
            "content": f"<p>Kabar {number}</p>",
            "created_at": "2029-10-01T00:00:00.000Z",
            "favourites_count": 0,
            "visibility": "public",
        }
        self.posts.append(status | more)

    @property
    def uris(self) -> set[str]:
        return {post["uri"] for post in self.posts if post["visibility"] == "public"}

    async def __call__(self, request: PageRequest) -> Capture:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert parts.netloc == HOST
        if parts.path == "/api/v1/accounts/lookup":
            return served(request.url, person(query["acct"]))
        if parts.path == "/api/v1/accounts/kelmawar/statuses":
            known = [post for post in reversed(self.posts) if int(post["id"]) < int(query.get("max_id", 10**9))]
            return self._page(request.url, known, query, last="id")
        if parts.path == "/api/v1/statuses/500":
            status = self.posts[0] | {"id": "500", "favourites_count": self.claimed}
            return served(request.url, status)
        assert parts.path == "/api/v1/statuses/500/favourited_by"
        first = int(query.get("max_id", 0))
        return self._page(request.url, self.likers[first:], query, last=str(first + int(query["limit"])))

    def _page(self, url: str, items: list[dict[str, Any]], query: dict[str, str], *, last: str) -> Capture:
        page = items[: int(query["limit"])]
        if not page or len(page) == len(items):
            return served(url, page)
        onward = f"{url.split('?', maxsplit=1)[0]}?limit={query['limit']}&max_id={page[-1].get(last, last)}"
        return served(url, page, link=f'<{onward}>; rel="next", <{url}&min_id=1>; rel="prev"')


def test_a_first_visit_follows_the_links_to_the_end() -> None:
    server, store = Server(posts=100), Store(KELURAHAN)

    tally = look(ADAPTER, store, Capability.POSTS, server)

    assert store.acts == dict.fromkeys(server.uris, 1)
    assert (tally.state, tally.complete, len(server.asked)) == (VisitState.OK, True, 4)
    assert all("exclude_reblogs=false" in url for url in server.asked[1:])
    assert store.account.key == f"https://{HOST}/users/kelmawar"


def test_a_later_visit_reads_one_page_and_only_what_is_new_is_an_act() -> None:
    server, store = Server(posts=100), Store(KELURAHAN)
    look(ADAPTER, store, Capability.POSTS, server)
    server.asked.clear()
    store.acts.clear()

    assert look(ADAPTER, store, Capability.POSTS, server).state is VisitState.UNCHANGED
    server.post()
    assert look(ADAPTER, store, Capability.POSTS, server).state is VisitState.OK
    assert (len(server.asked), set(store.acts)) == (2, {server.posts[-1]["uri"]})


@pytest.mark.parametrize("pages", range(1, 6))
def test_a_visit_that_was_interrupted_goes_on_and_then_reads_what_came_in_since(pages: int) -> None:
    server, store = Server(posts=130), Store(KELURAHAN)
    look(ADAPTER, store, Capability.POSTS, server, pages=pages)
    for _ in range(3):
        server.post()

    look(ADAPTER, store, Capability.POSTS, server)

    assert store.acts == dict.fromkeys(server.uris, 1)
    assert look(ADAPTER, store, Capability.POSTS, server).state is VisitState.UNCHANGED


class Coming(RuleBasedStateMachine):
    """Posts come in at any time, visits stop after any page: in the end all are stored."""

    def __init__(self) -> None:
        super().__init__()
        self.page = mastodon.STATUSES
        mastodon.STATUSES = 2
        self.server, self.store = Server(), Store(KELURAHAN)

    @rule(count=st.integers(1, 7))
    def post(self, count: int) -> None:
        for _ in range(count):
            self.server.post()

    @rule(pages=st.integers(1, 8))
    def interrupted_visit(self, pages: int) -> None:
        look(ADAPTER, self.store, Capability.POSTS, self.server, pages=pages)

    @rule(most=st.integers(1, 8))
    def limited_visit(self, most: int) -> None:
        look(ADAPTER, self.store, Capability.POSTS, self.server, most=most)

    def teardown(self) -> None:
        try:
            assert look(ADAPTER, self.store, Capability.POSTS, self.server).complete
            assert set(self.store.acts) == self.server.uris
            again = look(ADAPTER, self.store, Capability.POSTS, self.server)
            assert again.state in {VisitState.UNCHANGED, VisitState.EMPTY}
        finally:
            mastodon.STATUSES = self.page


TestComing = Coming.TestCase
TestComing.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)


def test_an_account_that_never_posted_is_empty_and_its_first_post_is_found_later() -> None:
    server, store = Server(), Store(KELURAHAN)

    assert look(ADAPTER, store, Capability.POSTS, server).state is VisitState.EMPTY
    server.post()
    assert look(ADAPTER, store, Capability.POSTS, server).state is VisitState.OK
    assert set(store.acts) == server.uris


def test_boosts_are_reposts_and_what_is_not_public_is_left_alone() -> None:
    server = Server()
    boosted = {**Server(posts=1).posts[0], "account": person("siti"), "uri": f"https://{HOST}/users/siti/statuses/1"}
    server.post(reblog=boosted, content="")
    for visibility in ("private", "direct", "limited"):
        server.post(visibility=visibility)
    server.post(visibility="unlisted")

    _, acts = gather(ADAPTER, Target(account=KELURAHAN), Capability.POSTS, server)

    assert [act.action for act in acts] == [Action.POSTED, Action.REPOSTED]
    assert acts[1].post.uri == boosted["uri"]


def post_ref(uri: str = f"https://{HOST}/users/kelmawar/statuses/500") -> PostRef:
    return PostRef(platform="mastodon", uri=uri)


def test_likers_are_asked_of_the_home_server_and_counted_against_its_claim() -> None:
    server = Server(posts=1, likers=200)

    tally, acts = gather(ADAPTER, Target(account=KELURAHAN, posts=(post_ref(),)), Capability.LIKERS, server)

    assert (tally.state, tally.complete, tally.seen, tally.claimed) == (VisitState.OK, True, 200, 200)
    assert len({act.actor.key for act in acts}) == 200
    assert {act.acted_at for act in acts} == {None}


def test_likers_that_the_server_claims_and_does_not_show_make_the_visit_incomplete() -> None:
    server = Server(posts=1, likers=3)
    server.claimed = 5

    tally, _ = gather(ADAPTER, Target(account=KELURAHAN, posts=(post_ref(),)), Capability.LIKERS, server)

    assert (tally.complete, tally.seen, tally.claimed) == (False, 3, 5)


def test_a_post_whose_number_nobody_knows_is_a_failed_visit_and_not_one_without_likers() -> None:
    foreign = post_ref("https://pleroma.example/objects/2f1c-88aa")

    tally, _ = gather(ADAPTER, Target(account=KELURAHAN, posts=(foreign,)), Capability.LIKERS, Server())

    assert (tally.state, tally.complete) == (VisitState.FAILED, False)


def test_the_home_server_is_found_by_the_posts_uri_and_where_the_settings_say_it_stands() -> None:
    local = Mastodon(Where(servers={"ramai.example": "http://127.0.0.1:3000"}))
    remote = post_ref("https://ramai.example/users/budi/statuses/7")

    (request,) = local.plan(Target(posts=(remote,)), Capability.LIKERS)

    assert request.url == "http://127.0.0.1:3000/api/v1/statuses/7"


def test_what_an_account_liked_only_its_owner_can_hand_in() -> None:
    assert ADAPTER.capabilities[Capability.LIKES] == {Mode.IMPORT}
    assert list(ADAPTER.plan(Target(account=KELURAHAN), Capability.LIKES)) == []


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (
            '<https://a.example/x?max_id=1>; rel="next", <https://a.example/x>; rel="prev"',
            "https://a.example/x?max_id=1",
        ),
        ('<https://a.example/x>; rel="prev",<https://a.example/y>;rel="next"', "https://a.example/y"),
        ('<https://a.example/x>; rel = "next"', "https://a.example/x"),
        ('<https://a.example/x?ids=1,2>; rel="next"', "https://a.example/x?ids=1,2"),
        ('<https://a.example/x>; rel="prev"', None),
        ("", None),
    ],
)
def test_the_next_page_is_found_in_the_link_header(header: str, found: str | None) -> None:
    assert next_link(served("https://a.example", b"[]", link=header)) == found


def test_addresses_are_told_apart() -> None:
    post = f"https://{HOST}/@kelmawar/500"

    assert ADAPTER.locate(f"https://{HOST}/@kelmawar") == KELURAHAN
    assert ADAPTER.locate(f"https://{HOST}/@budi@ramai.example") == AccountRef(
        platform="mastodon", handle="budi@ramai.example"
    )
    own = f"https://{HOST}/users/kelmawar/statuses/500"  # the name that its server gives it
    assert ADAPTER.locate(post) == PostRef(platform="mastodon", uri=own, url=post)
    assert ADAPTER.locate(own) == PostRef(platform="mastodon", uri=own, url=own)
    assert ADAPTER.locate(f"https://{HOST}/users/kelmawar") is None
    assert ADAPTER.locate(f"https://{HOST}/about") is None


def recorded_answers(name: str) -> list[tuple[str, Any]]:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"no recorded answers of real servers at {RECORDED}")
    exchanges = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
    return [(one["request"]["uri"], json.loads(one["response"]["body"]["string"])) for one in exchanges]


def asked(capability: Capability, step: str) -> PageRequest:
    carry = {"host": "localhost:3000", "uri": "http://localhost:3000/x", "id": "1", "claimed": "1"}
    return PageRequest(target=Target(), capability=capability, url="http://localhost:3000", step=step, carry=carry)


def test_what_a_real_server_says_of_a_post_and_its_likers_can_be_read() -> None:
    answers = recorded_answers("mastodonpy_test_status_favourited_by.yaml")
    posts = [body for uri, body in answers if uri.endswith("/statuses")]
    likers = [body for uri, body in answers if "favourited_by" in uri]

    post = ADAPTER.read(asked(Capability.LIKERS, "status"), served("http://localhost:3000", posts[0]))
    page = ADAPTER.read(asked(Capability.LIKERS, "likers"), served("http://localhost:3000", likers[-1]))

    assert post.posts[0].text == "Toot!"
    assert page.seen == len(likers[-1]) == len(page.interactions) > 0


def test_what_a_real_server_says_of_an_account_can_be_read() -> None:
    for uri, body in recorded_answers("mastodonpy_test_account_lookup.yaml"):
        if "lookup" in uri and "error" not in body:
            page = ADAPTER.read(asked(Capability.POSTS, "account"), served("http://localhost:3000", body))
            assert page.account is not None
            assert page.account.key == body["uri"]
            return
    pytest.fail("the recording holds no account")


def test_the_pictures_of_a_post_are_named_and_survive_its_reduction() -> None:
    adapter, request = Mastodon(Where()), request_of("mastodon", "campaign_post")
    content = json.loads(capture_of("mastodon", "campaign_post").body)
    attached = [
        {"type": "image", "url": "https://warga.example/satu.jpg", "description": "Siti di pasar"},
        {"type": "video", "url": "https://warga.example/dua.mp4"},
    ]
    capture = served(request.url, content | {"media_attachments": attached})

    reduced = adapter.reduce(request, capture, lambda _: False)

    for shown in (capture, reduced):
        assert adapter.read(request, shown).posts[0].pictures == ("https://warga.example/satu.jpg",)
    assert b"Siti" not in reduced.body
