"""What the settings mean: phases by day, and how often an account is due."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.config import load
from core.records import Role
from core.settings import PhaseName, Schedule

SHIPPED = Path(__file__).resolve().parents[2] / "config.yaml"


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (date(2029, 4, 30), None),
        (date(2029, 5, 1), PhaseName.PREPARATION),
        (date(2029, 8, 26), PhaseName.PREPARATION),
        (date(2029, 8, 27), PhaseName.REGISTRATION),
        (date(2029, 11, 28), PhaseName.VOTING),
        (date(2029, 11, 29), None),
    ],
)
def test_a_phase_holds_from_its_first_to_its_last_day(day: date, phase: PhaseName | None) -> None:
    assert load(SHIPPED).contests[0].phase_on(day) is phase


def test_a_phase_adds_moments_and_takes_none_away() -> None:
    schedule = Schedule.model_validate(
        {"phase_cadence": {"quiet": 6, "voting": {"campaign": "0 */2 * * *"}}, "cadence": {"asn": 48}}
    )

    assert schedule.cadences(Role.KELURAHAN, []) == {24}
    assert schedule.cadences(Role.ASN, [PhaseName.QUIET]) == {48, 6}
    assert schedule.cadences(Role.CAMPAIGN, [PhaseName.QUIET, PhaseName.VOTING]) == {12, 6, "0 */2 * * *"}
    assert schedule.cadences(Role.DESA, [PhaseName.VOTING]) == {24}


def test_settings_cannot_be_changed_once_loaded() -> None:
    loaded = load(SHIPPED)
    with pytest.raises(ValidationError):
        loaded.crawl.workers = 5  # type: ignore[misc]
