"""`tilik config`: what holds, and where it comes from; the environment goes before the file."""

from pathlib import Path

import pytest
import yaml

from tests.commands.desk import Desk, typed


def settings_of(desk: Desk) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in desk.run("config", "show", "--json").data["settings"]}


def test_every_setting_is_shown_with_its_origin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_CRAWL__WORKERS", "3")

    found = settings_of(desk)

    line = next(n for n, text in enumerate(desk.config.read_text("utf-8").splitlines(), 1) if "controller" in text)
    assert found["crawl.workers"] == {
        "name": "crawl.workers", "value": 3, "origin": "environment", "row": None, "variable": "TILIK_CRAWL__WORKERS",
    }  # fmt: skip
    assert (found["purpose.controller"]["origin"], found["purpose.controller"]["row"]) == ("file", line)
    assert (found["schedule.at"]["origin"], found["schedule.at"]["value"]) == ("default", "02:00")
    assert found["contests.0.candidates.0.names"]["value"] == ["Wira Kencanawungu", "Sari Melurasih"]


def test_a_person_reads_where_a_setting_comes_from(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_CRAWL__WORKERS", "3")

    shown = desk.run("config", "show").out

    assert "TILIK_CRAWL__WORKERS" in shown
    assert "row 3" in shown
    assert "default" in shown


def test_the_environment_goes_before_the_file_in_every_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_STORAGE__URL", "sqlite:///lain.db")

    ran = desk.run("db", "status", "--json")

    assert ran.data["schema"] is None


def test_a_wrong_variable_is_named_instead_of_the_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_CRAWL__WORKERS", "99")
    monkeypatch.setenv("TILIK_REVIEW__LANGUAG", "id")

    ran = desk.run("config", "check", "--json")

    problems = "\n".join(ran.answer["error"]["problems"])
    assert ran.code == 4
    assert "TILIK_CRAWL__WORKERS, column crawl.workers: 99 is too large" in problems
    assert "TILIK_REVIEW__LANGUAG" in problems
    assert "Did you mean language?" in problems


def test_other_variables_of_tilik_are_no_settings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_INSTAGRAM_TOKEN", "rahasia rekaan")

    assert desk.run("config", "check").code == 0
    assert "rahasia" not in desk.run("config", "show", "--json").out


def test_the_password_of_a_database_is_not_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_STORAGE__URL", "postgresql://warga:sangatrahasia@127.0.0.1/tilik")

    shown = desk.run("config", "show", "--json").out

    assert "sangatrahasia" not in shown
    assert "postgresql://warga:***@127.0.0.1/tilik" in shown


def test_the_file_is_named_also_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"

    assert typed("config", "path", "--config", str(file)).out.strip() == str(file)
    assert typed("config", "path", "--config", str(file), "--json").data == {"file": str(file), "exists": False}


def test_the_schema_names_every_section_of_the_shipped_settings() -> None:
    schema = typed("config", "schema", "--json").data
    shipped = yaml.safe_load(Path(__file__).parents[2].joinpath("config.yaml").read_text("utf-8"))

    assert set(shipped) <= set(schema["properties"])
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["additionalProperties"] is False
