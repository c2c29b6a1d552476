"""Makes the templates of the dossier from plain words: `python -m scripts.dossier_templates`.

The words stand in `scripts/words/dossier`, one file a form. A line begins with what it is: `#` a title, `##` and `###`
headings, `!` a remark, `|` a row of a form, `||` the head of a table, `|*` a row for each of many, `*` such a point.
"""

import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

HERE = Path(__file__).with_name("words") / "dossier"
TARGET = Path(__file__).parents[1] / "review" / "dossier" / "templates"
MADE = datetime(2026, 1, 1, tzinfo=UTC)
EACH = re.compile(r"\|\* (\w+) in ([\w.]+) \| (.*)")
POINT = re.compile(r"\* (\w+) in ([\w.]+): (.*)")
FOOT = "{{ tanda.air }}"
WIDE = 17.0
NARROW = {
    "No.": 1.2,
    "Bait": 1.8,
    "Berkas": 5.2,
    "Indikasi": 2.4,
    "Tanggal": 3.0,
    "Sumber": 4.0,
    "Oleh": 2.4,
    "Keadaan": 2.6,
    "Orang kedua": 3.2,
    "Jawaban": 2.6,
    "Waktu": 4.4,
    "Kolom": 5.0,
    "Kelas": 2.5,
    "Tahapan": 2.3,
    "Tujuan": 2.9,
}
"""How wide columns are, by their heads, in centimetres."""
HEAD = "Dokumen kerja · indikasi, bukan putusan · memuat data pribadi"


def made(text: str) -> bytes:
    """Make a template of the words of a form."""
    document = Document()
    _style(document)
    blocks = groupby(text.splitlines(), key=lambda line: line.startswith("|"))
    for is_table, lines in blocks:
        if is_table:
            _table(document, list(lines))
        else:
            for line in lines:
                _line(document, line)
    return _same(document)


def _style(document: Any) -> None:  # noqa: ANN401  (python-docx's document)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    for name, size in (("Normal", 10), ("Title", 15), ("Heading 1", 12), ("Heading 2", 11)):
        style = document.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if key.endswith("Theme"):
                del fonts.attrib[key]
        fonts.set(qn("w:eastAsia"), "Arial")
    document.styles["Normal"].element.get_or_add_rPr().append(_language())
    _small(section.header.paragraphs[0], HEAD)
    _small(section.footer.paragraphs[0], FOOT)
    told = document.core_properties
    told.author, told.title, told.comments = "tilik", "", ""
    told.created = told.modified = MADE.replace(tzinfo=None)
    told.last_modified_by, told.revision, told.language = "tilik", 1, "id-ID"


def _language() -> Any:  # noqa: ANN401  (an element)
    element = OxmlElement("w:lang")
    element.set(qn("w:val"), "id-ID")
    return element


def _small(paragraph: Any, text: str) -> None:  # noqa: ANN401
    paragraph.add_run(text).font.size = Pt(7.5)


def _line(document: Any, line: str) -> None:  # noqa: ANN401
    point = POINT.fullmatch(line)
    if point is not None:
        one, many, text = point.groups()
        document.add_paragraph(f"{{%p for {one} in {many} %}}")
        document.add_paragraph(text, style="List Bullet")
        document.add_paragraph("{%p endfor %}")
    elif line.startswith("#"):
        level, _, text = line.partition(" ")
        document.add_heading(text, level=len(level) - 1)
    elif line.startswith("! "):
        document.add_paragraph().add_run(line[2:]).italic = True
    else:
        document.add_paragraph(line)


def _table(document: Any, lines: Sequence[str]) -> None:  # noqa: ANN401
    for one in _apart(lines):
        rows = list(_rows(one))
        table = document.add_table(rows=0, cols=max(map(len, rows)), style="Table Grid")
        head = one[0].startswith("||")
        for number, cells in enumerate(rows):
            row = table.add_row()
            for cell, text in zip(row.cells, cells, strict=False):
                bold = (head and number == 0) or (not head and cell is row.cells[0])
                cell.paragraphs[0].add_run(text).bold = bold or None
            if head and number == 0:
                row._tr.get_or_add_trPr().append(_repeated())  # noqa: SLF001  (python-docx has no other way)
        _widths(table, _columns(rows[0]) if head else [5.0, WIDE - 5.0])
        document.add_paragraph()


def _apart(lines: Sequence[str]) -> Iterator[list[str]]:
    """Cut rows where a new head begins."""
    found: list[str] = []
    for line in lines:
        if line.startswith("||") and found:
            yield found
            found = []
        found.append(line)
    yield found


def _rows(lines: Sequence[str]) -> Iterator[list[str]]:
    for line in lines:
        each = EACH.fullmatch(line)
        if each is None:
            yield [cell.strip() for cell in line.removeprefix("|").removeprefix("|").split(" | ")]
            continue
        one, many, rest = each.groups()
        yield [f"{{%tr for {one} in {many} %}}"]
        yield [cell.strip() for cell in rest.split(" | ")]
        yield ["{%tr endfor %}"]


def _repeated() -> Any:  # noqa: ANN401
    return OxmlElement("w:tblHeader")


def _columns(head: Sequence[str]) -> list[float]:
    """Give each column the width that its words need; the others share what is left."""
    left = WIDE - sum(NARROW.get(name, 0) for name in head)
    others = sum(name not in NARROW for name in head) or 1
    return [NARROW.get(name, left / others) for name in head]


def _widths(table: Any, widths: Sequence[float]) -> None:  # noqa: ANN401
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=False):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=False):
            cell.width = Cm(width)


def _same(document: Any) -> bytes:  # noqa: ANN401
    """Write it so that the same words make the same bytes: parts in order, all of one moment."""
    first, target = BytesIO(), BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            written.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), read.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def main(target: Path = TARGET) -> None:
    """Write all templates."""
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted(HERE.glob("*.txt")):
        (target / f"{source.stem}.docx").write_bytes(made(source.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
