"""What goes wrong while nobody looks: stops, pauses, locks, mistakes, a missing browser, a purpose that ended."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from classifier.model import Model
from core.errors import FetchError, MissingError, RefusedError
from core.records import Role
from jobs import pauses, registry, schedule
from jobs.lock import only_one
from jobs.schedule import Round
from jobs.tools import Tools
from review.outgoing import export
from tests.jobs.office import NOW, Eyes, entry, eyes, hands, open_office, rows, stored, watch
from tests.scraper.atproto import Network, Repo

PAGE = "https://bsky.app/profile/did:plc:raka/post/3l00000000001"


def town() -> Network:
    raka, mawar = Repo("did:plc:raka", "raka.example"), Repo("did:plc:mawar", "mawar.example")
    mawar.like(raka.post("Ayo coblos nomor 1 Raka Wirasaba, menangkan RakaMel!"))
    return Network(raka, mawar)


class Office:
    """An office that nobody enters: ticks are all that happens."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.network = town()
        self.stop = asyncio.Event()
        self.pages: dict[str, int | Exception] = {}

    @asynccontextmanager
    async def open_eyes(self) -> AsyncIterator[Eyes]:
        web = eyes(self.tools, self.network, pages=self.pages)
        try:
            yield web
        finally:
            pauses.save(self.tools, web.pace.states)

    def tick(self) -> Round | None:
        ticking = schedule.one_tick(self.tools, self.open_eyes, lambda path: export(self.tools, path), stop=self.stop)
        return asyncio.run(ticking)


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Office:
    tools = open_office(tmp_path, empty)
    registry.enter(tools, small_model, promote=True)
    watch(tools, entry("mawar.example"))
    return Office(tools)


def test_a_pause_that_a_host_asked_for_is_kept_between_rounds(office: Office) -> None:
    office.network.broken["pds.example"] = (429, {"retry-after": "86000"})
    office.tick()
    hands(office.tools).pass_by(hours=20)
    watch(office.tools, entry("raka.example", Role.ASN))
    office.network.asked.clear()

    assert office.tick() is not None
    assert not [url for url in office.network.asked if "pds.example" in url]


def test_a_watchlist_of_accounts_that_only_people_can_look_at_makes_no_rounds(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("kel_a", platform="instagram"))

    assert Office(tools).tick() is None
    assert rows(tools, "crawl_runs") == []
    assert not tools.settings.review.exports.exists()


def test_while_another_process_crawls_a_tick_steps_aside_and_the_next_one_works(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with only_one(office.tools.settings.storage.data / "crawl.lock"), caplog.at_level(logging.WARNING):
        assert office.tick() is None

    assert "already_running" in caplog.text
    assert office.tick() is not None


def _mistake() -> None:
    raise ZeroDivisionError


def test_a_mistake_of_ours_is_loud_and_lets_the_lock_go(office: Office) -> None:
    office.network.meanwhile = _mistake

    with pytest.raises(ExceptionGroup):
        office.tick()

    assert [run.state for run in rows(office.tools, "crawl_runs")] == ["failed"]
    with only_one(office.tools.settings.storage.data / "crawl.lock"):
        pass


def test_after_the_end_of_the_purpose_a_tick_says_so_and_does_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    hands(office.tools).present = NOW + timedelta(days=800)

    with caplog.at_level(logging.WARNING):
        assert office.tick() is None
    assert "purpose_ended" in caplog.text
    assert office.network.asked == []


def test_a_stop_ends_the_round_after_the_page_in_hand_and_the_next_round_goes_on(office: Office) -> None:
    office.network.meanwhile = office.stop.set
    stopped = office.tick()
    office.stop.clear()
    office.network.meanwhile = lambda: None

    assert stopped is not None
    assert stopped.crawled.interrupted
    assert len(office.network.asked) == 1
    assert stopped.file.exists()
    assert office.tick() is not None
    assert stored(office.tools)


def test_without_a_browser_matches_wait_for_their_evidence(office: Office) -> None:
    office.pages[PAGE] = MissingError("no_browser")
    first = office.tick()
    office.pages.clear()
    hands(office.tools).pass_by(hours=24)
    second = office.tick()

    assert first is not None
    assert second is not None
    assert (first.kept.pages, second.kept.pages) == (0, 1)


@pytest.mark.parametrize("trouble", [FetchError("unreachable"), RefusedError("robots_refused")])
def test_a_page_that_cannot_be_kept_says_why_and_the_file_is_written(
    office: Office, trouble: FetchError | RefusedError
) -> None:
    office.pages[PAGE] = trouble

    done = office.tick()

    assert done is not None
    assert (done.exported, done.kept.missing) == (1, 1)
    assert [row.screenshot_note for row in rows(office.tools, "matches")] == [trouble.code]


def test_the_review_file_bears_the_local_time_of_the_office(office: Office) -> None:
    assert schedule.review_file(office.tools).name == "tinjau-2029-10-01-1000.csv"
