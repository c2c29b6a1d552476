"""Where in a person's file an answer stands; whatever else the file is, it never stumbles."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from core.files import digest
from evidence.original import entry

BODY = '{"nama": "Kelurahan Rekaan 🗳"}'
WANTED = hashlib.sha256(BODY.encode()).hexdigest()


def har(path: Path, *contents: Any) -> Path:  # noqa: ANN401
    entries = [
        {"request": {"url": f"https://w.example/{n}"}, "response": {"content": c}} for n, c in enumerate(contents)
    ]
    path.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    "content",
    [{"text": BODY}, {"text": base64.b64encode(BODY.encode()).decode() + "\n", "encoding": "base64"}],
)
def test_an_answer_is_found_as_text_and_as_base64(tmp_path: Path, content: dict[str, str]) -> None:
    assert entry(har(tmp_path / "a.har", {"text": "{}"}, content), WANTED) == (2, "https://w.example/1")


@pytest.mark.parametrize(
    "content", [None, [], {}, {"text": None}, {"text": "?", "encoding": "base64"}, {"text": "\ud800"}]
)
def test_what_is_no_answer_is_passed_over(tmp_path: Path, content: object) -> None:
    assert entry(har(tmp_path / "a.har", content, {"text": BODY}), WANTED) == (2, "https://w.example/1")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", '{"log": {}}', '{"log": {"entries": [7, null]}}'])
def test_what_is_no_har_holds_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.har"
    path.write_text(text, encoding="utf-8")

    assert entry(path, WANTED) is None
    assert digest(path) == (hashlib.sha256(text.encode()).hexdigest(), len(text))
