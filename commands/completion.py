"""tilik completion: lets a shell finish what is typed."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from commands.shared import JsonOption, answer
from language import say

PROGRAM = "tilik"
VARIABLE = "_TILIK_COMPLETE"


class Shell(StrEnum):
    """A shell that can be helped."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(completion)


def completion(
    shell: Annotated[Shell, typer.Argument(help=say("bash, zsh, fish or powershell."))],
    as_json: JsonOption = False,
) -> None:
    """Print a script that lets a shell finish commands and options; put it where your shell reads its start-up."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # it has no other place

    script = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value)
    if as_json:
        answer({"shell": shell, "script": script})
    else:
        sys.stdout.write(f"{script}\n")
