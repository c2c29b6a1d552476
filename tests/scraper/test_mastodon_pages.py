"""Where a server's API is closed: the way to its public pages, damage in every place of them, what may be kept."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag

from core.errors import LayoutError, RefusedError
from core.platforms import Mastodon as Where
from core.records import AccountRef, Action, Capability, Capture, PostRef, VisitState
from scraper import reader
from scraper.adapter import PageRequest, Target
from scraper.platforms.mastodon import Mastodon
from tests.scraper import recorded
from tests.scraper.recorded import capture_of, request_of, served
from tests.scraper.walking import Store, gather, look

ADAPTER = Mastodon(Where())
HOST = "warga.example"
KELURAHAN = AccountRef(platform="mastodon", handle=f"kelmawar@{HOST}")
CAMPAIGN = AccountRef(platform="mastodon", handle=f"raka@{HOST}")
POST = PostRef(platform="mastodon", uri=f"https://{HOST}/users/raka/statuses/01JX")
NEXT = f"https://{HOST}/@kelmawar?max_id=01JA"
PAGES = [
    *("profile_gotosocial", "profile_mastodon_3", "profile_empty", "profile_replies_only", "profile_off_the_web"),
    *("page_gotosocial", "page_unliked", "page_mastodon_3", "page_likers"),
]
EMPTY = {"profile_empty", "page_unliked"}
CLOSED = b'{"error": "Unauthorized: token not supplied"}'


def page(case: str) -> bytes:
    return (recorded.CAPTURES / "mastodon" / f"{case}.html").read_bytes()


class Closed:
    """A server whose API answers with one word to everything, and its pages by their address."""

    def __init__(self, answer: Capture | None = None, **pages: bytes | Capture | Exception) -> None:
        self.answer = answer or served("", CLOSED, status=401)
        self.pages = {
            f"https://{HOST}/@kelmawar": page("profile_gotosocial"),
            NEXT: page("profile_gotosocial_last"),
            f"https://{HOST}/users/raka/statuses/01JX": page("page_gotosocial"),
            **{f"https://{HOST}/@{name}": content for name, content in pages.items()},
        }
        self.asked: list[PageRequest] = []

    async def __call__(self, request: PageRequest) -> Capture:
        self.asked.append(request)
        if "/api/" in request.url:
            return replace(self.answer, url=request.url, final_url=request.url)
        content = self.pages[request.url]
        if isinstance(content, Exception):
            raise content
        if isinstance(content, Capture):
            return replace(content, url=request.url)
        return replace(served(request.url, content), media_type="text/html")

    @property
    def paths(self) -> list[str]:
        return [request.url.removeprefix(f"https://{HOST}") for request in self.asked]


def test_where_the_api_wants_a_login_the_public_pages_are_read_to_their_end() -> None:
    server, store = Closed(), Store(KELURAHAN)

    tally = look(ADAPTER, store, Capability.POSTS, server)

    assert server.paths == ["/api/v1/accounts/lookup?acct=kelmawar", "/@kelmawar", "/@kelmawar?max_id=01JA"]
    assert server.asked[1].accept is not None
    assert (tally.state, tally.seen, tally.note, len(store.acts)) == (VisitState.OK, 7, "api_closed", 7)
    assert store.account.key == f"https://{HOST}/users/kelmawar"


def test_a_page_is_never_taken_for_everything_that_there_is() -> None:
    tally = look(ADAPTER, Store(KELURAHAN), Capability.POSTS, Closed())

    assert (tally.state, tally.complete) == (VisitState.OK, False)


def test_a_later_visit_asks_the_api_again_and_one_page() -> None:
    server, store = Closed(), Store(KELURAHAN)
    look(ADAPTER, store, Capability.POSTS, server)
    server.asked.clear()

    tally = look(ADAPTER, store, Capability.POSTS, server)

    assert (tally.state, server.paths[1:]) == (VisitState.UNCHANGED, ["/@kelmawar"])


def test_once_the_api_opens_it_is_read_from_its_beginning() -> None:
    store = Store(KELURAHAN, bookmark={"newest": "x"})

    (request,) = ADAPTER.plan(Target(account=store.account, bookmark=store.bookmark), Capability.POSTS)

    assert request.step == "account"


@pytest.mark.parametrize(
    "answer",
    [
        served("", b'{"error": "This method requires an authenticated user"}', status=422),
        served("", b'{"error": "This API requires an authenticated user"}', status=401),
        served("", b'{"error": "Invalid credentials."}', status=403),
        replace(served("", b"<html>Tidak ada</html>", status=404), media_type="text/html"),
    ],
    ids=["422", "401", "403", "no API at all"],
)
def test_an_api_that_is_closed_or_not_there_leads_to_the_page(answer: Capture) -> None:
    server = Closed(answer)

    tally = look(ADAPTER, Store(KELURAHAN), Capability.POSTS, server)

    assert (tally.state, server.paths[1]) == (VisitState.OK, "/@kelmawar")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (replace(served("", b"<html>Blocked</html>", status=403), media_type="text/html"), VisitState.LOGIN_WALL),
        (served("", b'{"error": "This action is not allowed"}', status=403), VisitState.LOGIN_WALL),
        (served("", b'{"error": "Record not found"}', status=404), VisitState.NOT_FOUND),
        (served("", b'{"error": "Throttled: token bucket"}', status=429), VisitState.THROTTLED),
        (served("", b"", status=503), VisitState.FAILED),
    ],
    ids=["a firewall", "forbidden", "no such account", "too many", "down"],
)
def test_any_other_refusal_stops_us_and_no_page_is_asked_for(answer: Capture, state: VisitState) -> None:
    server = Closed(answer)

    tally = look(ADAPTER, Store(KELURAHAN), Capability.POSTS, server)

    assert (tally.state, len(server.asked)) == (state, 1)


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (page("profile_by_script"), VisitState.GATED),
        (page("profile_off_the_web"), VisitState.GATED),
        (page("profile_login"), VisitState.LOGIN_WALL),
        (page("profile_empty"), VisitState.EMPTY),
        (b"<html><p>Selamat datang</p></html>", VisitState.LAYOUT_CHANGED),
        (RefusedError("robots_refused", url="x"), VisitState.ROBOTS_REFUSED),
        (served("", b"", status=403), VisitState.LOGIN_WALL),
    ],
    ids=["script", "off the web", "login", "empty", "another page", "robots", "403"],
)
def test_what_the_page_does_not_show_is_a_stated_gap(content: bytes | Capture | Exception, state: VisitState) -> None:
    tally = look(ADAPTER, Store(KELURAHAN), Capability.POSTS, Closed(kelmawar=content))

    assert (tally.state, tally.items) == (state, 0)
    assert tally.complete is (state is VisitState.EMPTY)


def test_the_likers_that_a_page_hides_are_a_stated_gap_with_the_number_it_tells() -> None:
    target = Target(account=CAMPAIGN, posts=(POST,))

    tally, acts = gather(ADAPTER, target, Capability.LIKERS, Closed())

    assert (tally.state, tally.note, tally.seen, tally.claimed) == (VisitState.GATED, "likers_hidden", 0, 3)
    assert Action.LIKED not in {act.action for act in acts}


def test_the_likers_that_a_page_names_are_told_from_who_passed_it_on() -> None:
    page = reader.read(ADAPTER, request_of("mastodon", "page_likers"), capture_of("mastodon", "page_likers"))

    told = [(act.actor.handle, act.action) for act in page.interactions]
    assert told == [
        ("kelmawar@warga.example", Action.LIKED),
        ("budi@ramai.example", Action.LIKED),
        ("siti@warga.example", Action.REPOSTED),
    ]
    assert page.partial  # nothing says how many there are


def test_the_page_of_another_account_or_post_is_a_changed_layout() -> None:
    profile = request_of("mastodon", "profile_gotosocial")
    other = replace(profile, target=Target(account=replace(KELURAHAN, handle=f"melati@{HOST}")))
    post = request_of("mastodon", "page_gotosocial")
    another = replace(post, target=Target(posts=(replace(POST, uri=POST.uri + "Z"),)))

    for request, case in ((other, "profile_gotosocial"), (another, "page_gotosocial")):
        with pytest.raises(LayoutError):
            reader.read(ADAPTER, request, capture_of("mastodon", case))


def test_older_pages_on_another_host_are_not_followed() -> None:
    capture = capture_of("mastodon", "profile_gotosocial")
    elsewhere = capture.body.replace(b'href="/@kelmawar?max_id', b'href="https://lain.example/@kelmawar?max_id')

    told = reader.read(ADAPTER, request_of("mastodon", "profile_gotosocial"), replace(capture, body=elsewhere))

    assert (told.state, told.following) == (VisitState.OK, ())


def test_a_server_of_ones_own_is_asked_where_the_settings_say_that_it_stands() -> None:
    local = Mastodon(Where(servers={HOST: "http://127.0.0.1:3000"}))
    request = replace(request_of("mastodon", "profile_gotosocial"), url="http://127.0.0.1:3000/@kelmawar")

    told = reader.read(local, request, capture_of("mastodon", "profile_gotosocial"))

    assert told.account is not None
    assert told.account.key == f"https://{HOST}/users/kelmawar"
    assert told.posts[1].ref.uri == f"https://{HOST}/users/kelmawar/statuses/01JC"
    assert told.posts[1].ref.url == "http://127.0.0.1:3000/@kelmawar/statuses/01JC"
    assert [one.url for one in told.following] == ["http://127.0.0.1:3000/@kelmawar?max_id=01JA"]


def damaged(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Damage a page in every place: each class renamed, each attribute gone, each element dropped or emptied."""
    whole = BeautifulSoup(body, "html.parser")
    for number, element in enumerate(whole.select("*")):
        names = element.get_attribute_list("class") if element.has_attr("class") else []
        changes = [f"class {name}" for name in names] + [f"without {name}" for name in element.attrs]
        for change in (*changes, "dropped", "emptied", "another tag"):
            soup = BeautifulSoup(body, "html.parser")
            target = soup.select("*")[number]
            _damage(target, change)
            yield f"{element.name} {number} {change}", str(soup).encode()


def _damage(target: Tag, change: str) -> None:
    kind, _, name = change.partition(" ")
    if kind == "class":
        target["class"] = ["baru" if one == name else str(one) for one in target.get_attribute_list("class")]
    elif kind == "without":
        del target[name]
    elif kind == "dropped":
        target.decompose()
    elif kind == "emptied":
        target.clear()
    else:
        target.name = "section"


@pytest.mark.parametrize("case", PAGES)
def test_damage_in_any_place_of_a_page_is_never_read_as_nothing_there(case: str) -> None:
    request, capture = request_of("mastodon", case), capture_of("mastodon", case)
    whole = reader.read(ADAPTER, request, capture)
    read = 0

    for damage, body in damaged(capture.body):
        told = recorded.read_or_none(ADAPTER, request, replace(capture, body=body))
        read += 1
        if case in EMPTY:
            assert told is None or told.state is not VisitState.OK or told.posts, damage
        else:
            assert told is None or told.state is not VisitState.EMPTY, damage
        if told is not None and told.state is VisitState.OK and "class" in damage:
            assert len(told.posts) == len(whole.posts), damage
    assert read > 25


@pytest.mark.parametrize("case", PAGES)
def test_what_is_kept_of_a_page_holds_nobody_whom_nobody_watches(case: str) -> None:
    request, capture = request_of("mastodon", case), capture_of("mastodon", case)

    kept = ADAPTER.reduce(request, capture, lambda who: (who.handle or "").startswith("kelmawar@"))

    left = json.dumps(json.loads(kept.body))
    assert [name for name in ("Nama", "budi", "Budi", "Kampanye Raka", "Siap") if name in left] == []


def test_a_page_of_somebody_whom_nobody_watches_is_kept_without_its_owner() -> None:
    request, capture = request_of("mastodon", "profile_off_the_web"), capture_of("mastodon", "profile_off_the_web")

    kept = ADAPTER.reduce(request, capture, lambda _: False)

    assert b"kelmawar" not in kept.body


@pytest.mark.parametrize("case", ["page_gotosocial", "page_mastodon_3"])
def test_what_watched_accounts_wrote_around_a_post_is_theirs_and_of_the_others_nothing_is_kept(case: str) -> None:
    request = request_of("mastodon", case)
    capture = replace(
        capture_of("mastodon", case), body=capture_of("mastodon", case).body.replace(b"@budi", b"@kelmawar")
    )
    whole = reader.read(ADAPTER, request, capture)

    kept = ADAPTER.reduce(request, capture, lambda who: (who.handle or "").startswith("kelmawar@"))

    left = reader.read(ADAPTER, request, kept)
    wrote = [(act.actor.handle, act.action, act.post.uri) for act in left.interactions]
    assert wrote == [("kelmawar@ramai.example", Action.POSTED, "https://ramai.example/users/kelmawar/statuses/77")]
    assert [post.text for post in left.posts] == ["Ayo coblos nomor 1", "Siap"]
    assert (left.state, left.claimed) == (whole.state, whole.claimed)
    assert b"Siapa" not in kept.body
