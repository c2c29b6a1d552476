"""Reading kept pages again: unchanged adapters change nothing, mended ones find what was missed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import LayoutError
from core.platforms import Bluesky as AtProtocol
from core.records import Action, Answered, Capability, Capture, VisitState
from jobs import keep, reparse
from jobs.tools import Tools
from scraper.adapter import Page, PageRequest
from scraper.platforms.bluesky import Bluesky
from scraper.platforms.site import SiteAdapter
from tests.jobs.office import crawl_all, entry, hands, open_office, rows, stored, watch, with_adapters
from tests.jobs.town import BOARD, STRANGE, TOWN, Website, board, town
from tests.scraper.atproto import APPVIEW, LIKES, PLC, POSTS, Network
from tests.scraper.recorded import served

EVERYTHING = ("posts", "post_versions", "interactions", "post_pictures", "visits", "bookmarks", "captures", "accounts")


def snapshot(tools: Tools) -> dict[str, list[Any]]:
    return {table: rows(tools, table) for table in EVERYTHING}


def nothing(done: reparse.Reparsed) -> bool:
    return (done.posts, done.wordings, done.interactions, done.skipped, sum(done.unparsed.values())) == (0,) * 5


Change = Callable[[Network], object]


def _delete(network: Network, collection: str, did: str) -> None:
    records = network.repos[did].records[collection]
    if records:
        records.pop(next(iter(records)))


CHANGES: Mapping[str, Change] = {
    "a campaign posts": lambda net: net.repos["did:plc:raka"].post("Coblos lagi nomor 1"),
    "somebody likes it": lambda net: net.repos["did:plc:melati"].like(_newest(net)),
    "somebody quotes it": lambda net: net.repos["did:plc:mawar"].post(
        "Lihat ini", embed={"$type": "app.bsky.embed.record", "record": {"uri": _newest(net), "cid": "bafyreiw"}}
    ),
    "a stranger likes it": lambda net: net.repos["did:plc:siti"].like(_newest(net)),
    "a like is taken back": lambda net: _delete(net, LIKES, "did:plc:melati"),
    "a post is deleted": lambda net: _delete(net, POSTS, "did:plc:raka"),
    "a server stumbles": lambda net: net.broken.update({"getLikes": (503, {})}),
    "it recovers": lambda net: net.broken.clear(),
}


def _newest(network: Network) -> str:
    keys = sorted(network.repos["did:plc:raka"].records[POSTS])
    return f"at://did:plc:raka/{POSTS}/{keys[-1] if keys else 'tidakada'}"


@settings(max_examples=25)
@given(rounds=st.lists(st.lists(st.sampled_from(sorted(CHANGES)), max_size=4), max_size=4))
def test_unchanged_adapters_add_nothing_and_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, rounds: list[list[str]]
) -> None:
    tools = open_office(tmp_path_factory.mktemp("office"), empty)
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    for changes in rounds:
        for change in changes:
            CHANGES[change](network)
        hands(tools).pass_by(days=1)
        crawl_all(tools, network)
    before = snapshot(tools)

    done = reparse.run(tools)
    after = snapshot(tools)
    tools.database.close()

    assert nothing(done)
    assert done.read > 0
    assert after == before


class Blind(Bluesky):
    """An adapter that overlooks what an account posted."""

    def read(self, request: PageRequest, capture: Capture) -> Page:
        page = super().read(request, capture)
        own = request.step == "records" and request.capability is Capability.POSTS
        return replace(page, posts=(), interactions=()) if own else page


class Stumbling(Bluesky):
    """An adapter that stumbles over every page."""

    def read(self, request: PageRequest, capture: Capture) -> Page:
        raise LayoutError("layout_changed", url=capture.url, reason=f"{request.step}: missing")


def test_a_mended_adapter_finds_in_kept_pages_what_it_missed(tmp_path: Path, empty: Path) -> None:
    place = AtProtocol(appview=APPVIEW, plc=PLC)
    tools = open_office(tmp_path, empty, Blind(place))
    watch(tools, *TOWN)
    crawl_all(tools, town())
    assert not [one for one in stored(tools) if one[2] is Action.POSTED]

    still_blind = reparse.run(tools)
    mended = with_adapters(tools, Bluesky(place))
    done = reparse.run(mended)
    again = reparse.run(mended)

    assert nothing(still_blind)
    assert (done.unparsed, done.loud) == ({}, False)
    assert done.interactions == 4
    assert nothing(again)
    first = next(row for row in rows(tools, "interactions") if row.action == Action.POSTED)
    capture = next(row for row in rows(tools, "captures") if row.id == first.capture_id)
    assert first.first_seen_at == capture.captured_at


def test_kept_pages_that_an_adapter_cannot_read_any_more_are_loud(tmp_path: Path, empty: Path) -> None:
    place = AtProtocol(appview=APPVIEW, plc=PLC)
    tools = open_office(tmp_path, empty, Bluesky(place))
    watch(tools, *TOWN)
    crawl_all(tools, town())

    done = reparse.run(with_adapters(tools, Stumbling(place)))

    assert done.loud
    assert done.unparsed["bluesky"] == len(list(kept_requests(tools)))


def test_a_page_that_a_browser_saw_is_read_again_with_the_answers_that_came_with_it() -> None:
    answers = (Answered(url="https://w.example/api?a=1", status=200, body='{"kata": "é"}'.encode()),)
    capture = served("https://w.example", "<html>ü</html>".encode())
    seen = Capture(**{name: getattr(capture, name) for name in Capture.__slots__} | {"answers": answers})

    back = keep.unpacked(capture, keep.packed(seen), answers=True)

    assert (back.body, back.answers) == (seen.body, answers)
    assert keep.unpacked(capture, keep.packed(capture), answers=False).body == capture.body


def test_one_platform_and_a_first_day_can_be_chosen(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    crawl_all(tools, town())

    assert reparse.run(tools, platform="mastodon").read == 0
    assert reparse.run(tools, platform="bluesky").read > 0
    hands(tools).pass_by(days=20_000)
    assert reparse.run(tools, since=tools.clock.now()).read == 0


def test_a_platform_that_is_no_longer_set_up_is_skipped_and_said(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_a", platform="papan"))
    crawl_all(tools, Website(kel_a=board("kel_a", "Halo")))

    done = reparse.run(with_adapters(tools, Bluesky(AtProtocol())))

    assert (done.read, done.skipped) == (0, 1)


def test_nothing_is_kept_of_a_page_in_which_nobody_knows_anything(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_a", platform="papan"))
    summary, _ = crawl_all(tools, Website(kel_a=STRANGE))

    assert set(summary.states) == {VisitState.LAYOUT_CHANGED}
    assert list(kept_requests(tools)) == []


def kept_requests(tools: Tools) -> Iterator[dict[str, Any]]:
    return (row.request for row in rows(tools, "captures") if row.blob)


def test_every_kept_page_of_a_crawl_says_what_it_was_asked_for(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    crawl_all(tools, town())

    requests = list(kept_requests(tools))

    assert requests
    assert all(one["platform"] == "bluesky" and one["url"] and one["step"] for one in requests)
    accounts = {(row.capability, row.account_id is not None) for row in rows(tools, "captures")}
    assert accounts == {("posts", True), ("likes", True), ("likers", True), ("content", False)}
