"""An office whose settings lead to a replay server, and the command line as it is typed there."""

import gzip
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands.desk import HEADER, Ran, typed
from tests.replay.server import Replay

CONFIG = """\
purpose:
  controller: Panitia Pengawas Rekaan
  organisation: bawaslu
  basis: Surat tugas rekaan 7
  contact: pengawas@pengawas.example
  ends: 2099-12-31
storage: {{url: "sqlite:///tilik.db"}}
contests:
  - id: rekaan-2031
    name: Pemilihan rekaan
    region: "99.01"
    voting_day: 2031-06-25
    candidates:
      - {{id: wira, number: 1, names: [Wira Kencanawungu, Sari Melurasih], nicknames: [Kang Wira]}}
crawl:
  seconds_between_requests: 0
  workers: 1
  timeout_seconds: 10
  allow_private: ["{place}"]
permissions: {permissions}
platforms:
  {platform}: {{base_url: "{url}"}}
pictures: {{per_run: 0}}
review: {{language: en}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A folder that was set up for one replay server."""

    folder: Path
    server: Replay

    @classmethod
    def open(cls, folder: Path, server: Replay, *handles: str, permissions: Sequence[str] = ()) -> "Office":
        """Set a folder up, and watch these accounts."""
        office = cls(folder=folder, server=server)
        assert office.run("init", str(folder)).code == 0
        office.permit(*permissions)
        if not handles:
            return office
        rows = [
            f"{server.platform};{handle};kelurahan;Kelurahan {handle};;99.01.01.1001;Surat camat;2020-01-01;"
            for handle in handles
        ]
        (folder / "daftar.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        ran = office.run("watchlist", "import", str(folder / "daftar.csv"), "--json")
        assert ran.code == 0, ran.out
        return office

    def permit(self, *permissions: str) -> None:
        """Write the settings with these permissions."""
        text = CONFIG.format(
            place=self.server.place,
            url=self.server.url,
            platform=self.server.platform,
            permissions=f"[{', '.join(permissions)}]",
        )
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def run(self, *words: str) -> Ran:
        """Type a command here."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TILIK_CONFIG", str(self.folder / "config.yaml"))
            patch.setenv("TILIK_LANG", "en")
            patch.setenv("COLUMNS", "200")
            return typed(*words)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        connection = sqlite3.connect(self.folder / "tilik.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def everything_kept(self) -> bytes:
        """Give every byte that lies in the folder, blobs unpacked."""
        kept = []
        for path in sorted(one for one in self.folder.rglob("*") if one.is_file()):
            content = path.read_bytes()
            kept.append(gzip.decompress(content) if path.suffix == ".gz" else content)
        return b"\n".join(kept)


def permission(host: str, until: str = "2099-12-31") -> str:
    """Write a permission as it stands in the settings."""
    return f'{{host: "{host}", basis: "Surat izin rekaan 12/2031", granted_by: "Rekaan Tbk", valid_until: {until}}}'
