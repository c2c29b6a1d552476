"""A reviewer's desk: a prepared folder, and the command line as it is typed there."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.records import AccountRef, Action, Interaction, Post, PostRef
from review.ids import public_id
from storage import judged_tables, people_tables, seal_tables, tables, watching  # noqa: F401  (importing them fills the metadata)
from storage.database import Database, connect
from storage.schema import metadata
from tests.storage import planted

HOUSE = Path(__file__).resolve().parents[2]
MOMENT = datetime(2031, 5, 2, 3, tzinfo=UTC)
CONFIG = """\
purpose:
  controller: Panitia Pengawas Rekaan
  organisation: bawaslu
  basis: Surat tugas rekaan 7
  contact: pengawas@pengawas.example
  ends: 2099-12-31
storage: {{url: "sqlite:///{database}"}}
contests:
  - id: rekaan-2031
    name: Pemilihan rekaan
    region: "99.01"
    voting_day: 2031-06-25
    candidates:
      - {{id: wira, number: 1, names: [Wira Kencanawungu, Sari Melurasih], nicknames: [Kang Wira]}}
      - {{id: kosong, empty_box: true, nicknames: [koko]}}
crawl:
  seconds_between_requests: 0
  workers: 1
  timeout_seconds: 5
  allow_private: ["127.0.0.1:{good}", "127.0.0.1:{dead}"]
platforms:
  mastodon: {{servers: {{baik.example: "http://127.0.0.1:{good}", mati.example: "http://127.0.0.1:{dead}"}}}}
review: {{language: {language}}}
"""
HEADER = "platform;handle;role;subject;unit;region;source;valid_from;contest"
WATCHLIST = (
    HEADER,
    "mastodon;kel_satu@baik.example;kelurahan;Kelurahan Satu;Kecamatan Rekaan;99.01.01.1001;Surat camat;2020-01-01;",
    "mastodon;asn_dua@baik.example;asn;Pegawai Dua;Dinas Rekaan;99.01.01;Surat camat;2020-01-01;",
)
CALLS = (
    "Ayo coblos nomor 1 Wira Kencanawungu dan Sari Melurasih tanggal 25 Juni!",
    "Jangan lupa pilih Kang Wira, nomor 1, menangkan bersama! #WiraSari1",
    "Warga sekalian, mari menangkan Wira Kencanawungu, coblos no 1 di TPS",
    "Dukung dan pilih pasangan nomor 1 Kang Wira Teh Sari, insyaallah menang",
)
NEUTRAL = ("Posyandu balita besok pagi di balai kelurahan.", "Kerja bakti membersihkan selokan RW 03.")
LABELS = (
    "text,label,kind",
    '"Coblos nomor 1 Kang Wira, ayo menangkan",ajakan,explicit_call',
    '"Pelayanan KTP buka sampai pukul tiga",bukan,gov_post',
    '"Sawah di utara mulai panen raya",bukan,nonpolitical',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """Read the one JSON object of standard output."""
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded

    @property
    def data(self) -> Any:  # noqa: ANN401  (each command has its own)
        """Take what the command found; it must have gone well."""
        assert self.answer["ok"], self.answer["error"]
        return self.answer["data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder that was set up, and the servers that its settings name."""

    folder: Path
    dead: int

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def set_up(self, *, good: int | None = None, language: str = "en") -> None:
        """Write the settings, and a second file of them whose database is not there."""
        for file, database in ((self.config, "tilik.db"), (self.folder / "lain.yaml", "lain.db")):
            text = CONFIG.format(database=database, good=good or self.dead, dead=self.dead, language=language)
            file.write_text(text, encoding="utf-8")

    def run(self, *words: str) -> Ran:
        """Type a command here."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TILIK_CONFIG", str(self.config))
            return typed(*words)

    def file(self, name: str, *lines: str) -> Path:
        """Write a text file."""
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def watch(self, *rows: str) -> Ran:
        """Put rows on the watchlist."""
        return self.run("watchlist", "import", str(self.file("tambahan.csv", HEADER, *rows)), "--json")

    def rows(self) -> dict[str, list[Any]]:
        """Give every row of the database."""
        with self.opened() as database, database.read() as session:
            return {
                name: sorted(map(tuple, session.execute(select(table))), key=str)
                for name, table in metadata.tables.items()
            }

    @contextmanager
    def opened(self) -> Iterator[Database]:
        database = connect(f"sqlite:///{self.folder / 'tilik.db'}")
        try:
            yield database
        finally:
            database.close()

    def model(self) -> str:
        """Name the model in use."""
        found: list[str] = [one["version"] for one in self.run("models", "list", "--json").data if one["active"]]
        return found[0]

    def export(self, *words: str, name: str = "tinjau.csv") -> Path:
        """Write a review file."""
        assert self.run("review", "export", "-o", str(self.folder / name), *words).code == 0
        return self.folder / name


def typed(*words: str) -> Ran:
    """Run a command in this process, as `tilik` does."""
    out, err, code = StringIO(), StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["tilik", *words])
        patch.setattr("language._chosen", [])
        try:
            import_module("cli").main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(code=code, out=out.getvalue(), err=err.getvalue())


def command(*words: str) -> list[str]:
    """Name the command for a process of its own."""
    return [sys.executable, "-m", "cli", *words]


def process(*words: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command in a process of its own."""
    env = os.environ | environment
    return subprocess.run(command(*words), cwd=HOUSE, env=env, capture_output=True, check=False, timeout=60)


def plant(database: Database) -> None:
    """Store what the watched accounts liked: calls of somebody else, and what every kelurahan writes."""
    with database.write() as session:
        known = planted.owners(*(one.account for one in watching.watchlist(session)))
        for number, text in enumerate((*CALLS, *NEUTRAL)):
            uri = f"https://luar.example/@relawan/{number}"
            ref = PostRef(platform="mastodon", uri=uri, url=f"http://127.0.0.1:1/{number}")  # refused unasked: private
            actor = ("kel_satu@baik.example", "asn_dua@baik.example")[number % 2]
            planted.save(
                session,
                known,
                Post(ref=ref, author=None, text=text, posted_at=MOMENT),
                Interaction(
                    actor=AccountRef(platform="mastodon", handle=actor), action=Action.LIKED, post=ref, acted_at=MOMENT
                ),
                now=MOMENT,
            )


def sheet(path: Path) -> list[dict[str, str]]:
    """Read a review file as a spreadsheet does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        return list(csv.DictReader(file, delimiter=delimiter))


def fill(path: Path, answers: Iterable[Mapping[str, str]]) -> Path:
    """Fill in the rows of a review file from the top, as a person does, and save it under another name."""
    rows = sheet(path)
    for row, given in zip(rows, answers, strict=False):
        row.update(given)
    filled = path.with_name(f"isi-{path.name}")
    with filled.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return filled


def first_match() -> str:
    """Name the first match of a database."""
    return public_id(1)


def lines_of(text: str) -> Sequence[str]:
    """Split what was said into its lines."""
    return text.strip().splitlines()
