"""Pages that somebody saved: HTML with its address in it, and MHTML."""

import html as entities
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from core.records import Exchange
from scraper.captures import scrub
from scraper.captures.entries import Content, damaged

ADDRESSES = (
    re.compile(rb"saved from url=\(\d+\)(\S+)", re.IGNORECASE),
    re.compile(rb"Page saved with SingleFile\s*url:\s*(\S+)", re.IGNORECASE),
    re.compile(rb"<link[^>]+rel=[\"']?canonical[\"']?[^>]*href=[\"']([^\"']+)", re.IGNORECASE),
    re.compile(rb"<link[^>]+href=[\"']([^\"']+)[\"'][^>]*rel=[\"']?canonical\b", re.IGNORECASE),
    re.compile(rb"<meta[^>]+property=[\"']og:url[\"'][^>]*content=[\"']([^\"']+)", re.IGNORECASE),
    re.compile(rb"<meta[^>]+content=[\"']([^\"']+)[\"'][^>]*property=[\"']og:url\b", re.IGNORECASE),
    re.compile(rb"\"(?:mainEntityOfPage|url)\"\s*:\s*\"(https?:[^\"]+)\"", re.IGNORECASE),  # ld+json
)
END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)


def html(path: Path, body: bytes, otherwise: datetime) -> Content:
    """Read a saved page; without its address nobody can say whose page it is."""
    if not END.search(body[-4096:]):
        raise damaged(path, "import_truncated", reason="</html>")
    for pattern in ADDRESSES:
        found = pattern.search(body)
        if found and (url := scrub.address(_plain(found[1]))).startswith(("http://", "https://")):
            return Content(kind="html", entries=[_page(url, body, otherwise)])
    raise damaged(path, "import_without_address")


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
