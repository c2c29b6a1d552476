"""The file that a person keeps: whether it is the registered one, and where in it the answer stands."""

import base64
import binascii
import hashlib
import json
from pathlib import Path
from typing import Any


def entry(path: Path, sha256: str) -> tuple[int, str] | None:
    """Find the answer with this SHA-256 in a HAR: the number of its entry, from 1, and its address."""
    try:
        entries = json.loads(path.read_bytes().decode("utf-8-sig"))["log"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    for number, one in enumerate(entries, start=1):
        body = _body(one)
        if body is not None and hashlib.sha256(body).hexdigest() == sha256:
            return number, _address(one)
    return None


def _address(one: Any) -> str:  # noqa: ANN401  (a stranger's JSON)
    try:
        return str(one["request"]["url"])
    except (KeyError, TypeError):
        return ""


def _body(one: Any) -> bytes | None:  # noqa: ANN401  (a stranger's JSON)
    try:
        content = one["response"]["content"]
        text = content["text"]
        if content.get("encoding") == "base64":
            return base64.b64decode("".join(text.split()))
        return str(text).encode("utf-8", "replace")
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        return None
