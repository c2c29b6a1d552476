"""Pictures of what matches rest on: one a page, kept by what it shows, and a reason where there is none."""

import asyncio
from pathlib import Path

import pytest

from classifier.model import Model
from core.errors import FetchError, MissingError, RefusedError
from jobs import classify, pictures, registry
from jobs.pictures import Pictured
from jobs.tools import Tools
from tests.jobs.office import PICTURE, crawl_all, entry, eyes, open_office, rows, watch
from tests.scraper.atproto import Network, Repo

CALLS = ("Ayo coblos nomor 1 Raka Wirasaba, menangkan RakaMel!", "Pilih Kang Raka, coblos nomor 1, menangkan RakaMel!")
PAGES = [f"https://bsky.app/profile/did:plc:raka/post/3l{number:011d}" for number in (1, 2)]
Pages = dict[str, int | Exception]


@pytest.fixture
def tools(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    """Two kelurahan liked the first call, one of them the second too: three matches on two pages."""
    raka = Repo("did:plc:raka", "raka.example")
    first, second = map(raka.post, CALLS)
    mawar, melati = Repo("did:plc:mawar", "mawar.example"), Repo("did:plc:melati", "melati.example")
    for who, uri in ((mawar, first), (mawar, second), (melati, first)):
        who.like(uri)
    office = open_office(tmp_path, empty)
    registry.enter(office, small_model, promote=True)
    watch(office, entry("mawar.example"), entry("melati.example"))
    crawl_all(office, Network(raka, mawar, melati))
    assert classify.run(office).matches == 3
    return office


def take(tools: Tools, pages: Pages | None = None, *, most: int = 200) -> tuple[Pictured, list[str]]:
    web = eyes(tools, lambda _: None, pictures=pages or {})
    return asyncio.run(pictures.run(tools, web, most=most)), web.asked


def notes(tools: Tools) -> list[str | None]:
    return sorted(row.screenshot_note or "" for row in rows(tools, "matches"))


def test_each_page_is_visited_once_and_the_picture_is_kept_for_all_its_matches(tools: Tools) -> None:
    done, asked = take(tools)

    assert sorted(asked) == PAGES
    assert done == Pictured(taken=3, missing=0)
    kept = {row.screenshot for row in rows(tools, "matches")}
    assert [tools.blobs.get(name) for name in kept] == [PICTURE]
    captures = [row for row in rows(tools, "captures") if row.purpose == "picture"]
    assert [row.step for row in captures] == ["screenshot"] * 2


def test_what_has_its_picture_is_not_visited_again(tools: Tools) -> None:
    take(tools)

    assert take(tools) == (Pictured(taken=0, missing=0), [])


@pytest.mark.parametrize(
    ("trouble", "note"),
    [
        (404, "not_found"),
        (410, "not_found"),
        (403, "http_403"),
        (500, "http_500"),
        (FetchError("unreachable"), "unreachable"),
        (RefusedError("robots_refused"), "robots_refused"),
    ],
)
def test_a_page_that_shows_nothing_is_named_and_keeps_no_picture_of_an_error(
    tools: Tools, trouble: int | Exception, note: str
) -> None:
    done, _ = take(tools, {PAGES[1]: trouble})

    assert (done.taken, done.missing) == (2, 1)
    assert notes(tools) == ["", "", note]
    assert len([row for row in rows(tools, "captures") if row.purpose == "picture"]) == 1


@pytest.mark.parametrize("trouble", [429, 503, RefusedError("host_paused")])
def test_a_host_that_wants_to_be_left_alone_is_asked_again_by_the_next_run(
    tools: Tools, trouble: int | Exception
) -> None:
    assert take(tools, dict.fromkeys(PAGES, trouble))[0] == Pictured(taken=0, missing=0)

    assert take(tools)[0].taken == 3


def test_without_a_browser_nothing_is_lost(tools: Tools) -> None:
    done, asked = take(tools, dict.fromkeys(PAGES, MissingError("no_browser")))

    assert (done, len(asked)) == (Pictured(taken=0, missing=0), 1)
    assert take(tools)[0].taken == 3


def test_no_more_are_taken_than_asked_for_and_the_most_probable_come_first(tools: Tools) -> None:
    by_probability = sorted(rows(tools, "matches"), key=lambda row: -row.probability)

    assert take(tools, most=1)[0].taken == 1
    assert [row.id for row in rows(tools, "matches") if row.screenshot] == [by_probability[0].id]
