"""What the files that people bring consist of, whatever their format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.errors import InputError
from core.records import Exchange

MOST_BYTES = 300 * 1024**2
"""The largest file that is read."""
MOST_UNPACKED = 1024**3
MOST_BODY = 64 * 1024**2
MOST_RATIO = 100
SMALL = 1024**2
"""What unpacks to less than this is no bomb, however well it was packed."""

KINDS = frozenset(
    {
        "har", "zeeschuimer", "warc", "wacz", "html", "mhtml", "observations",
        "instagram_export", "facebook_export", "tiktok_export", "x_export",
    }
)  # fmt: skip
"""What a file can be."""
LEFT_OUT = frozenset(
    {
        "broken_entry", "no_answer", "no_body", "other_kind", "other_platform", "bad_base64", "bad_encoding",
        "too_large", "no_address", "not_ours",
    }
)  # fmt: skip
"""Why an entry of a file is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One object of a platform as a browser extension kept it. `sha256` is of the line that it stood in."""

    platform: str
    module: str
    url: str
    body: bytes
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Liked:
    """One line of an owner's export: this post was liked, perhaps at this time; `text` where the export has it."""

    url: str
    at: datetime | None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a witness says that they saw: these accounts under this post."""

    row: int
    url: str
    handles: tuple[str, ...]
    action: str
    seen_at: datetime
    witness: str
    screenshot: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file that was recognised: its kind, what is in it, what was left out and why."""

    kind: str
    entries: Sequence[Exchange | Item | Liked | Observed]
    skipped: Mapping[str, int] = field(default_factory=dict)
    platform: str | None = None
    owner: str | None = None
    """Whose export it is, where the export says so."""


def damaged(path: Path, code: str, **fields: str) -> InputError:
    """Make the error of a file that cannot be used: named, with what is wrong."""
    return InputError(code, problems=(), path=path.name, **fields)
