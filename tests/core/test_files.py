"""A file has its name once it is whole, or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path

import pytest

from core.errors import FullError, InputError
from core.files import complete, digest, write_whole


def refuse(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_is_visible_only_once_it_is_whole_and_its_lines_stay_as_written(tmp_path: Path) -> None:
    with complete(tmp_path / "a.csv") as stream:
        stream.write("é\r\n")
        stream.flush()
        assert not (tmp_path / "a.csv").exists()

    assert (tmp_path / "a.csv").read_bytes() == b"\xc3\xa9\r\n"
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0


def test_an_error_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")

    with pytest.raises(ZeroDivisionError), complete(tmp_path / "a.csv") as stream:
        stream.write(str(1 / 0))

    assert (tmp_path / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught, complete(tmp_path / "no" / "a.csv"):
        pass

    assert caught.value.code == "file_not_written"
    assert caught.value.fields == {"path": str(tmp_path / "no" / "a.csv"), "cause": "No such file or directory"}


@pytest.mark.parametrize(("module", "step"), [(os, "fsync"), (tempfile, "mkstemp"), (Path, "replace")])
def test_a_disk_that_refuses_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, step: str
) -> None:
    path = tmp_path / "a"
    write_whole(path, b"old")
    with monkeypatch.context() as patched:
        patched.setattr(module, step, refuse)
        with pytest.raises(OSError, match="No space"):
            write_whole(path, b"new")
        with pytest.raises(FullError) as caught, complete(path) as stream:
            stream.write("new")

    assert (caught.value.code, caught.value.fields["cause"]) == ("file_not_written", "No space left on device")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_written_over_the_old_ones_whole(tmp_path: Path) -> None:
    for content in (b"old", b"", bytes(range(256))):
        write_whole(tmp_path / "a", content)
        assert (tmp_path / "a").read_bytes() == content


def test_a_folder_is_named_by_all_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, content in (("b", b"dua"), ("a/c", b"satu ")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    assert digest(tmp_path) == (hashlib.sha256(b"satu dua").hexdigest(), 8)
    assert digest(tmp_path / "b") == (hashlib.sha256(b"dua").hexdigest(), 3)
