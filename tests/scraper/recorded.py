"""Recorded answers as files: `case.json` or `case.html` is what was served, `case.expected.json` what it means.

A case whose request names a `file` shares what was served with another case.
"""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import LayoutError
from core.records import AccountRef, Capability, Capture, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import Adapter, Page, PageRequest, Target

CAPTURES = Path(__file__).parent / "captures"
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
RARE = ("posted_span", "acted_span", "pictures")
"""What an expected file names only where it is there."""
IN_SCRIPTS = re.compile(rb"(?s)(?:data-sjs>|ApplyEach,)(\{.*?\})(?:\);\}\);)?</script>")
IN_LINES = re.compile(rb"(?m)^(?:for \(;;\);)?(\{.*\})\r?$")
GOOD = {VisitState.OK, VisitState.UNCHANGED, VisitState.EMPTY}


def cases(platform: str) -> list[str]:
    """Name the recorded cases of a platform."""
    return sorted(path.name.removesuffix(".expected.json") for path in (CAPTURES / platform).glob("*.expected.json"))


def expected(platform: str, case: str) -> dict[str, Any]:
    """Load what a case must read as."""
    loaded: dict[str, Any] = json.loads((CAPTURES / platform / f"{case}.expected.json").read_text(encoding="utf-8"))
    return loaded


def request_of(platform: str, case: str) -> PageRequest:
    """Make the request that a case answers."""
    asked = expected(platform, case)["request"]
    account = AccountRef(platform=platform, **asked["account"]) if "account" in asked else None
    posts = tuple(PostRef(platform=platform, uri=uri) for uri in asked.get("posts", ()))
    mode = Mode(asked.get("mode", Mode.AUTO))
    return PageRequest(
        target=Target(account=account, posts=posts, bookmark=asked.get("bookmark"), mode=mode),
        capability=Capability(asked["capability"]),
        url=asked["url"],
        step=asked["step"],
        carry=asked.get("carry", {}),
    )


def capture_of(platform: str, case: str) -> Capture:
    """Give what was served."""
    asked = expected(platform, case)["request"]
    plain, page = CAPTURES / platform / f"{case}.json", CAPTURES / platform / f"{case}.html"
    path = CAPTURES / platform / asked["file"] if "file" in asked else plain if plain.exists() else page
    capture = served(asked["url"], path.read_bytes(), status=asked.get("status", 200), **asked.get("headers", {}))
    return replace(capture, media_type="text/html") if path.suffix == ".html" else capture


def served(url: str, body: bytes | object, *, status: int = 200, **headers: str) -> Capture:
    """Make a capture; what is not bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Capture(
        url=url,
        final_url=url,
        status=status,
        media_type="application/json",
        body=content,
        sha256=hashlib.sha256(content).hexdigest(),
        captured_at=datetime(2026, 6, 20, tzinfo=UTC),
        mode=Mode.AUTO,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def plain(page: Page) -> dict[str, Any]:
    """Write a page as the expected files do."""
    full = asdict(replace(page, following=()))
    full["following"] = [request.url for request in page.following]
    if not page.partial:
        del full["partial"]
    for record in (*full["posts"], *full["interactions"]):
        for name in RARE:
            if not record.get(name):
                record.pop(name, None)
    loaded: dict[str, Any] = json.loads(json.dumps(full, default=str))
    return loaded


def without_strangers(page: Page, keep: Callable[[AccountRef], bool]) -> Page:
    """Leave out what accounts did that nobody watches."""
    return replace(page, interactions=tuple(act for act in page.interactions if keep(act.actor)))


def read_or_none(adapter: Adapter, request: PageRequest, capture: Capture) -> Page | None:
    """Read a page as the crawl does; None where it is loudly not one we know."""
    try:
        return reader.read(adapter, request, capture)
    except LayoutError:
        return None


def mutants(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Damage an answer in every place of its JSON: each key renamed, each value made null, a list, a number.

    A page is damaged in each of the blocks that it carries, an answer of several documents in each of them.
    """
    for start, end in _json_within(body):
        for damage, mutant in _damaged(json.loads(body[start:end])):
            yield damage, body[:start] + mutant + body[end:]


def _json_within(body: bytes) -> list[tuple[int, int]]:
    """Say where JSON stands: in the scripts of a page, on the lines of an answer, or as the whole of it."""
    if body.lstrip().startswith(b"<"):
        return [found.span(1) for found in IN_SCRIPTS.finditer(body)]
    lines = [found.span(1) for found in IN_LINES.finditer(body)]
    return lines or [(0, len(body))]


def _damaged(whole: Any) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401  (any JSON)
    for place in _places(whole):
        name = ".".join(map(str, place))
        for change, value in (("null", None), ("list", [[]]), ("number", -1), ("renamed", ...)):
            mutant = copy.deepcopy(whole)
            parent = mutant
            for step in place[:-1]:
                parent = parent[step]
            if value is not ...:
                parent[place[-1]] = value
            elif isinstance(parent, dict):
                parent["baru"] = parent.pop(place[-1])
            yield f"{name} {change}", json.dumps(mutant).encode()


def _places(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*above, key)
        yield from _places(below, (*above, key))
