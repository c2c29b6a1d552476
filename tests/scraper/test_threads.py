"""Threads: no recorded page exists, so these cases are invented in the shape that other tools' code describes."""

from dataclasses import replace

import pytest

from core.errors import LayoutError
from core.platforms import Threads as Where
from core.records import AccountRef, ActorBasis, Capability, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import Target
from scraper.platforms.threads import Threads
from tests.scraper import closed, recorded
from tests.scraper.closed import exchange

BASE = "https://www.threads.com"
ADAPTER = Threads(Where())
KELURAHAN = AccountRef(platform="threads", handle="kelmawar")
POST = PostRef(platform="threads", uri=f"{BASE}/t/DQkampanye1", url=f"{BASE}/t/DQkampanye1")
HTML = "text/html"
SHELLS = (
    b"<!DOCTYPE html><html><head><title>Threads</title></head><body><div id='root'></div></body></html>",
    b"<html><script type='application/json'>{}</script></html>",
    b'<html><script type="application/json">{"data":{"mediaData":{"edges":[]}}}</script></html>',
    b'<html><script type="application/json">{"thread_items":[{"post":null}]}</script></html>',
    b'<html><script type="application/json">{"post":{"title":"sesuatu yang lain"}}</script></html>',
)


def test_the_adapter_says_that_it_was_never_tested_on_a_recorded_page() -> None:
    assert "recorded page" in ADAPTER.remark
    assert not (recorded.FIXTURES / "threads").exists(), "a recorded page is here now: read it in a test"


@pytest.mark.parametrize("body", SHELLS)
def test_a_shell_without_posts_is_a_changed_layout_and_never_empty(body: bytes) -> None:
    capture = replace(closed.capture_of("threads", "profile"), body=body)

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, closed.request_of("threads", "profile"), capture)


def test_a_page_with_the_posts_of_others_only_is_a_changed_layout() -> None:
    request = replace(closed.request_of("threads", "profile"), carry={"handle": "kelmelati"})

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request, closed.capture_of("threads", "profile"))


def test_a_page_that_leads_to_the_login_is_a_wall() -> None:
    capture = replace(closed.capture_of("threads", "profile"), final_url=f"{BASE}/login/?next=%2F%40kelmawar")

    assert reader.read(ADAPTER, closed.request_of("threads", "profile"), capture).state is VisitState.LOGIN_WALL


def test_a_missing_caption_is_not_an_empty_one() -> None:
    request, body = closed.request_of("threads", "item"), closed.body_of("threads", "item")

    without = reader.read(ADAPTER, request, recorded.served(BASE, body.replace(b'"caption": {', b'"lain": {')))

    assert without.posts[0].text is None


def test_an_act_on_a_page_without_numbers_says_that_only_the_handle_is_known() -> None:
    body = closed.body_of("threads", "answer").replace(b'"pk": "63000000001"', b'"pk": null')

    page = reader.read(ADAPTER, closed.request_of("threads", "answer"), recorded.served(BASE, body))

    assert {act.basis for act in page.interactions} == {ActorBasis.HANDLE}


@pytest.mark.parametrize("host", ["www.threads.com", "threads.net", "www.threads.net"])
def test_what_a_browser_received_is_known_under_both_names_of_the_site(host: str) -> None:
    answer = closed.body_of("threads", "answer")

    profile = ADAPTER.recognise(exchange(f"https://{host}/@kelmawar", b"<html>", kind=HTML))
    post = ADAPTER.recognise(exchange(f"https://{host}/@rakasari/post/DQkampanye1", b"<html>", kind=HTML))
    found = ADAPTER.recognise(exchange(f"https://{host}/graphql/query", answer))

    assert profile is not None
    assert profile.target.account == KELURAHAN
    assert post is not None
    assert post.target.posts == (POST,)
    assert found is not None
    assert found.step == "answer"


def test_what_is_none_of_our_pages_is_left_alone() -> None:
    assert ADAPTER.recognise(exchange(f"{BASE}/graphql/query", {"data": {"viewer": {}}})) is None
    assert ADAPTER.recognise(exchange(f"{BASE}/@kelmawar")) is None
    assert ADAPTER.recognise(exchange("https://www.tiktok.com/@kelmawar", kind=HTML)) is None


def test_an_address_names_an_account_or_a_post() -> None:
    assert ADAPTER.locate(f"{BASE}/@kelmawar?hl=id") == KELURAHAN
    assert ADAPTER.locate("https://www.threads.net/@rakasari/post/DQkampanye1") == POST
    assert ADAPTER.locate(f"{BASE}/t/DQkampanye1/") == POST
    assert ADAPTER.locate(f"{BASE}/search?q=mawar") is None


def test_nothing_is_planned_but_what_a_mode_allows() -> None:
    def urls(mode: Mode, capability: Capability) -> list[str]:
        target = Target(account=KELURAHAN, posts=(POST,), mode=mode)
        return [request.url for request in ADAPTER.plan(target, capability)]

    assert urls(Mode.AUTO, Capability.POSTS) == [f"{BASE}/@kelmawar"]
    assert urls(Mode.ATTENDED, Capability.CONTENT) == [POST.uri]
    assert urls(Mode.AUTO, Capability.CONTENT) == urls(Mode.AUTO, Capability.LIKERS) == []
    assert urls(Mode.IMPORT, Capability.POSTS) == []
    assert ADAPTER.closed_url == BASE
