"""What a killed process left unfinished is cleared by the next one; what another one is writing is left to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core import unfinished
from core.files import complete, write_whole
from core.unfinished import ENDING, clear, unfinished_folder
from tests.commands.desk import HOUSE

WRITING = """
import sys, time
from pathlib import Path
from core.files import complete
from core.unfinished import unfinished_folder
place = Path(sys.argv[1])
with complete(place / "tinjau.csv") as stream, unfinished_folder(place, "data-riset") as folder:
    stream.write("x" * 100_000)
    stream.flush()
    (folder / "acts.csv").write_text("rahasia")
    print("ready", flush=True)
    time.sleep(60)
"""
unix = pytest.mark.skipif(os.name == "nt", reason="Windows refuses to remove what is open, and kills otherwise")


@contextmanager
def writer(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Let another process write an export and a dataset, and stop in the middle of both."""
    command = [sys.executable, "-c", WRITING, str(folder)]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        yield running
        running.kill()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@unix
def test_what_a_killed_export_left_is_gone_after_the_next_one(tmp_path: Path) -> None:
    with writer(tmp_path) as running:
        running.send_signal(signal.SIGKILL)
        running.wait()
    left = names(tmp_path)
    assert len(left) == 2
    assert all(one.startswith(".") and one.endswith(ENDING) for one in left)

    with complete(tmp_path / "tinjau.csv") as stream:
        stream.write("utuh")

    assert names(tmp_path) == ["tinjau.csv"]
    assert (tmp_path / "tinjau.csv").read_text() == "utuh"


@unix
def test_what_another_process_is_writing_is_left_to_it(tmp_path: Path) -> None:
    with writer(tmp_path):
        before = names(tmp_path)

        with complete(tmp_path / "tinjau.csv") as stream:
            stream.write("utuh")
        clear(tmp_path)

        assert len(before) == 2
        assert names(tmp_path) == [*before, "tinjau.csv"]


@unix
def test_nothing_else_is_taken(tmp_path: Path) -> None:
    away = tmp_path / "lain"
    away.mkdir()
    (away / "milik.txt").write_text("x")
    kept = {".a.csv.12345678.tmp", ".tersembunyi", "a.csv", f"a{ENDING}"}
    for name in kept:
        (tmp_path / name).write_text("x")
    (tmp_path / f".tautan{ENDING}").symlink_to(away)

    clear(tmp_path)
    clear(tmp_path / "tidak-ada")

    assert set(names(tmp_path)) == {*kept, "lain", f".tautan{ENDING}"}
    assert names(away) == ["milik.txt"]


@unix
def test_a_file_that_was_cleared_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, cleared = unfinished._lock, list[str]()  # noqa: SLF001  (the moment between making and locking)

    def late(descriptor: int) -> None:
        if not cleared:
            cleared.extend(names(tmp_path))
            clear(tmp_path)
        real(descriptor)

    monkeypatch.setattr(unfinished, "_lock", late)

    write_whole(tmp_path / "a", b"utuh")

    assert len(cleared) == 1
    assert names(tmp_path) == ["a"]


def test_a_folder_goes_with_all_that_was_not_moved_out(tmp_path: Path) -> None:
    with unfinished_folder(tmp_path, "paket") as beside:
        (beside / "jadi").mkdir()
        (beside / "sisa").write_text("x")
        (beside / "jadi").rename(tmp_path / "paket")

    assert names(tmp_path) == ["paket"]
