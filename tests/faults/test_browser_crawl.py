"""A crawl whose browser falls over loses the page in hand; one that is killed leaves no browser and no profile."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.office import Office, kill, new_office
from tests.faults.town import Town, living
from tests.scraper.fetch.bad_web import children

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.skipif(os.name == "nt", reason="needs /proc")]
CRAWL = ("crawl", "run", "--due")
BROWSER = ("--headless", "--remote-debugging-pipe")


def browser_of(pid: int) -> int | None:
    """Find the browser itself among the descendants of a crawl."""
    found = [child for child, words in children(pid).items() if all(word in words for word in BROWSER)]
    return next((child for child in found if "--type=" not in children(pid).get(child, "--type=")), None)


def renderer_of(pid: int) -> int | None:
    return next((child for child, words in children(pid).items() if "--type=renderer" in words), None)


def hit(office: Office, process: "subprocess.Popen[str]", *, at: int, blow: Callable[[int], None]) -> threading.Event:
    """Strike at what belongs to a crawl when its n-th timeline is asked for."""
    done = threading.Event()

    def strike() -> None:
        blow(process.pid)
        done.set()

    def meanwhile(_: int) -> None:
        if len(office.town.asked) == at and not done.is_set():
            threading.Timer(0.05, strike).start()

    office.town.meanwhile = meanwhile
    return done


def send(find: Callable[[int], int | None], how: signal.Signals) -> Callable[[int], None]:
    def blow(pid: int) -> None:
        found = find(pid)
        if found is not None:
            os.kill(found, how)

    return blow


def stored(office: Office) -> list[int]:
    """Count the posts of each watched account."""
    query = "SELECT count(i.id) FROM accounts a LEFT JOIN interactions i ON i.account_id = a.id GROUP BY a.id"
    return [count for (count,) in office.rows(query)]


@pytest.mark.parametrize(
    "blow",
    [
        send(browser_of, signal.SIGKILL),
        send(renderer_of, signal.SIGKILL),
        send(browser_of, signal.SIGSTOP),
    ],
    ids=["browser killed", "renderer crashed", "browser stopped"],
)
def test_a_crawl_goes_on_with_a_new_browser_and_the_next_one_completes_it(
    tmp_path: Path, empty: Path, blow: Callable[[int], None]
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with living(Town(pages=1, posts=6, latency=0.3)) as town:
        office = new_office(tmp_path / "kantor", empty, town, accounts=6, browser=True)
        process = office.start(*CRAWL, TMPDIR=str(temporary))
        done = hit(office, process, at=3, blow=blow)
        process.communicate(timeout=120)
        first = stored(office)
        office.town.meanwhile = lambda _: None
        states = {state for (state,) in office.rows("SELECT state FROM visits")}
        again = office.run("crawl", "run", TMPDIR=str(temporary))

    assert done.is_set()
    assert process.returncode in {0, 3}
    assert states <= {"ok", "failed"}
    assert sum(count == 6 for count in first) >= 2  # the others were not harmed
    assert (again.code, stored(office)) == (0, [6] * 6)
    assert list(temporary.iterdir()) == []


def test_a_crawl_that_is_killed_leaves_no_process_and_the_next_one_removes_its_profile(
    tmp_path: Path, empty: Path, rounds: int
) -> None:
    temporary, chance = tmp_path / "tmp", random.Random(7)
    temporary.mkdir()
    with living(Town(pages=1, posts=6, latency=0.05)) as town:
        office = new_office(tmp_path / "kantor", empty, town, accounts=6, browser=True)
        orphans: dict[int, str] = {}
        for _ in range(max(2, rounds // 8)):
            process = office.start(*CRAWL, TMPDIR=str(temporary))
            deadline = time.monotonic() + 60
            while browser_of(process.pid) is None and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 1))
            orphans |= children(process.pid)
            kill(process)
        gone_by = time.monotonic() + 15
        while left(orphans) and time.monotonic() < gone_by:
            time.sleep(0.2)
        alive = left(orphans)
        ended = office.run("crawl", "run", TMPDIR=str(temporary))

    assert orphans
    assert alive == {}
    assert (ended.code, stored(office)) == (0, [6] * 6)
    assert list(temporary.iterdir()) == []


def left(orphans: dict[int, str]) -> dict[int, str]:
    """Name those that still live: whose command line is what it was."""
    found: dict[int, str] = {}
    for pid, words in orphans.items():
        try:
            now = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (
                Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
            )
        except OSError:
            continue
        if now == words and state != "Z":
            found[pid] = words
    return found
