"""Whatever befalls answers on their way, every look ends in a definite state, and the next ones complete it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.office import Office, new_office
from tests.faults.town import Fault, Town, living

DEFINITE = {"ok", "unchanged", "empty", "failed", "layout_changed", "throttled"}
LONG = [pytest.param(one, marks=pytest.mark.faults) for one in (Fault.RESET, Fault.JUNK, Fault.NOTHING)]
QUICK = {"crawl": {"timeout_seconds": 2}}


@pytest.mark.parametrize("fault", [Fault.HALF, *LONG])
def test_an_answer_that_is_spoilt_once_is_no_whole_one_and_costs_nothing_in_the_end(
    tmp_path: Path, empty: Path, fault: Fault
) -> None:
    with living(Town(pages=3)) as town:
        town.spoil = lambda number: fault if number == 5 else None
        office = new_office(tmp_path / "kantor", empty, town, accounts=2, told=QUICK)
        first = office.run("crawl", "run")
        assert office.troubles() == []
        second = office.run("crawl", "run")

    assert first.code in {0, 3}
    assert set(first.data["states"]) <= DEFINITE
    assert (second.code, office.whole, office.troubles()) == (0, True, [])


@pytest.mark.faults
@pytest.mark.parametrize("fault", list(Fault))
def test_a_server_that_spoils_every_third_answer_is_read_whole_in_the_end(
    tmp_path: Path, empty: Path, fault: Fault
) -> None:
    with living(Town(pages=3, stalls=3)) as town:
        town.spoil = lambda number: fault if number % 3 == 0 else None
        office = new_office(tmp_path / "kantor", empty, town, accounts=3, told=QUICK)
        ran = [office.run("crawl", "run")]
        assert office.troubles() == []
        assert set(ran[0].data["states"]) <= DEFINITE
        assert ran[0].code in {0, 3, 5}
        town.spoil = lambda _: None
        forget_pauses(office)
        ran.append(office.run("crawl", "run"))

    assert (office.whole, office.troubles()) == (True, [])
    assert set(ran[1].data["states"]) <= {"ok", "unchanged"}
    assert ran[1].code == 0 or ran[1].data["canaries"]  # that pages had another form is told for a while


def forget_pauses(office: Office) -> None:
    """Let the time pass that the server asked to be left alone for."""
    with closing(sqlite3.connect(office.database)) as connection:
        connection.execute("UPDATE hosts SET blocked_until = NULL")
        connection.commit()
