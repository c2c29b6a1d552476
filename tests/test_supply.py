"""What tilik is made of: few packages, each pinned by its digest, and an audit that never passes unmade."""

import re
import tomllib
from pathlib import Path

import pytest

from scripts.audit import Package, told, verdict

ROOT = Path(__file__).resolve().parents[1]
WEAK: Package = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
SOUND: Package = {"name": "b", "version": "1", "vulns": []}
UNKNOWN: Package = {"name": "c", "skip_reason": "not found"}


def test_the_core_needs_at_most_25_packages_directly() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert len(project["dependencies"]) <= 25


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("*.lock")))
def test_every_locked_package_has_its_digest_and_no_lock_names_where_packages_come_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pinned) > 20
    assert [one for one in pinned if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in text


@pytest.mark.parametrize(
    ("packages", "required", "code"),
    [
        ([SOUND], True, 0),
        ([SOUND, WEAK], False, 1),
        ([SOUND, UNKNOWN], False, 0),
        ([SOUND, UNKNOWN], True, 1),
        ([], False, 0),
        ([], True, 1),
    ],
)
def test_an_audit_fails_for_a_weakness_and_where_it_is_required_for_what_was_not_asked(
    packages: list[Package], code: int, *, required: bool
) -> None:
    assert verdict(packages, required=required) == code


@pytest.mark.parametrize(
    ("packages", "loud"), [([SOUND], False), ([WEAK], False), ([SOUND, UNKNOWN], True), ([], True)]
)
def test_what_was_not_asked_is_said_loudly(packages: list[Package], *, loud: bool) -> None:
    lines = list(told(packages, "no route"))

    assert ("NOT AUDITED" in lines[-1]) is loud
    assert any("CVE-1" in line for line in lines) is (WEAK in packages)
