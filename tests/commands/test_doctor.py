"""`tilik doctor`: what is missing on a machine, each with what to do about it."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands import surroundings
from commands.check import Check
from tests.commands.desk import Desk, typed
from tests.jobs.office import settings

NOW = datetime(2031, 5, 2, 3, tzinfo=UTC)
ALL = {
    "settings", "purpose", "database", "people", "model", "browser", "words in pictures", "disk", "captures", "clock",
    "schedule", "console", "key", "seals", "rights", "secrets", "retention", "rules", "dates",
}  # fmt: skip
CRONTAB = "#!/bin/sh\necho '0 2 * * * tilik # tilik:tilik'\n"


def checked(desk: Desk, *words: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in desk.run("doctor", *words, "--json").data}


def test_everything_is_looked_at_and_what_is_not_well_has_a_remedy(desk: Desk) -> None:
    found = checked(desk)

    assert set(found) == ALL
    assert [one for one in found.values() if one["state"] != "ok" and not one["remedy"]] == []


def test_programs_read_the_same_names_in_either_language(desk: Desk) -> None:
    indonesian = desk.run("--lang", "id", "doctor", "--json").data

    assert {one["name"] for one in indonesian} == ALL
    assert "jam " in desk.run("--lang", "id", "doctor").out


def test_a_page_that_nobody_can_open_is_pointed_out(desk: Desk) -> None:
    assert checked(desk)["people"]["state"] == "warn"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("commands.page._password", lambda _name: "kuda hijau tujuh belas")
        assert desk.run("people", "add", "Ani", "--duty", "admin").code == 0

    assert checked(desk)["people"] == {"name": "people", "state": "ok", "found": "1 can open the page", "remedy": ""}


def test_a_model_that_cannot_be_read_fails(desk: Desk) -> None:
    assert checked(desk)["model"]["found"] == desk.model()
    (desk.folder / "data" / "models" / desk.model() / "model.skops").write_bytes(b"rusak")

    model = checked(desk)["model"]

    assert (model["state"], "tilik retrain" in model["remedy"]) == ("fail", True)


def test_a_model_that_stands_in_for_a_broken_one_is_pointed_out(desk: Desk) -> None:
    known = settings_of(desk)
    good, broken = desk.model(), "0" * 16

    found = surroundings._model(known, [broken, good])  # noqa: SLF001  (making a second model takes a minute)

    assert (found.state, good in found.found, broken in found.found) == ("warn", True, True)


def test_looking_changes_nothing(desk: Desk) -> None:
    (desk.folder / "data" / "secret.key").unlink()
    before = desk.rows(), sorted(desk.folder.rglob("*"))

    desk.run("doctor")

    assert (desk.rows(), sorted(desk.folder.rglob("*"))) == before


def test_a_database_that_is_not_there_says_how_it_is_made(desk: Desk) -> None:
    found = checked(desk, "--config", str(desk.folder / "lain.yaml"))

    assert (found["database"]["state"], found["database"]["remedy"]) == ("fail", "tilik db migrate")
    assert "people" not in found


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_captures_that_others_can_read_are_pointed_out(desk: Desk) -> None:
    folder = desk.folder / "data" / "blobs"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)

    open_to_all = checked(desk)["captures"]
    folder.chmod(0o700)

    assert (open_to_all["state"], open_to_all["remedy"]) == ("warn", f"chmod 700 '{folder}'")
    assert checked(desk)["captures"]["state"] == "ok"


def test_a_data_folder_that_is_a_file_fails(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILIK_STORAGE__DATA", str(desk.file("berkas", "bukan folder")))
        found = list(surroundings.folders(settings_of(desk)))

    assert [one.state for one in found] == ["fail"]


def settings_of(desk: Desk) -> Any:  # noqa: ANN401
    from core.config import load  # noqa: PLC0415

    return load(desk.config, os.environ)


def test_a_clock_that_stands_in_the_past_fails() -> None:
    past, now = (surroundings.clock(settings(), when) for when in (datetime(2016, 1, 1, tzinfo=UTC), NOW))

    assert past.state == "fail"
    assert past.remedy
    assert now.state in {"ok", "warn"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no tzset")
@pytest.mark.parametrize(("zone", "state"), [("Asia/Jakarta", "ok"), ("UTC", "warn")])
def test_a_machine_in_another_time_zone_is_pointed_out(zone: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time  # noqa: PLC0415

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    found = surroundings.clock(settings(), NOW + timedelta(hours=1))
    monkeypatch.undo()
    time.tzset()

    assert found.state == state


@pytest.mark.parametrize(
    ("encoding", "state"), [("cp1252", "warn"), ("UTF-8", "ok"), ("cp65001", "ok"), ("cp437", "warn"), (None, "ok")]
)
def test_a_console_that_lacks_letters_is_pointed_out(encoding: str | None, state: str) -> None:
    found = surroundings.console(encoding)

    assert isinstance(found, Check)
    assert (found.state, bool(found.remedy)) == (state, state == "warn")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no cron")
@pytest.mark.parametrize("installed", [True, False])
def test_a_daily_start_is_there_or_is_missing(
    installed: bool,  # noqa: FBT001
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = tmp_path / "crontab"
    program.write_text(CRONTAB if installed else "#!/bin/sh\nexit 0\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr("shutil.which", lambda name, **_: str(program) if name == "crontab" else None)

    found = checked(desk)["schedule"]

    assert found["state"] == ("ok" if installed else "warn")
    assert found["remedy"] == ("" if installed else "tilik schedule install")


def test_settings_with_mistakes_lead_to_their_check(desk: Desk, tmp_path: Path) -> None:
    desk.config.write_text("purpose: 5\n", encoding="utf-8")

    assert checked(desk)["settings"]["remedy"] == "tilik config check"
    assert typed("doctor", "--config", str(tmp_path / "x.yaml"), "--json").data[0]["remedy"] == "tilik init"
