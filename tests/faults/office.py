"""An office whose commands are processes of their own, so that they can be killed, stopped and starved of disk."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from core.errors import StorageError
from core.records import IdentityStatus, Role, WatchEntry
from storage import watching
from storage.blobs import Blobs
from storage.database import connect
from tests.faults.town import HOST, SITE, Town

HOUSE = Path(__file__).resolve().parents[2]
CONTEST = {
    "id": "rekaan-2031",
    "name": "Pemilihan rekaan",
    "region": "99.01",
    "voting_day": "2031-06-25",
    "candidates": [{"id": "wira", "number": 1, "names": ["Wira Kencanawungu"]}],
}
PURPOSE = {
    "controller": "Panitia Pengawas Rekaan",
    "organisation": "bawaslu",
    "basis": "Surat tugas rekaan 7",
    "contact": "pengawas@pengawas.example",
    "ends": "2099-12-31",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A folder with settings, database and watchlist, beside the town that it watches."""

    folder: Path
    town: Town
    names: tuple[str, ...]
    told: dict[str, Any] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    """Who is watched on pages that need a browser, beside the others."""

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def database(self) -> Path:
        return self.folder / "tilik.db"

    @property
    def url(self) -> str:
        return str(self.told.get("storage", {}).get("url", f"sqlite:///{self.database}"))

    def settle(self, *, browser: bool = False) -> "Office":
        """Write the settings, and put the town's people on the watchlist."""
        settings: dict[str, Any] = {
            "purpose": PURPOSE,
            "contests": [CONTEST],
            "storage": {"url": self.url, "data": str(self.folder / "data")},
            "crawl": {
                "seconds_between_requests": 0,
                "workers": 4,
                "timeout_seconds": 5,
                "allow_private": [self.town.address],
            },
            "platforms": {
                "mastodon": {"servers": {HOST: f"http://{self.town.address}"}},
                "sites": [{**SITE, "base_url": f"http://{self.town.address}"}],
            },
            "evidence": {"keep": "none"},
            "review": {"language": "en", "exports": str(self.folder / "exports")},
        }
        for section, fields in self.told.items():
            settings[section] = {**settings.get(section, {}), **fields}
        self.config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
        database = connect(self.url)
        with database.write() as session:
            entries = [_entry(name, "papan" if browser else "mastodon") for name in self.names]
            entries += [_entry(name, "papan") for name in self.shown]
            watching.save_watchlist(session, entries, datetime.now(UTC))
        database.close()
        return self

    def start(self, *words: str, before: tuple[str, ...] = (), **environment: str) -> "subprocess.Popen[str]":
        """Start a command; `before` are the words of a program that starts it."""
        return subprocess.Popen(
            [*before, sys.executable, "-m", "cli", *words, "--config", str(self.config), "--json"],
            cwd=HOUSE,
            env=os.environ | {"TILIK_LANG": "en"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, seconds: float = 120, **more: Any) -> "Ran":  # noqa: ANN401
        """Run a command to its end."""
        began = time.monotonic()
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=seconds)
        return Ran(code=process.returncode, out=out, err=err, seconds=time.monotonic() - began)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database of this office (SQLite)."""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def pages(self) -> dict[str, dict[int, int]]:
        """Count the stored posts of each page of each account."""
        found: dict[str, dict[int, int]] = {name: {} for name in self.names}
        for (uri,) in self.rows(
            "SELECT posts.uri FROM posts JOIN interactions ON posts.id = post_id WHERE platform = 'mastodon'"
        ):
            name, _, number = uri.removeprefix(f"https://{HOST}/users/").partition("/statuses/")
            page = self.town.page_of(int(number))
            found[name][page] = found[name].get(page, 0) + 1
        return found

    def troubles(self) -> list[str]:
        """Name everything that must never be: damage, half pages, lost pages, doubled rows, missing files."""
        found = [f"database: {row}" for row in self.rows("PRAGMA integrity_check") if row != ("ok",)]
        found += [f"orphan: {row}" for row in self.rows("PRAGMA foreign_key_check")]
        stored = self.pages()
        for name, pages in stored.items():
            found += [
                f"{name}: {count} posts of page {page}" for page, count in pages.items() if count != self.town.posts
            ]
            found += [f"{name}: page {page} is lost" for page in self.town.acknowledged(name) - set(pages)]
        ((posts, versions, acts),) = self.rows(
            "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM post_versions), count(*) FROM interactions"
        )
        if not posts == versions == acts:
            found.append(f"{posts} posts, {versions} wordings, {acts} acts")
        return found + self.missing_blobs()

    def missing_blobs(self) -> list[str]:
        """Name the kept pages whose file is not there whole."""
        blobs, found = Blobs(self.folder / "data" / "blobs"), []
        for (name,) in self.rows("SELECT DISTINCT blob FROM captures WHERE blob IS NOT NULL"):
            try:
                blobs.get(name)
            except StorageError as error:
                found.append(f"{name}: {error}")
        return found

    @property
    def whole(self) -> bool:
        """Whether everything that the town shows is stored, once."""
        everything = dict.fromkeys(range(1, self.town.pages + 1), self.town.posts)
        return all(pages == everything for pages in self.pages().values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def data(self) -> Any:  # noqa: ANN401  (each command has its own)
        return json.loads(self.out)["data"]

    @property
    def error(self) -> str | None:
        """Give the code of its error."""
        told = json.loads(self.out)["error"] if self.out else None
        return str(told["code"]) if told else None


def _entry(name: str, platform: str) -> WatchEntry:
    return WatchEntry(
        platform=platform,
        handle=f"{name}@{HOST}" if platform == "mastodon" else name,
        role=Role.KELURAHAN,
        subject=f"Kelurahan {name}",
        unit=None,
        region="99.01.01.1001",
        source="Surat camat",
        source_date=None,
        valid_from=date(2020, 1, 1),
        valid_to=None,
        identity=IdentityStatus.VERIFIED,
    )


def people(count: int) -> tuple[str, ...]:
    """Name so many invented accounts."""
    return tuple(f"kel{number}" for number in range(count))


def new_office(
    folder: Path,
    empty: Path,
    town: Town,
    *,
    accounts: int = 8,
    browser: bool = False,
    told: dict[str, Any] | None = None,
) -> Office:
    """Set up an office on a copy of an empty database, or of a whole folder; `told` are sections of its settings."""
    if empty.is_dir():
        shutil.copytree(empty, folder, dirs_exist_ok=True)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(empty, folder / "tilik.db")
    return Office(folder=folder, town=town, names=people(accounts), told=told or {}).settle(browser=browser)


def kill(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGKILL) -> None:
    """End a process as nobody expects it, and wait until it is gone."""
    process.send_signal(how)
    process.communicate(timeout=30)
