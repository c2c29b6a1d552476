"""The smallest installation: what comes with an extra is asked for by its name, not by a traceback."""

import json
import subprocess
import sys

import pytest

from tests.commands.desk import HOUSE, Desk

WITHOUT = """
import sys
from importlib import import_module
for module in sys.argv.pop(1).split(","):
    sys.modules[module] = None
import_module("cli").main()
"""
PAGE = "argon2,multipart,starlette,uvicorn"


def without(modules: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-c", WITHOUT, modules, *words]
    return subprocess.run(line, cwd=HOUSE, capture_output=True, check=False)


def test_a_command_of_an_extra_that_is_not_installed_says_which(desk: Desk) -> None:
    ran = without(PAGE, "review", "serve", "--json", "--config", str(desk.config))

    told = json.loads(ran.stdout)["error"]
    assert (ran.returncode, told["code"]) == (7, "extra_missing")
    assert "tilik[page]" in told["hint"]


@pytest.mark.parametrize("words", [("watchlist", "list"), ("crawl", "status"), ("review", "export")])
def test_the_rest_works_without_any(desk: Desk, words: tuple[str, ...]) -> None:
    everything = f"{PAGE},cryptography,docx,docxtpl,rfc3161_client,procrastinate,psycopg"

    assert without(everything, *words, "--config", str(desk.config)).returncode == 0


def test_another_missing_module_is_a_bug_and_shown_as_one(desk: Desk) -> None:
    ran = without("yaml", "watchlist", "list", "--config", str(desk.config))

    assert ran.returncode == 1
    assert b"Traceback" in ran.stderr
