"""Unpacks an answer in small steps, so that a bomb of some kilobytes is noticed before it fills the memory.

httpx unpacks each piece of the network whole: sixty kilobytes of zeros become sixty megabytes, with brotli gigabytes.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

STEP = 65_536
"""How much is unpacked at a time, about."""
ACCEPTED = "gzip, deflate, br"


class Unpacker(Protocol):
    """Takes an answer piece by piece."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Unpack the next piece; ValueError where it is no such packing."""
        ...

    def is_whole(self) -> bool:
        """Say whether the packing has come to its own end: half an answer unpacks without any complaint."""
        ...


def unpacker(encoding: str) -> Unpacker:
    """Give what unpacks a Content-Encoding; ValueError for one that we never asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Zlib()
        case "br":
            return _Brotli()
    raise ValueError(f"content-encoding {encoding[:40]}")


class _Plain:
    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def is_whole(self) -> bool:
        return True  # HTTP itself counts the bytes


class _Zlib:
    """gzip in one or more members, or deflate with its header or without, as servers do."""

    AUTOMATIC, RAW = 47, -15

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(self.AUTOMATIC)
        self._held = b""
        self._begun = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        self._held, piece = b"", self._held + piece
        if not self._begun and len(piece) < 2:
            self._held = piece  # two bytes tell which kind it is
            return
        while piece:
            if self._inner.eof:
                if not piece.startswith(b"\x1f"):
                    return  # padding after the end
                self._inner = zlib.decompressobj(self.AUTOMATIC)
            yield self._step(piece)
            piece = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail

    def _step(self, piece: bytes) -> bytes:
        try:
            out = self._inner.decompress(piece, STEP)
        except zlib.error as error:
            if self._begun:
                raise ValueError(str(error)) from error
            self._inner, self._begun = zlib.decompressobj(self.RAW), True
            return self._step(piece)
        self._begun = True
        return out

    def is_whole(self) -> bool:
        return self._inner.eof or not (self._begun or self._held)


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._begun = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(piece)
        try:
            part = self._inner.process(piece, output_buffer_limit=STEP)
            while part or not self._inner.can_accept_more_data():
                yield part
                part = self._inner.process(b"", output_buffer_limit=STEP)
        except brotli.error as error:
            raise ValueError(f"brotli: {error}") from error

    def is_whole(self) -> bool:
        return self._inner.is_finished() or not self._begun
