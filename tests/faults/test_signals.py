"""Whoever ends tilik gets an end: after the page in hand, in fifteen seconds at most, at once when asked twice."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.faults.office import Office, new_office
from tests.faults.town import Fault, Town, living

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
CRAWL, ROUND = ("crawl", "run", "--due"), ("schedule", "run", "--once")
PATIENT = {"crawl": {"timeout_seconds": 60, "workers": 2}}


def at_request(office: Office, number: int) -> threading.Event:
    """Tell when the town is asked for the n-th time."""
    reached = threading.Event()
    office.town.meanwhile = lambda count: reached.set() if count == number else None
    return reached


def ended(process: "subprocess.Popen[str]") -> tuple[int, float, str]:
    began = time.monotonic()
    _, err = process.communicate(timeout=120)
    return process.returncode, time.monotonic() - began, err


@pytest.mark.parametrize("words", [CRAWL, ROUND], ids=["crawl", "round"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=str)
@pytest.mark.faults
def test_a_signal_ends_the_work_after_the_page_in_hand(
    tmp_path: Path, equipped: Path, how: signal.Signals, words: tuple[str, ...]
) -> None:
    with living(Town(latency=0.1)) as town:
        office = new_office(tmp_path / "kantor", equipped, town)
        reached = at_request(office, 9)
        process = office.start(*words)
        assert reached.wait(90)
        process.send_signal(how)
        code, seconds, err = ended(process)
        assert office.troubles() == []
        again = office.run(*CRAWL)

    assert (code, "Traceback" in err) == (130, False)
    assert seconds <= 15
    assert (again.code, office.whole) == (0, True)
    assert [state for (state,) in office.rows("SELECT state FROM crawl_runs")] == ["interrupted", "done"]


@pytest.mark.parametrize("words", [CRAWL, ROUND], ids=["crawl", "round"])
@pytest.mark.faults
def test_a_page_that_never_comes_delays_the_end_by_ten_seconds_at_most(
    tmp_path: Path, equipped: Path, words: tuple[str, ...]
) -> None:
    with living(Town(spoil=lambda number: Fault.STALL if number >= 7 else None, stalls=90)) as town:
        office = new_office(tmp_path / "kantor", equipped, town, told=PATIENT)
        reached = at_request(office, 8)
        process = office.start(*words)
        assert reached.wait(90)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        code, seconds, err = ended(process)
        assert office.troubles() == []
        town.spoil = lambda _: None
        again = office.run(*CRAWL)

    assert (code, "Traceback" in err) == (130, False)
    assert 9 <= seconds <= 15
    assert (again.code, office.whole) == (0, True)


@pytest.mark.parametrize("words", [CRAWL, pytest.param(ROUND, marks=pytest.mark.faults)], ids=["crawl", "round"])
def test_a_second_signal_ends_it_at_once(tmp_path: Path, equipped: Path, words: tuple[str, ...]) -> None:
    with living(Town(spoil=lambda number: Fault.STALL if number >= 7 else None, stalls=90)) as town:
        office = new_office(tmp_path / "kantor", equipped, town, accounts=3, told=PATIENT)
        reached = at_request(office, 8)
        process = office.start(*words)
        assert reached.wait(90)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        code, seconds, err = ended(process)

    assert (code, "Traceback" in err) == (130, False)
    assert seconds <= 5
    assert office.troubles() == []


@pytest.mark.faults
def test_a_schedule_that_waits_ends_without_waiting_on(tmp_path: Path, equipped: Path) -> None:
    with living(Town(pages=1)) as town:
        office = new_office(tmp_path / "kantor", equipped, town, accounts=1)
        process = office.start("schedule", "run")
        deadline = time.monotonic() + 90
        while not list(office.folder.glob("exports/*.csv.sha256")) and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        code, seconds, err = ended(process)

    assert (code, "Traceback" in err) == (130, False)
    assert seconds <= 15
