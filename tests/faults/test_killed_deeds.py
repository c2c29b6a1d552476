"""Whatever is killed in the middle is there whole or not at all, and can be done again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.office import HOUSE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows knows neither SIGKILL nor fork")
DEEDS = ("export", "workbook", "blobs", "migration", "backup", "model", "import")


def killed(deed: str, folder: Path, rounds: int) -> dict[str, object]:
    words = [sys.executable, "-m", "tests.faults.deeds", deed, str(folder), str(rounds)]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=3_000)
    assert done.returncode == 0, done.stderr[-2_000:]
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.faults
@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_that_is_killed_leaves_nothing_by_half_and_can_be_done_again(
    tmp_path: Path, deed: str, rounds: int
) -> None:
    told = killed(deed, tmp_path, rounds)

    assert told["troubles"] == []
    assert int(str(told["killed"])) >= rounds // 4


def test_an_export_that_is_killed_never_bears_its_name_by_half(tmp_path: Path) -> None:
    assert killed("export", tmp_path, 3)["troubles"] == []
