"""Images of posts with few words, fetched before scoring: what a poster says stands in no text.

Only images of watched and campaign accounts, within the budget of a run, under the manners of every request.
"""

import asyncio
from dataclasses import dataclass

from core.errors import FetchError, RefusedError
from core.records import Capability, Capture, VisitState
from jobs.tools import Tools, Web
from scraper.adapter import PageRequest, Target
from storage import collecting, pictures
from storage.pictures import Waiting

ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"
BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
NOT_NOW = frozenset({"host_paused", "http_429", "http_503"})
"""Why there is no image yet: these wait for the next run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posters:
    """How many images were fetched, and how many could not be had."""

    fetched: int
    missing: int


async def run(tools: Tools, web: Web, *, stop: asyncio.Event | None = None) -> Posters:
    """Fetch the images that wait, the newest posts first, as far as the budget of a run goes."""
    budget = tools.settings.pictures
    with tools.database.read() as session:
        waiting = pictures.to_fetch(session, below_characters=budget.below_characters, limit=budget.per_run)
    fetched = missing = 0
    for image in waiting:
        if stop is not None and stop.is_set():
            break
        capture, note = await _fetched(web, image, budget.max_bytes)
        if note in NOT_NOW:
            continue
        _save(tools, image, capture, note)
        fetched, missing = (fetched + 1, missing) if note is None else (fetched, missing + 1)
    return Posters(fetched=fetched, missing=missing)


async def _fetched(web: Web, image: Waiting, most_bytes: int) -> tuple[Capture | None, str | None]:
    """Fetch one image; with a note where it is not there, may not be had, or is none."""
    request = PageRequest(
        target=Target(),
        capability=Capability.CONTENT,
        url=image.url,
        step="poster",
        accept=ACCEPT,
        most_bytes=most_bytes,
    )
    try:
        capture = await web(request)
    except (FetchError, RefusedError) as error:
        return None, error.code
    if capture.status == 429:
        web.pause(image.url, VisitState.THROTTLED, after=capture.headers.get("retry-after"))
    if capture.status != 200:
        return capture, f"http_{capture.status}"
    if len(capture.body) > most_bytes:
        return capture, "too_large"
    return capture, None if media_type(capture.body) else "not_an_image"


def media_type(body: bytes) -> str | None:
    """Say what kind of image these bytes are by how they begin; None for everything else, SVG and HTML included."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp" and body[8:12] in {b"avif", b"avis"}:
        return "image/avif"
    return next((kind for beginning, kind in BEGINNINGS.items() if body.startswith(beginning)), None)


def _save(tools: Tools, image: Waiting, capture: Capture | None, note: str | None) -> None:
    """Keep the file first, then the rows that point to it."""
    now, kind = tools.clock.now(), media_type(capture.body) if capture is not None and note is None else None
    blob = tools.blobs.put(capture.body) if capture is not None and kind is not None else None
    with tools.database.write() as session:
        if capture is None or blob is None or kind is None:
            pictures.save_missing(session, image.id, note=note or "not_an_image", now=now)
            return
        collecting.save_capture(session, capture, run_id=None, step="poster", blob=blob, purpose="picture")
        pictures.save_picture(session, image.id, sha256=blob, media_type=kind, now=now)
