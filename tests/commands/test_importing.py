"""What people bring goes in by one command, which says what it found, and ends as a program expects."""

import json
from pathlib import Path

import pytest

from tests.commands.desk import Desk
from tests.scraper.brought import SECRET, entry, har

CASES = Path(__file__).parents[1] / "scraper" / "captures"
POST = "https://www.instagram.com/p/DYflVZABgH5/"
OTHERS = ("siti.invented", "budi_invented")
ROW = "instagram;kelmawar;kelurahan;Kelurahan Mawar;;99.01.01.1005;Surat camat;2020-01-01;"
TABLES = ("captures", "crawl_runs", "originals", "interactions", "posts", "visits")


@pytest.fixture
def recording(desk: Desk) -> Path:
    body = (CASES / "instagram" / "likers_graphql.json").read_text(encoding="utf-8")
    form = {"variables": json.dumps({"id": "3900000000000000505"})}
    desk.watch(ROW)
    return har(desk.folder / "rekaman.har", entry("https://www.instagram.com/graphql/query", body, form=form))


def test_a_dry_run_prints_one_object_and_writes_nothing(desk: Desk, recording: Path) -> None:
    before = desk.rows()

    ran = desk.run("import", str(recording), "--dry-run", "--json")

    assert ran.code == 0
    assert list(ran.answer) == ["ok", "posts", "interactions", "skipped", "counts", "files", "warnings", "error"]
    (act,) = ran.answer["interactions"]
    assert (act["platform"], act["account"], act["action"], act["post"]) == ("instagram", "kelmawar", "liked", POST)
    assert ran.answer["counts"]["people_not_watched"] > 0
    assert ran.answer["counts"]["lists"][0]["seen"] > 1
    assert desk.rows() == before


def test_an_import_keeps_it_and_the_same_file_again_changes_nothing(desk: Desk, recording: Path) -> None:
    first = desk.run("import", str(recording), "--custodian", "Panwas Contoh", "--json")
    kept = desk.rows()
    again = desk.run("import", str(recording), "--json")

    assert first.answer["stored"] == {"posts": 1, "interactions": 1, "looks": 0}
    assert (again.code, again.answer["stored"]) == (0, {"posts": 0, "interactions": 0, "looks": 0})
    assert again.answer["files"][0]["state"] == "known"
    assert desk.rows() == kept
    assert "imported before" in desk.run("import", str(recording)).out


@pytest.mark.parametrize("more", [(), ("--json",), ("--dry-run",), ("--dry-run", "--json")])
def test_nobody_who_is_not_watched_and_no_secret_is_printed(desk: Desk, recording: Path, more: tuple[str, ...]) -> None:
    ran = desk.run("import", str(recording), *more)

    assert ran.code == 0
    assert [word for word in (*OTHERS, SECRET) if word in ran.out + ran.err] == []


def test_a_page_that_shows_a_wall_is_said_to_show_nothing(desk: Desk) -> None:
    wall = (CASES / "tiktok" / "wall_please_wait.html").read_text(encoding="utf-8")
    words = ("import", str(desk.file("dinding.html", wall)), "--url", "https://www.tiktok.com/embed/@kel_satu")

    said, told = desk.run(*words, "--dry-run").out, desk.run(*words, "--dry-run", "--json").answer

    assert "1 pages show nothing: asks for proof of being human (CAPTCHA)." in said
    assert told["counts"]["unread"] == {"challenge": 1}


def test_people_read_it_in_indonesian(desk: Desk, recording: Path) -> None:
    desk.set_up(language="id")

    ran = desk.run("--lang", "id", "import", str(recording))

    assert "rekaman HAR" in ran.out
    assert "Disimpan: 1 kiriman baru, 1 interaksi baru." in ran.out


def test_a_bad_file_alone_is_an_error_of_input(desk: Desk) -> None:
    ran = desk.run("import", str(desk.file("rusak.har", '{"log": {"entries": [')), "--json")

    assert ran.code == 4
    assert ran.answer["error"]["code"] == "import_truncated"


def test_a_folder_with_a_bad_file_is_done_in_part(desk: Desk, recording: Path) -> None:
    folder = desk.folder / "masuk"
    folder.mkdir()
    recording.rename(folder / recording.name)
    (folder / "kosong").write_bytes(b"")

    ran = desk.run("import", str(folder), "--json")

    assert ran.code == 3
    assert {one["name"]: one["state"] for one in ran.answer["files"]} == {"kosong": "failed", "rekaman.har": "read"}
    assert ran.answer["stored"]["interactions"] == 1


def test_a_folder_of_bad_files_names_the_cause_of_each(desk: Desk) -> None:
    folder = desk.folder / "masuk"
    folder.mkdir()
    (folder / "a").write_bytes(b"")
    (folder / "b").write_bytes(b"%PDF-1.7")

    ran = desk.run("import", str(folder), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "import_all_failed")
    assert len(ran.answer["error"]["problems"]) == 2


def test_an_empty_folder_is_said(desk: Desk) -> None:
    folder = desk.folder / "masuk"
    folder.mkdir()

    assert desk.run("import", str(folder), "--json").answer["error"]["code"] == "import_nothing"


def test_nothing_of_a_bad_file_is_kept(desk: Desk) -> None:
    before = desk.rows()

    desk.run("import", str(desk.file("a.csv", "Post URL,Handles seen,Seen at,Witness", f"{POST},a,kemarin,Sari")))

    assert {name: desk.rows()[name] for name in TABLES} == {name: before[name] for name in TABLES}
