"""The watchlist as a file: what people keep in a spreadsheet → watch entries, with every mistake named by row."""

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from core.errors import InputError, Problem
from core.files import complete
from core.records import IdentityStatus, Role, WatchEntry
from core.settings import Contest
from core.sheets import fold, open_csv

COLUMNS = (
    "platform",
    "handle",
    "role",
    "subject",
    "unit",
    "region",
    "source",
    "source_date",
    "valid_from",
    "valid_to",
    "identity",
    "verified_by",
    "verified_on",
    "contest",
    "candidate",
)
INDONESIAN = (
    "platform",
    "akun",
    "peran",
    "subjek",
    "unit",
    "wilayah",
    "sumber",
    "tanggal_sumber",
    "berlaku_dari",
    "berlaku_sampai",
    "identitas",
    "diverifikasi_oleh",
    "diverifikasi_pada",
    "kontestasi",
    "calon",
)
MANDATORY = ("platform", "handle", "role", "subject", "region", "source", "valid_from")
NAMES = dict(zip((*COLUMNS, *INDONESIAN), (*COLUMNS, *COLUMNS), strict=True))
FOLDED = {fold(name): column for name, column in NAMES.items()}
DATES = ("source_date", "valid_from", "valid_to", "verified_on")
ROLES = {"kampanye": Role.CAMPAIGN}
IDENTITIES = {
    "": IdentityStatus.UNVERIFIED,
    "belum verifikasi": IdentityStatus.UNVERIFIED,
    "terverifikasi": IdentityStatus.VERIFIED,
    "perlu update": IdentityStatus.EXPIRED,
}

Word = TypeVar("Word", bound=StrEnum)


def read(path: Path, *, platforms: Collection[str], contests: Sequence[Contest]) -> list[WatchEntry]:
    """Read a watchlist; InputError with every row and column that is wrong, and then nothing of the file is used."""
    reader = _Reader(path, platforms, contests)
    with open_csv(path, NAMES) as table:
        header = [FOLDED.get(fold(name), name) for name in table.header]
        reader.titles = dict(zip(header, table.header, strict=True))
        reader.check_header(header)
        entries = [reader.entry(row, dict(zip(header, cells, strict=False))) for row, cells in table.rows if any(cells)]
    reader.check_duplicates(entries)
    if not entries and not reader.problems:
        reader.note("watchlist_empty", None)
    if reader.problems:
        raise InputError("watchlist_invalid", file=path, count=len(reader.problems), problems=reader.problems)
    return [entry for _, entry in filter(None, entries)]


def write(path: Path, entries: Iterable[WatchEntry]) -> int:
    """Write a watchlist that `read` understands; say how many entries."""
    count = 0
    with complete(path) as file:
        file.write("\ufeff")  # so that Excel reads UTF-8
        sheet = csv.writer(file, delimiter=";")
        sheet.writerow(COLUMNS)
        for entry in entries:
            sheet.writerow(["" if (value := getattr(entry, name)) is None else str(value) for name in COLUMNS])
            count += 1
    return count


class _Reader:
    """Collects what is wrong while it reads."""

    def __init__(self, path: Path, platforms: Collection[str], contests: Sequence[Contest]) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._platforms = sorted(platforms)
        self._candidates = {contest.id: {one.id for one in contest.candidates} for contest in contests}
        self.titles: dict[str, str] = {}
        self._row = 1

    def note(self, code: str, column: str | None, value: str | None = None, hint: str | None = None) -> None:
        title = self.titles.get(column or "", column)
        self.problems.append(
            Problem(code=code, where=self.path.name, row=self._row, column=title, value=value, hint=hint)
        )

    def check_header(self, header: Sequence[str]) -> None:
        for name in MANDATORY:
            if name not in header:
                self.note("column_missing", name)
        if self.problems:
            raise InputError("watchlist_invalid", file=self.path, count=len(self.problems), problems=self.problems)

    def entry(self, row: int, cells: Mapping[str, str]) -> tuple[int, WatchEntry] | None:
        self._row, before = row, len(self.problems)
        cell = {name: cells.get(name, "").strip() for name in COLUMNS}
        for name in MANDATORY:
            if not cell[name]:
                self.note("source_missing" if name == "source" else "cell_empty", name)
        platform = cell["platform"].casefold()
        if platform and platform not in self._platforms:
            self.note("platform_unknown", "platform", cell["platform"], ", ".join(self._platforms))
        role = self._word(Role, "role", cell["role"], ROLES)
        identity = self._word(IdentityStatus, "identity", cell["identity"], IDENTITIES)
        dates = {
            name: self._date(name, cell[name]) for name in ("source_date", "valid_from", "valid_to", "verified_on")
        }
        self._consistent(cell, dates, role=role, identity=identity)
        if len(self.problems) > before or role is None or identity is None or (first := dates["valid_from"]) is None:
            return None
        return row, WatchEntry(
            platform=platform,
            handle=cell["handle"].removeprefix("@"),
            role=role,
            subject=cell["subject"],
            unit=cell["unit"] or None,
            region=cell["region"],
            source=cell["source"],
            source_date=dates["source_date"],
            valid_from=first,
            valid_to=dates["valid_to"],
            identity=identity,
            verified_by=cell["verified_by"] or None,
            verified_on=dates["verified_on"],
            contest=cell["contest"] or None,
            candidate=cell["candidate"] or None,
        )

    def _consistent(
        self,
        cell: Mapping[str, str],
        dates: Mapping[str, date | None],
        *,
        role: Role | None,
        identity: IdentityStatus | None,
    ) -> None:
        first, last = dates["valid_from"], dates["valid_to"]
        if first and last and last < first:
            self.note("dates_reversed", "valid_to", cell["valid_to"])
        if identity is IdentityStatus.VERIFIED and not (cell["verified_by"] and cell["verified_on"]):
            self.note("verified_by_whom", "verified_by")
        if role is Role.CAMPAIGN and not cell["contest"]:
            self.note("campaign_without_contest", "contest", None, ", ".join(self._candidates))
        elif cell["contest"] and cell["contest"] not in self._candidates:
            self.note("contest_unknown", "contest", cell["contest"], ", ".join(self._candidates))
        elif cell["candidate"] and cell["candidate"] not in self._candidates.get(cell["contest"], set()):
            known = ", ".join(sorted(self._candidates.get(cell["contest"], set())))
            self.note("candidate_unknown", "candidate", cell["candidate"], known)

    def _word(self, words: type[Word], column: str, text: str, also: Mapping[str, Word]) -> Word | None:
        known: Callable[[str], Word | None] = {**also, **{str(word): word for word in words}}.get
        found = known(text.casefold())
        if found is None and text:
            self.note(f"{column}_unknown", column, text, ", ".join(words))
        return found

    def _date(self, column: str, text: str) -> date | None:
        """Read 2024-11-27, or 27/11/2024 as a spreadsheet in Indonesian leaves it."""
        if not text:
            return None
        day, slash, rest = text.partition("/")
        month, _, year = rest.partition("/")
        try:
            return date.fromisoformat(f"{year}-{month:0>2}-{day:0>2}" if slash else text)
        except ValueError:
            self.note("date_unreadable", column, text)
            return None

    def check_duplicates(self, entries: Iterable[tuple[int, WatchEntry] | None]) -> None:
        seen: dict[tuple[str, str, str, date], int] = {}
        for row, entry in filter(None, entries):
            key = entry.platform, entry.handle.casefold(), entry.role, entry.valid_from
            if key in seen:
                self._row = row
                self.note("row_twice", "handle", entry.handle, str(seen[key]))
            seen.setdefault(key, row)
