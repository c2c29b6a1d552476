"""What a recorded page shows: the page itself, or what stands in its place (a wall, an error, nothing)."""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.errors import LayoutError
from core.recording import Recording
from core.records import Answered, Capability, Capture, Mode, PostRef, VisitState
from scraper import reader
from scraper.adapter import Adapter, PageRequest, Target

GONE = {404: "not_found", 410: "not_found"}
LOGIN = re.compile(r"/(?:accounts/)?(?:login|log-in|signin|sign_in|masuk|checkpoint)\b", re.IGNORECASE)
IN_ITS_PLACE = frozenset(
    {
        VisitState.LOGIN_WALL,
        VisitState.CHALLENGE,
        VisitState.THROTTLED,
        VisitState.GATED,
        VisitState.NOT_FOUND,
    }
)


def instead(recording: Recording, adapter: Adapter | None, post: PostRef) -> str | None:
    """Say what stands in the place of a post's page; None where it is the page, or one that nobody knows better."""
    if recording.status >= 400:
        return GONE.get(recording.status, f"http_{recording.status}")
    wanted, led = urlsplit(recording.url).path, urlsplit(recording.final_url).path
    if LOGIN.search(led) and not LOGIN.search(wanted):
        return VisitState.LOGIN_WALL.value
    return _told_by(adapter, recording, post) if adapter is not None else None


def _told_by(adapter: Adapter, recording: Recording, post: PostRef) -> str | None:
    for request in _readings(adapter, recording, post):
        try:
            state = reader.read(adapter, request, _capture(recording, request)).state
        except LayoutError:
            continue  # the page of a person's eyes is not always the one that an adapter reads
        return state.value if state in IN_ITS_PLACE else None
    return None


def _readings(adapter: Adapter, recording: Recording, post: PostRef) -> Iterator[PageRequest]:
    """Name the ways in which this very page is one that the adapter reads."""
    for capability in (Capability.CONTENT, Capability.LIKERS):
        if Mode.AUTO in adapter.capabilities.get(capability, frozenset()):
            named = adapter.plan(Target(posts=(post,)), capability)
            yield from (request for request in named if request.url == recording.url)


def _capture(recording: Recording, request: PageRequest) -> Capture:
    """Give a recording the form in which a crawl would have had it."""
    part = request.rendering.answers if request.rendering is not None else None
    answers = tuple(
        Answered(url=one.url, status=one.status, body=one.body)
        for one in recording.transfers
        if part and part in one.url and one.status is not None and one.kind in {"xhr", "fetch"}
    )
    return Capture(
        url=recording.url,
        final_url=recording.final_url,
        status=recording.status,
        media_type="text/html",
        body=recording.html,
        sha256=hashlib.sha256(recording.html).hexdigest(),
        captured_at=recording.captured_at,
        mode=Mode.AUTO,
        headers=recording.headers,
        answers=answers,
    )
