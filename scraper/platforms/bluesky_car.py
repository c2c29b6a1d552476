"""What a CAR archive of one record proves: every block has the hash that names it, and the record hangs on the commit.

Read: CAR v1, the part of DAG-CBOR that repositories use, the Merkle search tree. The commit's signature stays in the
archive for whoever wants to check it against the account's key; this module does not.
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import LayoutError
from core.records import Capture, VisitState
from scraper.adapter import Page, PageRequest

CID_BYTES = 36
SHA256_CID = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")
CID_TAG = 42
DEEPEST = 64
MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Archive:
    """The roots of an archive, and its blocks by the name of their content."""

    roots: tuple[bytes, ...]
    blocks: Mapping[bytes, bytes]


def opened(body: bytes) -> Archive:
    """Read a CAR v1 archive whole; ValueError where it is none, is cut short, or a block is not what its name says."""
    header, place = _chunk(body, 0)
    told = decoded(header)
    roots = told.get("roots") if isinstance(told, dict) and told.get("version") == 1 else None
    if not isinstance(roots, list) or not roots or not all(isinstance(root, Link) for root in roots):
        raise ValueError("no CAR v1 header with a root")
    blocks: dict[bytes, bytes] = {}
    while place < len(body):
        block, place = _chunk(body, place)
        name, content = block[:CID_BYTES], block[CID_BYTES:]
        if name[:4] not in SHA256_CID or hashlib.sha256(content).digest() != name[4:]:
            raise ValueError("a block does not have the hash that names it")
        blocks[name] = content
    return Archive(roots=tuple(root.name for root in roots), blocks=blocks)


def holds(archive: Archive, did: str, path: str) -> bool:
    """Say whether the account's commit leads to this record; ValueError where the archive does not tell."""
    commit = _block(archive, archive.roots[0])
    if not isinstance(commit, dict) or commit.get("did") != did or not isinstance(commit.get("data"), Link):
        raise ValueError("no commit of this account")
    found = _search(archive, commit["data"], path.encode())
    if found is not None:
        _block(archive, found.name)
    return found is not None


def _search(archive: Archive, top: "Link", key: bytes) -> "Link | None":
    """Go down the tree: between two keys hangs the node that holds the keys between them."""
    node: Link | None = top
    for _ in range(DEEPEST):
        if node is None:
            return None
        content = _block(archive, node.name)
        node, before = content["l"], b""
        for entry in content["e"]:
            here: bytes = before[: entry["p"]] + entry["k"]
            if here == key:
                value: Link = entry["v"]
                return value
            if here > key:
                break
            node, before = entry["t"], here
    raise ValueError("a tree deeper than any")


def _block(archive: Archive, name: bytes) -> Any:  # noqa: ANN401  (any CBOR)
    if name not in archive.blocks:
        raise ValueError("a block is missing")
    return decoded(archive.blocks[name])


def _chunk(body: bytes, place: int) -> tuple[bytes, int]:
    length, shift = 0, 0
    while True:
        if place >= len(body) or shift > 28:
            raise ValueError("no length")
        byte = body[place]
        length, shift, place = length | (byte & 0x7F) << shift, shift + 7, place + 1
        if byte < 0x80:
            break
    if not 0 < length <= len(body) - place or length > MOST_BYTES:
        raise ValueError("an archive that was cut short")
    return body[place : place + length], place + length


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to a block by the name of its content."""

    name: bytes


def decoded(data: bytes) -> Any:  # noqa: ANN401  (any CBOR)
    """Read one DAG-CBOR value that fills these bytes; ValueError where it is none."""
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise ValueError("more than one value")
    return value


def _value(data: bytes, place: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST or place >= len(data):
        raise ValueError("too deep, or cut short")
    major, low = data[place] >> 5, data[place] & 0x1F
    if major == 7:
        return _simple(data, low, place + 1)
    number, place = _number(data, low, place + 1)
    if major in (0, 1):
        return (number if major == 0 else -1 - number), place
    if major in (2, 3):
        content = data[place : place + number]
        if len(content) != number:
            raise ValueError("cut short")
        return (content if major == 2 else content.decode()), place + number
    if major == 6:
        return _link(data, number, place, depth)
    return _many(data, major, number, place, depth)


def _many(data: bytes, major: int, number: int, place: int, depth: int) -> tuple[Any, int]:
    values: list[Any] = []
    for _ in range(number if major == 4 else 2 * number):
        value, place = _value(data, place, depth + 1)
        values.append(value)
    return (values if major == 4 else dict(zip(values[::2], values[1::2], strict=True))), place


def _link(data: bytes, tag: int, place: int, depth: int) -> tuple[Link, int]:
    content, place = _value(data, place, depth + 1)
    if tag != CID_TAG or not isinstance(content, bytes) or len(content) != CID_BYTES + 1 or content[0]:
        raise ValueError("no link")
    return Link(content[1:]), place


def _simple(data: bytes, low: int, place: int) -> tuple[Any, int]:
    if low == 27 and place + 8 <= len(data):
        return struct.unpack(">d", data[place : place + 8])[0], place + 8
    constants = {20: False, 21: True, 22: None}
    if low not in constants:
        raise ValueError("not a value of a repository")
    return constants[low], place


def _number(data: bytes, low: int, place: int) -> tuple[int, int]:
    if low < 24:
        return low, place
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(low)
    if size is None or place + size > len(data):
        raise ValueError("cut short")
    return int.from_bytes(data[place : place + size]), place + size


def page(request: PageRequest, capture: Capture) -> Page:
    """Check that the archive is one, is whole, and that the record hangs on its account's commit."""
    try:
        archive = opened(capture.body)
        there = holds(archive, request.carry["did"], request.carry["record"])
    except (ValueError, KeyError, TypeError) as error:
        raise LayoutError("layout_changed", url=capture.url, reason=f"no proof: {error}") from error
    return Page(state=VisitState.OK, seen=1) if there else Page(state=VisitState.NOT_FOUND, note="record_not_there")
