"""Files that tilik wrote of matches or of everything: what was in each, who wrote it, whether it is still there."""

import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from core.deeds import Went
from storage.database import Session
from storage.privacy_tables import exports


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """A file that went out. `members`: the matches in it (of a texts file the wordings); None: all there were."""

    kind: Went
    file: str
    sha256: str
    bytes: int
    rows: int
    wanted: Mapping[str, Any]
    written_by: str
    written_at: datetime
    members: "array[int] | None" = field(default=None, repr=False)
    gone_at: datetime | None = None
    id: int = 0


def save(session: Session, row: ExportRow) -> int:
    """Remember a file that went out."""
    values = {name: getattr(row, name) for name in ExportRow.__slots__ if name != "id"}
    values["members"] = packed(row.members) if row.members is not None else None
    return int(session.execute(insert(exports).values(**values).returning(exports.c.id)).scalar_one())


def every(session: Session) -> Iterator[ExportRow]:
    """Give the files that went out, the oldest first."""
    for row in session.execute(select(exports).order_by(exports.c.id)).all():
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        value["kind"] = Went(value["kind"])
        value["members"] = unpacked(value["members"]) if value["members"] is not None else None
        yield ExportRow(**value)


def holding(session: Session, match_ids: Collection[int]) -> list[ExportRow]:
    """Give the files that hold one of these matches; a backup holds everything."""
    wanted = set(match_ids)
    return [row for row in every(session) if wanted and row.kind is not Went.TEXTS and _holds(row, wanted)]


def _holds(row: ExportRow, wanted: set[int]) -> bool:
    return row.members is None or not wanted.isdisjoint(row.members)


def mark_gone(session: Session, file: str, at: datetime) -> None:
    """Note that a file is not there any more."""
    session.execute(update(exports).where(exports.c.file == file, exports.c.gone_at.is_(None)).values(gone_at=at))


def packed(numbers: Iterable[int]) -> bytes:
    """Write numbers as their differences, compressed: a million matches in a row take a few kilobytes."""
    ordered = sorted(set(numbers))
    steps = array("q", (one - before for before, one in zip([0, *ordered], ordered, strict=False)))
    return zlib.compress(steps.tobytes())


def unpacked(content: bytes) -> "array[int]":
    """Read them back."""
    steps, found, last = array("q"), array("q"), 0
    steps.frombytes(zlib.decompress(content))
    for step in steps:
        last += step
        found.append(last)
    return found
