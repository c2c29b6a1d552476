"""Observations: a table of what a witness saw. Which accounts are kept is the watchlist's business, not this file's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from core.errors import InputError, Problem
from core.records import Action
from core.sheets import fold, open_csv
from scraper.captures.entries import Content, Observed

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "post": ("post url", "post", "url", "link", "tautan kiriman", "tautan", "alamat kiriman", "url kiriman",
             "tautan postingan", "url postingan", "tautan post"),
    "handles": ("handles seen", "handles", "accounts seen", "accounts", "akun terlihat", "akun yang terlihat", "akun"),
    "seen_at": ("seen at", "seen", "dilihat pada", "waktu dilihat", "terlihat pada", "waktu"),
    "witness": ("witness", "seen by", "saksi", "dilihat oleh"),
    "screenshot": ("screenshot file", "screenshot", "berkas tangkapan layar", "tangkapan layar"),
    "action": ("action", "tindakan", "aksi"),
}  # fmt: skip
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
REQUIRED = ("post", "handles", "seen_at", "witness")
ACTIONS = {
    "": Action.LIKED, "liked": Action.LIKED, "like": Action.LIKED, "suka": Action.LIKED, "menyukai": Action.LIKED,
    "commented": Action.COMMENTED, "comment": Action.COMMENTED, "komentar": Action.COMMENTED,
    "berkomentar": Action.COMMENTED, "reposted": Action.REPOSTED, "repost": Action.REPOSTED,
    "shared": Action.REPOSTED, "membagikan": Action.REPOSTED, "bagikan": Action.REPOSTED,
}  # fmt: skip
TIMES = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%d %H:%M")


def read(path: Path, *, zone: ZoneInfo) -> Content | None:
    """Read a table of observations; None where it is another table.

    Raises InputError `observations_invalid` with every row and column that is wrong.
    """
    names = [name for known in COLUMNS.values() for name in known]
    with open_csv(path, names) as table:
        places = _places(table.header)
        if not {"post", "handles"} <= places.keys():
            return None
        reading = _Reading(path, zone, table.header, places)
        reading.missing_columns()
        for row, cells in table.rows:
            if any(cell.strip() for cell in cells):
                reading.add(row, cells)
    if not reading.problems and not reading.found:
        reading.problems.append(Problem(code="file_empty", where=path.name))
    if reading.problems:
        count = len(reading.problems)
        raise InputError("observations_invalid", path=str(path), count=count, problems=reading.problems)
    return Content(kind="observations", entries=reading.found)


def _places(header: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        for column, known in COLUMNS.items():
            if fold(name) in known:
                places.setdefault(column, place)
    return places


@dataclass(slots=True)
class _Reading:
    """One table on its way: what was read of it, and every cell that is wrong."""

    path: Path
    zone: ZoneInfo
    header: Sequence[str]
    places: Mapping[str, int]
    found: list[Observed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def missing_columns(self) -> None:
        """Name the columns that are not there."""
        for name in REQUIRED:
            if name not in self.places:
                self.problems.append(
                    Problem(code="column_missing", where=self.path.name, row=1, column=COLUMNS[name][0])
                )

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Read a row, or name what is wrong with it."""
        told = {name: cells[place].strip() if place < len(cells) else "" for name, place in self.places.items()}
        before = len(self.problems)
        for name in REQUIRED:
            if name in self.places and not told[name]:
                self._wrong("cell_empty", row, name, "")
        seen_at = _moment(told.get("seen_at", ""), self.zone)
        if seen_at is None and told.get("seen_at"):
            self._wrong("bad_time", row, "seen_at", told["seen_at"])
        action = ACTIONS.get(fold(told.get("action", "")))
        if action is None:
            self._wrong("unknown_action", row, "action", told["action"])
        screenshot = self._screenshot(row, told.get("screenshot", ""))
        if len(self.problems) > before or seen_at is None or action is None:
            return
        handles = tuple(name.removeprefix("@") for name in re.split(r"[\s,;|]+", told["handles"]) if name.strip("@"))
        self.found.append(
            Observed(
                row=row,
                url=told["post"],
                handles=handles,
                action=action,
                seen_at=seen_at,
                witness=told.get("witness", ""),
                screenshot=screenshot,
            )
        )

    def _screenshot(self, row: int, name: str) -> Path | None:
        """Find the picture beside the table; never outside its folder."""
        if not name:
            return None
        place = PurePosixPath(name.replace("\\", "/"))
        file = self.path.parent / place
        if place.is_absolute() or ".." in place.parts or ":" in name:
            self._wrong("outside_folder", row, "screenshot", name)
        elif not file.is_file():
            self._wrong("screenshot_missing", row, "screenshot", name)
        return file

    def _wrong(self, code: str, row: int, column: str, value: str) -> None:
        name = self.header[self.places[column]] if column in self.places else column
        shown = value[:80] if column != "handles" else ""
        self.problems.append(Problem(code=code, where=self.path.name, row=row, column=name, value=shown))


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a moment as people there write it; in their own zone where none is given."""
    words, named = text.strip(), None
    if (told := re.search(r"\s*(WIB|WITA|WIT)$", words)) is not None:
        words, named = words[: told.start()], ZoneInfo(ZONES[told[1]])
    words = re.sub(r"(\d{1,2})\.(\d{2})(?:\.(\d{2}))?$", lambda m: ":".join(filter(None, m.groups())), words)
    found = _read(words)
    return found.replace(tzinfo=named or zone) if found is not None and found.tzinfo is None else found


def _read(words: str) -> datetime | None:
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        pass
    for form in TIMES:
        try:
            return datetime.strptime(words, form)  # noqa: DTZ007  (its zone is set by who asked)
        except ValueError:
            continue
    return None
