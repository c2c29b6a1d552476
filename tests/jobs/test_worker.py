"""Many workers on one PostgreSQL: killed, stopped, cut off from the database, and nothing is lost or done twice."""

import importlib.util
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.crowd import crowd
from tests.jobs.squad import squad, wait_for, watch
from tests.storage.postgres import Server, programs, serving

pytestmark = pytest.mark.postgres

GAP = 1.0
SERVERS, ACCOUNTS = 16, 12
KEEPS_COMMITS = "-c fsync=off -c full_page_writes=off"
"""What the database acknowledged outlives its fall, though not that of the machine."""
LOST = 75
INTERRUPTED = 130


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a PostgreSQL of these tests' own; say loudly where that cannot be."""
    folder = programs()
    if folder is None or any(importlib.util.find_spec(name) is None for name in ("psycopg", "procrastinate")):
        message = (
            "PostgreSQL's programs, psycopg or procrastinate are missing: install postgresql-15 and tilik[postgres]"
        )
        if os.environ.get("TILIK_POSTGRES") == "required":
            pytest.fail(message)
        pytest.skip(message)
    with serving(folder, connections=100, options=KEEPS_COMMITS) as running:
        yield running


def test_killed_stopped_and_cut_off_workers_lose_nothing_and_do_nothing_twice(server: Server, tmp_path: Path) -> None:
    with (
        crowd(tmp_path / "asked", servers=SERVERS) as site,
        squad(tmp_path, f"{server.address}postgres", site, gap=GAP) as office,
    ):
        watch(office, site, accounts=ACCOUNTS)
        everybody = SERVERS * ACCOUNTS
        killed, stopped, *others = [office.start() for _ in range(4)]
        wait_for(lambda: office.visited() >= 20, seconds=40)

        killed.kill()
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(2 * office.silent_after + 1)
        server.restart()
        stopped.send_signal(signal.SIGCONT)
        wait_for(lambda: office.visited() == everybody, seconds=90)
        wait_for(lambda: office.status()["jobs"].get("doing", 0) == 0, seconds=20)

        ended = [office.end(worker) for worker in others]
        assert stopped.wait(5) == LOST
        assert [code for code, _, _ in ended] == [INTERRUPTED, INTERRUPTED]
        assert max(seconds for _, seconds, _ in ended) <= 15
        assert office.count("SELECT count(*) FROM visits") == everybody
        assert office.count("SELECT count(*) FROM visits WHERE state = 'ok'") == everybody
        assert office.count("SELECT count(*) FROM posts") == 3 * everybody
        assert office.count("SELECT count(*) FROM interactions") == 3 * everybody
        assert min(site.gaps()) >= 0.95 * GAP
