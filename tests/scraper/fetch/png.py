"""Reads the pictures that browsers take, for what a test wants to find in them: PNG with 8 bits a channel."""

import struct
import zlib
from collections.abc import Iterator
from itertools import islice

CHANNELS = {2: 3, 6: 4}


def size_of(data: bytes) -> tuple[int, int]:
    """Give width and height in pixels."""
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def red_pixels(data: bytes, *, rows: int | None = None) -> int:
    """Count the purely red pixels, in the first rows or in all of them."""
    step = CHANNELS[data[25]]
    lines = islice(_lines(data, step), rows)
    return sum(line[at : at + 3] == b"\xff\0\0" for line in lines for at in range(0, len(line), step))


def _lines(data: bytes, step: int) -> Iterator[bytes]:
    packed, place = b"", 8
    while place < len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        packed += data[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        place += length + 12
    raw, long = zlib.decompress(packed), size_of(data)[0] * step
    line = bytes(long)
    for start in range(0, len(raw), long + 1):
        line = _unfiltered(raw[start], raw[start + 1 : start + 1 + long], line, step)
        yield line


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """Undo the filter of one line."""
    out = bytearray(line)
    for at, value in enumerate(line):
        left = out[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        up = above[at]
        out[at] = (value + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]) & 255
    return bytes(out)


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda near: abs(estimate - near))
