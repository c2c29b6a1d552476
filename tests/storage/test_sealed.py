"""A sealed file opens with its passphrase alone, and tells a cut, a flip and a swap before it gives anything away."""

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from storage import sealed
from storage.sealed import HEAD, TAG, is_sealed, seal, unsealed

WORDS = "kuda rekaan makan bakso"
SMALL = 10
"""log2 of a piece in these tests."""


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "COST", 10)
    monkeypatch.setattr(sealed, "PIECE", SMALL)


def file(tmp_path: Path, content: bytes, *, parts: int = 7) -> Path:
    path = tmp_path / "salinan.tilik"
    pieces = [content[at : at + parts] for at in range(0, len(content), parts)]
    with path.open("wb") as stream:
        seal(stream, pieces, len(content), WORDS)
    return path


def opened(path: Path, passphrase: str = WORDS) -> bytes:
    return b"".join(unsealed(path, passphrase))


def code(path: Path, passphrase: str = WORDS) -> str:
    with pytest.raises(InputError) as caught:
        opened(path, passphrase)
    return caught.value.code


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 2048, 5000])
def test_what_went_in_comes_out(tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))

    path = file(tmp_path, content)

    assert is_sealed(path)
    assert opened(path) == content
    assert path.stat().st_size == HEAD + size + TAG * max(1, -(-size // 1024))


def test_nothing_of_the_content_stands_in_it(tmp_path: Path) -> None:
    assert b"rahasia" not in file(tmp_path, b"rahasia" * 400).read_bytes()


def test_two_files_of_the_same_content_differ(tmp_path: Path) -> None:
    one = file(tmp_path, b"sama").read_bytes()

    assert one != file(tmp_path, b"sama").read_bytes()


def test_another_passphrase_is_named(tmp_path: Path) -> None:
    assert code(file(tmp_path, b"x" * 3000), "kuda rekaan makan soto") == "backup_passphrase"


def test_a_passphrase_is_the_same_however_its_letters_are_composed(tmp_path: Path) -> None:
    path = tmp_path / "salinan.tilik"
    with path.open("wb") as stream:
        seal(stream, [b"isi"], 3, "sat\u00e9 rekaan bakar")

    assert opened(path, "sate\u0301 rekaan bakar") == b"isi"


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    path = file(tmp_path, b"x" * 2500)
    whole = path.read_bytes()

    for at in range(0, len(whole), 13):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(InputError):
            opened(path)


@pytest.mark.parametrize("left", [0, 40, HEAD, HEAD + 1024 + TAG, -1, -TAG])
def test_a_cut_is_named_wherever_it_is(tmp_path: Path, left: int) -> None:
    path = file(tmp_path, b"x" * 3000)
    path.write_bytes(path.read_bytes()[:left])

    assert code(path) == "backup_cut"


def test_pieces_in_another_order_are_named(tmp_path: Path) -> None:
    path = file(tmp_path, bytes(1024) + b"\1" * 1024 + b"\2" * 500)
    whole, step = path.read_bytes(), 1024 + TAG
    head, one, two, rest = whole[:HEAD], whole[HEAD:][:step], whole[HEAD + step :][:step], whole[HEAD + 2 * step :]

    path.write_bytes(head + two + one + rest)

    assert code(path) == "backup_changed"


def test_a_piece_of_another_file_is_named(tmp_path: Path) -> None:
    path = file(tmp_path, b"x" * 3000)
    mine = path.read_bytes()
    other = file(tmp_path, b"y" * 3000).read_bytes()

    path.write_bytes(mine[:HEAD] + other[HEAD:])

    assert code(path) == "backup_changed"


def test_what_was_added_behind_the_end_is_named(tmp_path: Path) -> None:
    path = file(tmp_path, b"x" * 100)
    path.write_bytes(path.read_bytes() + b"more")

    assert code(path) == "backup_changed"


def test_a_file_that_asks_for_all_the_memory_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, b"x")
    whole = bytearray(path.read_bytes())
    whole[9] = 40
    path.write_bytes(whole)

    assert code(path) == "backup_changed"


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        seal(io.BytesIO(), [b"x"], 1, "bakso")
    assert caught.value.code == "passphrase_short"


def test_a_large_file_needs_no_more_memory_than_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "PIECE", 18)
    path, part, count = tmp_path / "besar.tilik", bytes(1 << 20), 48

    def pieces() -> Iterator[bytes]:
        yield from (part for _ in range(count))

    tracemalloc.start()
    with path.open("wb") as stream:
        seal(stream, pieces(), count << 20, WORDS)
    assert sum(len(piece) for piece in unsealed(path, WORDS)) == count << 20
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 8 << 20
