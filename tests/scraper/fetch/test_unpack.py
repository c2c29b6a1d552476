"""Unpacking an answer: in small steps, to its very end, and nothing that was not asked for."""

import gzip
import zlib

import brotli
import pytest

from scraper.fetch.unpack import STEP, unpacker

TEXT = b"Halo, warga! " * 50_000
RAW = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": gzip.compress(TEXT),
    "GZIP ": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    "x-gzip": gzip.compress(TEXT) + b"\0" * 20,
    "deflate": zlib.compress(TEXT),
    " deflate": RAW.compress(TEXT) + RAW.flush(),
    "br": brotli.compress(TEXT),
    "": TEXT,
    "identity": TEXT,
}


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 700, 1_000_000])
@pytest.mark.parametrize("encoding", PACKED)
def test_every_packing_is_undone_whatever_its_pieces(encoding: str, size: int) -> None:
    packed, unpacking = PACKED[encoding][: 3_000_000 if size > 1 else None], unpacker(encoding)

    out = b"".join(part for piece in pieces(packed, size) for part in unpacking.feed(piece))

    assert out == TEXT
    assert unpacking.is_whole()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", " deflate", "br"])
def test_half_a_packing_is_not_whole(encoding: str) -> None:
    unpacking = unpacker(encoding)

    out = b"".join(unpacking.feed(PACKED[encoding][:-5]))

    assert TEXT.startswith(out)
    assert not unpacking.is_whole()


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_a_bomb_comes_out_in_small_steps(encoding: str) -> None:
    zeros = bytes(100_000_000)
    bomb = {"gzip": gzip.compress, "deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=3)}
    unpacking = unpacker(encoding)

    largest, total = 0, 0
    for part in unpacking.feed(bomb[encoding](zeros)):
        largest, total = max(largest, len(part)), total + len(part)

    assert total == len(zeros)
    assert largest <= 2**20 + STEP
    assert unpacking.is_whole()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_what_is_not_packed_at_all_is_said(encoding: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        b"".join(unpacker(encoding).feed(b"<!doctype html> this is no packing"))


@pytest.mark.parametrize("encoding", ["zstd", "compress", "gzip, br", "none"])
def test_a_packing_that_we_never_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="content-encoding"):
        unpacker(encoding)


@pytest.mark.parametrize("encoding", ["gzip", "br", ""])
def test_an_empty_answer_is_whole(encoding: str) -> None:
    assert unpacker(encoding).is_whole()
