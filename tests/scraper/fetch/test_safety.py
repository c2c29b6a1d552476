"""A real browser gives a page nothing that it asks for and leaves nothing behind, nor does a tilik that is killed."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.settings import Crawl
from scraper.adapter import Rendering
from scraper.fetch.browser import Browser, find_browser
from scraper.fetch.browser import folder as folders
from scraper.fetch.browsers import OLDEST, Choice, Found, built_on, is_root
from tests.scraper.fetch.bad_web import Web
from tests.scraper.fetch.test_browser import page, run

TODAY = date(2031, 5, 2)
HOLDER = """
import os, signal, sys, tempfile
tempfile.tempdir = sys.argv[1]
from scraper.fetch.browser import folder
print(folder.make().path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def downloads(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in {".zip", ".crdownload"}]


def words_of(browser: Browser) -> list[str]:
    """Give the words with which a browser was started."""
    return Path(f"/proc/{browser.pid}/cmdline").read_text(encoding="utf-8").split("\0")


def modes(folder: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in folder.iterdir()]


@pytest.mark.browser
def test_a_page_gets_nothing_that_it_asks_the_browser_for(web: Web, temporary: Path) -> None:
    async def work(browser: Browser) -> tuple[str, list[Path]]:
        capture = await browser.fetch(page(web, "/greedy", Rendering(ready="#here", seconds=2.0)))
        return capture.body.decode(), downloads(temporary)

    body, files = run(web, work, seconds=20.0)
    got = dict(re.findall(r"class=\"got\">([^=]+)=([^<]*)<", body))

    assert got.pop("service worker") != "registered"
    assert got == {
        "geolocation": "denied",
        "notifications": "denied",
        "camera": "denied",
        "microphone": "denied",
        "clipboard": "NotAllowedError",
        "place": "refused 1",
        "eyes": got["eyes"],
        "popup": "none",
        "confirm": "false",
        "prompt": "null",
    }
    assert got["eyes"] in {"NotAllowedError", "NotFoundError"}
    assert files == []
    assert list(temporary.iterdir()) == []


@pytest.mark.browser
def test_the_sandbox_is_on_for_everybody_but_the_administrator(web: Web) -> None:
    async def work(browser: Browser) -> tuple[bool, bool]:
        await browser.fetch(page(web, "/page"))
        assert browser.found is not None
        return "--no-sandbox" in words_of(browser), browser.found.sandboxed

    if not Path("/proc").is_dir():
        pytest.skip("only Linux shows how a process was started")

    assert run(web, work) == (is_root(), not is_root())


@pytest.mark.browser
def test_the_profile_is_closed_to_others_and_gone_after_the_browser_was_killed(web: Web, temporary: Path) -> None:
    async def work(browser: Browser) -> list[int]:
        await browser.fetch(page(web, "/page"))
        found = modes(temporary)
        assert browser.pid is not None
        os.kill(browser.pid, signal.SIGKILL)
        return found

    assert run(web, work) == [0o700]
    assert list(temporary.iterdir()) == []


def test_what_a_killed_tilik_left_is_removed_at_the_next_start_and_a_living_ones_stays(temporary: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(temporary)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as living,
    ):
        assert killed.stdout is not None
        assert living.stdout is not None
        left, held = Path(killed.stdout.readline().strip()), Path(living.stdout.readline().strip())
        (left / "profile").mkdir()
        killed.kill()
        killed.wait()

        own = folders.make()

        assert (left.exists(), held.exists(), own.path.exists()) == (False, True, True)
    own.remove()


def test_only_own_old_folders_are_removed(temporary: Path) -> None:
    just_made = temporary / f"{folders.PREFIX}baru"
    just_made.mkdir()
    elsewhere = temporary / "lain"
    elsewhere.mkdir()
    (temporary / f"{folders.PREFIX}tautan").symlink_to(elsewhere)
    old = temporary / f"{folders.PREFIX}lama"
    old.mkdir()
    os.utime(old, (0, 0))

    assert folders.sweep(temporary) == 1
    assert (just_made.exists(), elsewhere.exists(), old.exists()) == (True, True, False)


def found(version: str, built: date | None = None) -> Found:
    return Found(choice=Choice(name="chromium"), version=version, sandboxed=True, built=built)


@pytest.mark.parametrize(
    ("version", "built", "old"),
    [
        (f"{OLDEST}.0.1", None, False),
        (f"{OLDEST - 1}.9.9", None, True),
        (f"{OLDEST}.0.1", TODAY - timedelta(days=45), False),
        (f"{OLDEST}.0.1", TODAY - timedelta(days=46), True),
        ("unknown", None, False),
    ],
)
def test_a_browser_is_old_by_its_version_or_by_its_day(version: str, built: date | None, *, old: bool) -> None:
    assert found(version, built).is_old(TODAY) is old


def test_the_day_of_a_browser_is_that_of_its_file_unless_nobody_set_it(tmp_path: Path) -> None:
    file = tmp_path / "browser"
    file.touch()
    moment = datetime(2031, 4, 1, 12, tzinfo=UTC).timestamp()
    os.utime(file, (moment, moment))

    assert built_on(file) == date(2031, 4, 1)
    os.utime(file, (0, 0))
    assert built_on(file) is None
    assert built_on(tmp_path / "none") is None


@pytest.mark.browser
def test_the_browser_of_this_machine_says_when_it_was_built() -> None:
    assert asyncio.run(find_browser(Crawl())).built is not None
