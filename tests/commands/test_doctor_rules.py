"""`tilik doctor` on rules: which pack each contest uses, whether it is signed, has expired or is missing; and dates."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.rule_checks import dates, pack
from core.deadlines import Calendar
from core.rules import Holidays, Year
from core.settings import Contest, PhaseName
from jobs.rulebooks import SHIPPED, Shelf, Volume, shelf
from tests.commands.desk import Desk
from tests.jobs.office import settings

CONTEST = settings().contests[0]
TODAY = date(2029, 9, 1)


def books(**changes: Any) -> Shelf:  # noqa: ANN401  (any field of a pack)
    """Take what ships, with some fields of the pack for local elections changed."""
    volumes = [
        Volume(path=one.path, sha256=one.sha256, rules=one.rules.model_copy(update=changes))
        if one.rules.id == "pilkada"
        else one
        for one in shelf(SHIPPED).volumes
    ]
    return Shelf(volumes=volumes, calendar=Calendar())


def digest(found: Shelf) -> str:
    return next(one.sha256 for one in found.volumes if one.rules.id == "pilkada")


def test_a_pack_that_nobody_signed_is_named_with_how_it_is_signed() -> None:
    check = pack(CONTEST, books(), {}, TODAY)

    assert (check.name, check.state) == ("rules", "warn")
    assert check.found == f"{CONTEST.name}: pilkada 2026.1, unsigned"
    assert "tilik rules sign pilkada" in check.remedy


def test_a_signed_pack_is_well() -> None:
    found = books()

    check = pack(CONTEST, found, {digest(found): "Sari"}, TODAY)

    assert (check.state, check.found, check.remedy) == ("ok", f"{CONTEST.name}: pilkada 2026.1, signed", "")


@pytest.mark.parametrize(
    ("changes", "state", "told"),
    [
        ({"valid_to": date(2029, 8, 31)}, "fail", "the pack pilkada expired on 2029-08-31"),
        ({"valid_from": date(2029, 9, 2)}, "fail", "the pack pilkada holds from 2029-09-02 only"),
        ({"jurisdiction": "98"}, "fail", "no pack for pilkada in 99.01"),
        ({"regime": "pemilu"}, "fail", "no pack for pilkada in 99.01"),
        ({"valid_to": date(2029, 11, 27)}, "warn", "pilkada 2026.1"),
    ],
)
def test_a_pack_that_does_not_hold_or_not_long_enough_is_said(
    changes: dict[str, object], state: str, told: str
) -> None:
    found = books(**changes)

    check = pack(CONTEST, found, {digest(found): "Sari"}, TODAY)

    assert (check.state, told in check.found, bool(check.remedy)) == (state, True, True)


def contest(**changes: Any) -> Contest:  # noqa: ANN401  (any field of a contest)
    return CONTEST.model_copy(update={"designation": date(2029, 9, 22), **changes})


def test_the_dates_that_are_missing_are_named() -> None:
    short = tuple(one for one in CONTEST.phases if one.name is not PhaseName.QUIET)

    whole = dates(contest(), books(), TODAY)
    lacking = dates(contest(designation=None, phases=short), books(), TODAY)

    assert (whole.name, whole.state) == ("dates", "ok")
    assert lacking.state == "warn"
    assert "quiet" in lacking.found
    assert "designation" in lacking.found
    assert "campaign" not in lacking.found


def test_where_working_days_count_the_years_without_holidays_are_named() -> None:
    year = Year(year=2029, source="SKB rekaan", days=())
    known = Shelf(volumes=books().volumes, calendar=Calendar.of([Holidays(years=(year,))]))

    assert "2029" in dates(contest(regime="pemilu"), books(), TODAY).found.partition("missing: ")[2]
    assert dates(contest(regime="pemilu"), known, TODAY).state == "ok"


def test_doctor_says_it_of_every_contest_and_a_signature_counts(desk: Desk) -> None:
    def found() -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in desk.run("doctor", "--json").data if one["name"] in {"rules", "dates"}}

    before = found()
    sign = (
        "rules",
        "sign",
        "pilkada",
        "--by",
        "Sari Rekaan, S.H.",
        "--position",
        "Tenaga ahli",
        "--date",
        "2029-08-01",
    )
    assert desk.run(*sign).code == 0

    assert before["rules"]["state"] == "warn"
    assert found()["rules"]["state"] == "ok"
    assert found()["dates"]["state"] == "warn"


def test_a_broken_file_of_the_office_is_named(desk: Desk) -> None:
    folder = Path(desk.folder / "rules")
    folder.mkdir(exist_ok=True)
    (folder / "rusak.yaml").write_text("id: [", encoding="utf-8")

    (check,) = [one for one in desk.run("doctor", "--json").data if one["name"] == "rules"]

    assert check["state"] == "fail"
    assert "rusak.yaml" in check["found"]
