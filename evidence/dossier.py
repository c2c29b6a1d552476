"""The packed dossier: all files listed with their SHA-256, dealt into ZIP files of a size that can be sent.

A file that is larger than a part is cut; the checker that goes with it (`check_dossier.py`) puts it together again.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from evidence import check_dossier
from evidence.check_dossier import CUT, LIST

CHECKER, README = "periksa.py", "BACA-INI.txt"
HEADROOM = 4_096
"""What the frame of a ZIP file takes, and the names in it."""
PER_FILE = 400
SMALLEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The ZIP files by name, and the digest of the list of what is in them."""

    parts: Mapping[str, bytes]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file, or a stretch of one, as it lies in a part."""

    name: str
    content: bytes


def pack(name: str, files: Mapping[str, bytes], *, readme: str, most: int, made_at: datetime) -> Packed:
    """Pack files: each part holds whole pieces and is no larger than `most` bytes; the first explains the rest."""
    checker = Path(check_dossier.__file__).read_bytes()
    whole = {**files, CHECKER: checker, README: readme.encode()}
    listed = [
        {"name": one, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for one, content in sorted(whole.items())
    ]
    told = {"format": "tilik-dossier-1", "case": name, "made_at": made_at.isoformat(), "files": listed}
    content = (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    room = max(most, SMALLEST) - HEADROOM
    first = [Piece(name=LIST, content=content), *(Piece(name=one, content=whole[one]) for one in (CHECKER, README))]
    rest = [Piece(name=one, content=files[one]) for one in sorted(files)]
    dealt = list(_dealt([*first, *_cut(rest, room)], room))
    stamp = made_at.timetuple()[:6]
    names = (
        [f"{name}.zip"] if len(dealt) == 1 else [f"{name}.{n}-dari-{len(dealt)}.zip" for n in range(1, len(dealt) + 1)]
    )
    parts = {one: _zip(pieces, stamp) for one, pieces in zip(names, dealt, strict=True)}
    return Packed(parts=parts, digest=hashlib.sha256(content).hexdigest())


def _cut(pieces: Sequence[Piece], room: int) -> Iterator[Piece]:
    """Cut what is larger than a part."""
    size = room - PER_FILE
    for one in pieces:
        if len(one.content) <= size:
            yield one
            continue
        for number, start in enumerate(range(0, len(one.content), size), start=1):
            yield Piece(name=f"{one.name}{CUT}{number:03}", content=one.content[start : start + size])


def _dealt(pieces: Sequence[Piece], room: int) -> Iterator[list[Piece]]:
    """Deal pieces into parts in their order, reckoned as if nothing could be compressed."""
    part: list[Piece] = []
    taken = 0
    for one in pieces:
        needed = len(one.content) + PER_FILE
        if part and taken + needed > room:
            yield part
            part, taken = [], 0
        part.append(one)
        taken += needed
    yield part


def _zip(pieces: Sequence[Piece], stamp: tuple[int, ...]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in pieces:
            place = zipfile.ZipInfo(one.name, (stamp[0], stamp[1], stamp[2], stamp[3], stamp[4], stamp[5]))
            packed.writestr(place, one.content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
