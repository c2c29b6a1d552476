"""Consoles and pipes as they are in offices."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.commands.desk import HOUSE, Desk, command, process

ROW = "mastodon;kel_aneh@baik.example;kelurahan;Kelurahan ☝️ Sunda Téh;;99.01;Surat camat;2020-01-01;"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_a_console_that_knows_no_emoji_is_no_reason_to_fail(encoding: str, desk: Desk) -> None:
    desk.watch(ROW)

    ran = process("watchlist", "list", "--json", "--config", str(desk.config), PYTHONIOENCODING=encoding)
    table = process("--lang", "id", "watchlist", "list", "--config", str(desk.config), PYTHONIOENCODING=encoding)

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "☝️ Sunda Téh" in ran.stdout.decode()
    assert (table.returncode, table.stderr) == (0, b"")


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
