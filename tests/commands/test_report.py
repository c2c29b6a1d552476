"""tilik report: a file of each kind, from an empty office and a full one; who is meant is told only with a reason."""

import getpass
import json
import re
import zipfile
from pathlib import Path

import pytest

from core.deeds import Did
from storage import people
from tests.commands.desk import CALLS, Desk, fill, plant
from tests.commands.test_review import ANSWERS

HANDLES = ("kel_satu@baik.example", "asn_dua@baik.example", "kel_satu", "asn_dua")
PERIOD = ("--from", "2031-05-01", "--to", "2031-05-06")
KINDS = ("html", "json", "xlsx")


@pytest.fixture
def reviewed(desk: Desk) -> Desk:
    """A desk at which somebody has answered three of four matches, and somebody else all the same ones otherwise."""
    filled = fill(desk.export(), ANSWERS)
    assert desk.run("review", "import", str(filled)).code == 0
    second = [{"decision": "not", "reviewer": "Badu"} for _ in ANSWERS]
    again = fill(desk.export("--all", name="kedua.csv"), second)
    assert desk.run("review", "import", str(again)).code == 0
    return desk


def written(desk: Desk, kind: str, *words: str) -> tuple[str, dict[str, object]]:
    """Write a report, and give everything that stands in its file, and what the command said of it."""
    path = desk.folder / f"laporan.{kind}"
    ran = desk.run("report", "-o", str(path), *PERIOD, *words, "--json")
    content = path.read_bytes()
    if kind == "xlsx":
        with zipfile.ZipFile(path) as parts:
            content = b" ".join(parts.read(name) for name in parts.namelist())
    return content.decode(), ran.data


@pytest.mark.parametrize("kind", KINDS)
def test_no_handle_text_or_reviewer_of_the_database_stands_in_a_report(reviewed: Desk, kind: str) -> None:
    text, told = written(reviewed, kind)

    rows = told["rows"]
    assert isinstance(rows, dict)
    assert rows["accounts_by_candidate"] == 2
    assert rows["decisions"] > 0
    assert [name for name in (*HANDLES, *CALLS, "Ani", "Badu", "purnatugas", "relawan") if name in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_reason_opens_the_names_and_is_kept_in_file_and_record(reviewed: Desk, kind: str) -> None:
    text, told = written(reviewed, kind, "--names", "--reason", "Sidang pleno 7 Mei")

    assert all(name in text for name in (*HANDLES[:2], "Sidang pleno 7 Mei"))
    assert [call for call in CALLS if call in text] == []  # texts stay where they are, whatever the reason
    assert told["names_because"] == "Sidang pleno 7 Mei"
    with reviewed.opened() as database, database.read() as session:
        deed = people.deeds(session)[0]
    assert (deed.who, deed.what) == (getpass.getuser(), Did.REPORT)
    assert str(deed.detail).endswith("Sidang pleno 7 Mei")


@pytest.mark.parametrize("reason", [[], ["--reason", "   "]], ids=["none", "blank"])
def test_names_without_a_reason_are_refused_before_anything_is_written(desk: Desk, reason: list[str]) -> None:
    ran = desk.run("report", "-o", str(desk.folder / "a.html"), "--names", *reason, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "report_names_without_reason")
    assert not (desk.folder / "a.html").exists()


def test_a_report_tells_coverage_first_and_then_what_was_found(reviewed: Desk) -> None:
    ran = reviewed.run("report", "-o", str(reviewed.folder / "a.html"), *PERIOD)

    assert ran.code == 0
    assert "account-days" in ran.out.splitlines()[0]
    assert "a.html" in ran.out
    assert "Agreement" not in ran.out  # nothing is said to be missing that is there


def test_figures_of_a_report_are_those_of_the_review(reviewed: Desk) -> None:
    loaded = json.loads(written(reviewed, "json")[0])

    tables = {table["table"]: table for part in loaded["parts"] for table in part["tables"]}
    units = [dict(zip(tables["units"]["columns"], row, strict=True)) for row in tables["units"]["rows"]]
    assert {row["unit"]: row["accounts"] for row in units} == {"Dinas Rekaan": 1, "Kecamatan Rekaan": 1}
    assert sum(row["matches"] for row in units) == len(CALLS)
    assert sum(row["conflict"] for row in units) == 2  # one said a call and one not; one was in doubt
    assert sum(row["matches"] for row in (dict(zip(tables["time_rekaan-2031"]["columns"], row, strict=True))
                                          for row in tables["time_rekaan-2031"]["rows"])) == len(CALLS)  # fmt: skip
    (agreed,) = (dict(zip(tables["agreement"]["columns"], row, strict=True)) for row in tables["agreement"]["rows"])
    assert (agreed["both"], agreed["raw"]) == (3, pytest.approx(1 / 3))


def test_an_empty_office_gets_a_report_that_says_what_is_missing(desk: Desk, tmp_path: Path) -> None:
    empty = Desk(folder=tmp_path / "baru", dead=desk.dead)
    assert desk.run("init", str(empty.folder)).code == 0
    empty.set_up()

    for kind in KINDS:
        text, told = written(empty, kind)
        assert len(text) > 1000
        assert "coverage" in str(told["missing"])
    assert "nothing could be seen" in written(empty, "html")[0]


def test_the_name_of_the_file_says_what_it_is_unless_the_format_does(desk: Desk) -> None:
    by_name = desk.run("report", "-o", str(desk.folder / "a.JSON"), "--json").data
    by_word = desk.run("report", "-o", str(desk.folder / "b.txt"), "--format", "json", "--json").data
    by_default = desk.run("report", "--json").data

    assert (by_name["format"], by_word["format"], by_default["format"]) == ("json", "json", "html")
    assert re.search(r"laporan-\d{4}-\d\d-\d\d\.html$", by_default["file"])
    assert Path(desk.folder / by_default["file"]).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_speaks_the_language_of_the_settings(desk: Desk) -> None:
    desk.set_up(language="id")

    text, _ = written(desk, "html")

    assert '<html lang="id">' in text
    assert "Yang dikatakan mesin adalah indikasi. Manusia yang memutuskan." in text


def test_a_period_that_makes_no_sense_is_refused(desk: Desk) -> None:
    ran = desk.run("report", "--from", "2031-05-06", "--to", "2031-05-01", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "report_period")


def test_paper_needs_a_browser_and_says_how_to_get_one(desk: Desk) -> None:
    ran = desk.run("report", "-o", str(desk.folder / "a.pdf"), "--json")

    assert ran.code == 7  # the tests' machine has none
    assert not (desk.folder / "a.pdf").exists()


@pytest.mark.browser
def test_a_report_on_paper(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILIK_BROWSER")
    with desk.opened() as database:
        plant(database)

    ran = desk.run("report", "-o", str(desk.folder / "a.pdf"), *PERIOD, "--json")

    assert ran.code == 0
    content = (desk.folder / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 1
