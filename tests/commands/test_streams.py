"""Consoles and pipes as they are in offices."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.desk import HOUSE, Desk, command, process
from tests.commands.test_contract import commands
from tests.commands.village import Village

ROW = "mastodon;kel_aneh@baik.example;kelurahan;Kelurahan ☝️ Sunda Téh;;99.01;Surat camat;2020-01-01;"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_a_console_that_knows_no_emoji_is_no_reason_to_fail(encoding: str, desk: Desk) -> None:
    desk.watch(ROW)

    ran = process("watchlist", "list", "--json", "--config", str(desk.config), PYTHONIOENCODING=encoding)
    table = process("--lang", "id", "watchlist", "list", "--config", str(desk.config), PYTHONIOENCODING=encoding)

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "☝️ Sunda Téh" in ran.stdout.decode()
    assert (table.returncode, table.stderr) == (0, b"")


ON_AN_OLD_CONSOLE = """
import json, sys
from importlib import import_module
cli = import_module("cli")
ended = []
for words in json.loads(sys.argv[1]):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="cp1252", errors="strict")
    sys.argv = ["tilik", *words]
    try:
        cli.main()
    except SystemExit as end:
        ended.append([words, int(end.code or 0)])
with open("ended.json", "w", encoding="utf-8") as file:
    json.dump(ended, file)
"""
REAL = {
    ("doctor",): 7,
    ("config", "show"): 0,
    ("config", "schema"): 0,
    ("platforms",): 0,
    ("completion", "zsh"): 0,
    ("watchlist", "list"): 0,
    ("watchlist", "check"): 0,
    ("review", "status"): 0,
    ("models", "status"): 0,
    ("models", "card"): 0,
    ("marks", "list"): 0,
    ("contest", "check"): 0,
    ("db", "status"): 0,
    ("why", "☝️"): 4,
    ("☝️",): 2,
    ("classify", "--☝️"): 2,
}


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_command_fails_on_a_windows_1252_console(language: str, desk: Desk) -> None:
    desk.watch(ROW)
    helps = [[*path.split(), "--help"] for path in sorted(commands())]
    asked = [["--lang", language, *words] for words in [["--help"], *helps, *map(list, REAL)]]
    env = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(HOUSE), "TILIK_CONFIG": str(desk.config)}

    ran = subprocess.run(
        [sys.executable, "-c", ON_AN_OLD_CONSOLE, json.dumps(asked)], cwd=desk.folder, env=env, capture_output=True,
        check=False, timeout=120,
    )  # fmt: skip

    ended = [code for _, code in json.loads((desk.folder / "ended.json").read_text(encoding="utf-8"))]
    assert b"Traceback" not in ran.stderr
    assert ended == [0] * (len(helps) + 1) + list(REAL.values())


def test_an_error_on_such_a_console_is_told_too(desk: Desk) -> None:
    ran = process("why", "☝️", "--config", str(desk.config), PYTHONIOENCODING="cp1252")

    assert ran.returncode == 4
    assert "☝️" in ran.stderr.decode()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no head")
@pytest.mark.parametrize("buffering", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", [("version",), ("version", "--json"), ("--help",), ("crawl", "plan", "--json")])
def test_output_that_nobody_reads_ends_quietly(words: tuple[str, ...], buffering: str, tmp_path: Path) -> None:
    env = os.environ | {"PYTHONUNBUFFERED": buffering, "TILIK_CONFIG": str(tmp_path / "missing.yaml")}
    with subprocess.Popen(
        command(*words), cwd=HOUSE, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()  # as head does, before anything was said
        said = running.stderr.read()

    assert (running.returncode, said) == (0, b"")


def test_nothing_is_coloured_or_moving_where_nobody_watches(desk: Desk) -> None:
    ran = process("classify", "--no-pictures", "--config", str(desk.config))

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"\x1b" not in ran.stdout


def test_a_crawl_without_a_terminal_says_now_and_then_how_far_it_is(
    desk: Desk, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.crawl.SAY_EVERY", 0.0)

    loud = desk.run("crawl", "run", "--json")
    quiet = desk.run("crawl", "run", "--json", "--quiet")

    assert loud.data["accounts"] == 2
    assert "2 of 2 accounts visited." in loud.err
    assert quiet.err == ""
    assert village.timelines()
