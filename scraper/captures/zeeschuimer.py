"""Zeeschuimer's NDJSON: one object of a platform a line, plain or as 4CAT passes it on (reference platforms 5.1)."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper.captures import scrub
from scraper.captures.entries import Content, Item, damaged

PLATFORMS = {
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "tiktok-comments": "tiktok",
    "twitter.com": "x",
    "x.com": "x",
    "threads.net": "threads",
    "threads.com": "threads",
    "facebook.com": "facebook",
}
META = "__import_meta"


def is_one(value: object) -> bool:
    """Say whether this is an object as Zeeschuimer writes it."""
    if not isinstance(value, dict):
        return False
    meta = value.get(META)
    return "source_platform" in (meta if isinstance(meta, dict) else value)


def is_first_line(text: bytes) -> bool:
    """Say whether a text begins with one."""
    try:
        return is_one(json.loads(text.lstrip().split(b"\n", 1)[0]))
    except (ValueError, RecursionError):
        return False


def read(path: Path, text: bytes, otherwise: datetime) -> Content:
    """Read all lines; one that is cut off makes the whole file unusable, one of another platform is counted."""
    found: list[Item] = []
    skipped: Counter[str] = Counter()
    for number, line in enumerate(text.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            item = _item(value, line, otherwise) if is_one(value) else "broken_entry"
        except RecursionError as error:
            raise damaged(path, "import_too_deep") from error
        except ValueError as error:
            raise damaged(path, "import_truncated", reason=f"{number}: {str(error)[:100]}") from error
        if isinstance(item, str):
            skipped[item] += 1
        else:
            found.append(item)
    return Content(kind="zeeschuimer", entries=found, skipped=skipped)


def _item(value: Mapping[str, Any], line: bytes, otherwise: datetime) -> Item | str:
    meta = value.get(META, value)
    data = {k: inner for k, inner in value.items() if k != META} if META in value else value.get("data")
    module = str(meta["source_platform"])
    if module not in PLATFORMS:
        return "other_platform"
    if not isinstance(data, dict):
        return "broken_entry"
    return Item(
        platform=PLATFORMS[module],
        module=module,
        url=scrub.address(str(meta.get("source_url") or meta.get("source_platform_url") or "")),
        body=json.dumps(data, ensure_ascii=True).encode(),
        sha256=hashlib.sha256(line.strip()).hexdigest(),
        at=milliseconds(meta.get("timestamp_collected"), otherwise),
    )


def milliseconds(value: object, otherwise: datetime) -> datetime:
    """Read a moment in milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(float(str(value)) / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
