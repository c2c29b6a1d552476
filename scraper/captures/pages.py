"""Pages that somebody saved: HTML with its address in it, and MHTML."""

import html as entities
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from core.records import Exchange
from scraper import bounds
from scraper.captures import scrub
from scraper.captures.entries import Content, damaged
from scraper.platforms import embedded

SAVED_FROM = (
    re.compile(rb"saved from url=\(\d+\)(\S+)", re.IGNORECASE),
    re.compile(rb"Page saved with SingleFile\s*url:\s*(\S+)", re.IGNORECASE),
)
TAG = re.compile(rb"<(?:link|meta)\b", re.IGNORECASE)
MOST_TAG = 8_192
"""So long may a tag be in which a page names its address."""
ADDRESSES = (
    (re.compile(rb"rel=[\"']?canonical\b", re.IGNORECASE), re.compile(rb"href=[\"']([^\"']+)", re.IGNORECASE)),
    (re.compile(rb"property=[\"']og:url[\"']", re.IGNORECASE), re.compile(rb"content=[\"']([^\"']+)", re.IGNORECASE)),
)
LINKED_DATA = "application/ld+json"
LINKED_ADDRESS = re.compile(r"\"(?:mainEntityOfPage|url|@id)\"\s*:\s*\"(https?:[^\"]+)\"", re.IGNORECASE)


def html(path: Path, body: bytes, otherwise: datetime, *, said: str | None = None) -> Content:
    """Read a saved page; without its address nobody can say whose page it is.

    `said` is what a person says its address is, for pages that do not tell.
    """
    _require_size(path, body)
    if not body.rstrip(b"\0 \r\n\t").endswith(b">"):
        raise damaged(path, "import_truncated", reason="</html>")
    for told in (*_addresses(body), (said or "").encode()):
        if (url := scrub.address(_plain(told))).startswith(("http://", "https://")):
            return Content(kind="html", entries=[_page(url, body, otherwise)])
    raise damaged(path, "import_without_address")


def _require_size(path: Path, body: bytes) -> None:
    if len(body) > bounds.MOST_BYTES:
        most = f"{bounds.MOST_BYTES // 1_000_000} MB"
        raise damaged(path, "import_too_large", most=most, size=str(len(body)))


def _addresses(body: bytes) -> Iterator[bytes]:
    """Find what a page calls its own address: only in the places that are made for it."""
    yield from (found[1] for pattern in SAVED_FROM if (found := pattern.search(body)))
    tags = list(_tags(body))
    for marks, address in ADDRESSES:
        yield from (found[1] for tag in tags if marks.search(tag) and (found := address.search(tag)))
    for block in embedded.scripts(body):
        if block.attributes.get("type", "").lower() == LINKED_DATA:
            yield from (found[1].encode() for found in LINKED_ADDRESS.finditer(block.text))


def _tags(body: bytes) -> Iterator[bytes]:
    """Give the tags in which a page may name its address."""
    for start in TAG.finditer(body):
        end = body.find(b">", start.end(), start.end() + MOST_TAG)
        if end >= 0:
            yield body[start.start() : end]


def _plain(address: bytes) -> str:
    return entities.unescape(address.decode("utf-8", "replace")).replace("\\/", "/")


def _page(url: str, body: bytes, at: datetime) -> Exchange:
    return Exchange(url=url, method="GET", asked=None, status=200, media_type="text/html", body=body, at=at)


def mhtml(path: Path, body: bytes, otherwise: datetime) -> Content:
    """Read a page that was saved with everything it shows: of all its parts the page itself."""
    message = message_from_bytes(body, policy=policy.default.clone(raise_on_defect=False))
    broken = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)
    if not message.is_multipart() or any(isinstance(defect, broken) for defect in message.defects):
        raise damaged(path, "import_truncated", reason="multipart/related")
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(content := part.get_payload(decode=True), bytes):
            _require_size(path, content)
            told = part.get("Content-Location") or message.get("Snapshot-Content-Location") or ""
            url = scrub.address(str(told))
            if not url.startswith(("http://", "https://")):
                break
            return Content(kind="mhtml", entries=[_page(url, content, _date(message, otherwise))])
    raise damaged(path, "import_without_address")


def _date(message: EmailMessage, otherwise: datetime) -> datetime:
    try:
        found = parsedate_to_datetime(str(message["Date"]))
    except (ValueError, TypeError):
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=UTC)
