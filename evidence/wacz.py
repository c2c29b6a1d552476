"""One page as a WACZ (1.1.1): a zip that a replay program opens, with a digest for everything in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from core.recording import Recording
from evidence import warc

WACZ_VERSION = "1.1.1"
MEDIA_TYPE = "application/wacz"
ARCHIVE, INDEX, PAGES = f"archive/{warc.NAME}", "indexes/index.cdxj", "pages/pages.jsonl"


def wacz(recording: Recording, software: str) -> bytes:
    """Pack a recorded page; the same recording packed twice differs only in the ids of its records."""
    archive, lines = warc.warc(recording, software)
    files = {ARCHIVE: archive, INDEX: warc.index(lines), PAGES: _pages(recording)}
    files["datapackage.json"] = _package(recording, software, files)
    files["datapackage-digest.json"] = _json({"path": "datapackage.json", "hash": _hash(files["datapackage.json"])})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, recording.ended_at.astimezone(UTC).timetuple()[:6]), content)
    return out.getvalue()


def _pages(recording: Recording) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    page = {
        "id": hashlib.sha256(recording.url.encode()).hexdigest()[:22],
        "url": recording.url,
        "ts": _time(recording.captured_at),
        "title": recording.title or recording.url,
    }
    return _json(head) + b"\n" + _json(page) + b"\n"


def _package(recording: Recording, software: str, files: Mapping[str, bytes]) -> bytes:
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": _hash(content), "bytes": len(content)}
        for name, content in files.items()
    ]
    about = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "software": software,
        "created": _time(recording.ended_at),
        "title": recording.title or recording.url,
        "mainPageUrl": recording.url,
        "mainPageDate": _time(recording.captured_at),
        "resources": resources,
    }
    return _json(about, indent=2)


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(value: object, *, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
