"""A review round: hand out, fill in, take back."""

from pathlib import Path

import pytest

from storage import judging
from storage.blobs import Blobs
from tests.commands.desk import CALLS, Desk, fill, first_match, sheet

ANSWERS = (
    {"decision": "solicitation", "reason": "explicit call", "reviewer": "Ani"},
    {"decision": "not", "reason": "retired", "note": "sudah purnatugas", "reviewer": "Ani"},
    {"decision": "unsure", "reviewer": "Ani"},
)


def answered(desk: Desk) -> dict[str, int]:
    """Count the matches that were answered, by their answer."""
    found: dict[str, int] = desk.run("review", "status", "--json").data
    assert found.pop("marked_incumbent") == 0
    assert sum(found.values()) == len(CALLS)
    return {name: count for name, count in found.items() if not name.startswith("waiting_")}


def test_the_matches_are_the_calls_and_nothing_else(desk: Desk) -> None:
    rows = sheet(desk.export())

    assert sorted(row["text"] for row in rows) == sorted(CALLS)
    assert {row["account"] for row in rows} == {"kel_satu@baik.example", "asn_dua@baik.example"}


@pytest.mark.parametrize(("language", "first"), [("id", "id;keputusan;"), ("en", "id,decision,")])
def test_a_file_opens_in_the_spreadsheet_of_its_language(language: str, first: str, desk: Desk) -> None:
    body = desk.export("--language", language).read_bytes()

    assert body.startswith(b"\xef\xbb\xbf" + first.encode())


def test_a_file_speaks_the_language_of_the_settings_unless_told_otherwise(desk: Desk) -> None:
    desk.set_up(language="id")

    assert "keputusan" in sheet(desk.export())[0]
    assert "decision" in sheet(desk.export("--language", "en"))[0]


def test_a_round_takes_in_what_was_filled_in_once(desk: Desk) -> None:
    filled = str(fill(desk.export(), ANSWERS))
    rows = desk.rows()

    dry = desk.run("review", "import", filled, "--dry-run", "--json").data
    assert desk.rows() == rows
    done = desk.run("review", "import", filled, "--json").data
    again = desk.run("review", "import", filled, "--json").data

    figures = ("new", "same", "changed", "blank")
    assert [dry[name] for name in figures] == [done[name] for name in figures] == [3, 0, 0, 1]
    assert done["labels"] == 1  # who is retired says nothing of the text, nor does a doubt
    assert [again[name] for name in figures] == [0, 3, 0, 1]
    assert answered(desk) == {
        "solicitation": 1,
        "not": 1,
        "second": 1,
        "conflict": 0,
        "unsure": 0,
    }  # a doubt asks for a second
    assert len(sheet(desk.export("--all", name="semua.csv"))) == len(CALLS)


def test_an_unknown_language_of_a_file_is_refused(desk: Desk) -> None:
    assert desk.run("review", "export", "--language", "su").code == 2


def test_the_language_of_a_file_is_not_that_of_the_screen(desk: Desk) -> None:
    desk.set_up(language="id")

    assert "matches" in desk.run("--lang", "en", "review", "export", "--language", "id").out
    assert "matches" not in desk.run("review", "export", "--language", "en").out


def test_a_changed_mind_is_a_change(desk: Desk) -> None:
    file = desk.export()
    desk.run("review", "import", str(fill(file, ANSWERS)))

    filled = fill(file, [{"decision": "not", "reason": "no call", "reviewer": "Ani"}, *ANSWERS[1:]])
    done = desk.run("review", "import", str(filled), "--json").data

    assert (done["new"], done["changed"], done["same"]) == (0, 1, 2)


def test_one_wrong_row_refuses_the_whole_file(desk: Desk) -> None:
    filled = fill(desk.export(), [*ANSWERS, {"decision": "entah", "reviewer": "Ani"}])
    before = desk.rows()

    ran = desk.run("review", "import", str(filled))

    assert ran.code == 4
    assert "row 5" in ran.err
    assert desk.rows() == before


def test_the_reviewer_may_be_named_beside_the_file(desk: Desk) -> None:
    filled = str(fill(desk.export(), [{"decision": "solicitation"}]))

    assert desk.run("review", "import", filled).code == 4
    assert desk.run("review", "import", filled, "--reviewer", "Budi", "--json").data["new"] == 1


def test_a_picture_lies_beside_the_file_under_the_name_that_stands_in_it(desk: Desk) -> None:
    picture = b"\x89PNG\r\n\x1a\n rekaan"
    blob = Blobs(desk.folder / "data" / "blobs").put(picture)
    with desk.opened() as database, database.write() as session:
        judging.save_picture(session, 1, blob=blob, note=None)

    file = desk.export()

    shown = {row["id"]: row["evidence"] for row in sheet(file)}
    assert (file.parent / shown[first_match()]).read_bytes() == picture
    assert [name for name, path in shown.items() if path] == [first_match()]


def test_without_a_name_the_file_goes_into_the_folder_of_the_settings(desk: Desk) -> None:
    found = desk.run("review", "export", "--json").data

    assert Path(found["file"]).parent == desk.folder / "exports"
    assert found["matches"] == len(CALLS)


def test_why_explains_a_match_to_a_person(desk: Desk) -> None:
    ran = desk.run("why", first_match().lower())

    assert ran.code == 0
    assert any(text in ran.out for text in CALLS)
    assert "no verdict" in ran.out


def test_no_person_is_named_in_anything_that_leaves_the_office(desk: Desk) -> None:
    desk.watch("mastodon;asn_dua@baik.example;asn;Pegawai Dua;Dinas Rekaan;99.01.01;Surat camat;2020-01-01;")
    told = [
        desk.export("--all").read_text(encoding="utf-8-sig"),
        desk.run("why", first_match()).out,
        desk.run("why", first_match(), "--json").out,
        desk.run("review", "status").out,
        desk.run("crawl", "status").out,
        desk.run("watchlist", "list").out,
    ]

    assert not [words for words in told if "Pegawai" in words]
