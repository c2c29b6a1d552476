"""A million matches out as CSV and a hundred thousand decisions back in, each in a process of its own."""

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from core.clock import SystemClock
from core.config import load
from core.records import Action, Band, Kind
from jobs.tools import Tools
from storage.blobs import Blobs
from storage.database import Session, connect
from storage.judged_tables import contest_revisions, matches, model_versions, scores
from storage.migrate import upgrade
from storage.statements import chunks
from storage.tables import accounts, interactions, post_versions, posts

MATCHES, DECISIONS, IN_A_WORKBOOK = 1_000_000, 100_000, 20_000
NOW = datetime(2024, 11, 1, tzinfo=UTC)
HOUSE = Path(__file__).resolve().parents[1]
TEXT = (
    "Ayo kita semua warga kelurahan coblos nomor satu hari Rabu besok pagi bersama keluarga, jangan lupa datang ke TPS "
    "dan dukung pasangan pilihan kita 🙏 #Contoh{number}"
)
WORDS = ("coblos", "nomor satu", "dukung", "pasangan", "ayo")


def run() -> Iterator[str]:
    """Seed a database, then measure each direction."""
    with tempfile.TemporaryDirectory() as folder:
        seed(Path(folder), MATCHES)
        yield "| what | rows | seconds | CPU seconds | rows/s | peak RSS MB |"
        yield "|---|---|---|---|---|---|"
        yield _measured("out, CSV", MATCHES, folder, "tinjau.csv")
        _answer(Path(folder, "tinjau.csv"), Path(folder, "isi.csv"), DECISIONS)
        yield _measured("out, workbook", IN_A_WORKBOOK, folder, "tinjau.xlsx")
        yield _measured("in, CSV, first time", DECISIONS, folder, "isi.csv")
        yield _measured("in, CSV, again", DECISIONS, folder, "isi.csv")


def _measured(what: str, count: int, folder: str, name: str) -> str:
    words = [sys.executable, "-m", "benchmarks.review_files", folder, name, str(count)]
    done = subprocess.run(words, cwd=HOUSE, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    figures = f"{told['seconds']:.1f} | {told['cpu']:.1f} | {told['rows'] / told['seconds']:,.0f}"
    return f"| {what} | {told['rows']:,} | {figures} | {told['megabytes']:.0f} |"


def one(folder: Path, name: str, count: int) -> dict[str, float]:
    """Take one file in, or write it."""
    tools = opened(folder)
    if name.startswith("isi"):
        from review.incoming import take_in  # noqa: PLC0415  (what one direction loads shall not weigh on the other)

        started, began = time.perf_counter(), time.process_time()
        done = take_in(tools, folder / name, reviewer="r1")
        rows = done.new + done.same
    else:
        from review.outgoing import Wanted, export  # noqa: PLC0415  (as above)

        started, began = time.perf_counter(), time.process_time()
        rows = export(tools, folder / name, Wanted(limit=count if name.endswith("xlsx") else None))
    seconds = time.perf_counter() - started
    return {
        "rows": rows,
        "seconds": seconds,
        "cpu": time.process_time() - began,
        "megabytes": _peak(),
    }


def _peak() -> float:
    """Read the peak of this process alone; what getrusage tells begins with the memory of the parent."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def opened(folder: Path) -> Tools:
    """Open a database as commands do, without what only a crawl needs."""
    return Tools(
        settings=load(HOUSE / "config.yaml"),
        database=connect(f"sqlite:///{folder / 'bench.db'}"),
        blobs=Blobs(folder / "blobs"),
        secret=b"0" * 32,
        models=folder,
        clock=SystemClock(),
        adapters={},
        version="0",
        config_sha256="0" * 64,
    )


def seed(folder: Path, count: int) -> None:
    """Plant matches, each of a post of its own, in no order of their scores."""
    database = connect(f"sqlite:///{folder / 'bench.db'}")
    upgrade(database)
    with database.write() as session:
        account = {"platform": "bluesky", "key": "did:plc:a", "handle": "kel.contoh", "first_seen_at": NOW}
        session.execute(insert(accounts), [account])
        model = {"version": "m1", "sha256": "0" * 64, "manifest": {}, "created_at": NOW, "active": True}
        session.execute(insert(model_versions), [model])
        revision = {"contest": "ciamis-2024", "digest": "0" * 64, "snapshot": {}, "first_used_at": NOW}
        session.execute(insert(contest_revisions), [revision])
        for part in chunks(range(1, count + 1), 10_000):
            _plant(session, part)
    database.close()


def _plant(session: Session, numbers: list[int]) -> None:
    pinned = {"contest_revision_id": 1, "model_id": 1}
    reasons = [{"code": "word", "word": word, "weight": 0.5, "span": [0, 4]} for word in WORDS]
    rows = {
        posts: [
            {
                "id": n,
                "platform": "bluesky",
                "uri": f"at://did:plc:b/app.bsky.feed.post/{n:013}",
                "url": f"https://bsky.example/profile/b/post/{n:013}",
                "first_seen_at": NOW,
            }
            for n in numbers
        ],
        post_versions: [
            {"id": n, "post_id": n, "sha256": f"{n:064}", "text": TEXT.format(number=n), "seen_at": NOW}
            for n in numbers
        ],
        interactions: [
            {
                "id": n,
                "account_id": 1,
                "action": Action.LIKED,
                "post_id": n,
                "basis": "platform",
                "acted_at": NOW - timedelta(minutes=n % 500_000),
                "first_seen_at": NOW,
            }
            for n in numbers
        ],
        scores: [
            {
                **pinned,
                "post_version_id": n,
                "probability": _chance(n),
                "kind": Kind.EXPLICIT_CALL,
                "band": Band.REVIEW,
                "reasons": reasons,
                "scored_at": NOW,
            }
            for n in numbers
        ],
        matches: [
            {
                **pinned,
                "id": n,
                "interaction_id": n,
                "contest": "ciamis-2024",
                "post_version_id": n,
                "timing": "unknown",
                "probability": _chance(n),
                "band": Band.REVIEW,
                "flagged_at": NOW,
            }
            for n in numbers
        ],
    }
    for table, values in rows.items():
        session.execute(insert(table), values)


def _chance(number: int) -> float:
    return 0.5 + (number * 7919) % 500_000 / 1_000_000


def _answer(source: Path, target: Path, count: int) -> None:
    """Fill in the first rows as somebody in a hurry does."""
    words = ("ajakan", "bukan", "ragu")
    with (
        source.open(encoding="utf-8-sig", newline="") as given,
        target.open("w", encoding="utf-8", newline="") as filled,
    ):
        sheet = csv.writer(filled, delimiter=";")
        for number, line in zip(range(count + 1), csv.reader(given, delimiter=";"), strict=False):
            sheet.writerow([line[0], words[number * 7919 % 11 % 3], *line[2:]] if number else line)


if __name__ == "__main__":
    print(json.dumps(one(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
