"""tilik rules: what a person at the command line is told of rules and time, and what of it everybody else sees."""

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.commands.desk import Desk, first_match

BANNER = "Not verified by a lawyer yet"


@pytest.fixture
def dated(desk: Desk) -> Desk:
    """A desk whose contest has its day of designation, after the likes of its accounts."""
    text = desk.config.read_text(encoding="utf-8")
    line = "    voting_day: 2031-06-25\n"
    desk.config.write_text(text.replace(line, f"{line}    designation: 2031-05-04\n"), encoding="utf-8")
    return desk


def test_a_pack_shows_its_classes_addressees_and_how_sure_each_citation_is(desk: Desk) -> None:
    ran = desk.run("--lang", "en", "rules", "show", "pilkada")

    assert ran.code == 0
    for words in ("heavy discipline", "BKN", "Gakkumdu", "press copy", "wording read", BANNER, "calendar days"):
        assert words in " ".join(ran.out.split())


def test_a_signed_pack_has_no_banner_any_more_and_the_record_says_who_signed(desk: Desk) -> None:
    words = ("--by", "Sari Rekaan", "--position", "Ahli hukum rekaan", "--date", "2031-05-01")

    ran = desk.run("rules", "sign", "pilkada", *words)

    assert ran.code == 0
    (pack,) = [one for one in desk.run("rules", "list", "--json").data if one["id"] == "pilkada"]
    assert pack["signed_by"] == "Sari Rekaan, Ahli hukum rekaan, 2031-05-01"
    assert "Sari Rekaan" in desk.run("rules", "show", "pilkada").out
    assert "Sari Rekaan" in desk.run("audit", "list").out


def test_a_pack_that_nobody_knows_is_answered_with_what_there_is(desk: Desk) -> None:
    ran = desk.run("--lang", "en", "rules", "show", "pilkda")

    assert ran.code == 4
    assert "pilkada" in ran.err


def test_every_mistake_in_an_office_s_file_is_named_by_its_line(desk: Desk) -> None:
    shipped = Path(__file__).parents[2] / "rules" / "pilkada.yaml"
    file = desk.folder / "sendiri.yaml"
    file.write_text(shipped.read_text(encoding="utf-8").replace("class: ethics", "class: berat", 2), encoding="utf-8")

    ran = desk.run("--lang", "en", "rules", "check", str(file))
    good = desk.run("--lang", "en", "rules", "check", str(shipped))

    assert ran.code == 4
    assert ran.err.count("berat") == 2
    assert good.code == 0


def test_a_check_says_what_is_missing_for_the_contests(desk: Desk) -> None:
    ran = desk.run("--lang", "en", "rules", "check")

    assert ran.code == 0
    assert "the day of designation is not in the settings" in ran.out
    assert "The holidays of 2031 are not entered" in ran.out


def test_why_tells_class_addressee_banner_and_days_left_in_both_languages(dated: Desk) -> None:
    match = first_match()
    dated.run("rules", "assess", match)

    english, indonesian = dated.run("--lang", "en", "why", match), dated.run("--lang", "id", "why", match)
    told = dated.run("why", match, "--json").data

    assert BANNER in english.out
    assert "Belum diverifikasi ahli hukum" in indonesian.out
    assert "counted from its capture" in english.out
    assert told["clock"]["first_opened_at"] is None
    assert [one["id"] for one in told["clock"]["deadlines"]] == ["captured"]
    assert len(told["rules"]) == 1


def test_a_person_sets_the_phase_and_the_record_keeps_why(dated: Desk) -> None:
    match = first_match()

    first = dated.run("rules", "assess", match, "--json").data["assessments"]
    words = ("--set", "after", "--reason", "Waktu menurut pemilik akun", "--by", "Ani")
    second = dated.run("rules", "phase", match, *words, "--json").data

    assert {one["phase"] for one in first} == {"before"}
    assert {one["phase"] for one in second["assessments"]} == {"after"}
    assert "Waktu menurut pemilik akun" in dated.run("audit", "list").out
    assert "Waktu menurut pemilik akun" in " ".join(second["remarks"])


def test_review_files_say_until_when_in_the_language_of_the_reader_and_take_nothing_of_it_back(dated: Desk) -> None:
    path, rows = dated.folder, list[dict[str, str]]()
    for language, due, left in (("id", "tenggat", "sisa_hari"), ("en", "due", "days_left")):
        path = dated.folder / f"{language}.csv"
        assert dated.run("review", "export", "-o", str(path), "--language", language).code == 0
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=";" if language == "id" else ","))
        assert all(date.fromisoformat(row[due]) for row in rows)
        assert all(row[left].lstrip("-").isdigit() for row in rows)

    changed = path.read_text(encoding="utf-8-sig").replace(rows[0]["due"], "kapan saja")
    path.write_text(changed, encoding="utf-8-sig")
    assert dated.run("review", "import", str(path)).code == 0
