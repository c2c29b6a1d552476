"""An installation of tilik in a folder of its own, driven as a person drives it: through the command line."""

import csv
import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.planted import Planted, Served

ROOT = Path(__file__).resolve().parents[2]
GZIP = b"\x1f\x8b"
COUNTED = ("accounts", "posts", "post_versions", "interactions")

Acts = set[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What one crawl left behind: rows in the database by then, requests it says it made, requests the server saw."""

    rows: dict[str, int]
    said: int
    seen: tuple[str, ...]
    states: frozenset[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """A folder with config.yaml and tilik.db, watching the accounts of one server."""

    folder: Path
    server: Served

    def crawl(self, *, ends: Collection[int] = (0,)) -> Crawled:
        """Run one crawl to its end."""
        before = len(self.server.requests())
        tilik(self.folder, "crawl", "run", "--json", ends=ends)
        last = "FROM visits WHERE run_id = (SELECT max(id) FROM crawl_runs)"
        return Crawled(
            rows={table: self.rows(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED},  # noqa: S608
            said=self.rows(f"SELECT coalesce(sum(requests), 0) {last}")[0][0],
            seen=tuple(line for line in self.server.requests()[before:] if "/robots.txt" not in line),
            states=frozenset(state for (state,) in self.rows(f"SELECT DISTINCT state {last}")),
        )

    def rows(self, query: str, *values: str) -> list[Any]:
        """Ask the database file itself."""
        with closing(sqlite3.connect(f"file:{self.folder / 'tilik.db'}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def acts(self, action: str) -> Acts:
        """List who did this to which post, as (account key, or its handle where it has none, and post URI)."""
        return set(
            self.rows(
                "SELECT coalesce(accounts.key, accounts.handle), posts.uri FROM interactions"
                " JOIN accounts ON accounts.id = interactions.account_id"
                " JOIN posts ON posts.id = interactions.post_id WHERE action = ?",
                action,
            )
        )

    def stored(self) -> Iterator[tuple[str, bytes]]:
        """Give every byte that was kept, file by file, uncompressed."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                yield (
                    str(path.relative_to(self.folder)),
                    gzip.decompress(content) if content.startswith(GZIP) else content,
                )


def start_watching(
    folder: Path, server: Served, platforms: dict[str, Any], *, crawl: Mapping[str, Any] | None = None
) -> Watch:
    """Set tilik up in this folder: its settings, its database, and the watched accounts of this server.

    `crawl` are settings of its section that differ from those of all tests.
    """
    tilik(folder.parent, "init", str(folder))
    (folder / "config.yaml").write_text(json.dumps(_settings(server, platforms, crawl or {})), encoding="utf-8")
    sheet = folder / "watchlist.csv"
    _write_watchlist(sheet, server.accounts)
    tilik(folder, "watchlist", "import", str(sheet))
    return Watch(folder, server)


def tilik(folder: Path, *words: str, ends: Collection[int] = (0,)) -> str:
    """Run one command; everything it says is shown when it ends otherwise than expected."""
    command = [sys.executable, "-m", "cli", *words]
    own = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, encoding="utf-8", timeout=900, check=False)
    assert done.returncode in ends, (
        f"tilik {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout


def _settings(server: Served, platforms: dict[str, Any], crawl: Mapping[str, Any]) -> dict[str, Any]:
    ports = [url.rpartition(":")[2] for url in (server.url, server.plc, server.appview) if url]
    return {
        "purpose": {
            "controller": "Lembaga Uji",
            "organisation": "research",
            "basis": "tests",
            "contact": "https://example.test/tilik",
            "ends": "2099-12-31",
        },
        "contests": [
            {
                "id": "uji",
                "name": "Pilkada Uji",
                "region": "32.73",
                "voting_day": "2024-11-27",
                "candidates": [{"id": "dua", "number": 2, "names": ["Pasangan Dua"]}],
            }
        ],
        "crawl": {
            "seconds_between_requests": 0,
            "allow_private": [f"{name}:{port}" for port in ports for name in ("localhost", "127.0.0.1")],
            **crawl,
        },
        "platforms": platforms,
    }


def _write_watchlist(path: Path, accounts: Sequence[Planted]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = [_line(account) for account in accounts if account.watched]
        sheet = csv.DictWriter(file, fieldnames=list(lines[0]), delimiter=";")
        sheet.writeheader()
        sheet.writerows(lines)


def _line(account: Planted) -> dict[str, str]:
    role = {"role": "campaign", "contest": "uji", "candidate": "dua"} if account.campaign else {"role": "kelurahan"}
    return {
        "platform": account.platform or ("mastodon" if "@" in account.handle else "bluesky"),
        "handle": account.handle,
        "role": role["role"],
        "subject": f"Pemilik {account.handle}",
        "unit": "Kecamatan Uji",
        "region": "32.73",
        "source": "Daftar akun uji",
        "source_date": "2024-01-02",
        "valid_from": "2024-01-01",
        "valid_to": "",
        "identity": "verified",
        "verified_by": "Penguji",
        "verified_on": "2024-01-02",
        "contest": role.get("contest", ""),
        "candidate": role.get("candidate", ""),
    }
