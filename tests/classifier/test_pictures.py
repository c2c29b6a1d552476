"""The real reader on drawn posters, and on files that mean harm. Skipped, and said so, without the extra `ocr`."""

import struct
import time
import zlib
from collections.abc import Iterator

import numpy as np
import pytest

from classifier.images import LONGEST_SIDE, MOST_BYTES, Frame, shrunk
from classifier.reading import RapidReader, ReaderProcess, installed, reader
from core.pictures import PictureWords, ReadState, Unreadable, unreadable
from tests.classifier.posters import encoded, lettered, posters
from tests.classifier.readers import skip_without_reader

skip_without_reader()

from PIL import Image  # noqa: E402

MOST_WRONG = 0.03
"""The share of letters that a reader may get wrong on drawn posters."""
POSTERS = 40
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def rapid() -> Iterator[ReaderProcess]:
    """Open the reader that is installed here, in its process without a network."""
    opened = reader()
    assert opened is not None
    with opened:
        yield opened


def frame(content: bytes) -> Frame:
    found = shrunk(content)
    assert isinstance(found, Frame)
    return found


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, body: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG + header + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def wrong_letters(found: str, true: str) -> int:
    """Count the letters to change, add or take away (Levenshtein)."""
    before = list(range(len(true) + 1))
    for row, letter in enumerate(found, start=1):
        now = [row]
        for at, other in enumerate(true):
            now.append(min(before[at + 1] + 1, now[at] + 1, before[at] + (letter != other)))
        before = now
    return before[-1]


def test_drawn_posters_are_read_with_few_wrong_letters(rapid: ReaderProcess) -> None:
    rapid.start()
    shares, seconds = {}, []
    for poster in posters(POSTERS):
        started = time.monotonic()
        words = rapid.read(poster.content)
        seconds.append(time.monotonic() - started)
        shares[poster.name] = wrong_letters(words.text, poster.words) / len(poster.words)
    worst = sorted(shares.items(), key=lambda pair: -pair[1])[:5]
    figures = f"CER {np.mean([*shares.values()]):.4f}, {np.mean(seconds):.2f} s a picture; worst: {worst}"
    print(figures)  # noqa: T201  (shown with -s)

    assert float(np.mean([*shares.values()])) <= MOST_WRONG, figures


def test_a_picture_without_words_is_empty(rapid: ReaderProcess) -> None:
    assert rapid.read(encoded(Image.new("RGB", (400, 300), "#334455"))) == PictureWords(state=ReadState.EMPTY)


def test_bright_and_dark_letters_on_nothing_are_both_read(rapid: ReaderProcess) -> None:
    for ink in ("white", "black"):
        content = encoded(lettered("Coblos nomor 2", ink, mode="RGBA", ground=(0, 0, 0, 0)))
        assert rapid.read(content).text == "Coblos nomor 2"


def test_a_picture_of_deep_greys_is_read(rapid: ReaderProcess) -> None:
    greys = np.asarray(lettered("Coblos nomor 2").convert("L")).astype(np.uint16) * 60 + 1_000

    assert rapid.read(encoded(Image.fromarray(greys))).text == "Coblos nomor 2"


def test_a_picture_that_a_phone_turned_is_read_upright(rapid: ReaderProcess) -> None:
    turned = lettered("Coblos nomor 2").rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6

    assert rapid.read(encoded(turned, "JPEG", exif=exif)).text == "Coblos nomor 2"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_every_kind_of_picture_that_is_fetched_can_be_read(kind: str, rapid: ReaderProcess) -> None:
    assert rapid.read(encoded(lettered("Coblos nomor 2"), kind)).text == "Coblos nomor 2"


def test_the_first_frame_of_a_moving_picture_is_read_and_an_empty_one_says_nothing_of_the_rest(
    rapid: ReaderProcess,
) -> None:
    words, blank = lettered("Coblos nomor 2"), lettered("")
    first = encoded(words, "GIF", save_all=True, append_images=[blank])
    later = encoded(blank, "GIF", save_all=True, append_images=[words])

    assert rapid.read(first).text == "Coblos nomor 2"
    assert rapid.read(later) == unreadable(Unreadable.MOVING)


@pytest.mark.parametrize("size", [(1, 1), (1, 3_000), (3_000, 1), (20_000, 2), (2, 2), (31, 9)])
def test_odd_sizes_are_no_trouble(size: tuple[int, int], rapid: ReaderProcess) -> None:
    assert rapid.read(encoded(Image.new("L", size, 200))).state is ReadState.EMPTY


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_way_of_writing_colours_is_shrunk_or_named(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    found = shrunk(encoded(Image.new(mode, (1_000, 500)), kind))

    assert isinstance(found, Frame)
    assert found.pixels.shape == (LONGEST_SIDE // 2, LONGEST_SIDE, 3)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", Unreadable.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Unreadable.NO_PICTURE),
        (b"%PDF-1.7", Unreadable.NO_PICTURE),
        (b"BM" + bytes(60), Unreadable.NO_PICTURE),
        (PNG, Unreadable.NO_PICTURE),
        (PNG + b"0" * 50, Unreadable.NO_PICTURE),
        (bytes(MOST_BYTES + 1), Unreadable.TOO_MANY_BYTES),
        (png(60_000, 60_000), Unreadable.TOO_MANY_PIXELS),
        (png(8_000, 8_000), Unreadable.TOO_MANY_PIXELS),
        (png(25_000, 1), Unreadable.TOO_MANY_PIXELS),
        (png(2**31 - 1, 2**31 - 1), Unreadable.TOO_MANY_PIXELS),
        (png(100, 100), Unreadable.BROKEN),
        (png(100, 100, bytes(50)), Unreadable.BROKEN),
        (png(0, 10), Unreadable.NO_PICTURE),
        (b"GIF89a" + bytes(20), Unreadable.NO_PICTURE),
        (b"\xff\xd8\xff\xe0" + bytes(50), Unreadable.NO_PICTURE),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(30), Unreadable.NO_PICTURE),
        (b"\0\0\0\x20ftypavif" + bytes(30), Unreadable.NO_PICTURE),
    ],
)
def test_a_file_that_is_no_picture_too_large_or_broken_is_named(content: bytes, note: Unreadable) -> None:
    assert shrunk(content) in {note, Unreadable.BROKEN if note is Unreadable.NO_PICTURE else note}


def test_a_bomb_costs_no_memory_to_speak_of() -> None:
    bomb = png(30_000, 900, bytes(30_000 * 900 * 3 + 900))

    assert len(bomb) < 200_000
    assert shrunk(bomb) is Unreadable.TOO_MANY_PIXELS


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_a_picture_damaged_anywhere_is_read_or_named_and_never_ends_the_program(kind: str) -> None:
    whole = encoded(lettered("Coblos nomor 2"), kind)
    chance = np.random.default_rng(7)
    for _ in range(60):
        damaged = bytearray(whole)
        for at in chance.integers(0, len(whole), 5):
            damaged[at] = int(chance.integers(0, 256))
        assert isinstance(shrunk(bytes(damaged)), Frame | Unreadable)
        assert isinstance(shrunk(whole[: int(chance.integers(0, len(whole)))]), Frame | Unreadable)


def test_a_large_picture_is_made_small_and_a_small_one_stays() -> None:
    assert max(frame(encoded(Image.new("RGB", (3_000, 2_000)), "JPEG")).pixels.shape) == LONGEST_SIDE
    assert frame(encoded(Image.new("RGB", (60, 40)))).pixels.shape == (40, 60, 3)


def test_the_name_of_the_reader_says_its_version() -> None:
    assert installed() == RapidReader().version
    assert (installed() or "").startswith("rapidocr-3.")
