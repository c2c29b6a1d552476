"""Recorded pages that no browser had to show."""

from datetime import UTC, datetime
from typing import Any

from core.recording import Recording, Transfer

PICTURE = b"\x89PNG\r\n\x1a\n"
NOW = datetime(2029, 10, 1, 3, 0, 0, 250_000, tzinfo=UTC)
HTML = "<!doctype html><title>Kiriman</title><p>Ayo coblos nomor 1</p><img src='/poster.svg'>"
POSTER = b"<svg xmlns='http://www.w3.org/2000/svg' width='80' height='60'><rect width='80' height='60'/></svg>"


def transfer(url: str, body: bytes = b"", **more: Any) -> Transfer:  # noqa: ANN401  (any field)
    """Make one question and its answer."""
    fields: dict[str, Any] = {
        "method": "GET",
        "kind": "document",
        "asked_headers": {"User-Agent": "tilik/0", "Accept": "*/*"},
        "asked": None,
        "at": NOW,
        "status": 200,
        "reason": "OK",
        "headers": (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))),
    }
    return Transfer(url=url, body=body, **{**fields, **more})


def recording(url: str = "https://warga.example/post/7", *, status: int = 200, **more: Any) -> Recording:  # noqa: ANN401
    """Make a page with a poster."""
    host = "/".join(url.split("/")[:3])
    fields: dict[str, Any] = {
        "final_url": url,
        "title": "Kiriman",
        "captured_at": NOW,
        "ended_at": NOW,
        "browser": "156.0",
        "png": PICTURE,
        "html": HTML.encode(),
        "permission": "robots:allowed",
        "transfers": (
            transfer(url, HTML.encode(), status=status),
            transfer(f"{host}/poster.svg", POSTER, kind="image", headers=(("Content-Type", "image/svg+xml"),)),
        ),
    }
    return Recording(url=url, status=status, **{**fields, **more})
