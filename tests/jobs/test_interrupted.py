"""Crawl runs that break off or run beside each other: whatever happens, the next run completes what is stored."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import StorageError
from core.records import Action
from core.settings import Crawl
from storage.database import Database, Session
from tests.jobs.office import (
    crawl_all,
    entry,
    open_office,
    rows,
    states,
    stored,
    watch,
    with_database,
)
from tests.jobs.town import TOWN, town
from tests.scraper.atproto import POSTS

FAULTY = (TOWN[0], TOWN[2])


class Faulty(Database):
    """A database in which one write, counted from one, fails at its very end: nothing of it may be left."""

    def __init__(self, database: Database, at: int) -> None:
        super().__init__(database.engine)
        self.at, self.count = at, 0

    @contextmanager
    def write(self) -> Iterator[Session]:
        self.count += 1
        with super().write() as session:
            yield session
            if self.count == self.at:
                raise StorageError("disk_full", reason="injected")


def _writes(folder: Path, empty: Path) -> tuple[int, list[tuple[str, str, Action, str]]]:
    tools = open_office(folder, empty, crawl=Crawl(workers=1))
    watch(tools, *FAULTY)
    counting = Faulty(tools.database, at=0)
    crawl_all(with_database(tools, counting), town())
    return counting.count, stored(tools)


def test_whichever_write_fails_the_next_run_completes_and_nothing_is_lost_or_doubled(
    tmp_path: Path, empty: Path
) -> None:
    writes, undisturbed = _writes(tmp_path / "whole", empty)
    assert writes > 20

    for at in range(1, writes):  # the last one keeps the pauses, after the run
        tools = open_office(tmp_path / str(at), empty, crawl=Crawl(workers=1))
        watch(tools, *FAULTY)
        network = town()
        with pytest.raises(StorageError, match="disk_full"):
            crawl_all(with_database(tools, Faulty(tools.database, at)), network)
        crawl_all(tools, network)
        assert stored(tools) == undisturbed, at
        assert len(rows(tools, "post_versions")) == 4, at
        assert rows(tools, "crawl_runs")[-1].state == "done"
        tools.database.close()


@pytest.mark.parametrize("page", range(1, 16))
def test_a_stop_finishes_the_page_in_hand_and_the_next_run_goes_on(tmp_path: Path, empty: Path, page: int) -> None:
    tools = open_office(tmp_path, empty, crawl=Crawl(workers=1))
    watch(tools, *TOWN)
    network, stop = town(), asyncio.Event()
    for number in range(150):
        network.repos["did:plc:melati"].like(f"at://did:plc:raka/{POSTS}/{number}")
    network.meanwhile = lambda: stop.set() if len(network.asked) == page else None

    summary, _ = crawl_all(tools, network, stop=stop)

    assert len(network.asked) == page
    assert summary.interrupted
    assert rows(tools, "crawl_runs")[-1].state == "interrupted"
    assert len(rows(tools, "captures")) == page
    network.meanwhile = lambda: None
    crawl_all(tools, network)
    assert len([act for act in stored(tools) if act[1:3] == ("melati.example", Action.LIKED)]) == 152


def test_a_visit_that_takes_too_long_is_left_unfinished_and_goes_on_later(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, crawl=Crawl(visit_minutes=1, seconds_between_requests=25))
    watch(tools, entry("melati.example"))
    network = town()
    for number in range(550):
        network.repos["did:plc:melati"].like(f"at://did:plc:raka/{POSTS}/{number}")

    crawl_all(tools, network)
    first = len(stored(tools))
    for _ in range(3):
        crawl_all(tools, network)

    assert states(tools)[1][2] is False
    assert first < 552 == len(stored(tools))


def test_two_workers_store_the_same_as_one(tmp_path: Path, empty: Path) -> None:
    _, alone = _writes(tmp_path / "one", empty)
    tools = open_office(tmp_path / "two", empty, crawl=Crawl(workers=4))
    watch(tools, *FAULTY)

    crawl_all(tools, town())

    assert stored(tools) == alone
