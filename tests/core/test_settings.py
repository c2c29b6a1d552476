"""What the settings mean: phases by day, and how often an account is due."""

from datetime import date, timedelta
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


@pytest.mark.parametrize(
    ("role", "phase", "hours"),
    [
        (Role.KELURAHAN, None, 24),
        (Role.KELURAHAN, PhaseName.CAMPAIGN, 24),
        (Role.KELURAHAN, PhaseName.QUIET, 6),
        (Role.CAMPAIGN, None, 12),
        (Role.CAMPAIGN, PhaseName.AFTER, 12),
    ],
)
def test_a_phase_makes_an_account_due_sooner_and_never_later(role: Role, phase: PhaseName | None, hours: int) -> None:
    schedule = Schedule(phase_hours={PhaseName.QUIET: 6, PhaseName.AFTER: 100})

    assert schedule.every(role, phase) == timedelta(hours=hours)


def test_a_role_that_is_left_out_keeps_its_usual_pace() -> None:
    assert Schedule(cadence_hours={Role.ASN: 1}).every(Role.DESA, None) == timedelta(hours=24)


def test_settings_cannot_be_changed_once_loaded() -> None:
    loaded = load(SHIPPED)
    with pytest.raises(ValidationError):
        loaded.crawl.workers = 5  # type: ignore[misc]
