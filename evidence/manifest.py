"""The manifest of one piece of evidence: what was seen, when, on what ground, and the files that show it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.recording import Recording

FORMAT = "tilik-evidence-1"


class Level(StrEnum):
    """What the evidence is: the public page as it stood there, or only the record that a platform gave."""

    PAGE = "page"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file by what it holds; `name` is how it is called in a package."""

    name: str
    sha256: str
    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What the crawl was given when it found the act: `sha256` is of the body as it came, before it was reduced."""

    url: str
    sha256: str
    captured_at: datetime
    mode: str
    permission: str | None
    original: str | None
    """SHA-256 of the file that a person brought, where the act was found in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One piece of evidence. `page` and `proof` say how those visits ended; None where there was none."""

    match: int
    level: Level
    platform: str
    account: str
    action: str
    acted_at: datetime | None
    record: str | None
    post: str
    text_sha256: str
    crawled: Crawled | None
    page: Mapping[str, Any] | None
    proof: Mapping[str, Any] | None
    made_at: datetime
    tilik: str
    controller: str
    files: Sequence[File]


def file(name: str, content: bytes, media_type: str) -> File:
    """Describe a file."""
    return File(name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), media_type=media_type)


def seen(recording: Recording) -> dict[str, Any]:
    """Tell of a recorded page what a manifest keeps."""
    return {
        "url": recording.url,
        "final_url": recording.final_url,
        "status": recording.status,
        "title": recording.title,
        "asked_at": recording.captured_at,
        "ended_at": recording.ended_at,
        "browser": recording.browser,
        "ground": recording.permission,
        "answers": sum(one.status is not None for one in recording.transfers),
        "truncated": recording.truncated,
        "failed": [{"url": one.url, "why": one.failed} for one in recording.transfers if one.failed],
    }


def written(manifest: Manifest) -> bytes:
    """Write a manifest in its one form: UTF-8 JSON, names sorted, times in UTC."""
    whole = {"format": FORMAT, **asdict(manifest)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1, default=_plain).encode() + b"\n"


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
