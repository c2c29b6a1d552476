"""A picture of the public page that a match rests on, taken once more after the crawl; where there is none, why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.errors import FetchError, MissingError, RefusedError
from core.records import Capture
from jobs.tools import Tools
from storage import collecting, judging

MOST = 200
GONE = {404: "not_found", 410: "not_found"}
NOT_NOW = frozenset({"host_paused", "http_429", "http_503"})
"""Why there is no picture yet: these matches wait for the next run."""


class Camera(Protocol):
    """What takes a picture of a page, under the same manners as every other request."""

    async def picture(self, url: str) -> Capture:
        """Take a screenshot; the body of the capture is the PNG."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """How many matches got a picture, and how many could not."""

    taken: int
    missing: int


async def run(
    tools: Tools, camera: Camera, *, most: int = MOST, progress: Callable[[int], None] | None = None
) -> Pictured:
    """Take the pictures that flagged matches still lack, the most probable first."""
    with tools.database.read() as session:
        waiting = judging.to_picture(session, most)
    by_page: dict[str, list[int]] = {}
    for match_id, _, url in waiting:
        by_page.setdefault(url, []).append(match_id)
    taken = missing = 0
    for number, (url, match_ids) in enumerate(by_page.items(), start=1):
        try:
            capture, note = await _look(camera, url)
        except MissingError:
            break  # no browser on this machine: they stay waiting, and `doctor` says so
        if note in NOT_NOW:
            continue
        _save(tools, match_ids, capture, note)
        taken += len(match_ids) if note is None else 0
        missing += len(match_ids) if note is not None else 0
        if progress is not None:
            progress(number)
    return Pictured(taken=taken, missing=missing)


async def _look(camera: Camera, url: str) -> tuple[Capture | None, str | None]:
    """Take one picture; with a note where the page is not there or may not be visited."""
    try:
        capture = await camera.picture(url)
    except (FetchError, RefusedError) as error:
        return None, error.code
    if capture.status < 400:
        return capture, None
    return capture, GONE.get(capture.status, f"http_{capture.status}")


def _save(tools: Tools, match_ids: list[int], capture: Capture | None, note: str | None) -> None:
    blob = tools.blobs.put(capture.body) if capture is not None and note is None else None
    with tools.database.write() as session:
        if capture is not None and blob is not None:
            collecting.save_capture(session, capture, run_id=None, step="screenshot", blob=blob, purpose="picture")
        for match_id in match_ids:
            judging.save_picture(session, match_id, blob=blob, note=note)
