"""tilik as it ships: the command `tilik crawl run` with its guard, robots.txt, database and captures; no gap."""

import compileall
import json
import sys
from datetime import date
from pathlib import Path

from core.clock import SystemClock
from core.records import IdentityStatus, Role, WatchEntry
from storage import watching
from storage.database import connect
from storage.migrate import upgrade

PACKAGES = ("classifier", "commands", "core", "evidence", "jobs", "language", "review", "scraper", "storage")
COMMAND = (sys.executable, "-c", "import cli; cli.main()", "crawl", "run", "--json", "--config")


def compile_all(root: Path) -> None:
    """Compile what an installation has compiled, as pip does for tilik and for its peers."""
    for package in PACKAGES:
        compileall.compile_dir(root / package, quiet=1)
    compileall.compile_file(root / "cli.py", quiet=1)


def set_up(folder: Path, address: str, accounts: int, workers: int, browser: str) -> Path:
    """Write the settings, make the database and put the accounts on its watchlist; give the settings file."""
    host = address.removeprefix("http://")
    purpose = {"controller": "Bench", "organisation": "research", "basis": "-", "contact": "bench@example.org"}
    fields = {
        "items": "article.post",
        "id": "a.link@href",
        "url": "a.link@href",
        "author": "a.link",
        "text": ".text",
        "time": "time@datetime",
    }
    posts = {
        "path": "/@{handle}",
        "landmark": "#posts",
        "end": "#end",
        "json": {"answers": "/api/posts", "items": "posts", "url": "url", "claimed": "total"},
        "html": {**fields, "likes": ".likes", "claimed": "#count"},
    }
    site = {"platform": "bench", "base_url": address, "posts": posts}
    config = {
        "purpose": {**purpose, "ends": str(date.max)},
        "storage": {"url": f"sqlite:///{folder}/bench.db", "data": str(folder / "data")},
        "contests": [
            {
                "id": "bench",
                "name": "Bench",
                "region": "99",
                "voting_day": "2029-11-28",
                "candidates": [{"id": "a", "names": ["Raka Wirasaba"]}],
            }
        ],
        "crawl": {
            "seconds_between_requests": 0,
            "workers": workers,
            "allow_private": [host],
            "browser": browser or None,
        },
        "platforms": {"sites": [site]},
    }
    file = folder / "config.yaml"
    file.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    _fill(f"sqlite:///{folder}/bench.db", accounts)
    return file


def _fill(url: str, accounts: int) -> None:
    database = connect(url)
    upgrade(database)
    with database.write() as session:
        watching.save_watchlist(session, [_entry(number) for number in range(accounts)], SystemClock().now())
    database.close()


def _entry(number: int) -> WatchEntry:
    return WatchEntry(
        platform="bench",
        handle=f"kel{number}",
        role=Role.KELURAHAN,
        subject=f"Kelurahan {number}",
        unit=None,
        region="99",
        source="benchmark",
        source_date=None,
        valid_from=date(2024, 1, 1),
        valid_to=None,
        identity=IdentityStatus.UNVERIFIED,
    )
