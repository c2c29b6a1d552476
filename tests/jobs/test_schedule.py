"""Rounds on a clock that tests move: what is due is done, what was missed is caught up, unattended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifier.model import Model
from core.errors import EvidenceError, RefusedError
from core.records import Capture, Role
from jobs import pauses, registry, schedule
from jobs.lock import only_one
from jobs.schedule import Round
from jobs.tools import Tools
from review.outgoing import export
from scraper.adapter import PageRequest
from tests.jobs.office import Eyes, Fetch, entry, eyes, hands, open_office, rows, watch
from tests.jobs.test_classify import network


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    watch(tools, entry("kel.test"), entry("tim.test", Role.CAMPAIGN, contest="sindangwangi-2029"))
    return tools


def one_round(tools: Tools, web: Fetch, ends: Callable[[Path], int] | None = None) -> Round | None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Eyes]:
        look = eyes(tools, web)
        yield look
        pauses.save(tools, look.pace.states)

    return asyncio.run(schedule.run(tools, opened, ends or (lambda path: export(tools, path))))


def dying(_: Path) -> int:
    """End the process before anything is written."""
    raise KeyboardInterrupt


def failing(_: Path) -> int:
    raise EvidenceError("no_evidence", match="F-1")


def test_a_round_collects_scores_keeps_evidence_and_writes_the_review_file_by_itself(office: Tools) -> None:
    done = one_round(office, network()[0])

    assert done is not None
    assert done.exported == done.classified.matches == done.kept.pages == 1
    assert "Ayo warga, coblos nomor 1" in done.file.read_text(encoding="utf-8-sig")


def test_two_due_rounds_happen_and_nothing_between_them(office: Tools) -> None:
    web = network()[0]
    first = one_round(office, web)
    hands(office).pass_by(hours=1)
    between = one_round(office, web)
    hands(office).pass_by(hours=24)
    second = one_round(office, web)

    assert first is not None
    assert between is None
    assert second is not None
    assert first.crawled.accounts == second.crawled.accounts == 2


def test_a_round_that_was_killed_after_its_last_visit_is_taken_up_though_nothing_is_due(office: Tools) -> None:
    web = network()[0]
    with pytest.raises(KeyboardInterrupt):
        one_round(office, web, dying)

    done, further = one_round(office, web), one_round(office, web)

    assert done is not None
    assert (done.crawled.accounts, done.exported) == (0, 1)
    assert further is None


def test_a_round_that_was_killed_waits_for_the_end_of_the_quiet_hours(office: Tools) -> None:
    night = office.settings.schedule.model_copy(update={"quiet_hours": "22:00-05:00"})
    tools = replace(office, settings=office.settings.model_copy(update={"schedule": night}))
    hands(tools).present = datetime(2029, 10, 1, 14, 30, tzinfo=UTC)
    with pytest.raises(KeyboardInterrupt):
        one_round(tools, network()[0], dying)

    hands(tools).pass_by(hours=1)
    asleep = one_round(tools, network()[0])
    hands(tools).pass_by(hours=7)

    assert asleep is None
    assert one_round(tools, network()[0]) is not None


def test_a_round_that_failed_in_a_known_way_is_not_begun_again_every_minute(office: Tools) -> None:
    web = network()[0]
    with pytest.raises(EvidenceError):
        one_round(office, web, failing)

    assert one_round(office, web) is None


def test_a_campaign_is_due_sooner_than_an_office(office: Tools) -> None:
    web = network()[0]
    one_round(office, web)
    hands(office).pass_by(hours=13)

    done = one_round(office, web)

    assert done is not None
    assert done.crawled.accounts == 1


def test_rounds_that_were_missed_are_caught_up_once_at_the_next_look(office: Tools) -> None:
    web, kelurahan, campaign = network()
    one_round(office, web)
    hands(office).pass_by(days=9)
    kelurahan.like(campaign.post("Ayo coblos nomor 1, Kang Raka dan Teh Melati, tanggal 28 November, ajak tetangga!"))

    caught_up, again = one_round(office, web), one_round(office, web)

    assert caught_up is not None
    assert caught_up.crawled.interactions == 2
    assert caught_up.exported == 2
    assert again is None


def test_a_phase_of_the_election_quickens_the_pace(office: Tools) -> None:
    web = network()[0]
    one_round(office, web)
    hands(office).present = hands(office).present.replace(month=11, day=26)
    one_round(office, web)
    hands(office).pass_by(hours=7)

    assert one_round(office, web) is not None


def test_a_second_scheduler_steps_aside_while_the_first_one_works(office: Tools) -> None:
    with only_one(office.settings.storage.data / "crawl.lock"), pytest.raises(RefusedError, match="already_running"):
        one_round(office, network()[0])

    assert rows(office, "crawl_runs") == []


def test_a_failed_visit_is_repeated_within_the_hour_not_the_day(office: Tools) -> None:
    web = network()[0]
    web.broken["getLatestCommit"] = (500, {})
    one_round(office, web)
    web.broken.clear()
    hands(office).pass_by(minutes=61)

    done = one_round(office, web)

    assert done is not None
    assert done.crawled.interactions > 0


def test_the_clock_in_the_process_starts_round_after_round_until_it_is_stopped() -> None:
    starts: list[int] = []

    async def run() -> None:
        stop = asyncio.Event()

        async def tick() -> None:
            starts.append(len(starts))
            if len(starts) == 3:
                stop.set()

        async with asyncio.timeout(timedelta(seconds=20).total_seconds()):
            await schedule.run_until(stop, tick, seconds=0.05)

    asyncio.run(run())

    assert starts == [0, 1, 2]


def test_a_round_in_hand_ends_in_its_own_way_when_the_clock_is_stopped() -> None:
    told: list[str] = []

    async def run() -> None:
        stop = asyncio.Event()

        async def tick() -> None:
            told.append("begun")
            stop.set()
            await asyncio.sleep(0.3)
            told.append("ended")

        await schedule.run_until(stop, tick, seconds=0.05)

    asyncio.run(run())

    assert told == ["begun", "ended"]


def test_a_round_ends_when_the_quiet_hours_begin_and_what_was_not_looked_at_stays_due(office: Tools) -> None:
    night = office.settings.schedule.model_copy(update={"quiet_hours": "22:00-05:00"})
    tools = replace(office, settings=office.settings.model_copy(update={"schedule": night}))
    hands(tools).present = datetime(2029, 10, 1, 14, 59, 59, 950_000, tzinfo=UTC)  # a moment before ten at night
    web = network()[0]

    async def slowly(request: PageRequest) -> Capture:
        await asyncio.sleep(0.2)
        return await web(request)

    done = one_round(tools, slowly)

    assert done is not None
    assert done.crawled.interrupted
    assert schedule.waiting(tools) == []
    hands(tools).pass_by(hours=8)
    assert schedule.waiting(tools) != []
