"""A crawl that is killed at any moment loses nothing that it had stored, stores nothing by half, and goes on."""

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.office import Office, kill, new_office
from tests.faults.town import Town, living

CRAWL = ("crawl", "run", "--due")
LATEST = 0.04
"""How long after a request the blow falls at the latest: while a page comes, is reduced, written, synced."""


def strike(office: Office, process: "subprocess.Popen[str]", *, at: int, after: float) -> bool:
    """Kill a crawl so many seconds after its n-th request; say whether it was still at work."""
    done = threading.Event()

    def blow() -> None:
        process.send_signal(signal.SIGKILL)
        done.set()

    def meanwhile(number: int) -> None:
        if number == at:
            threading.Timer(after, blow).start()

    office.town.requests, office.town.meanwhile = 0, meanwhile
    process.communicate(timeout=60)
    reached = office.town.requests >= at
    office.town.meanwhile = lambda _: None
    if reached:
        done.wait(5)
    return process.returncode == -signal.SIGKILL


def asked_too_often(office: Office, kills: int) -> list[tuple[str, int]]:
    """Name the pages that were asked for more often than once, and once more for every blow that hit them.

    The first page of a timeline is also asked for by a visit that goes on, for what came in since.
    """
    asked = Counter((one.name, one.page) for one in office.town.asked)
    kept = Counter(row[0] for row in office.rows("SELECT url FROM captures WHERE url LIKE '%max_id=%'"))
    twice = [(url, count) for url, count in kept.items() if count > 1]
    return twice + [(name, count) for (name, page), count in asked.items() if page > 1 and count > 1 + kills]


def until_whole(office: Office, chance: random.Random, rounds: int) -> int:
    """Kill crawl after crawl until one ends by itself or there were enough; say how many were killed."""
    kills = 0
    while kills < rounds:
        process = office.start(*CRAWL)
        if not strike(office, process, at=chance.randint(1, 14), after=chance.uniform(0, LATEST)):
            break
        kills += 1
        assert office.troubles() == []
    return kills


@pytest.mark.faults
def test_a_crawl_that_is_killed_again_and_again_loses_doubles_and_halves_nothing(
    tmp_path: Path, empty: Path, rounds: int
) -> None:
    chance, killed = random.Random(20), 0
    while killed < rounds:
        with living(Town()) as town:
            office = new_office(tmp_path / str(killed), empty, town)
            kills = until_whole(office, chance, rounds - killed)

            ended = office.run(*CRAWL)

            assert (ended.code, office.troubles(), office.whole) == (0, [], True)
            assert asked_too_often(office, kills) == []
            assert len(office.rows("SELECT 1 FROM visits WHERE complete")) == len(office.names)
            killed += max(kills, 1)


def test_a_killed_crawl_goes_on_where_it_was(tmp_path: Path, empty: Path) -> None:
    with living(Town()) as town:
        office = new_office(tmp_path / "kantor", empty, town, accounts=3)
        assert strike(office, office.start(*CRAWL), at=9, after=0.01)
        assert office.troubles() == []
        before = {name: town.acknowledged(name) for name in office.names}
        town.asked.clear()

        ended = office.run(*CRAWL)

    assert (ended.code, office.whole) == (0, True)
    again = {(one.name, one.page) for one in town.asked if one.page > 1}
    assert [one for one in again if one[1] in before[one[0]] and one[1] < max(before[one[0]])] == []


@pytest.mark.faults
def test_a_round_that_is_killed_at_any_step_is_completed_by_the_next(
    tmp_path: Path, equipped: Path, rounds: int
) -> None:
    chance, killed = random.Random(3), 0
    with living(Town(calls=True, pages=2)) as town:
        calm = new_office(tmp_path / "calm", equipped, town, accounts=4)
        usual = calm.run(*ROUND)
        assert (usual.code, calm.troubles()) == (0, [])
        expected = judged(calm)
        for number in range(max(4, rounds // 4)):
            town.asked.clear()
            office = new_office(tmp_path / f"round{number}", equipped, town, accounts=4)
            process = office.start(*ROUND)
            time.sleep(usual.seconds * chance.uniform(0.3, 1.0))
            kill(process)
            killed += process.returncode == -signal.SIGKILL
            assert office.troubles() == []
            assert [path for path in office.folder.glob("exports/*.csv") if half(path)] == []

            again = office.run(*ROUND)

            assert (again.code, office.whole, office.troubles()) == (0, True, [])
            assert judged(office) == expected

    assert killed >= 2


ROUND = ("schedule", "run", "--once")


def judged(office: Office) -> list[tuple[object, ...]]:
    """List the wordings with their scores, and the matches."""
    scores = office.rows(
        "SELECT text, round(probability, 6) FROM scores JOIN post_versions ON id = post_version_id ORDER BY 1, 2"
    )
    return [*scores, *office.rows("SELECT count(*), count(DISTINCT interaction_id) FROM matches")]


def half(path: Path) -> bool:
    """Say whether a review file is not whole: it ends in the middle of a line."""
    return not path.read_bytes().endswith(b"\r\n")
