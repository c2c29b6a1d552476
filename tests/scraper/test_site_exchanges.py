"""Pages of a configured site in somebody's own recording: their address says which they are."""

from datetime import UTC, datetime

import pytest

from core.records import AccountRef, Capability, Exchange, PostRef
from scraper import reader
from scraper.adapter import Target
from tests.scraper.sites import CASES, SITES, adapter_of, captured


def exchange(url: str, *, body: bytes = b"", media: str = "text/html; charset=utf-8", status: int = 200) -> Exchange:
    at = datetime(2029, 10, 1, tzinfo=UTC)
    return Exchange(url=url, method="GET", asked=None, status=status, media_type=media, body=body, at=at)


def test_a_profile_is_recognised_and_reads_as_what_the_account_posted() -> None:
    adapter, url = adapter_of("papan"), "https://papan.example/warga/kel_honje"
    request = adapter.recognise(exchange(url))

    assert request is not None
    assert request.target == Target(account=AccountRef(platform="papan", handle="kel_honje"))
    page = reader.read(adapter, request, captured((CASES / "board.html").read_bytes(), url=url))
    assert {(act.actor.handle or "").casefold() for act in page.interactions} == {"kel_honje"}


def test_a_page_of_likers_belongs_to_the_post_of_its_address() -> None:
    url = "http://warga.example/post/7"

    request = adapter_of("warga").recognise(exchange(url))

    assert request is not None
    assert request.target.posts == (PostRef(platform="warga", uri=url, url=url),)
    assert request.capability is Capability.LIKERS


def test_the_pictures_of_a_post_are_named_and_survive_its_reduction() -> None:
    board = SITES["papan"]["posts"]
    adapter = adapter_of("papan", posts=board | {"html": board["html"] | {"pictures": "img"}})
    url = "https://papan.example/warga/kel_honje"
    request = adapter.recognise(exchange(url))
    assert request is not None
    body = (CASES / "board.html").read_bytes()
    shown = captured(body.replace(b"Posyandu ", b'<img src="/foto/1.jpg">Posyandu '), url=url)

    for capture in (shown, adapter.reduce(request, shown, lambda _: True)):
        pictures = [post.pictures for post in adapter.read(request, capture).posts]
        assert ("https://papan.example/foto/1.jpg",) in pictures


@pytest.mark.parametrize(
    "told",
    [
        exchange("https://lain.example/warga/kel_honje"),
        exchange("https://papan.example/tentang"),
        exchange("https://papan.example/warga/kel_honje", media="application/json"),
        exchange("https://papan.example/warga/kel_honje", status=304),
    ],
)
def test_what_is_no_page_of_the_site_is_not_recognised(told: Exchange) -> None:
    assert adapter_of("papan").recognise(told) is None
