"""What goes out is remembered: the file, what was asked for, which matches are in it, who wrote it."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from core.deeds import Did, Went
from core.files import digest
from jobs import deeds
from jobs.tools import Tools
from storage import exports
from storage.exports import ExportRow

PLAIN = frozenset({Went.REVIEW_FILE, Went.TEXTS, Went.BRIDGE})


class Numbered(Protocol):
    """Anything that tells the number of its match."""

    @property
    def match_id(self) -> int:
        """The number."""
        ...


One = TypeVar("One", bound=Numbered)


@dataclass(slots=True)
class Members:
    """Notes the numbers of the matches that pass by."""

    numbers: "array[int]" = field(default_factory=lambda: array("q"))

    def noted(self, items: Iterable[One]) -> Iterator[One]:
        """Let items through, and note whose they are."""
        for item in items:
            self.numbers.append(item.match_id)
            yield item


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A file that was just written: what it is, what was asked for, and what is in it."""

    kind: Went
    path: Path
    rows: int
    wanted: Mapping[str, Any] = field(default_factory=dict)
    members: "array[int] | None" = None


def went_out(tools: Tools, leaving: Leaving) -> int:
    """Remember a file, and tell the record of deeds; say the number under which it is known.

    Evidence, reports and copies have deeds of their own, which whoever makes them writes.
    """
    sha256, size = digest(leaving.path)
    row = ExportRow(
        kind=leaving.kind,
        file=str(leaving.path.resolve()),
        sha256=sha256,
        bytes=size,
        rows=leaving.rows,
        wanted=leaving.wanted,
        written_by=tools.who,
        written_at=tools.clock.now(),
        members=leaving.members,
    )
    with tools.database.write() as session:
        if leaving.kind in PLAIN:
            deeds.write(session, tools, Did.EXPORT, f"{leaving.path.name} {sha256}; {leaving.rows} ({leaving.kind})")
        return exports.save(session, row)
