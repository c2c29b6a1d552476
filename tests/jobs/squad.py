"""An office on PostgreSQL, and workers that are processes of their own: started, stopped and killed by a test."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core.records import IdentityStatus, Role, WatchEntry
from storage import watching
from storage.database import Database, connect
from storage.migrate import upgrade
from tests.jobs.crowd import HOUSE, Crowd

CONFIG = """\
purpose:
  controller: Panitia Pengawas Rekaan
  organisation: bawaslu
  basis: Surat tugas rekaan 7
  contact: pengawas@pengawas.example
  ends: 2099-12-31
storage: {{url: "{url}"}}
contests:
  - id: rekaan-2031
    name: Pemilihan rekaan
    region: "99.01"
    voting_day: 2031-06-25
    candidates: [{{id: wira, number: 1, names: [Wira Kencanawungu]}}]
crawl:
  seconds_between_requests: {gap}
  workers: {slots}
  timeout_seconds: 5
  allow_private: [{hosts}]
platforms:
  mastodon: {{servers: {{{servers}}}}}
review: {{language: en}}
"""


@dataclass(slots=True, kw_only=True)
class Squad:
    """The workers of an office."""

    config: Path
    database: Database
    silent_after: float = 6.0
    concurrency: int = 8
    workers: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self) -> "subprocess.Popen[str]":
        """Start a worker."""
        words = ["worker", "--concurrency", str(self.concurrency), "--silent-after", str(self.silent_after)]
        with (self.config.parent / f"worker{len(self.workers)}.log").open("w", encoding="utf-8") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "cli", *words, "--config", str(self.config), "--json"],
                cwd=HOUSE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.workers.append(worker)
        return worker

    def status(self) -> Any:  # noqa: ANN401  (as it stands in the JSON)
        """Ask `tilik worker status`."""
        words = ["worker", "status", "--json", "--silent-after", str(self.silent_after), "--config", str(self.config)]
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words], cwd=HOUSE, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)["data"]

    def count(self, query: str) -> int:
        """Run a query that counts."""
        with self.database.read() as session:
            return int(session.scalar(text(query)) or 0)

    def visited(self) -> int:
        """Count the accounts that were looked at to the end."""
        return self.count("SELECT count(DISTINCT account_id) FROM visits WHERE complete")

    def end(self, worker: "subprocess.Popen[str]") -> tuple[int, float, Any]:
        """Ask a worker to end; give its exit code, how long it took, and what it says it did."""
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        out, _ = worker.communicate(timeout=30)
        return worker.returncode, time.monotonic() - began, json.loads(out)["data"]


def wait_for(what: Callable[[], bool], *, seconds: float) -> None:
    """Wait until something is true; an AssertionError where it takes too long."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


@contextmanager
def squad(folder: Path, url: str, crowd: Crowd, *, gap: float, slots: int = 4) -> Iterator[Squad]:
    """Set up an office in a folder; no worker outlives the block."""
    config = folder / "config.yaml"
    names = {f"s{number}.example": port for number, port in enumerate(crowd.ports)}
    config.write_text(
        CONFIG.format(
            url=url,
            gap=gap,
            slots=slots,
            hosts=", ".join(f'"127.0.0.1:{port}"' for port in crowd.ports),
            servers=", ".join(f'{name}: "http://127.0.0.1:{port}"' for name, port in names.items()),
        ),
        encoding="utf-8",
    )
    database = connect(url)
    upgrade(database)
    made = Squad(config=config, database=database)
    try:
        yield made
    finally:
        for worker in made.workers:
            worker.kill()
            worker.wait()
            if worker.stdout is not None:
                worker.stdout.close()
        database.close()


def watch(squad: Squad, crowd: Crowd, *, accounts: int) -> None:
    """Put so many accounts of each server on the watchlist."""
    entries = [
        WatchEntry(
            platform="mastodon",
            handle=f"kel{number}@s{server}.example",
            role=Role.KELURAHAN,
            subject=f"Kelurahan {server}-{number}",
            unit=None,
            region="99.01.01.1001",
            source="Surat camat",
            source_date=None,
            valid_from=date(2020, 1, 1),
            valid_to=None,
            identity=IdentityStatus.VERIFIED,
        )
        for server in range(len(crowd.ports))
        for number in range(accounts)
    ]
    with squad.database.write() as session:
        watching.save_watchlist(session, entries, datetime.now(UTC))
