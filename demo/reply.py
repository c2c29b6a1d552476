"""What a simulated network answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Answers(Protocol):
    """A network: it turns an address into an answer."""

    def answer(self, path: str, query: Query) -> Reply:
        """Answer one request."""
        ...


def as_json(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(body=body, media_type="application/json; charset=utf-8", status=status, headers=headers or {})
