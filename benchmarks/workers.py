"""Visits a second with 1, 2 and 4 workers on one PostgreSQL: `python -m benchmarks.workers [--visits N]`.

The same machine runs the site, PostgreSQL and all workers. Without a gap the queue and the workers are measured, not
anybody's manners. With `--faults` a worker is killed, one is stopped past its time-out and the database falls down.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.jobs.crowd import Crowd, crowd
from tests.jobs.squad import Squad, squad, watch
from tests.storage.postgres import Server, programs, serving

SAFE = "-c fsync=on"
SILENT_AFTER = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured."""

    visits: int
    servers: int
    latency: float
    concurrency: int
    gap: float
    workers: list[int]
    faults: bool


def plan() -> Plan:
    """Read the options."""
    options = argparse.ArgumentParser()
    options.add_argument("--visits", type=int, default=10_000)
    options.add_argument("--servers", type=int, default=40)
    options.add_argument("--latency", type=float, default=0.5, help="seconds that the site takes to answer")
    options.add_argument("--concurrency", type=int, default=4)
    options.add_argument("--gap", type=float, default=0.0)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--faults", action="store_true")
    return Plan(**vars(options.parse_args()))


def main(todo: Plan) -> None:
    """Measure each number of workers on a database of its own, and print a table."""
    folder = programs()
    if folder is None:
        sys.exit("PostgreSQL is not installed here")
    print(f"{todo}, {os.cpu_count()} cores\n")
    print("| workers | visits | seconds | visits/s | requests | smallest gap | missing | twice | bytes a visit |")
    print("|---|---|---|---|---|---|---|---|---|")
    for workers in todo.workers:
        with (
            tempfile.TemporaryDirectory(prefix="tilik-bench-") as name,
            serving(folder, connections=150, options=SAFE) as server,
            crowd(Path(name) / "asked", servers=todo.servers, latency=todo.latency) as site,
            squad(Path(name), f"{server.address}postgres", site, gap=todo.gap, slots=8) as office,
        ):
            print(_row(office, site, server, todo, workers), flush=True)


def _row(office: Squad, site: Crowd, server: Server, todo: Plan, workers: int) -> str:
    accounts = todo.visits // todo.servers
    everybody = accounts * todo.servers
    watch(office, site, accounts=accounts)
    office.concurrency, office.silent_after = todo.concurrency, SILENT_AFTER
    for _ in range(workers):
        office.start()
    if todo.faults:
        _spoil(office, server, at=everybody // 4)
    while office.visited() < everybody:
        time.sleep(0.5)
    moments = [moment for _, moment, path in site.requests() if path != "/robots.txt"]
    seconds = max(moments) - min(moments)
    for worker in office.workers:
        if worker.poll() is None:
            office.end(worker)
    size = office.count(
        "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables WHERE schemaname = 'public'"
    )
    twice = office.count("SELECT count(*) FROM visits") - everybody
    missing = 3 * everybody - office.count("SELECT count(*) FROM posts")
    gap, rate = f"{min(site.gaps()):.3f}", f"{everybody / seconds:.1f}"
    cells = (workers, everybody, f"{seconds:.1f}", rate, len(moments), gap, missing, twice, size // everybody)
    return f"| {' | '.join(map(str, cells))} |"


def _spoil(office: Squad, server: Server, *, at: int) -> None:
    """Kill a worker, stop another past its time-out, let the database fall, and start workers in their place."""
    while office.visited() < at:
        time.sleep(0.5)
    killed, stopped, *_ = office.workers
    killed.kill()
    stopped.send_signal(signal.SIGSTOP)
    office.start()
    time.sleep(2 * SILENT_AFTER)
    server.restart()
    stopped.send_signal(signal.SIGCONT)
    office.start()


if __name__ == "__main__":
    main(plan())
