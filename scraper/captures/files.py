"""Recognises a file by what is in it, never by its name, and opens it with the reader of its format."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import InputError
from scraper.captures import archives, exports, har, observations, pages, zeeschuimer
from scraper.captures.entries import MOST_BYTES, MOST_UNPACKED, Content, damaged

Reader = Callable[[Path, bytes, datetime], Content]
ZIP, GZIP, WARC = b"PK\x03\x04", b"\x1f\x8b", b"WARC/"
BOM = b"\xef\xbb\xbf"
HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta)\b", re.IGNORECASE | re.DOTALL
)
SAVED = re.compile(rb"\s*<!--.{0,40}(?:saved from url|Page saved with SingleFile)", re.IGNORECASE | re.DOTALL)
MHTML = re.compile(rb"^Content-Type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def open_file(path: Path, *, otherwise: datetime, zone: ZoneInfo, url: str | None = None) -> Content:
    """Read a file that somebody brought; `otherwise` is the time of what tells none, `zone` that of written times.

    `url` is the address of a saved page that does not tell its own.

    Raises InputError with a code that names what is wrong with it; then nothing of it may be used.
    """
    try:
        if not path.is_file():
            raise damaged(path, "import_missing")
        if (size := path.stat().st_size) > MOST_BYTES:
            raise damaged(path, "import_too_large", most=f"{MOST_BYTES // 1024**2} MB", size=str(size))
        body = path.read_bytes()
    except OSError as error:
        raise damaged(path, "import_unreadable", reason=error.strerror or str(error)) from error
    told = _Told(otherwise=otherwise, zone=zone, url=url)
    return read(path, body, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What stands beside a file: the time of what tells none, the zone of written times, a page's address."""

    otherwise: datetime
    zone: ZoneInfo
    url: str | None


def read(path: Path, body: bytes, told: _Told, *, packed: bool = False) -> Content:
    """Recognise the bytes of a file."""
    if not body.strip():
        raise damaged(path, "import_empty")
    if body.startswith(GZIP) and not packed:
        return _unzipped(path, body, told)
    reader = _reader(body, told.url)
    if reader is not None:
        return reader(path, body.removeprefix(BOM), told.otherwise)
    if packed:
        raise damaged(path, "import_unknown")
    return _table(path, told.zone)


def _reader(body: bytes, url: str | None) -> Reader | None:
    """Find the reader of a format by how a file begins."""
    start = body.removeprefix(BOM)[:4096]
    known: tuple[tuple[bool, Reader], ...] = (
        (start.startswith(ZIP), archives.opened),
        (start.startswith(WARC), archives.warc),
        (start.lstrip()[:1] in {b"{", b"["}, _json),
        (exports.X_LIKES.match(start) is not None, lambda path, text, _: exports.likes_of_x(path, text)),
        (MHTML.search(start) is not None, pages.mhtml),
        (bool(HTML.match(start) or SAVED.match(start)), partial(pages.html, said=url)),
    )
    return next((reader for fits, reader in known if fits), None)


def _unzipped(path: Path, body: bytes, told: _Told) -> Content:
    """Look into a gzip: a WARC is read record by record, anything else as if it had not been packed."""
    inside = archives.gunzipped(path, body, most=MOST_UNPACKED, keep=MOST_BYTES)
    if inside is None:
        raise damaged(path, "import_too_large", most=f"{MOST_BYTES // 1024**2} MB", size="")
    return read(path, inside, told, packed=True)


def _json(path: Path, text: bytes, otherwise: datetime) -> Content:
    whole: object
    try:
        whole = json.loads(text)
    except RecursionError as error:
        raise damaged(path, "import_too_deep") from error
    except ValueError as error:
        if zeeschuimer.is_first_line(text):
            return zeeschuimer.read(path, text, otherwise)
        raise damaged(path, "import_truncated", reason=str(error)[:120]) from error
    if isinstance(whole, dict) and isinstance(whole.get("log"), dict):
        return har.read(path, whole["log"], otherwise)
    if zeeschuimer.is_one(whole):
        return zeeschuimer.read(path, text, otherwise)
    found = exports.read(path, whole)
    if found is None:
        raise damaged(path, "import_unknown")
    return found


def _table(path: Path, zone: ZoneInfo) -> Content:
    try:
        found = observations.read(path, zone=zone)
    except InputError as error:
        if error.code == "table_unusable":
            raise damaged(path, "import_unknown") from error
        raise
    if found is None:
        raise damaged(path, "import_unknown")
    return found
