"""Files named by what they hold: whole, unchanged, or not there."""

import gzip
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from storage.blobs import Blobs, secret


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def code_of_get(blobs: Blobs, name: str) -> str:
    with pytest.raises(StorageError) as caught:
        blobs.get(name)
    return caught.value.code


def files(blobs: Blobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=2_000))
def test_what_is_put_comes_back(blobs: Blobs, content: bytes) -> None:
    assert blobs.get(blobs.put(content)) == content


def test_the_same_content_is_one_file_written_once(blobs: Blobs) -> None:
    name = blobs.put(b"content")
    before = blobs.path(name).stat().st_ino

    assert blobs.put(b"content") == name
    assert files(blobs) == [blobs.path(name)]
    assert blobs.path(name).stat().st_ino == before


def test_only_the_owner_may_read_a_file(blobs: Blobs) -> None:
    assert blobs.path(blobs.put(b"content")).stat().st_mode & 0o077 == 0


def test_a_missing_file_is_named(blobs: Blobs) -> None:
    assert code_of_get(blobs, "0" * 64) == "blob_missing"


def test_a_changed_file_is_detected_wherever_it_was_changed(blobs: Blobs) -> None:
    name = blobs.put(bytes(range(256)))
    whole = blobs.path(name).read_bytes()
    for place in range(10, len(whole)):  # before it stand marks that say nothing of the content
        blobs.path(name).write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert code_of_get(blobs, name) == "blob_changed"


@pytest.mark.parametrize("content", [b"", b"not compressed", gzip.compress(b"another content", mtime=0)])
def test_another_content_is_detected(blobs: Blobs, content: bytes) -> None:
    name = blobs.put(b"content")
    blobs.path(name).write_bytes(content)

    assert code_of_get(blobs, name) == "blob_changed"


def test_half_a_file_is_detected(blobs: Blobs) -> None:
    name = blobs.put(bytes(range(256)) * 9)
    whole = blobs.path(name).read_bytes()
    blobs.path(name).write_bytes(whole[: len(whole) // 2])

    assert code_of_get(blobs, name) == "blob_changed"


@pytest.mark.parametrize(("module", "step"), [(os, "fsync"), (os, "fdopen"), (tempfile, "mkstemp"), (Path, "replace")])
def test_a_disk_that_refuses_is_named_and_leaves_no_file(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch, module: object, step: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(module, step, refuse)
        with pytest.raises(StorageError) as caught:
            blobs.put(b"content")

    assert (caught.value.code, caught.value.fields["reason"]) == ("blob_not_written", "No space left on device")
    assert files(blobs) == []
    assert blobs.get(blobs.put(b"content")) == b"content"


def test_a_file_has_its_name_only_once_it_is_whole_and_synced(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    sync = os.fsync

    def look(descriptor: int) -> None:
        seen.append(any(path.suffix == ".gz" and not path.name.startswith(".") for path in files(blobs)))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    blobs.put(b"content")

    assert seen == [False, True, True]  # the file; then its folder and the folder above


def test_an_installation_keeps_its_secret_to_itself(tmp_path: Path) -> None:
    first = secret(tmp_path / "data")

    assert secret(tmp_path / "data") == first
    assert secret(tmp_path / "other") != first
    assert len(first) == 32
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0


def test_what_is_kept_as_it_is_comes_back_and_any_changed_byte_is_detected(blobs: Blobs) -> None:
    name = blobs.keep(bytes(range(256)))
    whole = blobs.plain_path(name).read_bytes()

    assert whole == blobs.get(name) == bytes(range(256))
    for place in range(len(whole)):
        blobs.plain_path(name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert code_of_get(blobs, name) == "blob_changed"


def test_what_is_kept_again_is_whole_again(blobs: Blobs) -> None:
    name = blobs.keep(b"content")
    blobs.plain_path(name).write_bytes(b"changed")

    assert blobs.keep(b"content") == name
    assert blobs.get(name) == b"content"
