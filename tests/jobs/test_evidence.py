"""What matches rest on: a page is kept once for all its matches, and where there is none, the reason and the record."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.model import Model
from core.errors import FetchError, MissingError, RefusedError, StorageError
from core.files import write_whole
from core.recording import Recording
from core.records import Capture
from core.settings import Evidence
from jobs import classify, evidence, registry
from jobs.evidence import Kept
from jobs.tools import Tools
from scraper.adapter import PageRequest
from storage import blobs, judged_tables, tables
from tests.evidence.recordings import PICTURE, recording
from tests.jobs.office import crawl_all, entry, eyes, open_office, rows, watch
from tests.scraper.archives import proven
from tests.scraper.atproto import Network, Repo
from tests.scraper.recorded import served

CALLS = ("Ayo coblos nomor 1 Raka Wirasaba, menangkan RakaMel!", "Pilih Kang Raka, coblos nomor 1, menangkan RakaMel!")
PAGES = [f"https://bsky.app/profile/did:plc:raka/post/3l{number:011d}" for number in (1, 2)]
Pages = dict[str, int | Exception | Recording]


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


async def prove(request: PageRequest) -> Capture:
    """Answer as a server that holds each record that is asked for."""
    return served(request.url, proven(request.carry["did"], request.carry["record"]))


def answering(found: Exception | Capture) -> Callable[[PageRequest], Any]:
    async def fetch(_: PageRequest) -> Capture:
        if isinstance(found, Exception):
            raise found
        return found

    return fetch


def take(tools: Tools, pages: Pages | None = None, *, most: int = 200, fetch: Any = None) -> tuple[Kept, list[str]]:  # noqa: ANN401
    """Keep evidence from a web whose pages are there and whose servers prove nothing, if not told otherwise."""
    web = eyes(tools, fetch or answering(FetchError("unreachable")), pages=pages or {})
    return asyncio.run(evidence.run(tools, web, most=most)), [url for url in web.asked if "/xrpc/" not in url]


def notes(tools: Tools) -> list[str | None]:
    return sorted(row.screenshot_note or "" for row in rows(tools, "matches"))


def manifests(tools: Tools, level: str = "page") -> list[dict[str, Any]]:
    return [json.loads(tools.blobs.get(row.manifest)) for row in rows(tools, "evidence") if row.level == level]


def with_settings(tools: Tools, keep: Any) -> Tools:  # noqa: ANN401
    return replace(tools, settings=tools.settings.model_copy(update={"evidence": Evidence(keep=keep)}))


def test_each_page_is_visited_once_and_kept_for_all_its_matches(tools: Tools) -> None:
    done, asked = take(tools)

    assert sorted(asked) == PAGES
    assert done == Kept(pages=3)
    kept = {row.screenshot for row in rows(tools, "matches")}
    assert [tools.blobs.get(name) for name in kept] == [PICTURE]
    captures = [row for row in rows(tools, "captures") if row.purpose == "picture"]
    assert [row.step for row in captures] == ["screenshot"] * 2


def test_a_manifest_says_what_was_seen_when_on_what_ground_and_names_every_file(tools: Tools) -> None:
    take(tools)

    manifest = manifests(tools)[0]
    match = next(row for row in rows(tools, "matches") if row.id == manifest["match"])
    assert manifest["level"] == "page"
    assert manifest["page"]["ground"] == "robots:allowed"
    assert manifest["page"]["browser"] == "156.0"
    assert manifest["crawled"]["mode"] == "auto"
    assert manifest["crawled"]["sha256"] in {row.sha256 for row in rows(tools, "captures")}
    assert [one["name"] for one in manifest["files"]] == ["page.wacz", "page.png", "page.html", "answer.json"]
    assert manifest["files"][1]["sha256"] == match.screenshot
    for one in manifest["files"]:
        assert len(tools.blobs.plain_path(one["sha256"]).read_bytes()) == one["bytes"]


def test_what_has_its_evidence_is_not_visited_again(tools: Tools) -> None:
    take(tools)

    assert take(tools) == (Kept(), [])


@pytest.mark.parametrize(
    ("trouble", "note"),
    [
        (404, "not_found"),
        (410, "not_found"),
        (403, "http_403"),
        (500, "http_500"),
        (FetchError("unreachable"), "unreachable"),
        (FetchError("timeout"), "timeout"),
        (RefusedError("robots_refused"), "robots_refused"),
        (recording(PAGES[1], final_url="https://bsky.app/login?next=x"), "login_wall"),
    ],
)
def test_a_page_that_shows_nothing_is_named_and_the_crawl_s_answer_is_kept_instead(
    tools: Tools, trouble: int | Exception | Recording, note: str
) -> None:
    done, _ = take(tools, {PAGES[1]: trouble})

    assert done == Kept(pages=2, records=1, missing=1)
    assert notes(tools) == ["", "", note]
    assert len([row for row in rows(tools, "captures") if row.purpose == "picture"]) == 1
    (manifest,) = manifests(tools, "record")
    assert manifest["page"]["note"] == note
    assert [one["name"] for one in manifest["files"]] == ["answer.json"]


@pytest.mark.parametrize("trouble", [429, 503, RefusedError("host_paused")])
def test_a_host_that_wants_to_be_left_alone_is_asked_again_by_the_next_run(
    tools: Tools, trouble: int | Exception
) -> None:
    assert take(tools, dict.fromkeys(PAGES, trouble))[0] == Kept()
    assert rows(tools, "evidence") == []

    assert take(tools)[0].pages == 3


def test_without_a_browser_nothing_is_lost(tools: Tools) -> None:
    done, asked = take(tools, dict.fromkeys(PAGES, MissingError("no_browser")))

    assert (done, len(asked)) == (Kept(), 1)
    assert take(tools)[0].pages == 3


def test_no_more_are_kept_than_asked_for_and_the_most_probable_come_first(tools: Tools) -> None:
    by_probability = sorted(rows(tools, "matches"), key=lambda row: -row.probability)

    assert take(tools, most=1)[0].pages == 1
    assert [row.id for row in rows(tools, "matches") if row.screenshot] == [by_probability[0].id]


def test_after_a_stop_no_page_is_begun_and_the_next_run_keeps_the_rest(tools: Tools) -> None:
    stop, web = asyncio.Event(), eyes(tools, answering(FetchError("unreachable")), pages={})

    done = asyncio.run(evidence.run(tools, web, progress=lambda _: stop.set(), stop=stop))

    assert 0 < done.pages < 3
    assert take(tools)[0].pages == 3 - done.pages


def test_an_office_that_keeps_no_evidence_visits_nothing(tools: Tools) -> None:
    assert take(with_settings(tools, "none")) == (Kept(), [])


def test_an_office_that_keeps_all_evidence_keeps_what_was_ranked_low_since_too(tools: Tools) -> None:
    with tools.database.write() as session:
        session.execute(judged_tables.matches.update().values(band="low"))

    assert take(with_settings(tools, "flagged"))[0] == Kept()
    assert take(with_settings(tools, "all"))[0].pages == 3


def test_an_own_flagged_post_has_its_evidence_too(tmp_path: Path, empty: Path, small_model: Model) -> None:
    mawar = Repo("did:plc:mawar", "mawar.example")
    mawar.post(CALLS[0])
    office = open_office(tmp_path, empty)
    registry.enter(office, small_model, promote=True)
    watch(office, entry("mawar.example"))
    crawl_all(office, Network(mawar))
    classify.run(office)

    assert take(office)[0] == Kept(pages=1)
    assert manifests(office)[0]["action"] == "posted"


def test_a_like_has_its_signed_record_beside_the_page(tools: Tools) -> None:
    done, _ = take(tools, fetch=prove)

    assert done == Kept(pages=3, records=3)
    for manifest in manifests(tools, "record"):
        car = manifest["files"][-1]
        did, path = manifest["record"].removeprefix("at://").split("/", 1)
        assert car["name"] == "record.car"
        assert tools.blobs.get(car["sha256"]) == proven(did, path)
    assert notes(tools) == ["", "", ""]


@pytest.mark.parametrize(
    ("found", "note"),
    [
        (FetchError("unreachable"), "unreachable"),
        (served("https://pds.example/", b"", status=404), "not_found"),
        (served("https://pds.example/", b"\x3aCAR"), "layout_changed"),
        (served("https://pds.example/", proven("did:plc:lain", "app.bsky.feed.like/3l0")), "layout_changed"),
        (served("https://pds.example/", b"<html>"), "layout_changed"),
    ],
)
def test_a_proof_that_cannot_be_had_or_proves_nothing_costs_the_page_nothing_and_is_named(
    tools: Tools, found: Exception | Capture, note: str
) -> None:
    done, _ = take(tools, fetch=answering(found))

    assert done == Kept(pages=3)
    assert {manifest["proof"]["note"] for manifest in manifests(tools)} == {note}


def test_an_archive_without_the_record_is_no_proof_of_it(tools: Tools) -> None:
    async def fetch(request: PageRequest) -> Capture:
        return served(request.url, proven(request.carry["did"], "app.bsky.feed.like/3lzzz"))

    assert take(tools, fetch=fetch)[0] == Kept(pages=3)
    assert {manifest["proof"]["note"] for manifest in manifests(tools)} == {"record_not_there"}


def test_without_page_and_with_a_paused_proof_a_match_waits(tools: Tools) -> None:
    nothing: Pages = dict.fromkeys(PAGES, 404)

    assert take(tools, nothing, fetch=answering(RefusedError("host_paused")))[0] == Kept()
    assert take(tools, nothing, fetch=prove)[0].records == 3


def test_a_post_without_a_public_page_has_the_record_and_says_so(tools: Tools) -> None:
    with tools.database.write() as session:
        session.execute(tables.posts.update().values(url=None))

    done, asked = take(tools)

    assert (done, asked) == (Kept(records=3, missing=3), [])
    assert {row.note for row in rows(tools, "evidence")} == {"no_page"}


@pytest.mark.parametrize("writes", range(9))
def test_a_disk_that_refuses_leaves_no_row_without_its_files_and_the_next_run_completes(
    tools: Tools, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    left = [writes]
    real = write_whole

    def full(path: Path, content: bytes) -> None:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        real(path, content)

    monkeypatch.setattr(blobs, "write_whole", full)
    with pytest.raises(StorageError, match="blob_not_written"):
        take(tools)
    for row in rows(tools, "evidence"):
        manifest = json.loads(tools.blobs.plain_path(row.manifest).read_bytes())
        assert all(tools.blobs.plain_path(one["sha256"]).exists() for one in manifest["files"])
    assert not list(tools.blobs.folder.rglob(".*"))

    monkeypatch.setattr(blobs, "write_whole", real)
    take(tools)

    assert len(rows(tools, "evidence")) == 3
