"""The recorded cases of the platforms that are closed to crawlers or sell a key: pages are `.html`, answers `.json`."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.platforms import Platforms
from core.records import AccountRef, Capture, Exchange, Mode
from scraper.adapter import Adapter, PageRequest
from scraper.platforms import adapters
from tests.scraper import recorded

PLATFORMS = ("tiktok", "threads", "x", "youtube")
ADAPTERS: Mapping[str, Adapter] = {name: adapters(Platforms())[name] for name in PLATFORMS}
CASES = [(platform, case) for platform in PLATFORMS for case in recorded.cases(platform)]
DATA = re.compile(rb'(<script[^>]*type="application/json"[^>]*>)(.*)(</script>)', re.DOTALL)
WATCHED = {"7000000000000000001", "63000000001", "900000001", "UCkelurahanmawar00000001"}


def watched(account: AccountRef) -> bool:
    """Say whether an invented account is on the watchlist: the kelurahan is, nobody else."""
    if account.key is not None:
        return account.key in WATCHED
    return (account.handle or "").removeprefix("@").casefold() == "kelmawar"


def body_of(platform: str, case: str) -> bytes:
    """Give what was served."""
    page = recorded.CAPTURES / platform / f"{case}.html"
    return (page if page.exists() else page.with_suffix(".json")).read_bytes()


def request_of(platform: str, case: str) -> PageRequest:
    """Make the request that a case answers, in the mode in which it is made."""
    request = recorded.request_of(platform, case)
    by_key = platform == "youtube" or request.step.startswith("api-")
    return replace(request, target=replace(request.target, mode=Mode.API if by_key else Mode.AUTO))


def capture_of(platform: str, case: str) -> Capture:
    """Give what was served, as a capture."""
    asked = recorded.expected(platform, case)["request"]
    body = body_of(platform, case)
    return recorded.served(asked["url"], body, status=asked.get("status", 200), **asked.get("headers", {}))


def mutants(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Damage the JSON of an answer, or of the data script of a page, in every place."""
    page = DATA.search(body)
    for damage, mutant in recorded.mutants(page[2] if page else body):
        yield damage, body[: page.start(2)] + mutant + body[page.end(2) :] if page else mutant


def exchange(url: str, body: object = b"{}", *, kind: str = "application/json", asked: object = None) -> Exchange:
    """Make what somebody's own browser asked and got."""
    return Exchange(
        url=url,
        method="POST" if asked is not None else "GET",
        asked=json.dumps(asked) if asked is not None else None,
        status=200,
        media_type=kind,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        at=recorded.served(url, b"").captured_at,
    )
