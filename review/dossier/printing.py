"""A finished form as HTML, so that the browser prints what stands in the document, whoever made its template.

An office laptop always has the browser; it may have no LibreOffice. Headings, paragraphs, points, tables, bold and
italic words and the pictures of a letterhead are kept; everything else of a document is left to Word.
"""

import base64
from collections.abc import Iterator
from html import escape
from io import BytesIO
from typing import Any

STYLE = """
@page { size: A4; margin: 18mm 18mm 20mm; }
body { font: 10pt/1.35 Arial, Helvetica, sans-serif; color: #000; margin: 0; }
article + article { break-before: page; }
h1 { font-size: 14pt; margin: 0 0 4pt; }
h2 { font-size: 12pt; margin: 12pt 0 4pt; } h3 { font-size: 11pt; margin: 9pt 0 3pt; }
h1, h2, h3 { break-after: avoid; }
p { margin: 3pt 0; white-space: pre-wrap; overflow-wrap: anywhere; } ul { margin: 3pt 0; padding-left: 16pt; }
table { border-collapse: collapse; table-layout: fixed; width: 100%;
  margin: 4pt 0 8pt; }
td, th { border: 0.6pt solid #555; padding: 3pt 5pt; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td p { margin: 0; } .gap { height: 8pt; }
.head { color: #333; font-size: 8pt; } img { max-width: 100%; }
"""
LEVELS = {"Title": 1, "Heading 1": 2, "Heading 2": 3}
SHOWN = frozenset({"image/png", "image/jpeg"})


def printable(title: str, forms: list[bytes]) -> str:
    """Give one page of all forms, each beginning on a new sheet."""
    from docx import Document  # noqa: PLC0415  (comes with the extra dossier)

    parts = "".join(_form(Document(BytesIO(one))) for one in forms)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="id"><head>{head}</head><body>{parts}</body></html>'


def footer(words: str) -> str:
    """Give the line that stands below every sheet: who made it, when, of what; and the number of the sheet."""
    style = "font: 6.5pt Arial, sans-serif; width: 100%; margin: 0 18mm; color: #333; display: flex; gap: 8pt"
    pages = '<span class="pageNumber"></span>/<span class="totalPages"></span>'
    return f'<div style="{style}"><span style="flex: 1">{escape(words)}</span><span>{pages}</span></div>'


def _form(document: Any) -> str:  # noqa: ANN401  (python-docx's document)
    header = "".join(f'<p class="head">{escape(one.text)}</p>' for one in document.sections[0].header.paragraphs)
    return f"<article>{header}{''.join(_blocks(document))}</article>"


def _blocks(holder: Any) -> Iterator[str]:  # noqa: ANN401  (a document or a cell)
    points: list[str] = []
    for one in holder.iter_inner_content():
        if hasattr(one, "rows"):
            yield from _points(points)
            yield _table(one)
        elif one.style is not None and one.style.name.startswith("List"):
            points.append(f"<li>{_runs(one)}</li>")
        else:
            yield from _points(points)
            yield _paragraph(one)
    yield from _points(points)


def _points(points: list[str]) -> Iterator[str]:
    if points:
        yield f"<ul>{''.join(points)}</ul>"
        points.clear()


def _paragraph(one: Any) -> str:  # noqa: ANN401
    level = LEVELS.get(one.style.name if one.style is not None else "")
    words = _runs(one)
    if level is not None:
        return f"<h{level}>{words}</h{level}>"
    return f"<p>{words}</p>" if words else '<p class="gap"></p>'


def _runs(paragraph: Any) -> str:  # noqa: ANN401
    found = []
    for one in paragraph.iter_inner_content():
        runs = one.runs if hasattr(one, "runs") else [one]  # a link holds runs of its own
        for run in runs:
            words = escape(run.text)
            words = f"<strong>{words}</strong>" if run.bold and words else words
            found.append(f"<em>{words}</em>" if run.italic and words else words)
            found += _pictures(run)
    return "".join(found)


def _pictures(run: Any) -> Iterator[str]:  # noqa: ANN401
    for blip in run._r.xpath(".//a:blip/@r:embed"):  # noqa: SLF001  (python-docx has no other way)
        part = run.part.related_parts.get(blip)
        if part is not None and part.content_type in SHOWN:
            content = base64.b64encode(part.blob).decode()
            yield f'<img alt="" src="data:{part.content_type};base64,{content}">'


def _table(table: Any) -> str:  # noqa: ANN401
    widths = [int(column.width or 0) for column in table.columns]
    whole = sum(widths) or 1
    columns = "".join(f'<col style="width: {100 * width / whole:.1f}%">' for width in widths)
    return f"<table><colgroup>{columns}</colgroup>{''.join(_row(row) for row in table.rows)}</table>"


def _row(row: Any) -> str:  # noqa: ANN401
    cells, last = [], None
    for cell in row.cells:
        if cell._tc is last:  # noqa: SLF001  (a merged cell comes once for each column)
            continue
        last = cell._tc  # noqa: SLF001
        span = f' colspan="{cell.grid_span}"' if cell.grid_span > 1 else ""
        cells.append(f"<td{span}>{''.join(_blocks(cell))}</td>")
    return f"<tr>{''.join(cells)}</tr>"
