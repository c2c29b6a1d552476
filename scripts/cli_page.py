"""Writes docs/en/cli.md and docs/id/cli.md from the program itself: `python -m scripts.cli_page`.

The help of the commands is made once, when they are imported; each language therefore has a process of its own:
`python -m scripts.cli_page LANGUAGE FILE`.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import cli  # noqa: TID251  (the page tells of the program itself)
import language
from scripts.paper import LANGUAGES, WRITTEN_BY, Chosen, place, sentence, table, write

PAGE = "cli.md"
HEAD: dict[Chosen, str] = {
    "en": f"""# Commands

[Bahasa Indonesia](../id/cli.md)

{WRITTEN_BY["en"].format(name="cli_page")}

Every command also takes `--help`. `tilik --lang id` or `tilik --lang en` before a command chooses the
language, `--quiet` leaves progress and remarks out, `--no-color` the colours; these may stand behind the command too.
""",
    "id": f"""# Perintah

[English](../en/cli.md)

{WRITTEN_BY["id"].format(name="cli_page")}

Setiap perintah juga menerima `--help`. `tilik --lang id` atau `tilik --lang en` sebelum perintah memilih
bahasanya, `--quiet` menghilangkan kemajuan dan catatan, `--no-color` menghilangkan warna; semuanya boleh juga di
belakang perintah.
""",
}
COLUMNS: dict[Chosen, tuple[str, str]] = {"en": ("argument or option", "meaning"), "id": ("argumen atau opsi", "arti")}


def page(chosen: Chosen) -> str:
    """Describe every command in the order of `tilik --help`."""
    language.choose(chosen)
    program: Any = typer.main.get_command(cli._make())
    return "\n".join([HEAD[chosen], *_sections(program, "tilik", chosen)])


def _sections(group: Any, path: str, chosen: Chosen) -> Iterator[str]:  # noqa: ANN401  (typer has its own copy of click)
    for name, command in group.commands.items():
        here = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from _sections(command, here, chosen)
        else:
            yield from (f"## {here}", "", sentence(command.help), "")
            rows = ((f"`{_name(one)}`", one.help) for one in command.params if one.name != "help")
            yield from (*table(COLUMNS[chosen], rows), "")


def _name(parameter: Any) -> str:  # noqa: ANN401
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} …"


def _write_both() -> None:
    for chosen in LANGUAGES:
        words = [sys.executable, "-m", "scripts.cli_page", chosen, str(place(chosen, PAGE))]
        subprocess.run(words, check=True)  # noqa: S603  (this module itself)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write(Path(sys.argv[2]), page("id" if sys.argv[1] == "id" else "en"))
    else:
        _write_both()
