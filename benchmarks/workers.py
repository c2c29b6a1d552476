"""Visits a second with 1, 2 and 4 workers on one PostgreSQL: `python -m benchmarks.workers [VISITS]`.

The site answers after 50 ms from servers of its own process; there is no gap between requests, so that what is measured
is the queue and the workers, not anybody's manners. The same machine runs the site, PostgreSQL and all workers.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.jobs.crowd import Crowd, crowd
from tests.jobs.squad import Squad, squad, watch
from tests.storage.postgres import programs, serving

SERVERS = 40
LATENCY = 0.05
CONCURRENCY = 8
SAFE = "-c fsync=on"


def main(visits: int) -> None:
    """Measure each number of workers on a database of its own, and print a table."""
    folder = programs()
    if folder is None:
        sys.exit("PostgreSQL is not installed here")
    print(f"{visits} visits of {SERVERS} servers, {CONCURRENCY} at a time a worker, {os.cpu_count()} cores\n")
    print("| workers | visits | seconds | visits/s | requests | posts missing | visits twice | bytes a visit |")
    print("|---|---|---|---|---|---|---|---|")
    for workers in (1, 2, 4):
        with (
            tempfile.TemporaryDirectory(prefix="tilik-bench-") as name,
            serving(folder, connections=150, options=SAFE) as server,
            crowd(Path(name) / "asked", servers=SERVERS, latency=LATENCY) as site,
            squad(Path(name), f"{server.address}postgres", site, gap=0.0, slots=8) as office,
        ):
            print(_row(office, site, workers=workers, visits=visits), flush=True)


def _row(office: Squad, site: Crowd, *, workers: int, visits: int) -> str:
    accounts = visits // SERVERS
    everybody = accounts * SERVERS
    watch(office, site, accounts=accounts)
    office.concurrency, office.silent_after = CONCURRENCY, 30.0
    for _ in range(workers):
        office.start()
    while office.visited() < everybody:
        time.sleep(0.5)
    moments = [moment for _, moment, path in site.requests() if path != "/robots.txt"]
    seconds = max(moments) - min(moments)
    for worker in office.workers:
        office.end(worker)
    twice = office.count("SELECT count(*) FROM visits") - everybody
    lost = 3 * everybody - office.count("SELECT count(*) FROM posts")
    size = office.count(
        "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables WHERE schemaname = 'public'"
    )
    rate = everybody / seconds
    cells = (workers, everybody, f"{seconds:.1f}", f"{rate:.1f}", len(moments), lost, twice, size // everybody)
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
