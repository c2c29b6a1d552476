"""A clock that jumps, forward or back, between rounds or in the middle of one, costs time and no row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.job import Job

from classifier.model import Model
from core.records import Role
from core.settings import Crawl
from jobs import pauses, registry, schedule
from jobs.schedule import Round
from jobs.tools import Tools
from review.outgoing import export
from scraper.fetch.manners import HostState, Pace
from tests.jobs.office import NOW, Eyes, Hands, crawl_all, entry, eyes, hands, open_office, rows, stored, watch
from tests.scraper.atproto import Network, Repo

JUMPS = [timedelta(days=-200), timedelta(hours=-2), timedelta(minutes=-1), timedelta(hours=2), timedelta(days=400)]


def town() -> Network:
    raka, mawar = Repo("did:plc:raka", "raka.example"), Repo("did:plc:mawar", "mawar.example")
    for number in range(3):
        mawar.like(raka.post(f"Ayo coblos nomor 1, Kang Raka, pertemuan ke-{number}!"))
    return Network(raka, mawar)


def office(folder: Path, empty: Path, **sections: object) -> Tools:
    tools = open_office(folder, empty, **sections)
    watch(tools, entry("mawar.example"), entry("raka.example", Role.ASN))
    return tools


def one_round(tools: Tools, network: Network) -> Round | None:
    @asynccontextmanager
    async def open_eyes() -> AsyncIterator[Eyes]:
        web = eyes(tools, network)
        try:
            yield web
        finally:
            pauses.save(tools, web.pace.states)

    return asyncio.run(schedule.run(tools, open_eyes, lambda path: export(tools, path)))


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("page", [3, *(pytest.param(one, marks=pytest.mark.faults) for one in (1, 6))])
def test_a_clock_that_jumps_in_the_middle_of_a_crawl_changes_no_row(
    tmp_path: Path, empty: Path, jump: timedelta, page: int
) -> None:
    calm, shaken = office(tmp_path / "calm", empty), office(tmp_path / "shaken", empty)
    crawl_all(calm, town())
    network = town()

    def meanwhile() -> None:
        if len(network.asked) == page:
            hands(shaken).present += jump

    network.meanwhile = meanwhile
    crawl_all(shaken, network)
    before = hands(shaken).present

    summary, _ = crawl_all(shaken, network)

    assert stored(shaken) == stored(calm)
    assert not summary.partly
    assert hands(shaken).present - before < timedelta(minutes=5)


@pytest.mark.faults
@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_after_a_jump_of_the_clock_the_next_rounds_come_as_usual(
    tmp_path: Path,
    empty: Path,
    small_model: Model,
    jump: timedelta,
) -> None:
    tools, network = office(tmp_path, empty, crawl=Crawl()), town()
    registry.enter(tools, small_model, promote=True)
    assert one_round(tools, network) is not None

    hands(tools).present += jump
    during = one_round(tools, network)
    hands(tools).present = NOW + timedelta(hours=25)
    after = one_round(tools, network)

    assert (during is not None) == (jump < timedelta(minutes=-5) or jump > timedelta(hours=24))
    assert after is not None
    assert after.crawled.accounts == 2
    assert len(stored(tools)) == 3 + 3


def test_a_look_of_a_clock_that_was_a_year_ahead_hides_no_account_for_a_year(tmp_path: Path, empty: Path) -> None:
    tools, network = office(tmp_path, empty), town()
    hands(tools).pass_by(days=400)
    crawl_all(tools, network)

    hands(tools).present = NOW

    assert len(schedule.waiting(tools)) == 2


def test_a_pause_of_a_clock_that_was_a_year_ahead_ends_within_a_day(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    wrong = NOW + timedelta(days=400)
    pauses.save(tools, {"pds.example": HostState(blocked_until=wrong, next_ok_at=wrong, reason="throttled")})

    state = pauses.load(tools)["pds.example"]

    assert state.blocked_until == NOW + timedelta(hours=24)
    assert state.next_ok_at == NOW + timedelta(seconds=2)


def test_a_clock_that_is_set_back_makes_nobody_wait_for_it() -> None:
    clock = Hands()
    pace = Pace(clock, gap=2.0)

    async def turns() -> datetime:
        await pace.turn("a.example")
        clock.present -= timedelta(hours=3)
        begun = clock.present
        await pace.turn("a.example")
        await pace.turn("a.example")
        return begun

    begun = asyncio.run(turns())

    assert timedelta(seconds=2) <= clock.present - begun <= timedelta(seconds=5)


def test_a_schedule_whose_clock_is_set_back_ticks_on() -> None:
    ticks: list[float] = []

    async def run() -> None:
        stop = asyncio.Event()

        async def tick() -> None:
            ticks.append(asyncio.get_running_loop().time())
            if len(ticks) == 3:
                stop.set()
            if len(ticks) == 1:
                found[0].modify(next_run_time=datetime.now(UTC) + timedelta(days=400))

        found: list[Job] = []

        async with asyncio.timeout(10):
            watched = schedule._on_time  # noqa: SLF001  (how its job is got hold of)

            async def noting(job: Job, seconds: float) -> None:
                found.append(job)
                await watched(job, seconds)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(schedule, "_on_time", noting)
                await schedule.run_until(stop, tick, seconds=0.1)

    asyncio.run(run())

    assert len(ticks) == 3


def test_after_a_clock_was_set_back_a_crawl_finds_what_is_new(tmp_path: Path, empty: Path) -> None:
    tools, network = office(tmp_path, empty), town()
    crawl_all(tools, network)
    hands(tools).pass_by(hours=-5)
    network.repos["did:plc:mawar"].post("Kabar baru")

    crawl_all(tools, network)

    assert [run.state for run in rows(tools, "crawl_runs")] == ["done", "done"]
    assert len(stored(tools)) == 3 + 3 + 1
