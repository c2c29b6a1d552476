"""What is packed: WARC, WACZ, and the ZIP in which a platform hands somebody their own data. Bombs are not opened."""

import io
import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataException
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from core.records import Exchange
from scraper.captures import exports, har, scrub
from scraper.captures.entries import MOST_BODY, MOST_BYTES, MOST_RATIO, MOST_UNPACKED, SMALL, Content, damaged

GZIP = b"\x1f\x8b"
BROKEN = (ArchiveLoadFailed, ChunkedDataException, zlib.error, EOFError, ValueError, UnicodeError)
BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, LookupError),
)
"""What `zipfile` says of damage: a directory that points before the file is a ValueError."""
_STEP = 256 * 1024


def gunzipped(path: Path, body: bytes, *, most: int, keep: int) -> bytes | None:
    """Unpack a gzip of any number of members, up to `most`; None where it is larger than `keep` and no bomb."""
    out, size, rest = io.BytesIO(), 0, body
    while rest.startswith(GZIP):
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                piece = member.decompress(rest, _STEP)
            except zlib.error as error:
                raise damaged(path, "import_truncated", reason=str(error)) from error
            rest = member.unconsumed_tail
            size += len(piece)
            if size > most or (size > SMALL and size > MOST_RATIO * len(body)):
                raise damaged(path, "import_bomb", size=f"{size // 1024**2} MB")
            if size <= keep:
                out.write(piece)
            if not piece and not rest and not member.eof:
                raise damaged(path, "import_truncated", reason="gzip")
        rest = member.unused_data
    return out.getvalue() if size <= keep else None


def warc(path: Path, body: bytes, otherwise: datetime) -> Content:
    """Read the exchanges of an unpacked WARC; the question of an answer stands in a record of its own."""
    if not body.endswith((b"\r\n\r\n", b"\n\n")):  # the end of every record
        raise damaged(path, "import_truncated", reason="WARC")
    asked = _questions(path, body)
    found: list[Exchange] = []
    skipped: Counter[str] = Counter()
    try:
        for record in ArchiveIterator(io.BytesIO(body)):
            if record.rec_type == "response":
                seen = _exchange(record, asked, otherwise)
                if isinstance(seen, str):
                    skipped[seen] += 1
                else:
                    found.append(seen)
    except BROKEN as error:
        raise damaged(path, "import_truncated", reason=str(error)[:120]) from error
    return Content(kind="warc", entries=found, skipped=skipped)


@dataclass(slots=True)
class _Questions:
    """What was asked, by the record that answers it, else by its address."""

    by_answer: dict[str, tuple[str, str | None]]
    by_url: dict[str, tuple[str, str | None]]

    def of(self, record: ArcWarcRecord) -> tuple[str, str | None]:
        """Find the method and body of an answer's question."""
        name = record.rec_headers.get_header("WARC-Record-ID") or ""
        other = record.rec_headers.get_header("WARC-Concurrent-To") or ""
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        return self.by_answer.get(name) or self.by_answer.get(other) or self.by_url.get(url) or ("GET", None)


def _questions(path: Path, body: bytes) -> _Questions:
    """Collect the questions, and make sure on the way that every record is whole."""
    found = _Questions({}, {})
    try:
        for record in ArchiveIterator(io.BytesIO(body)):
            question = record.rec_type == "request"
            length = int(record.length or 0)
            method = str(record.http_headers.protocol).upper() if question and record.http_headers else "GET"
            text = record.content_stream().read(MOST_BODY).decode("utf-8", "replace") if question else None
            while record.raw_stream.read(_STEP):
                pass
            told = record.rec_headers.get_header("Content-Length")
            if told is None or (length and record.raw_stream.limit > 0):
                raise damaged(path, "import_truncated", reason="WARC")
            if question:
                asked = (method.split(" ", 1)[0], scrub.question(text))
                headers = record.rec_headers
                for name in ("WARC-Concurrent-To", "WARC-Record-ID"):
                    if known := headers.get_header(name):
                        found.by_answer[known] = asked
                found.by_url[headers.get_header("WARC-Target-URI") or ""] = asked
    except BROKEN as error:
        raise damaged(path, "import_truncated", reason=str(error)[:120]) from error
    return found


def _exchange(record: ArcWarcRecord, asked: _Questions, otherwise: datetime) -> Exchange | str:
    headers = record.http_headers
    if headers is None or not str(headers.get_statuscode()).isdecimal():
        return "no_answer"
    media_type = headers.get_header("Content-Type") or ""
    if not any(name in media_type.lower() for name in har.READABLE):
        return "other_kind"
    try:
        body = record.content_stream().read(MOST_BODY + 1)
    except (zlib.error, OSError, ChunkedDataException):
        return "bad_encoding"
    if len(body) > MOST_BODY:
        return "too_large"
    if not body:
        return "no_body"
    method, question = asked.of(record)
    return Exchange(
        url=scrub.address(record.rec_headers.get_header("WARC-Target-URI") or ""),
        method=method,
        asked=question,
        status=int(headers.get_statuscode()),
        media_type=media_type,
        body=body,
        at=har.moment(record.rec_headers.get_header("WARC-Date"), otherwise),
    )


def opened(path: Path, body: bytes, otherwise: datetime) -> Content:
    """Read a ZIP: a WACZ, or a platform's export; its names and sizes are looked at before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = _checked(path, archive)
            archived = [one for one in members if one.filename.startswith("archive/") and ".warc" in one.filename]
            if archived:
                return _wacz(path, archive, archived, otherwise)
            found = exports.in_zip(path, {one.filename: _reading(path, archive, one) for one in members})
    except BROKEN_ZIP as error:
        raise damaged(path, "import_truncated", reason=str(error)[:120]) from error
    if found is None:
        raise damaged(path, "import_unknown")
    return found


def _checked(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [one for one in archive.infolist() if not one.is_dir()]
    total = sum(one.file_size for one in members)
    packed = sum(one.compress_size for one in members)
    if total > MOST_UNPACKED or (total > SMALL and total > MOST_RATIO * max(packed, 1)):
        raise damaged(path, "import_bomb", size=f"{total // 1024**2} MB")
    for one in members:
        name = PurePosixPath(one.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in one.filename or ":" in one.filename.split("/")[0]:
            raise damaged(path, "import_unsafe_name", name=one.filename[:120])
        if one.file_size > SMALL and one.file_size > MOST_RATIO * max(one.compress_size, 1):
            raise damaged(path, "import_bomb", size=f"{one.file_size // 1024**2} MB")
    return members


class _reading:  # noqa: N801  (a value that is read when it is asked for)
    """A member of a ZIP, read when it is wanted."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self._path, self._archive, self._member = path, archive, member

    def __call__(self) -> bytes:
        if self._member.file_size > MOST_BYTES:
            raise damaged(self._path, "import_too_large", most=f"{MOST_BYTES // 1024**2} MB", size="")
        return self._archive.read(self._member)


def _wacz(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], otherwise: datetime) -> Content:
    found: list[Exchange] = []
    skipped: Counter[str] = Counter()
    for content in _warcs(path, archive, members, otherwise):
        found.extend(one for one in content.entries if isinstance(one, Exchange))
        skipped.update(content.skipped)
    return replace(Content(kind="wacz", entries=found), skipped=skipped)


def _warcs(
    path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], otherwise: datetime
) -> Iterator[Content]:
    for member in members:
        body: bytes | None = _reading(path, archive, member)()
        if body is not None and body.startswith(GZIP):
            body = gunzipped(path, body, most=MOST_UNPACKED, keep=MOST_BYTES)
        if body is None:
            raise damaged(path, "import_too_large", most=f"{MOST_BYTES // 1024**2} MB", size="")
        yield warc(path, body, otherwise)
