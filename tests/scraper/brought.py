"""Files as people bring them, made by hand: recordings with secrets in every place where browsers keep them."""

import base64
import gzip
import json
import zipfile
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

SECRET = "rahasia-jangan-disimpan-7f3a"
WHEN = "2029-09-30T08:15:00.000Z"
SEEN_MS = 1885364100000  # 2029-09-29
FORM = {"fb_dtsg": SECRET, "lsd": SECRET, "__user": SECRET, "jazoest": SECRET}


def entry(
    url: str,
    body: str | bytes | Mapping[str, Any],
    *,
    form: Mapping[str, str] | None = None,
    media: str = "application/json; charset=utf-8",
    status: int = 200,
    base64_body: bool = False,
    at: str = WHEN,
) -> dict[str, Any]:
    """Make one entry of a HAR, with cookies and tokens around it."""
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    content: dict[str, Any] = {"size": len(raw), "mimeType": media, "text": raw.decode("utf-8", "replace")}
    if base64_body:
        content |= {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
    secret_headers = [{"name": name, "value": SECRET} for name in ("Cookie", "Authorization", "X-CSRFToken")]
    request: dict[str, Any] = {
        "method": "POST" if form is not None else "GET",
        "url": f"{url}{'&' if '?' in url else '?'}msToken={SECRET}&access_token={SECRET}",
        "headers": secret_headers,
        "cookies": [{"name": "sessionid", "value": SECRET}],
    }
    if form is not None:
        text = urlencode({**FORM, **form})
        request["postData"] = {"mimeType": "application/x-www-form-urlencoded", "text": text}
    answer = {
        "status": status,
        "headers": [{"name": "Set-Cookie", "value": SECRET}],
        "cookies": [{"name": "sessionid", "value": SECRET}],
        "content": content,
    }
    return {"startedDateTime": at, "request": request, "response": answer}


def har(path: Path, *entries: Mapping[str, Any]) -> Path:
    """Write a HAR."""
    log = {"version": "1.2", "creator": {"name": "Peramban", "version": "1"}, "entries": entries}
    path.write_text(json.dumps({"log": log}), encoding="utf-8")
    return path


def line(module: str, data: Mapping[str, Any], *, passed_on: bool = False) -> dict[str, Any]:
    """Make one line of Zeeschuimer, plain or as 4CAT passes it on."""
    meta = {
        "nav_index": "1:1:1",
        "item_id": "1",
        "timestamp_collected": SEEN_MS,
        "source_platform": module,
        "source_platform_url": f"https://www.{module}/",
        "source_url": f"https://www.{module}/api/?msToken={SECRET}&cursor=1",
        "user_agent": "Peramban",
        "id": 1,
    }
    return {**data, "__import_meta": meta} if passed_on else {**meta, "data": data}


def ndjson(path: Path, *lines: Mapping[str, Any]) -> Path:
    """Write a Zeeschuimer export."""
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return path


def warc_bytes(*exchanges: tuple[str, bytes, str | None, str], packed: bool = True) -> bytes:
    """Make a WARC of (address, answer, form of the question, media type)."""
    records: list[bytes] = []
    for number, (url, body, form, media) in enumerate(exchanges):
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nSet-Cookie: sessionid={SECRET}\r\n\r\n".encode()
        records.append(_record("response", url, answer + body, number, media="application/http; msgtype=response"))
        verb, asked = ("POST", form) if form else ("GET", "")
        question = f"{verb} / HTTP/1.1\r\nCookie: sessionid={SECRET}\r\n\r\n{asked}".encode()
        records.append(_record("request", url, question, number, media="application/http; msgtype=request"))
    return b"".join(gzip.compress(record) if packed else record for record in records)


def _record(kind: str, url: str, block: bytes, number: int, *, media: str) -> bytes:
    name = f"<urn:uuid:00000000-0000-0000-{'0001' if kind == 'request' else '0002'}-{number:012}>"
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: {name}",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {WHEN}",
        f"Content-Type: {media}",
        f"Content-Length: {len(block)}",
    ]
    if kind == "request":
        lines.append(f"WARC-Concurrent-To: <urn:uuid:00000000-0000-0000-0002-{number:012}>")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def zipped(path: Path, members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a ZIP."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def mhtml(path: Path, url: str, page: str) -> Path:
    """Write a page as Chrome saves it."""
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = url
    message["Date"] = "Sun, 30 Sep 2029 08:15:00 +0000"
    message.set_content(page, subtype="html")
    message.make_related()
    path.write_bytes(bytes(message))
    return path


def table(path: Path, rows: Iterable[Iterable[str]], *, delimiter: str = ";", encoding: str = "utf-8") -> Path:
    """Write a table as a spreadsheet program does."""
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    return path
