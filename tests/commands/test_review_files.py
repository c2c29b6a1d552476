"""Review files at the command line: workbooks, blind files, a second reviewer, wrong rows to mend."""

import json
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.sampling import in_second_sample
from review.ids import read_id
from storage import judging
from storage.blobs import Blobs
from tests.commands.desk import CALLS, Desk, fill, first_match, sheet

ANI = {"decision": "not", "reason": "no call", "reviewer": "Ani"}


def png(width: int = 40, height: int = 30) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height)) + chunk(b"IEND", b"")
    )


def fill_book(path: Path, *answers: dict[str, str]) -> Path:
    """Fill in a workbook from the top, as a person does, and save it."""
    book = load_workbook(path)
    page = book.worksheets[0]
    places = {str(cell.value): place for place, cell in enumerate(page[1], start=1)}
    for number, given in enumerate(answers, start=2):
        for name, word in given.items():
            page.cell(number, places[name], word)
    book.save(path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    lines = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    header = [str(title) for title in next(lines)]
    return [dict(zip(header, [str(cell or "") for cell in line], strict=True)) for line in lines]


def test_a_workbook_goes_out_and_comes_back_like_a_csv(desk: Desk) -> None:
    file = desk.export("--language", "en", name="tinjau.xlsx")
    assert rows_of(file) == sheet(desk.export("--language", "en"))

    filled = fill_book(file, ANI, {"decision": "solicitation", "reviewer": "Ani"})
    done = desk.run("review", "import", str(filled), "--json").data
    again = desk.run("review", "import", str(filled), "--json").data

    assert (done["new"], done["blank"]) == (2, 2)
    assert (again["new"], again["same"]) == (0, 2)


def test_texts_to_learn_from_go_into_a_workbook_too(desk: Desk) -> None:
    file = desk.folder / "label.xlsx"
    assert desk.run("review", "export", "--order", "learn", "-o", str(file)).code == 0
    texts = rows_of(file)
    assert {row["id"][:2] for row in texts} == {"T-"}

    done = desk.run("review", "import", str(fill_book(file, ANI, ANI)), "--json").data

    assert done["texts"] == 2


def test_a_format_that_is_not_written_is_refused(desk: Desk) -> None:
    ran = desk.run("review", "export", "-o", str(desk.folder / "tinjau.ods"), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "format_unknown")
    assert not (desk.folder / "tinjau.ods").exists()


@pytest.mark.parametrize("name", ["buta.csv", "buta.xlsx"])
def test_a_blind_file_tells_nothing_of_the_score(desk: Desk, name: str) -> None:
    file = desk.export("--language", "en", "--reviewer", "Budi", "--blind", name=name)

    rows = rows_of(file) if name.endswith("xlsx") else sheet(file)
    assert {row["score"] for row in rows} == {""}
    assert {row["reviewer"] for row in rows} == {"Budi"}
    assert {row["decision"] for row in rows} == {""}
    assert sorted(row["text"] for row in rows) == sorted(CALLS)
    marks = {mark.casefold() for row in rows for mark in row["keywords"].split(", ") if mark}
    assert marks
    for mark in marks:
        assert any(name in mark for name in ("wira", "sari", "1", "satu")), mark


def test_the_order_of_a_blind_file_tells_no_score_and_differs_between_reviewers(desk: Desk) -> None:
    orders = {
        tuple(row["id"] for row in sheet(desk.export("--reviewer", name, "--blind", name=f"{name}.csv")))
        for name in ("Ani", "Budi", "Cici", "Dodi", "Euis", "Fajar")
    }

    assert len(orders) > 2
    assert len({tuple(sorted(order)) for order in orders}) == 1


def test_a_blind_file_is_the_same_when_it_is_written_again(desk: Desk) -> None:
    first = desk.export("--reviewer", "Ani", "--blind", name="a.csv").read_bytes()

    assert desk.export("--reviewer", "Ani", "--blind", name="b.csv").read_bytes() == first


def test_the_second_reviewer_does_not_see_what_the_first_has_answered(desk: Desk) -> None:
    desk.run("review", "import", str(fill(desk.export(), [ANI] * 4)))

    rows = sheet(desk.export("--reviewer", "Budi", "--blind", "--overlap", "100%", name="kedua.csv"))
    own = sheet(desk.export("--reviewer", "Ani", "--overlap", "100%", name="sendiri.csv"))

    assert len(rows) == len(CALLS)
    assert {row["decision"] + row["reason"] + row["note"] for row in rows} == {""}
    assert {row["reviewer"] for row in rows} == {"Budi"}
    assert own == []


def test_the_answer_of_the_second_reviewer_stands_beside_the_first(desk: Desk) -> None:
    desk.run("review", "import", str(fill(desk.export(), [ANI] * 4)))
    second = desk.export("--reviewer", "Budi", "--blind", "--overlap", "100", name="kedua.csv")

    done = desk.run("review", "import", str(fill(second, [{"decision": "solicitation"}])), "--json").data

    assert (done["new"], done["changed"]) == (1, 0)
    assert len(desk.rows()["decisions"]) == 5


def test_what_a_file_answers_waits_for_a_second_person_where_two_judge(desk: Desk) -> None:
    ids = [read_id(row["id"]) or 0 for row in sheet(desk.export())]

    desk.run("review", "import", str(fill(desk.export(), [ANI] * 4)))

    for_two = sum(in_second_sample(match, 0.1) for match in ids)
    found = desk.run("review", "status", "--json").data
    assert (found["second"], found["not"]) == (for_two, len(CALLS) - for_two)
    assert for_two


@pytest.mark.parametrize("words", [("--overlap", "10%"), ("--overlap", "200%", "--reviewer", "B"), ("--overlap", "x")])
def test_an_overlap_needs_a_share_and_a_reviewer(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run("review", "export", *words).code == 2


def test_a_limit_takes_the_first(desk: Desk) -> None:
    whole = sheet(desk.export())

    assert sheet(desk.export("--limit", "2", name="dua.csv")) == whole[:2]


def test_pictures_go_into_a_workbook_and_nowhere_else(desk: Desk) -> None:
    blob = Blobs(desk.folder / "data" / "blobs").put(png())
    with desk.opened() as database, database.write() as session:
        judging.save_picture(session, 1, blob=blob, note=None)

    file = desk.export("--thumbnails", name="gambar.xlsx")
    as_csv = desk.run("review", "export", "--thumbnails", "-o", str(desk.folder / "gambar.csv"), "--json")

    with zipfile.ZipFile(file) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    (place,) = re.findall(r"<xdr:from>.*?<xdr:row>(\d+)</xdr:row>", drawing)
    assert rows_of(file)[int(place) - 1]["id"] == first_match()
    assert as_csv.answer["error"]["code"] == "thumbnails_not_possible"


@pytest.mark.parametrize(
    ("how", "code", "figures", "answer"),
    [
        ("replace", 0, (0, 1, 0, 0), "solicitation"),
        ("keep", 0, (0, 0, 0, 1), "not"),
        ("hold", 4, None, "not"),
    ],
)
def test_a_changed_mind_is_dealt_with_as_asked(
    desk: Desk, how: str, code: int, figures: tuple[int, ...] | None, answer: str
) -> None:
    file = desk.export()
    desk.run("review", "import", str(fill(file, [ANI])))
    changed = fill(file, [{**ANI, "decision": "solicitation", "reason": ""}])

    ran = desk.run("review", "import", str(changed), "--on-conflict", how, "--json")

    assert ran.code == code
    if figures is None:
        assert "otherwise before: no solicitation (no call)" in ran.answer["error"]["problems"][0]
    else:
        assert tuple(ran.data[name] for name in ("new", "changed", "same", "kept")) == figures
    assert desk.run("review", "status", "--json").data[answer] == 1


def test_wrong_rows_go_out_with_their_remedy_and_come_back_mended(desk: Desk) -> None:
    file = desk.export("--language", "en")
    filled = fill(file, [ANI, {"decision": "entah", "reviewer": "Ani"}, {**ANI, "reason": "explicit call"}])
    wrong, before = desk.folder / "salah.xlsx", desk.rows()

    ran = desk.run("review", "import", str(filled), "--errors", str(wrong), "--json")

    assert ran.code == 4
    assert not json.loads(ran.out)["ok"]
    assert desk.rows() == before
    rows = rows_of(wrong)
    assert [row["decision"] for row in rows] == ["entah", "not"]
    assert list(rows[0])[-1] == "problem"
    assert "“entah” is no decision; write one of solicitation / not / unsure" in rows[0]["problem"]
    assert "fitting are" in rows[1]["problem"]

    mended = fill_book(wrong, {"decision": "unsure"}, {"reason": "no call"})
    done = desk.run("review", "import", str(mended), "--json").data

    assert (done["new"], done["blank"]) == (2, 0)


def test_what_is_wrong_with_a_whole_table_stands_above_its_rows(desk: Desk) -> None:
    file = desk.export()
    body = file.read_text(encoding="utf-8-sig").replace("decision", "putusan", 1)
    file.write_text(body, encoding="utf-8")
    wrong = desk.folder / "salah.xlsx"

    assert desk.run("review", "import", str(file), "--errors", str(wrong)).code == 4

    (row,) = rows_of(wrong)
    assert "this column is missing" in row["problem"]


def test_the_wrong_rows_of_a_workbook_are_found_on_their_sheet(desk: Desk) -> None:
    file = desk.export("--language", "en", name="tinjau.xlsx")
    fill_book(file, ANI, {**ANI, "decision": "=1+1"})
    wrong = desk.folder / "salah.xlsx"

    ran = desk.run("review", "import", str(file), "--errors", str(wrong))

    assert "tinjau.xlsx [Review], row 3, column decision" in ran.err
    (row,) = rows_of(wrong)
    assert row["decision"] == "'=1+1"
    assert "there is a formula (“=1+1”)" in row["problem"]


def test_no_file_of_wrong_rows_is_written_where_nothing_is_wrong(desk: Desk) -> None:
    wrong = desk.folder / "salah.xlsx"

    assert desk.run("review", "import", str(fill(desk.export(), [ANI])), "--errors", str(wrong)).code == 0
    assert not wrong.exists()
    assert desk.run("review", "import", str(desk.export()), "--errors", "salah.csv").code == 2
