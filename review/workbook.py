"""Review files as workbooks (.xlsx) for people: words to choose from, links, and cells that cannot be spoilt.

Every cell is a text: nothing in it is ever computed. Rows stream to the disk; what fills a sheet goes on on the next.
"""

import re
import struct
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileSizeError, XlsxWriterException

from core.errors import InputError
from core.files import complete_binary
from review.columns import COLUMNS, ReviewRow, cells
from review.csvfile import forget_sum, write_sum
from review.reasons import ANSWERS, REASONS, Language

SCHEMA = 1
LINKS_A_SHEET = 65_530
ROWS_A_SHEET = 1_048_576
MOST_ROWS = 100_000
"""Rows of a workbook; more is for programs, and CSV is made for them."""
MOST_PICTURES = 500
META = "_meta"

_TITLES: Mapping[Language, str] = {"id": "Tinjauan", "en": "Review"}
_PROMPTS: Mapping[Language, str] = {"id": "Pilih dari daftar, atau kosongkan.", "en": "Choose from the list."}
_WIDTHS = (11, 13, 18, 26, 13, 6, 20, 18, 13, 22, 11, 9, 70, 24, 30, 24, 24, 11)
_TO_FILL_IN = ("decision", "reason", "note", "reviewer")
_ALLOWED = dict.fromkeys(("sort", "autofilter", "format_cells", "format_columns", "format_rows"), True)
_PLACES = {name: place for place, name in enumerate(COLUMNS["en"])}
_LINK = re.compile(r"https?://[^\s\"<>\x00-\x20]{1,2000}")
_PNG = b"\x89PNG\r\n\x1a\n"
_PICTURE_WIDTH, _PICTURE_HEIGHT = 160, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a workbook says of itself on its hidden sheet."""

    batch: str
    exported_at: datetime
    model_version: str | None


def write_xlsx(
    rows: Iterable[ReviewRow], path: Path, *, language: Language, facts: Facts, thumbnails: bool = False
) -> int:
    """Write a review file as a workbook and its `.sha256` beside it; say how many rows.

    With `thumbnails` each row shows its evidence picture, found beside the file. Raises InputError
    `workbook_too_large`, and then leaves what was there before.
    """
    with complete_binary(path) as stream, opened_book(stream, facts.exported_at) as book:
        pages = _Pages(book=book, language=language, pictures=path.parent if thumbnails else None)
        for row in rows:
            if pages.count >= MOST_ROWS:
                raise InputError("workbook_too_large", most=MOST_ROWS)
            pages.add(row)
        pages.end()
        _write_facts(book, facts, language, pages.count)
        forget_sum(path)
    write_sum(path)
    return pages.count


@contextmanager
def opened_book(stream: BinaryIO, created: datetime) -> Iterator[Workbook]:
    """Give a workbook that goes to a stream; what it keeps on the disk meanwhile is gone afterwards in any case."""
    with tempfile.TemporaryDirectory(prefix="tilik-") as folder:
        book = Workbook(
            stream,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        book.set_properties({"created": created.replace(tzinfo=None)})
        try:
            yield book
            book.close()
        except FileSizeError as error:
            raise InputError("workbook_too_large", most=MOST_ROWS) from error
        except XlsxWriterException as error:
            cause = error.args[0] if error.args else error
            raise InputError("file_not_written", path=stream.name, cause=cause) from error
        finally:
            for sheet in book.worksheets():
                if not sheet.row_data_fh.closed:
                    sheet.row_data_fh.close()


@dataclass(slots=True, kw_only=True)
class _Pages:
    """The sheets of a review file, one behind the other."""

    book: Workbook
    language: Language
    pictures: Path | None
    count: int = 0
    sheet: Any = None
    next_row: int = 0
    links: int = 0
    looks: dict[str, Any] = field(default_factory=dict)

    def add(self, row: ReviewRow) -> None:
        """Write one row, on a new sheet where this one is full."""
        if self.sheet is None or self.next_row >= ROWS_A_SHEET or self.links + 2 > LINKS_A_SHEET:
            self._finish()
            self._begin()
        picture = self._picture(row)
        if picture is not None:
            self.sheet.set_row_pixels(self.next_row, _PICTURE_HEIGHT + 10)
        targets = {"link": row.link or "", "evidence": f"external:{row.evidence}" if row.evidence else ""}
        for name, text in zip(COLUMNS["en"], cells(row, self.language), strict=True):
            self._write(name, text, targets.get(name, ""))
        if picture is not None:
            self.sheet.insert_image(self.next_row, _PLACES["evidence"], *picture)
        self.next_row += 1
        self.count += 1

    def end(self) -> None:
        """Finish the last sheet; a file of no rows has one too."""
        if self.sheet is None:
            self._begin()
        self._finish()

    def _finish(self) -> None:
        """Say what to choose from, and what may be filtered."""
        if self.sheet is not None:
            last = max(self.next_row - 1, 1)
            choices(self.sheet, dict.fromkeys(("decision", "reason"), self.language), _PLACES, last)
            self.sheet.autofilter(0, 0, last, len(_PLACES) - 1)

    def _begin(self) -> None:
        number = len(self.book.worksheets()) + 1
        title = _TITLES[self.language]
        self.sheet = self.book.add_worksheet(title if number == 1 else f"{title} {number}")
        self.next_row, self.links = 1, 0
        self.looks = self.looks or looks(self.book)
        for place, width in enumerate(_WIDTHS):
            name = COLUMNS["en"][place]
            self.sheet.set_column(place, place, width, self.looks["open" if name in _TO_FILL_IN else "plain"])
        for place, title in enumerate(COLUMNS[self.language]):
            self.sheet.write_string(0, place, title, self.looks["header"])
        self.sheet.freeze_panes(1, 2)
        self.sheet.protect("", _ALLOWED)

    def _write(self, name: str, text: str, target: str) -> None:
        place = _PLACES[name]
        look = self.looks["open" if name in _TO_FILL_IN else "plain"]
        if target and (name == "evidence" or _LINK.fullmatch(target)):
            self.sheet.write_url(self.next_row, place, target, self.looks["link"], text)
            self.links += 1
        elif text:
            self.sheet.write_string(self.next_row, place, text, look)
        elif name in _TO_FILL_IN:
            self.sheet.write_blank(self.next_row, place, None, look)

    def _picture(self, row: ReviewRow) -> tuple[str, Mapping[str, object]] | None:
        """Find the picture of a row and how much smaller it must be; None where there is none that can be shown."""
        if self.pictures is None or row.evidence is None:
            return None
        file = self.pictures / row.evidence
        size = _size(file)
        if size is None:
            return None
        scale = min(_PICTURE_WIDTH / size[0], _PICTURE_HEIGHT / size[1], 1)
        place = {"x_scale": scale, "y_scale": scale, "x_offset": 4, "y_offset": 4, "object_position": 1}
        return str(file), {**place, "description": row.evidence}


def looks(book: Workbook) -> dict[str, Any]:
    """Make the looks of cells; all hold texts, and wrap them."""
    plain = {"num_format": "@", "valign": "top", "text_wrap": True}
    return {
        "plain": book.add_format(plain),
        "open": book.add_format(
            {**plain, "locked": False, "bg_color": "#FFF9E5", "border": 1, "border_color": "#D9D2B8"}
        ),
        "link": book.add_format({**plain, "font_color": "#0B57D0", "underline": 1}),
        "header": book.add_format({**plain, "bold": True, "bg_color": "#E7ECF3", "bottom": 1}),
        "problem": book.add_format({**plain, "bg_color": "#FDE7E5"}),
    }


def choices(sheet: Any, languages: Mapping[str, Language], places: Mapping[str, int], last: int) -> None:  # noqa: ANN401
    """Let people choose decisions and reasons from lists, in the language of each column."""
    for name, language in languages.items():
        words = ANSWERS[language].values() if name == "decision" else (one.words[language] for one in REASONS.values())
        offered = {"validate": "list", "source": list(words), "error_message": _PROMPTS[language]}
        sheet.data_validation(1, places[name], last, places[name], offered)


def _write_facts(book: Workbook, facts: Facts, language: Language, count: int) -> None:
    sheet = book.add_worksheet(META)
    told = {
        "schema": str(SCHEMA),
        "batch": facts.batch,
        "language": language,
        "rows": str(count),
        "exported_at": facts.exported_at.isoformat(timespec="seconds"),
        "model_version": facts.model_version or "",
    }
    for row, (name, value) in enumerate(told.items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    sheet.hide()


def _size(file: Path) -> tuple[int, int] | None:
    """Read width and height of a PNG; None where it is none that a spreadsheet could show."""
    try:
        with file.open("rb") as stream:
            head = stream.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(_PNG) or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return (width, height) if width and height else None
