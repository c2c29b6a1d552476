"""The record and its seals: lines a CPU second, the CPU time of a seal over 1,000 pieces of evidence, and of a check.

`python -m benchmarks.seals [LINES]`
"""

import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from core.clock import SystemClock
from core.config import load
from core.deeds import Did
from jobs import auditing, deeds, sealing
from jobs.tools import Tools
from storage.blobs import Blobs
from storage.database import connect
from storage.evidence import release_words
from storage.migrate import upgrade

LINES, EVIDENCE = 100_000, 1_000
HOUSE = Path(__file__).parents[1]


def run(lines: int) -> Iterator[str]:
    """Write lines, seal them, tell of evidence, seal that, and check all of it."""
    with tempfile.TemporaryDirectory() as folder:
        tools = _office(Path(folder))
        yield "| what | number | CPU |"
        yield "|---|---|---|"
        began = time.process_time()
        with tools.database.write() as session:
            for number in range(lines):
                deeds.write(session, tools, Did.OPEN, f"F-{number}")
        yield f"| lines written, a CPU second | {lines:,} | {lines / (time.process_time() - began):,.0f}/s |"
        asyncio.run(sealing.run(tools))
        with tools.database.write() as session:
            for number in range(1, EVIDENCE + 1):
                digest = hashlib.sha256(str(number).encode()).hexdigest()
                deeds.write(session, tools, Did.KEEP, f"{number} {digest} {digest}")
                deeds.write(session, tools, Did.RELEASE, release_words(number, digest))
        began = time.process_time()
        asyncio.run(sealing.run(tools))
        yield f"| seal, pieces of evidence | {EVIDENCE:,} | {1_000 * (time.process_time() - began):.0f} ms |"
        began = time.process_time()
        found = auditing.run(tools)
        yield f"| check, lines ({len(found.broken)} broken) | {found.lines:,} | {time.process_time() - began:.2f} s |"
        tools.database.close()


def _office(folder: Path) -> Tools:
    database = connect(f"sqlite:///{folder / 'bench.db'}")
    upgrade(database)
    settings = load(HOUSE / "config.yaml")
    storage = settings.storage.model_copy(update={"data": folder / "data"})
    return Tools(
        settings=settings.model_copy(update={"storage": storage}),
        database=database,
        blobs=Blobs(folder / "data" / "blobs"),
        secret=bytes(32),
        models=folder,
        clock=SystemClock(),
        adapters={},
        version="0",
        config_sha256="0" * 64,
        who="benchmark",
    )


if __name__ == "__main__":
    for line in run(int(sys.argv[1]) if len(sys.argv) > 1 else LINES):
        print(line)
