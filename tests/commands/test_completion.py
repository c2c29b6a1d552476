"""Shells finish commands and options."""

import shutil
import subprocess

import pytest

from tests.commands.desk import process, typed

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_gets_a_script_that_names_the_program(shell: str) -> None:
    ran = typed("completion", shell)

    assert ran.code == 0
    assert "_TILIK_COMPLETE" in ran.out
    assert "tilik" in ran.out


@needs_bash
def test_bash_understands_its_script() -> None:
    script = typed("completion", "bash").out

    read = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)

    assert (read.returncode, read.stderr) == (0, "")


@needs_bash
def test_bash_completes_a_command_through_its_script() -> None:
    program = typed("completion", "bash").out
    asking = f"{program}\ncomplete -p tilik"

    told = subprocess.run(["bash", "--norc", "-c", asking], text=True, capture_output=True, check=True)

    assert "-F _tilik_completion tilik" in told.stdout


@pytest.mark.parametrize(
    ("line", "place", "found"),
    [
        ("tilik cra", 1, ["crawl"]),
        ("tilik crawl r", 2, ["run", "reparse"]),
        ("tilik classify --no", 2, ["--no-pictures"]),
        ("tilik completion f", 2, ["fish"]),
    ],
)
def test_what_is_begun_is_completed(line: str, place: int, found: list[str]) -> None:
    ran = process(COMP_WORDS=line, COMP_CWORD=str(place), _TILIK_COMPLETE="complete_bash")

    assert (ran.returncode, ran.stdout.decode().split()) == (0, found)


def test_help_names_the_command_and_no_english_options_beside_it() -> None:
    shown = typed("--lang", "id", "--help").out

    assert "completion " in shown
    assert "-completion" not in shown


def test_an_unknown_shell_is_answered_with_the_known_ones() -> None:
    ran = typed("completion", "bsh", "--json")

    assert (ran.code, ran.answer["error"]["meant"][0]) == (2, "bash")
