"""Reads PDF files as far as the browser writes them: the words of their pages, by the fonts' own tables."""

import re
import unicodedata
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\b")
STREAM = re.compile(rb"/Length (\d+)[^>]*>>\s*stream\r?\n")
FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(-?\d+(?:\.\d+)?)(?=[<\]])|(\bT[dm]\b)")


def words_of(content: bytes) -> str:
    """Give all words of a PDF as `plain` has them."""
    starts = list(OBJECT.finditer(content))
    ends = [*(one.start() for one in starts[1:]), len(content)]
    objects = {int(one[1]): content[one.end() : end] for one, end in zip(starts, ends, strict=True)}
    fonts = {name: int(number) for body in objects.values() for name, number in FONT.findall(body)}
    tables = {name: _table(objects, number) for name, number in fonts.items()}
    found = []
    for body in objects.values():
        stream = _stream(body)
        if b" Tf" in stream and b"BT" in stream:
            found.append("".join(_shown(stream, tables)))
    return plain("".join(found))


def plain(text: str) -> str:
    """Leave out spaces and ligatures: where a line breaks is the printer's business."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    if found is None:
        return b""
    try:
        stream = body[found.end() : found.end() + int(found[1])]
        return zlib.decompress(stream) if b"FlateDecode" in body[: found.end()] else stream
    except zlib.error:
        return b""


def _table(objects: dict[int, bytes], number: int) -> dict[int, str]:
    """Read which sign each glyph of a font stands for."""
    place = re.search(rb"/ToUnicode (\d+) 0 R", objects.get(number, b""))
    told = _stream(objects[int(place[1])]) if place else b""
    table: dict[int, str] = {}
    for part in CHARS.findall(told):
        for glyph, signs in re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", part):
            table[int(glyph, 16)] = bytes.fromhex(signs.decode()).decode("utf-16-be")
    for part in RANGES.findall(told):
        for first, last, signs in re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", part):
            for step, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                table[glyph] = chr(int(signs, 16) + step)
    return table


def _shown(stream: bytes, tables: dict[bytes, dict[int, str]]) -> Iterator[str]:
    table: dict[int, str] = {}
    for font, glyphs, _, _ in SHOWN.findall(stream):
        if font:
            table = tables.get(font, {})
        elif glyphs:
            yield "".join(table.get(int(glyphs[at : at + 4], 16), "") for at in range(0, len(glyphs), 4))
