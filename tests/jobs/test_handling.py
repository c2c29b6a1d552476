"""What runs for the handling of a case: from the step that the pack names, until it is handed over or stopped."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.cases import By, CaseState, Known
from core.errors import InputError
from core.rules import Side
from jobs import cases as job
from jobs.handling import Handled, Handlings, pressing
from jobs.tools import Tools
from storage import cases
from storage.cases import Case, CaseRow, Consent, Move
from tests.jobs.office import hands, open_office, settings
from tests.jobs.test_cases import SHOWN
from tests.storage import planted
from tests.storage.test_cases import row as case_row

CONTEST = settings().contests[0]
PROPOSED = datetime(2029, 10, 1, 15, 30, tzinfo=UTC)
"""Still the first of October in WIB and WITA, and the second in WIT."""
AGREED = PROPOSED + timedelta(days=2)


def office(folder: Path, empty: Path, zone: str = "Asia/Jakarta", *, regime: str = "pilkada") -> Tools:
    contest = CONTEST.model_copy(update={"timezone": zone, "regime": regime})
    tools = open_office(folder / "kantor", empty, contests=(contest,))
    hands(tools).present = PROPOSED
    return tools


def step(state: CaseState, *, agrees: bool | None = True) -> Move:
    said = None
    if agrees is not None:
        said = Consent(who="Tuti", agrees=agrees, reason=None, said_at=AGREED, known=Known.LOGIN)
    return Move(case_id=1, state=state, by_two=True, who="Budi", reason="Rekaan", moved_at=PROPOSED, consent=said)


def row(contest: str = CONTEST.id) -> CaseRow:
    return replace(case_row(), contest=contest, platform=planted.PLATFORM, opened_at=PROPOSED)


def case(*moves: Move, contest: str = CONTEST.id) -> Case:
    first = replace(step(CaseState.INFORMATION), by_two=False, consent=None)
    return Case(row=row(contest), matches=(1,), moves=(first, *moves))


@pytest.mark.parametrize(("zone", "last"), [("Asia/Jakarta", 3), ("Asia/Makassar", 3), ("Asia/Jayapura", 4)])
def test_it_runs_from_the_day_on_which_a_finding_was_proposed(
    tmp_path: Path, empty: Path, zone: str, last: int
) -> None:
    found = Handlings(office(tmp_path, empty, zone))(case(step(CaseState.PLENARY), step(CaseState.FINDING)))

    assert [(one.deadline.id, one.last_day.day, one.left) for one in found] == [
        ("handled", last, 2),
        ("handled-longer", last + 2, 4),
    ]
    assert {(one.state, one.begins) for one in found} == {(CaseState.FINDING, PROPOSED)}
    assert {one.deadline.basis.article for one in found} == {"pasal 134"}


def stated_on(day: date, state: CaseState = CaseState.FINDING) -> Move:
    return replace(step(state), stated_on=day)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
@pytest.mark.parametrize(("day", "left"), [(29, 0), (28, -1)])
def test_an_earlier_day_that_the_office_states_is_counted_from_in_every_zone(
    tmp_path: Path, empty: Path, zone: str, day: int, left: int
) -> None:
    stated = date(2029, 9, day)

    first, second = Handlings(office(tmp_path, empty, zone))(case(stated_on(stated)))

    here = zone == "Asia/Jayapura"  # where the second of October has begun
    assert (first.last_day, second.last_day) == (stated + timedelta(days=2), stated + timedelta(days=4))
    assert (first.left, second.left) == (left - here, left - here + 2)
    assert (first.stated_on, first.entered) == (stated, date(2029, 10, 1 + here))
    assert first.by == By(who="Budi")


@pytest.mark.parametrize(("zone", "last"), [("Asia/Jakarta", 3), ("Asia/Makassar", 3), ("Asia/Jayapura", 4)])
def test_the_day_of_entry_itself_changes_nothing_and_a_later_one_never_helps(
    tmp_path: Path, empty: Path, zone: str, last: int
) -> None:
    handlings = Handlings(office(tmp_path, empty, zone))

    for day in (2, 3, 9):
        first, _ = handlings(case(stated_on(date(2029, 10, day))))
        assert (first.last_day.day, first.begins) == (last, min(PROPOSED, first.begins))


def test_a_day_before_a_pleno_that_was_held_twice_is_counted_from_whichever_is_earlier(
    tmp_path: Path, empty: Path
) -> None:
    tools = ran_from_pleno(tmp_path, empty)
    back = replace(step(CaseState.INQUIRY), by_two=False, consent=None)
    again = stated_on(date(2029, 9, 20), CaseState.PLENARY)

    first, _ = Handlings(tools)(case(step(CaseState.PLENARY), back, again))

    assert (first.stated_on, first.last_day) == (date(2029, 9, 20), date(2029, 9, 22))


def test_a_day_is_not_counted_from_before_a_second_person_agreed(tmp_path: Path, empty: Path) -> None:
    waits = replace(step(CaseState.FINDING, agrees=None), stated_on=date(2029, 9, 20))

    assert Handlings(office(tmp_path, empty))(case(waits)) == []


@pytest.mark.parametrize(
    ("zone", "day", "code"),
    [
        ("Asia/Jakarta", date(2029, 10, 2), "case_date_ahead"),
        ("Asia/Jayapura", date(2029, 10, 2), None),
        ("Asia/Jayapura", date(2029, 10, 3), "case_date_ahead"),
        ("Asia/Jakarta", date(2029, 10, 1), None),
        ("Asia/Jakarta", date(2029, 9, 30), "case_day_early"),
    ],
)
def test_a_day_has_come_and_is_not_before_the_first_act(
    tmp_path: Path, empty: Path, zone: str, day: date, code: str | None
) -> None:
    tools = office(tmp_path, empty, zone)
    with tools.database.write() as session:
        first, second, _ = planted.three_matches(session)
        cases.save_case(session, row(), [first, second])

    def states() -> None:
        move = job.Step(case_id=1, state=CaseState.INQUIRY, by="Budi", reason="Rekaan", stated_on=day)
        job.move(tools, move, SHOWN)

    if code is None:
        states()
    else:
        with pytest.raises(InputError) as caught:
            states()
        assert caught.value.code == code
    with tools.database.read() as session:
        kept = [one.stated_on for one in cases.every(session)[0].moves]
    assert kept == [None, *([day] if code is None else [])]


def test_of_an_election_a_report_has_seven_days_and_fourteen_working_ones(tmp_path: Path, empty: Path) -> None:
    found = Handlings(office(tmp_path, empty, regime="pemilu"))(case(step(CaseState.REPORT)))

    assert [(one.deadline.id, one.last_day, one.missing) for one in found] == [
        ("handled", date(2029, 10, 7), []),
        ("handled-longer", date(2029, 10, 18), [2029]),
    ]


@pytest.mark.parametrize(
    ("days", "left", "urgency"), [(0, 2, "soon"), (2, 0, "soon"), (3, -1, "over"), (9, -7, "over")]
)
def test_what_is_over_is_said_to_be(tmp_path: Path, empty: Path, days: int, left: int, urgency: str) -> None:
    tools = office(tmp_path, empty)
    hands(tools).pass_by(days=days)

    first, *_ = Handlings(tools)(case(step(CaseState.FINDING)))

    assert (first.left, first.urgency) == (left, urgency)


@pytest.mark.parametrize(
    "moves",
    [
        (),
        (step(CaseState.PLENARY),),
        (step(CaseState.FINDING, agrees=None),),
        (step(CaseState.FINDING, agrees=False),),
        (step(CaseState.FINDING), step(CaseState.FORWARDED)),
        (step(CaseState.FINDING), replace(step(CaseState.STOPPED), by_two=False, consent=None)),
    ],
)
def test_nothing_runs_before_a_step_holds_and_after_the_case_has_ended(
    tmp_path: Path, empty: Path, moves: tuple[Move, ...]
) -> None:
    assert Handlings(office(tmp_path, empty))(case(*moves)) == []


def test_nothing_is_said_of_a_contest_that_is_gone_or_by_rules_that_cannot_be_read(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    assert Handlings(tools)(case(step(CaseState.FINDING), contest="lain")) == []
    folder = tmp_path / "ketentuan"
    folder.mkdir()
    (folder / "rusak.yaml").write_text(f"id: [{Side.BEFORE}", encoding="utf-8")
    own = tools.settings.rules.model_copy(update={"folder": folder})
    broken = replace(tools, settings=tools.settings.model_copy(update={"rules": own}))

    assert Handlings(broken).broken
    assert Handlings(broken)(case(step(CaseState.FINDING))) == []
    assert not Handlings(tools).broken


def ran_from_pleno(tmp_path: Path, empty: Path) -> Tools:
    """Open an office whose pack counts from the pleno."""
    tools = office(tmp_path, empty)
    folder = tmp_path / "ketentuan"
    folder.mkdir()
    shipped = Path(__file__).parents[2] / "rules" / "pilkada.yaml"
    text = shipped.read_text(encoding="utf-8").replace("begins: registered", "begins: plenary")
    (folder / "pilkada.yaml").write_text(text, encoding="utf-8")
    own = tools.settings.rules.model_copy(update={"folder": folder})
    return replace(tools, settings=tools.settings.model_copy(update={"rules": own}))


def test_a_pack_may_let_a_deadline_run_from_the_pleno(tmp_path: Path, empty: Path) -> None:
    found = Handlings(ran_from_pleno(tmp_path, empty))(case(step(CaseState.PLENARY)))

    assert [(one.deadline.id, one.state) for one in found] == [
        ("handled", CaseState.PLENARY),
        ("handled-longer", CaseState.PLENARY),
    ]


def test_the_digest_counts_the_cases_that_press(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    with tools.database.write() as session:
        first, second, _ = planted.three_matches(session)
        for number, match in enumerate((first, second), start=1):
            cases.save_case(session, row(), [match])
            made = cases.save_move(session, replace(step(CaseState.FINDING), case_id=number))
            cases.save_consent(session, made, Consent(who="Tuti", agrees=True, reason=None, said_at=AGREED))
        cases.save_move(session, Move(case_id=2, state=CaseState.STOPPED, by_two=False, who="Budi", reason="x",
                                      moved_at=AGREED))  # fmt: skip
    with tools.database.read() as session:
        assert pressing(session, tools) == {CONTEST.name: Handled(over=0, soon=1, unstated=1)}
        hands(tools).pass_by(days=4)
        assert pressing(session, tools) == {CONTEST.name: Handled(over=1, soon=0, unstated=1)}
