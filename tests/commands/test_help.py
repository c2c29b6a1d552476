"""Help is instant and speaks both languages."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from tests.commands.desk import HOUSE

ASK_EVERYTHING = """
import contextlib, io, json, sys
from importlib import import_module
import typer
cli = import_module("cli")
sys.argv = ["tilik", *sys.argv[1:]]
cli._language_of(sys.argv)
told = {}
def ask(command, path):
    shown = io.StringIO()
    sys.argv = ["tilik", *LANGUAGE, *path, "--help"]
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        cli.main()
    told[" ".join(path)] = shown.getvalue()
    for name, inner in getattr(command, "commands", {}).items():
        ask(inner, [*path, name])
LANGUAGE = sys.argv[1:]
ask(typer.main.get_command(cli._make()), [])
print(json.dumps({"told": told, "loaded": sorted(sys.modules)}))
"""
HEAVY = (
    "sklearn",
    "pandas",
    "playwright",
    "sqlalchemy",
    "numpy",
    "httpx",
    "starlette",
    "uvicorn",
    "alembic",
)


@cache
def helps(*words: str, system: str = "") -> tuple[dict[str, str], frozenset[str]]:
    """Ask every group and command for its help in one process; say too which modules that took."""
    env = os.environ | {"TILIK_LANG": system, "COLUMNS": "100"}
    found = subprocess.run(
        [sys.executable, "-c", ASK_EVERYTHING, *words], cwd=HOUSE, env=env, check=True, capture_output=True, text=True
    )
    answer = json.loads(found.stdout)
    return answer["told"], frozenset(answer["loaded"])


@pytest.mark.parametrize("language", ["id", "en"])
def test_help_loads_no_heavy_library(language: str) -> None:
    told, loaded = helps("--lang", language)

    assert len(told) > 30
    assert not {module for module in HEAVY if module in loaded}


def test_every_help_is_translated() -> None:
    english, _ = helps("--lang", "en")
    indonesian, _ = helps("--lang", "id")

    assert english.keys() == indonesian.keys()
    assert all(text.startswith("Usage:") for text in english.values())
    assert [path for path in english if _about(english[path]) == _about(indonesian[path])] == []


def test_the_language_comes_from_the_environment_too() -> None:
    assert helps(system="id")[0] == helps("--lang", "id")[0]


def test_the_language_of_the_command_line_goes_before_that_of_the_environment() -> None:
    assert helps("--lang", "en", system="id")[0] == helps("--lang", "en")[0]


def _about(text: str) -> str:
    """Take the sentence below the usage line."""
    return next(line for line in text.splitlines()[1:] if line.strip())
