"""A wall that says "200 OK" is no page: what stands in the place of a post is told by whoever knows the platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import load
from core.records import PostRef
from demo.network import Served, running, settings_text
from jobs.shown import instead
from scraper.adapter import Adapter
from scraper.platforms import adapters
from tests.evidence.pages import with_poster
from tests.evidence.recordings import recording


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running() as networks:
        yield networks


@pytest.fixture
def warga(served: Served, tmp_path: Path) -> Adapter:
    config = tmp_path / "config.yaml"
    config.write_text(settings_text(served.addresses), encoding="utf-8")
    return adapters(load(config).platforms)["warga"]


def shown(served: Served, warga: Adapter, page: str, number: int) -> str | None:
    url = f"{served.addresses.warga}/post/{number}"
    html = (Path(__file__).parents[2] / "demo" / "pages" / f"{page}.html").read_bytes()
    return instead(recording(url, html=html), warga, PostRef(platform="warga", uri=url, url=url))


@pytest.mark.parametrize(
    ("page", "note"), [("masuk", "login_wall"), ("tidak-ada", "not_found"), ("kiriman", None), ("beranda", None)]
)
def test_a_page_that_the_adapter_knows_for_something_else_is_named(
    served: Served, warga: Adapter, page: str, note: str | None
) -> None:
    assert shown(served, warga, page, with_poster(served).number) == note


def test_without_an_adapter_the_status_and_the_address_speak() -> None:
    post = PostRef(platform="lain", uri="x")

    assert instead(recording(), None, post) is None
    assert instead(recording(status=503), None, post) == "http_503"
    assert instead(recording(status=410), None, post) == "not_found"
    assert instead(recording(final_url="https://warga.example/accounts/login/?next=/p/1"), None, post) == "login_wall"
