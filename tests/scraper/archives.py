"""Archives of signed records (CAR v1) as a server of the AT Protocol gives them, with a signature of nobody."""

import hashlib
from typing import Any

from scraper.platforms.bluesky_car import Link


def cbor(value: Any) -> bytes:  # noqa: ANN401, PLR0911  (any CBOR)
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, Link):
        return head(6, 42) + cbor(b"\x00" + value.name)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


def head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    return bytes([major << 5 | 24, number]) if number < 256 else bytes([major << 5 | 25]) + number.to_bytes(2)


def chunk(content: bytes) -> bytes:
    size, length = b"", len(content)
    while length >= 0x80:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return size + bytes([length]) + content


def keep(blocks: list[bytes], value: object) -> Link:
    """Put a value among the blocks, under the name of its content."""
    content = cbor(value)
    name = b"\x01\x71\x12\x20" + hashlib.sha256(content).digest()
    blocks.append(name + content)
    return Link(name)


def car(blocks: list[bytes], did: str, top: Link) -> bytes:
    """Write the archive of a repository whose tree begins at a block."""
    commit = keep(blocks, {"did": did, "version": 3, "data": top, "rev": "3lc", "prev": None, "sig": b"s" * 64})
    return chunk(cbor({"roots": [commit], "version": 1})) + b"".join(map(chunk, blocks))


def proven(did: str, *paths: str) -> bytes:
    """Write the archive of a repository that holds these records and no others."""
    blocks: list[bytes] = []
    record = keep(blocks, {"createdAt": "2029-10-01T00:00:00Z"})
    entries = [{"p": 0, "k": path.encode(), "v": record, "t": None} for path in sorted(paths)]
    return car(blocks, did, keep(blocks, {"l": None, "e": entries}))
