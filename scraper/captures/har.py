"""HAR 1.2: what a browser's developer tools saved, "with content". Cookies and headers are never looked at."""

import base64
import binascii
import zlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from core.records import Exchange
from scraper.captures import scrub
from scraper.captures.entries import MOST_BODY, Content, damaged

READABLE = ("json", "html", "text/plain", "javascript", "x-ndjson", "octet-stream")
"""Parts of the media types that an adapter may know; pictures, films, fonts and styles are none of them."""


def read(path: Path, log: Mapping[str, Any], otherwise: datetime) -> Content:
    """Read the exchanges of a HAR; an entry that is broken is left out and counted."""
    entries = log.get("entries")
    if not isinstance(entries, list):
        raise damaged(path, "import_malformed", reason="log.entries")
    found: list[Exchange] = []
    skipped: Counter[str] = Counter()
    for entry in entries:
        try:
            seen = _exchange(entry, otherwise)
        except (KeyError, TypeError, AttributeError, ValueError):
            seen = "broken_entry"
        if isinstance(seen, str):
            skipped[seen] += 1
        else:
            found.append(seen)
    return Content(kind="har", entries=found, skipped=skipped)


def _exchange(entry: Mapping[str, Any], otherwise: datetime) -> Exchange | str:
    """Read one entry; a word says why it is left out."""
    request, response = entry["request"], entry["response"]
    content = response["content"]
    status, media_type = int(response["status"]), str(content.get("mimeType") or "")
    if status <= 0:
        return "no_answer"
    if not any(name in media_type.lower() for name in READABLE):
        return "other_kind"
    text = content.get("text")
    if not isinstance(text, str) or not text:
        return "no_body"
    body = _body(text, content.get("encoding"))
    if isinstance(body, str):
        return body
    exchange = Exchange(
        url=str(request["url"]),
        method=str(request["method"]).upper(),
        asked=asked(request.get("postData")),
        status=status,
        media_type=media_type,
        body=body,
        at=moment(entry.get("startedDateTime"), otherwise),
    )
    return scrub.exchange(exchange)


def _body(text: str, encoding: object) -> bytes | str:
    if encoding != "base64":
        return text.encode("utf-8", "replace")
    try:
        body = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return "bad_base64"
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:  # some tools save what came over the wire
        inside = zlib.decompressobj(wbits=31)
        unpacked = inside.decompress(body, MOST_BODY)
    except zlib.error:
        return "bad_encoding"
    return "too_large" if inside.unconsumed_tail else unpacked


def asked(data: object) -> str | None:
    """Give the body of a question, from its text or its parameters."""
    if not isinstance(data, Mapping):
        return None
    if isinstance(data.get("text"), str) and data["text"]:
        return str(data["text"])
    params = data.get("params")
    if not isinstance(params, list):
        return None
    pairs = [(str(one.get("name", "")), str(one.get("value", ""))) for one in params if isinstance(one, Mapping)]
    return urlencode(pairs) or None


def moment(value: object, otherwise: datetime) -> datetime:
    """Read a moment; one without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=UTC)
