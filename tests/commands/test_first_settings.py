"""`tilik init`: asks little, only where somebody can answer, and what it writes can be loaded."""

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from core.config import load
from core.settings import Settings
from tests.commands.desk import HOUSE, command, typed

TEMPLATE = (HOUSE / "config.yaml").read_text(encoding="utf-8")
GIVEN = (
    "--controller", 'Panwas "Rekaan"', "--organisation", "ngo", "--basis", "Surat 7", "--contact", "a@rekaan.example",
    "--ends", "31/12/2031", "--contest", "Pilkada Kabupaten Rekaan", "--region", "99.02", "--voting-day", "2031-06-25",
    "--designation", "",
)  # fmt: skip
unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminal")


def loaded(folder: Path) -> Settings:
    return load(folder / "config.yaml")


def test_without_a_terminal_nothing_is_asked_and_the_example_stays(tmp_path: Path) -> None:
    ran = typed("init", str(tmp_path / "baru"))

    assert ran.code == 0
    assert (tmp_path / "baru" / "config.yaml").read_text(encoding="utf-8") == TEMPLATE
    assert loaded(tmp_path / "baru").contests[0].id == "sindangwangi-2029"


def test_every_answer_can_be_given_as_an_option(tmp_path: Path) -> None:
    ran = typed("init", str(tmp_path), *GIVEN, "--json")

    settings, contest = loaded(tmp_path), loaded(tmp_path).contests[0]
    assert ran.data["config"] == str(tmp_path / "config.yaml")
    assert settings.purpose.controller == 'Panwas "Rekaan"'
    assert (settings.purpose.organisation, settings.purpose.basis) == ("ngo", "Surat 7")
    assert (settings.purpose.contact, settings.purpose.ends) == ("a@rekaan.example", date(2031, 12, 31))
    assert (contest.id, contest.name) == ("pilkada-kabupaten-rekaan-2031", "Pilkada Kabupaten Rekaan")
    assert (contest.region, contest.voting_day) == ("99.02", date(2031, 6, 25))


def test_the_phases_move_with_voting_day_and_the_comments_stay(tmp_path: Path) -> None:
    assert typed("init", str(tmp_path), "--voting-day", "2031-06-25").code == 0

    text, contest = (tmp_path / "config.yaml").read_text(encoding="utf-8"), loaded(tmp_path).contests[0]
    assert contest.phase_on(date(2031, 6, 25)) == "voting"
    assert contest.phase_on(date(2031, 6, 24)) == "quiet"
    assert text.count("#") == TEMPLATE.count("#")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--region", "Rekaan", "does not have the right form"),
        ("--ends", "besok", "is no date"),
        ("--voting-day", "2031-02-30", "is no date"),
        ("--voting-day", "0001-01-01", "voting_day does not lie"),
        ("--contest", "", "may not be empty"),
    ],
)
def test_an_answer_that_does_not_fit_is_named_and_nothing_is_written(
    option: str, value: str, told: str, tmp_path: Path
) -> None:
    ran = typed("init", str(tmp_path / "baru"), option, value)

    assert ran.code == 4
    assert "[answers_do_not_fit]" in ran.err
    assert told in ran.err
    assert not (tmp_path / "baru").exists()


def test_a_contest_keeps_an_id_that_settings_allow(tmp_path: Path) -> None:
    assert typed("init", str(tmp_path), "--contest", "Pemilihan Wali Kota & Wakil " * 9).code == 0

    assert len(loaded(tmp_path).contests[0].id) <= 60


def test_the_language_that_was_asked_for_is_written(tmp_path: Path) -> None:
    assert typed("--lang", "en", "init", str(tmp_path)).code == 0

    assert loaded(tmp_path).review.language == "en"


@unix
def test_a_person_at_a_terminal_is_asked_six_things_again_where_an_answer_does_not_fit(tmp_path: Path) -> None:
    lines = ["Panwas Rekaan", "31/12/2031", "Pilkada Rekaan", "entah", "99.02", "", "2029-12-31", "22/09/2029"]

    told, code = at_a_terminal(lines, "init", str(tmp_path / "baru"))

    settings = loaded(tmp_path / "baru")
    assert code == 0
    assert told.count("?") >= 4
    assert "does not have the right form" in told
    assert settings.purpose.controller == "Panwas Rekaan"
    assert (settings.contests[0].region, settings.contests[0].name) == ("99.02", "Pilkada Rekaan")
    assert settings.contests[0].voting_day == date(2029, 11, 28)
    assert "before voting_day" in told
    assert settings.contests[0].designation == date(2029, 9, 22)


@unix
def test_a_designation_that_nobody_knows_yet_is_left_open(tmp_path: Path) -> None:
    _, code = at_a_terminal(["", "", "", "", "", ""], "init", str(tmp_path / "baru"))

    assert code == 0
    assert loaded(tmp_path / "baru").contests[0].designation is None


def test_the_day_of_designation_can_be_given_as_an_option(tmp_path: Path) -> None:
    assert typed("init", str(tmp_path), "--voting-day", "2031-06-25", "--designation", "2031-04-22").code == 0

    assert loaded(tmp_path).contests[0].designation == date(2031, 4, 22)
    text = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    assert "designation: 2031-04-22  " in text


@unix
def test_an_option_that_does_not_fit_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    told, code = at_a_terminal([], "init", str(tmp_path / "baru"), "--region", "entah")

    assert code == 4
    assert "Which office" not in told


@unix
@pytest.mark.parametrize("words", [("--yes",), ("--example",)])
def test_who_says_so_is_asked_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    told, code = at_a_terminal([], "init", str(tmp_path / "baru"), *words)

    assert (told, code) == ("", 0)


@unix
def test_what_an_option_said_is_not_asked(tmp_path: Path) -> None:
    told, code = at_a_terminal([], "init", str(tmp_path / "baru"), *GIVEN)

    assert code == 0
    assert "Which office" not in told


def at_a_terminal(lines: list[str], *words: str) -> tuple[str, int]:
    """Type a command and its answers at a real terminal; give what it said beside its result, and how it ended."""
    import pty  # noqa: PLC0415  (Windows has none)

    ours, theirs = pty.openpty()
    with subprocess.Popen(command(*words), cwd=HOUSE, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE) as running:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        told = bytearray()
        try:
            while part := os.read(ours, 4096):
                told += part
        except OSError:  # so Linux says that the other end was closed
            pass
        running.communicate(timeout=30)
    os.close(ours)
    return told.decode(), running.returncode
