"""`make bench-crawl`: tilik and its peers read the same profiles in turn, several times; medians as a table and JSON.

`--growth` runs tilik alone over many accounts and says how its memory grew.
"""

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.crawl import ours
from benchmarks.crawl.site import POSTS, counts, running
from benchmarks.tree import Cost, cost
from scraper.fetch.browsers import EXECUTABLES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEERS = ROOT / ".peers" / "bin" / "python"
WAYS: Mapping[str, tuple[str, str]] = {
    "floor": ("peer_plain.py", "floor"),
    "crawlee": ("peer_crawlee.py", "default"),
    "crawlee, blocking": ("peer_crawlee.py", "blocking"),
    "scrapy-playwright": ("peer_scrapy.py", "default"),
    "scrapy-playwright, blocking": ("peer_scrapy.py", "blocking"),
    "plain Playwright": ("peer_plain.py", "plain"),
}
CPU, FURTHER = "CPU s/account", "CPU s/further account"
COLUMNS = (CPU, FURTHER, "accounts/s", "requests/account", "MB/account", "peak PSS MB")
AGAINST = {CPU: "against tilik", FURTHER: "against tilik, further"}
PARTLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One engine over all accounts, once."""

    cpu: float
    wall: float
    peak: float
    requests: int
    bytes: int
    posts: int
    accounts: int
    further: float = math.nan
    """CPU seconds for each account beyond these, from a longer run right after this one: start-up is not in it."""

    def row(self) -> tuple[float, ...]:
        """Give the figures of the table."""
        accounts = self.accounts
        return (
            self.cpu / accounts,
            self.further,
            accounts / self.wall,
            self.requests / accounts,
            self.bytes / 1e6 / accounts,
            self.peak,
        )


def browser() -> str:
    """Name the browser that all engines share."""
    return os.environ.get("TILIK_BROWSER") or next(filter(None, map(shutil.which, EXECUTABLES)), "")


def once(engine: str, address: str, accounts: int, workers: int) -> Run:
    """Let one engine read the accounts, in processes of its own."""
    before = counts(address)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if engine.startswith("tilik"):
            spent, posts = _tilik(folder, address, accounts, workers)
        else:
            script, way = WAYS[engine]
            words = [str(HERE / script), way, address, str(accounts), str(workers), browser()]
            env = {**os.environ, "CRAWLEE_STORAGE_DIR": name}
            spent = cost([str(PEERS), *words], cwd=folder, env=env)
            posts = int(json.loads(spent.printed.splitlines()[-1])["posts"])
    after = counts(address)
    if posts != accounts * POSTS:
        print(f"{engine}: {posts} posts instead of {accounts * POSTS}", file=sys.stderr)
    return Run(
        cpu=spent.cpu,
        wall=spent.wall,
        peak=spent.peak,
        requests=after["requests"] - before["requests"],
        bytes=after["bytes"] - before["bytes"],
        posts=posts,
        accounts=accounts,
    )


def _tilik(folder: Path, address: str, accounts: int, workers: int) -> tuple[Cost, int]:
    config = ours.set_up(folder, address, accounts, workers, browser())
    first = counts(address)["profiles"]
    spent = cost(
        [*ours.COMMAND, str(config)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        progress=lambda: counts(address)["profiles"] - first,
        fine=(0, PARTLY),
    )
    return spent, int(json.loads(spent.printed.splitlines()[-1])["data"]["new_posts"])


def compare(
    address: str, *, runs: int, accounts: int, further: int, workers: int, only: Sequence[str]
) -> dict[str, list[Run]]:
    """Run all engines one after the other, with more accounts once more, and all of that several times."""
    engines = [name for name in ("tilik", *WAYS) if not only or name in only]
    found: dict[str, list[Run]] = {name: [] for name in (*engines, "tilik, one account", "floor, one account")}
    for number in range(runs):
        for engine in engines:
            run = once(engine, address, accounts, workers)
            if further:
                longer = once(engine, address, accounts + further, workers)
                run = replace(run, further=(longer.cpu - run.cpu) / further)
            found[engine].append(run)
            print(f"{number + 1}/{runs} {engine}: {run}", file=sys.stderr)
        for engine in ("tilik", "floor"):
            if engine in engines:
                found[f"{engine}, one account"].append(once(engine, address, 1, 1))
    return found


def medians(found: Mapping[str, list[Run]]) -> dict[str, dict[str, Any]]:
    """Give the medians of each engine, and its ratio of CPU to ours."""
    told: dict[str, dict[str, Any]] = {}
    for engine, runs in found.items():
        if not runs:
            continue
        columns = [median(column) for column in zip(*(run.row() for run in runs), strict=True)]
        told[engine] = dict(zip(COLUMNS, columns, strict=True))
    for figures in told.values():
        for column, against in AGAINST.items():
            figures[against] = figures[column] / told["tilik"][column] if "tilik" in told else math.nan
    return told


def table(told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Draw the table."""
    columns = (*COLUMNS, *AGAINST.values())
    yield f"| engine | {' | '.join(columns)} |"
    yield "|---" * (1 + len(columns)) + "|"
    for engine, figures in told.items():
        yield f"| {engine} | {' | '.join(_cell(figures[column]) for column in columns)} |"


def _cell(figure: float) -> str:
    if math.isnan(figure):
        return "–"
    return f"{figure:.3f}" if figure < 100 else f"{figure:.0f}"


def growth(address: str, *, accounts: int, workers: int) -> dict[str, float]:
    """Read many accounts with tilik alone; compare its memory around the 50th account and at the end."""
    with tempfile.TemporaryDirectory() as name:
        spent, posts = _tilik(Path(name), address, accounts, workers)
    early = [megabytes for megabytes, done in spent.memory if 25 <= done <= 75]
    late = [megabytes for megabytes, done in spent.memory if done >= accounts - 50]
    return {
        "accounts": accounts,
        "posts": posts,
        "MB around account 50": median(early),
        "MB at the end": median(late),
        "growth": median(late) / median(early) - 1,
        "peak MB": spent.peak,
        "CPU s/account": spent.cpu / accounts,
    }


def main() -> None:
    """Read the options, run, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--accounts", type=int, default=20)
    options.add_argument("--further", type=int, default=40, help="accounts more for the longer run; 0 for none")
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--only", action="append", default=[], help="an engine; may be repeated")
    options.add_argument("--growth", action="store_true", help="tilik alone over --accounts (1,000 is the goal)")
    chosen = options.parse_args()
    ours.compile_all(ROOT)
    with running() as address:
        if chosen.growth:
            print(json.dumps(growth(address, accounts=chosen.accounts, workers=chosen.workers)))
            return
        sizes = {name: getattr(chosen, name) for name in ("runs", "accounts", "further", "workers")}
        found = compare(address, **sizes, only=chosen.only)
    told = medians(found)
    print("\n".join(table(told)))
    known = {
        engine: {name: figure for name, figure in row.items() if not math.isnan(figure)} for engine, row in told.items()
    }
    print(json.dumps({**sizes, "medians": known}))


if __name__ == "__main__":
    main()
