"""The canary: loud where a platform shows much less than it used to, quiet where accounts are quiet."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Alarm, Capability, Mode, VisitState
from jobs import canary
from jobs.canary import Canary
from jobs.tools import Tools
from tests.jobs.office import crawl_all, entry, hands, open_office, watch
from tests.jobs.planting import looked, run_of
from tests.jobs.town import TOWN, town

NAMES = ("mawar.example", "melati.example", "honje.example", "kemuning.example")


def office(folder: Path, empty: Path) -> Tools:
    tools = open_office(folder, empty)
    watch(tools, *(entry(name) for name in NAMES))
    return tools


def run(tools: Tools, *looks: tuple[VisitState, int], mode: Mode = Mode.AUTO) -> list[Canary]:
    """Plant a run that looked at one account after another; say what the canary says."""
    run_id = run_of(tools)
    for name, (state, seen) in zip(NAMES, looks, strict=False):
        looked(tools, name, state, seen=seen, run_id=run_id, mode=mode)
    hands(tools).pass_by(hours=6)
    with tools.database.read() as session:
        return canary.check(session, run_id)


OK, EMPTY, UNCHANGED, STRANGE = VisitState.OK, VisitState.EMPTY, VisitState.UNCHANGED, VisitState.LAYOUT_CHANGED


def test_much_less_than_usual_is_loud(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    for _ in range(7):
        assert run(tools, *[(OK, 8)] * 4) == []

    found = run(tools, (OK, 8), (EMPTY, 0), (EMPTY, 0), (EMPTY, 0))

    assert found == [Canary(platform="bluesky", alarm=Alarm.YIELD_FELL, found=2.0, usual=8.0)]


def test_forty_per_cent_of_the_usual_is_still_quiet(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    run(tools, *[(OK, 10)] * 4)

    assert run(tools, *[(OK, 4)] * 4) == []
    assert run(tools, *[(OK, 2)] * 4) != []


def test_a_first_look_that_reads_hundreds_is_no_measure_for_the_next(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    run(tools, *[(OK, 900)] * 4)

    assert run(tools, *[(OK, 10)] * 4) == []


def test_nothing_new_by_a_bookmark_says_nothing(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    run(tools, *[(OK, 10)] * 4)

    assert run(tools, *[(UNCHANGED, 0)] * 4) == []
    assert run(tools, (OK, 10), *[(UNCHANGED, 0)] * 3) == []


def test_an_api_that_is_asked_for_what_is_new_gives_one_or_none(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    run(tools, *[(OK, 100)] * 4, mode=Mode.API)

    assert run(tools, *[(OK, 1)] * 4, mode=Mode.API) == []
    assert run(tools, *[(EMPTY, 0)] * 4, mode=Mode.API) != []


def test_refusals_are_no_yield(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    run(tools, *[(OK, 10)] * 4)

    assert run(tools, *[(VisitState.THROTTLED, 0)] * 4) == []
    assert run(tools, *[(VisitState.FAILED, 0)] * 4) == []


def test_one_account_that_deleted_everything_is_quiet(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    run(tools, *[(OK, 10)] * 4)

    assert run(tools, (EMPTY, 0)) == []


@pytest.mark.parametrize("runs", [1, 3])
def test_three_pages_of_another_form_in_a_row_are_loud_in_one_run_or_several(
    tmp_path: Path, empty: Path, runs: int
) -> None:
    tools = office(tmp_path, empty)
    looks = [(STRANGE, 0)] * 3
    found: list[Canary] = []

    for number in range(runs):
        assert not found
        found = run(tools, *looks[number::runs])

    assert found == [Canary(platform="bluesky", alarm=Alarm.LAYOUT_ERRORS, found=3.0, usual=0.0)]


def test_two_of_another_form_are_not_and_old_ones_alone_neither(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)

    assert run(tools, (STRANGE, 0), (STRANGE, 0), (OK, 3), (STRANGE, 0)) == []
    assert run(tools, (STRANGE, 0), (STRANGE, 0)) != []
    assert run(tools, (OK, 3)) == []


@settings(max_examples=20)
@given(
    runs=st.lists(
        st.lists(st.sampled_from([(OK, 10), (OK, 40), (UNCHANGED, 0), (UNCHANGED, 10)]), min_size=4, max_size=4),
        max_size=9,
    )
)
def test_incremental_rounds_never_alarm(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, runs: list[list[tuple[VisitState, int]]]
) -> None:
    tools = office(tmp_path_factory.mktemp("office"), empty)

    alarms = [run(tools, *looks) for looks in runs]
    tools.database.close()

    assert [one for one in alarms if one] == []


def test_a_real_crawl_again_and_again_never_alarms(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    network = town()

    for number in range(4):
        summary, _ = crawl_all(tools, network)
        assert summary.canaries == []
        network.repos["did:plc:mawar"].post(f"Kerja bakti ke-{number}")
        hands(tools).pass_by(days=1)


def test_a_platform_that_went_blind_ends_the_run_partly(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    network.broken["getLatestCommit"] = (200, {})
    hands(tools).pass_by(days=1)

    summary, _ = crawl_all(tools, network)

    assert [one.alarm for one in summary.canaries] == [Alarm.LAYOUT_ERRORS, Alarm.YIELD_FELL]
    assert summary.partly
    assert Capability.POSTS in {one.capability for one in summary.not_seen}
