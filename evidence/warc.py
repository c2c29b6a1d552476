"""The transfers of a page as a WARC file (1.1, a gzip member a record), and an index of what lies where in it."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from core.recording import Recording, Transfer

NAME = "data.warc.gz"
VERSION = "WARC/1.1"
AS_SENT = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""What described the body on its way: bodies are kept decoded, so these are kept under another name."""
LEFT_OUT = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where the answer to one address lies."""

    url: str
    at: datetime
    mime: str
    status: int
    digest: str
    offset: int
    length: int


class _Writer(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """Writes with SHA-256 where warcio would take SHA-1."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


def warc(recording: Recording, software: str) -> tuple[bytes, tuple[Line, ...]]:
    """Write the archive of a page: its bytes, and where each answer lies."""
    out = io.BytesIO()
    writer = _Writer(out, gzip=True, warc_version=VERSION)
    info = {"software": software, "format": VERSION, "isPartOf": recording.url}
    writer.write_record(writer.create_warcinfo_record(NAME, info))
    lines = tuple(_pair(writer, out, one) for one in recording.transfers if one.status is not None)
    return out.getvalue(), lines


def _pair(writer: _Writer, out: io.BytesIO, transfer: Transfer) -> Line:
    """Write an answer, then the question that it belongs to."""
    offset = out.tell()
    response = _record(writer, transfer, "response")
    writer.write_record(response)
    length = out.tell() - offset
    request = _record(writer, transfer, "request")
    request.rec_headers.add_header("WARC-Concurrent-To", response.rec_headers.get_header("WARC-Record-ID"))
    writer.write_record(request)
    return Line(
        url=transfer.url,
        at=transfer.at,
        mime=_mime(transfer),
        status=transfer.status or 0,
        digest=response.rec_headers.get_header("WARC-Payload-Digest"),
        offset=offset,
        length=length,
    )


def _record(writer: _Writer, transfer: Transfer, kind: str) -> ArcWarcRecord:
    body = transfer.body if kind == "response" else transfer.asked or b""
    http = _answer(transfer) if kind == "response" else _question(transfer)
    about = {"WARC-Date": transfer.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    if kind == "response" and (transfer.cut or transfer.failed):
        about["WARC-Truncated"] = {"too_large": "length", "timeout": "time"}.get(transfer.failed or "", "unspecified")
    return writer.create_warc_record(
        transfer.url,
        kind,
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=http,
        warc_headers_dict=about,
    )


def _answer(transfer: Transfer) -> StatusAndHeaders:
    headers = []
    for name, value in _clean(transfer.headers):
        headers.append((f"X-Archive-Orig-{name}" if name.lower() in AS_SENT else name, value))
    headers.append(("Content-Length", str(len(transfer.body))))
    return StatusAndHeaders(f"{transfer.status} {_line(transfer.reason)}".strip(), headers, protocol="HTTP/1.1")


def _question(transfer: Transfer) -> StatusAndHeaders:
    parts = urlsplit(transfer.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [("Host", parts.netloc), *_clean(transfer.asked_headers.items())]
    return StatusAndHeaders(f"{transfer.method} {path} HTTP/1.1", headers, is_http_request=True)


def _clean(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Leave out what lets a visitor be told from another, and what would break a line."""
    for name, value in headers:
        if name.lower() not in LEFT_OUT and not name.startswith(":"):
            yield _line(name), _line(value)


def _line(text: str) -> str:
    return " ".join(text.split())


def _mime(transfer: Transfer) -> str:
    found = next((value for name, value in transfer.headers if name.lower() == "content-type"), "")
    return found.partition(";")[0].strip() or "application/octet-stream"


def index(lines: Iterable[Line]) -> bytes:
    """Write a CDXJ index: a line an answer, sorted by its address read from the end of its host."""
    rows = sorted((key(line.url), f"{line.at.astimezone(UTC):%Y%m%d%H%M%S}", _fields(line)) for line in lines)
    return "".join(f"{' '.join(row)}\n" for row in rows).encode()


def _fields(line: Line) -> str:
    fields = {
        "url": line.url,
        "mime": line.mime,
        "status": str(line.status),
        "digest": line.digest,
        "length": str(line.length),
        "offset": str(line.offset),
        "filename": NAME,
    }
    return json.dumps(fields)


def key(url: str) -> str:
    """Write an address so that what belongs together stands together: `id,example)/post?a=1`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_name = not host.replace(".", "").isdigit() and ":" not in host
    turned = ",".join(reversed(host.split("."))) if is_name else host
    port = f":{parts.port}" if parts.port else ""
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    return f"{turned}{port}){parts.path or '/'}{query}".lower().replace(" ", "%20")
