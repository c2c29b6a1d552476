"""A disk that fills up stops a crawl cleanly: exit 3, a clear word, nothing by half; with room again it goes on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import StorageError
from core.settings import Storage
from jobs import room
from tests.faults.office import HOUSE

UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")


def scene(name: str, folder: Path) -> list[dict[str, Any]]:
    """Play a scene on small disks of its own; skip loudly where this system allows no mounts of our own."""
    allowed = shutil.which("unshare") and subprocess.run([*UNSHARE, "true"], capture_output=True, check=False)
    if not allowed or allowed.returncode:
        pytest.skip("no disk can be mounted here without being root: `unshare --user --mount` is refused")
    words = [*UNSHARE, sys.executable, "-m", "tests.faults.cramped", name, str(folder)]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2_000:]
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def check(steps: list[dict[str, Any]], *codes: str) -> None:
    for step in steps:
        assert (step["first"]["code"], step["first"]["bug"]) == (3, None), step
        assert step["first"]["error"] in codes, step
        assert (step["before"], step["after"]) == ([], []), step
        assert step["again"]["code"] == 0, step


def test_a_disk_that_fills_up_stops_a_crawl_cleanly_and_with_room_it_goes_on(tmp_path: Path) -> None:
    check(scene("once", tmp_path), "disk_full", "blob_not_written")


@pytest.mark.faults
def test_whatever_write_meets_a_full_disk_nothing_is_left_by_half(tmp_path: Path) -> None:
    check(scene("all", tmp_path), "disk_full", "blob_not_written", "file_not_written")


@pytest.mark.faults
def test_a_full_disk_of_captures_beside_a_database_with_room_stops_as_cleanly(tmp_path: Path) -> None:
    check(scene("blobs", tmp_path), "blob_not_written")


@pytest.mark.faults
def test_a_full_disk_of_logs_or_temporary_files_costs_no_row(tmp_path: Path) -> None:
    ((found),) = scene("log", tmp_path)

    assert [found[one]["bug"] for one in ("crawl", "export", "log")] == [None, None, None]
    assert (found["crawl"]["code"], found["log"]["code"], found["after"]) == (0, 0, [])
    whole = ["tinjau.xlsx", "tinjau.xlsx.sha256"]
    assert (found["export"]["code"], found["left"]) in [(0, whole), (3, [])]


def test_no_crawl_begins_where_too_little_is_free(tmp_path: Path) -> None:
    (found,) = scene("preflight", tmp_path)

    assert (found["first"]["code"], found["first"]["error"]) == (7, "disk_nearly_full")
    assert (found["asked"], found["runs"]) == (0, 0)


def test_how_much_must_be_free_is_a_setting(tmp_path: Path) -> None:
    inside = tmp_path / "not" / "there" / "yet"
    room.require(Storage(data=inside, least_free_mb=0))

    with pytest.raises(StorageError, match="disk_nearly_full"):
        room.require(Storage(data=inside, least_free_mb=1_000_000))
