"""A page as one visit recorded it: every question that it asked of the web, every answer, and what it looked like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One question of a page, and what came for it.

    `body` is decoded, `headers` are as they came. `failed` is the code for why nothing came (`status` is None then, or
    the answer's where only its body was left alone); `cut` says why a body is not whole.
    """

    url: str
    method: str
    kind: str
    asked_headers: Mapping[str, str]
    asked: bytes | None
    at: datetime
    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failed: str | None = None
    cut: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One page from its first question to its picture. `captured_at` is when it was asked for, `ended_at` the end."""

    url: str
    final_url: str
    status: int
    title: str
    captured_at: datetime
    ended_at: datetime
    browser: str
    png: bytes
    html: bytes
    transfers: tuple[Transfer, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    permission: str | None = None

    @property
    def truncated(self) -> bool:
        """Say whether something was left out because the page had more than we take."""
        return any(one.cut or one.failed == "too_large" for one in self.transfers)
