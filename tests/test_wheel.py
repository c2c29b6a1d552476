"""What people install is the wheel: outside the repository it must hold everything that the first minutes need."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

Tilik = Callable[..., str]
TUTORIAL = ROOT / "docs" / "id" / "tutorial.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = "F-00001RH"
STAYS_OPEN = "tilik review serve"
"""The page runs until Ctrl-C; tests of its own drive it in a browser."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, timeout=300)
    (built,) = folder.glob("tilik-*.whl")
    return built


@pytest.fixture(scope="session")
def tilik(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Tilik:
    """Install the wheel into an environment of its own, which borrows only the dependencies from this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False, symlinks=os.name != "nt")
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    site = next((folder / "venv").glob("**/site-packages"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(scripts / "python"),
        "install",
        "-q",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(command, check=True, timeout=300)
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    home = tmp_path_factory.mktemp("home")

    def run(*words: str, folder: Path = home) -> str:
        own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [str(scripts / "tilik"), *words],
            cwd=folder,
            env=own | {"HOME": str(home), "TILIK_LANG": "en"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_wheel_holds_what_the_program_reads_and_no_test(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {"cli.py", "config.yaml", "language/id.po", "demo/config.yaml", "demo/posts.csv"} <= names
    assert "review/templates/report.html.j2" in names
    assert {f"classifier/corpus/w{number}.csv" for number in range(1, 7)} <= names
    assert any(name.startswith("storage/migrations/versions/0001") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/")) or "/tests/" in name]


def test_init_sets_up_a_folder_outside_the_repository(tilik: Tilik, tmp_path: Path) -> None:
    told = json.loads(tilik("init", str(tmp_path / "kantor"), "--json"))

    assert told["ok"]
    assert {path.name for path in (tmp_path / "kantor").iterdir()} == {"config.yaml", "watchlist.csv", "tilik.db"}


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the demo leaves everything."""
    return tmp_path_factory.mktemp("demo") / "coba"


@pytest.fixture(scope="session")
def told(tilik: Tilik, kept: Path) -> dict[str, Any]:
    """What one run of the demo says."""
    found: dict[str, Any] = json.loads(tilik("demo", "--keep", str(kept), "--json"))
    return found


@pytest.mark.browser
def test_the_demo_finds_everything_that_is_publicly_visible_and_says_what_it_did_not_see(
    told: dict[str, Any],
) -> None:
    assert told["planted"] > 300
    assert (told["found"], told["missed"], told["false"]) == (told["planted"], 0, 0)
    assert told["not_seen"].keys() == {"layout_changed", "login_wall", "not_found", "robots_refused"}
    assert told["walls"] == told["not_seen"]["login_wall"]
    assert 0 < told["flags"]["precision"] <= 1
    assert 0 < told["flags"]["recall"] <= 1


@pytest.mark.browser
@pytest.mark.usefixtures("told")
def test_what_the_tutorial_does_after_the_demo_works_and_says_what_it_shows(tilik: Tilik, kept: Path) -> None:
    blocks = BLOCK.findall(TUTORIAL.read_text(encoding="utf-8").partition("\n## 2.")[2])
    with (kept / "exports" / "tinjau.csv").open(encoding="utf-8-sig", newline="") as rows:
        match = next(csv.DictReader(rows, delimiter=";"))["id"]
    said = ""

    for kind, body in blocks:
        if kind == "text":
            assert body.split()[0].replace(EXAMPLE, match) in said, body
        elif not body.startswith(STAYS_OPEN):
            said = tilik(*shlex.split(body.replace(EXAMPLE, match))[1:], folder=kept)

    assert (kept / "laporan.html").read_text(encoding="utf-8").startswith("<!doctype html>")
