"""Writes the reference of all commands from the program itself: `python -m scripts.cli_page [FILE]`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import cli  # noqa: TID251  (the page tells of the program itself)
import language

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# Commands

Written by `python -m scripts.cli_page`; a test fails when this page and the program differ. Do not edit by hand.

Every command also takes `--help`. `tilik --lang id` or `tilik --lang en` before a command chooses the language.
"""


def page() -> str:
    """Describe every command in the order of `tilik --help`."""
    language.choose("en")
    program: Any = typer.main.get_command(cli._make())
    return "\n".join([HEAD, *_sections(program, "tilik")])


def _sections(group: Any, path: str) -> Iterator[str]:  # noqa: ANN401  (typer has its own copy of click)
    for name, command in group.commands.items():
        here = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from _sections(command, here)
        else:
            yield from (f"## {here}", "", _sentence(command.help), "", *_parameters(command), "")


def _parameters(command: Any) -> Iterator[str]:  # noqa: ANN401
    yield "| argument or option | meaning |"
    yield "|---|---|"
    for one in command.params:
        if one.name != "help":
            yield f"| `{_name(one)}` | {_sentence(one.help)} |"


def _name(parameter: Any) -> str:  # noqa: ANN401
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} …"


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8", newline="\n")
