"""However many schedulers there are on one machine, one works at a time, and nothing is done twice."""

import json
import signal
import threading
from pathlib import Path

import pytest

from tests.faults.office import kill, new_office
from tests.faults.town import Town, living

ROUND = ("schedule", "run", "--once")


@pytest.mark.faults
def test_of_many_schedulers_at_once_one_works_and_the_others_step_aside(
    tmp_path: Path, equipped: Path, rounds: int
) -> None:
    with living(Town(latency=0.3)) as town:
        office = new_office(tmp_path / "kantor", equipped, town)
        many = [office.start(*ROUND) for _ in range(8 if rounds > 100 else 4)]
        answers = [json.loads(one.communicate(timeout=180)[0]) for one in many]

    assert {one.returncode for one in many} == {0}
    worked = [answer for answer in answers if answer["data"]["due"]]
    assert len(worked) == len(office.rows("SELECT 1 FROM crawl_runs")) == 1
    assert (office.whole, office.troubles()) == (True, [])
    assert len({(one.name, one.page) for one in town.asked}) == len(town.asked)


@pytest.mark.faults
def test_a_scheduler_that_is_stopped_holds_its_place_and_a_killed_one_gives_it_up(
    tmp_path: Path, equipped: Path
) -> None:
    with living(Town(latency=0.05)) as town:
        office = new_office(tmp_path / "kantor", equipped, town)
        reached = threading.Event()
        town.meanwhile = lambda number: reached.set() if number == 6 else None
        first = office.start(*ROUND)
        assert reached.wait(60)
        first.send_signal(signal.SIGSTOP)
        aside = office.run(*ROUND)
        kill(first)
        after = office.run(*ROUND)

    assert (aside.code, aside.data) == (0, {"due": False})
    assert (after.code, after.data["due"]) == (0, True)
    assert (office.whole, office.troubles()) == (True, [])
