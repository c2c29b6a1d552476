"""A long run with a fault every 50 requests: `python -m tests.faults.soak --minutes 10` (`make soak MINUTES=10`).

One `tilik schedule run` process works on a town of this process, round after round: its clock is not moved, so that the
settings let an account be due again at once. Answers are spoilt in turn in every way that `Fault` knows; now and then
the browser is killed, the database is held by another, and the process itself is ended, by SIGTERM and by SIGKILL, and
started again. At the end stands a report, on the screen and as JSON.
"""

import argparse
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from storage.database import connect
from storage.migrate import upgrade
from tests.faults.office import Office, new_office
from tests.faults.town import Fault, Town, living
from tests.scraper.fetch.bad_web import children

EVERY = 50
PEOPLE, SHOWN = 300, 10
"""How many accounts are watched by the API, and on pages that need a browser."""
DEFINITE = {
    "ok", "unchanged", "empty", "not_found", "gated", "login_wall", "throttled", "challenge", "robots_refused",
    "layout_changed", "identity_changed", "failed",
}  # fmt: skip
"""How a visit may end (docs/architecture.md); anything else is undefined."""
GOAL = {"definite": 0.995, "slope_mb_per_hour": 1.0}
WARM_UP = 0.4
"""Which part of the measurements is left out of the slope: a process grows until everything was loaded once."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a soak run shows."""

    minutes: float = 0.0
    requests: int = 0
    faults: int = 0
    blows: dict[str, int] = field(default_factory=dict)
    visits: int = 0
    never_seen: int = 0
    cut: int = 0
    definite: float = 0.0
    undefined: int = 0
    states: dict[str, int] = field(default_factory=dict)
    slope_mb_per_hour: float | None = None
    memory_mb: tuple[float, float] = (0.0, 0.0)
    longest_life_minutes: float = 0.0
    memory_by_minute: list[float] = field(default_factory=list)
    processes_left: int = 0
    folders_left: int = 0
    troubles: list[str] = field(default_factory=list)
    tracebacks: int = 0
    first_traceback: str = ""
    database_mb: float = 0.0


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Fit a line through (seconds, MB) by least squares; MB an hour. None where there are too few."""
    points = points[int(len(points) * WARM_UP) :]
    if len(points) < 5:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 3600 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else None


def memory(pid: int) -> float | None:
    """Measure the memory of a process, in MB; None once it has gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = next((line for line in text.splitlines() if line.startswith("VmRSS")), "VmRSS: 0")
    return int(found.split()[1]) / 1024


class Soak:
    """The run: one process under observation, and what befalls it."""

    def __init__(self, office: Office, temporary: Path, seconds: float) -> None:
        self.office, self.temporary, self.seconds = office, temporary, seconds
        self.report = Report()
        self.lives: list[list[tuple[float, float]]] = []
        self.log = office.folder / "schedule.log"
        self._kinds = itertools.cycle(Fault)
        self._chance = random.Random(1)

    def spoil(self, number: int) -> Fault | None:
        """Spoil every fiftieth answer, each time in another way."""
        if number % EVERY:
            return None
        self.report.faults += 1
        return next(self._kinds)

    def run(self) -> Report:
        """Soak until the time is over; then look at what is left."""
        began = time.monotonic()
        self.office.town.spoil = self.spoil
        blows = self._blows()
        process = self._start()
        next_blow = began + self.seconds / 6
        while time.monotonic() - began < self.seconds:
            time.sleep(1)
            if (now := memory(process.pid)) is not None:
                self.lives[-1].append((time.monotonic() - began, now))
            if process.poll() is not None:
                process = self._start()
            if time.monotonic() > next_blow:
                next_blow = time.monotonic() + max(self.seconds / 12, 40)
                self._strike(next(blows), process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.report.minutes = round((time.monotonic() - began) / 60, 1)
        self.office.town.spoil = lambda _: None
        self._look()
        return self.report

    def _start(self) -> "subprocess.Popen[str]":
        self.lives.append([])
        words = [sys.executable, "-m", "cli", "schedule", "run", "--config", str(self.office.config)]
        return subprocess.Popen(
            [*words, "--log-file", str(self.log)],
            env=os.environ | {"TILIK_LANG": "en", "TMPDIR": str(self.temporary)},
            stdout=subprocess.DEVNULL,
            stderr=(self.office.folder / "err.log").open("ab"),
            text=True,
        )

    def _blows(self) -> Iterator[str]:
        """Name what befalls the process: first what ends it, so that its last life is long enough to be measured."""
        return itertools.chain(
            ["SIGKILL", "SIGTERM"], itertools.cycle(["browser killed", "database held", "renderer killed"])
        )

    def _strike(self, blow: str, process: "subprocess.Popen[str]") -> None:
        self.report.blows[blow] = self.report.blows.get(blow, 0) + 1
        if blow in {"SIGKILL", "SIGTERM"}:
            process.send_signal(getattr(signal, blow))
            process.communicate(timeout=60)
        elif blow == "database held":
            threading.Thread(target=self._hold, daemon=True).start()
        else:
            self._kill_browser(
                "--type=renderer" if blow == "renderer killed" else "--remote-debugging-pipe", process.pid
            )

    def _hold(self) -> None:
        with closing(sqlite3.connect(self.office.database, isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(self._chance.uniform(1, 6))
            other.execute("ROLLBACK")

    def _kill_browser(self, word: str, pid: int) -> None:
        for child, words in children(pid).items():
            if word in words:
                try:
                    os.kill(child, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def _look(self) -> None:
        """Count what the database, the memory and the machine say."""
        report, rows = self.report, self.office.rows
        report.requests = self.office.town.requests
        self.office.run("crawl", "run", seconds=600)  # what was cut short or spoilt last is completed
        report.states = dict(rows("SELECT state, count(*) FROM visits GROUP BY state"))
        report.visits = sum(report.states.values())
        report.undefined = sum(count for state, count in report.states.items() if state not in DEFINITE)
        report.cut = len(rows("SELECT 1 FROM crawl_runs WHERE ended_at IS NULL"))
        report.never_seen = len(rows("SELECT id FROM accounts EXCEPT SELECT account_id FROM visits"))
        report.definite = round((report.visits - report.undefined) / max(report.visits + report.never_seen, 1), 4)
        longest = max(self.lives, key=len)
        report.slope_mb_per_hour = round(found, 2) if (found := slope(longest)) is not None else None
        report.memory_mb = (round(longest[0][1], 1), round(longest[-1][1], 1)) if longest else (0.0, 0.0)
        report.longest_life_minutes = round((longest[-1][0] - longest[0][0]) / 60, 1) if longest else 0.0
        report.memory_by_minute = [round(now, 1) for _, now in longest[::60]]
        report.processes_left = len(children(os.getpid()))
        report.troubles = [*self.office.troubles(), *([] if self.office.whole else ["not whole in the end"])]
        told = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        told += (self.office.folder / "err.log").read_text(encoding="utf-8", errors="replace")
        report.tracebacks = told.count("Traceback")
        report.first_traceback = told[told.find("Traceback") :][:4000] if report.tracebacks else ""
        report.database_mb = round(self.office.database.stat().st_size / 1e6, 1)
        report.folders_left = len(list(self.temporary.iterdir()))


def good(report: Report, *, long: bool) -> bool:
    """Say whether a run kept its promises; the slope is one of hours, and of a short run says nothing."""
    kept = report.definite >= GOAL["definite"] and not (report.undefined or report.troubles or report.tracebacks)
    kept = kept and not (report.processes_left or report.folders_left)
    return kept and (not long or (report.slope_mb_per_hour or 0) < GOAL["slope_mb_per_hour"])


TOLD: dict[str, Any] = {
    "schedule": {"cadence": dict.fromkeys(("kelurahan", "asn", "desa", "campaign"), 0.003), "jitter_minutes": 0},
    "crawl": {"timeout_seconds": 5, "workers": 2, "refused_hours": 0.001, "seconds_between_requests": 0.02},
}
"""Everybody is due every eleven seconds, and a host that said no for four."""


def main() -> int:
    """Soak, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--report", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tilik-soak-") as name, living(Town(pages=2, posts=3, stalls=8)) as town:
        folder = Path(name)
        (temporary := folder / "tmp").mkdir()
        empty = folder / "empty.db"
        database = connect(f"sqlite:///{empty}")
        upgrade(database)
        database.close()
        office = new_office(folder / "kantor", empty, town, accounts=PEOPLE, told=TOLD)
        office = replace(office, shown=tuple(f"papan{number}" for number in range(SHOWN))).settle()
        report = Soak(office, temporary, chosen.minutes * 60).run()
    for key, value in asdict(report).items():
        sys.stdout.write(f"{key.replace('_', ' '):22} {value}\n")
    if chosen.report:
        chosen.report.write_text(json.dumps(asdict(report), indent=1), encoding="utf-8")
    return 0 if good(report, long=chosen.minutes >= 180) else 1


if __name__ == "__main__":
    sys.exit(main())
