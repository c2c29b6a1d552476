"""What answers of any platform have in common: refusals by status, JSON that must have a shape, times."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import LayoutError
from core.records import Capture, VisitState
from scraper.adapter import Page

BY_STATUS: Mapping[int, VisitState] = {
    401: VisitState.LOGIN_WALL,
    403: VisitState.LOGIN_WALL,
    404: VisitState.NOT_FOUND,
    410: VisitState.NOT_FOUND,
    429: VisitState.THROTTLED,
    451: VisitState.GATED,
}

Shape = TypeVar("Shape", bound=BaseModel)


def refusal(capture: Capture) -> Page | None:
    """Read what the status alone says; None where the body has to be read."""
    if capture.status in BY_STATUS:
        return Page(state=BY_STATUS[capture.status], note=f"http_{capture.status}")
    if capture.status >= 500:
        return Page(state=VisitState.FAILED, note=f"http_{capture.status}")
    return None


def parse(shape: type[Shape], capture: Capture) -> Shape:
    """Read a JSON answer of a known shape; anything else is a changed layout."""
    try:
        return shape.model_validate_json(capture.body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LayoutError("layout_changed", url=capture.url, reason=f"{place}: {first['type']}") from error


def moment(text: str | None) -> datetime | None:
    """Read an ISO time; None where there is none, where it has no zone, or where it is not one."""
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
        return value.astimezone(UTC) if value.tzinfo else None
    except (ValueError, OverflowError):
        return None


def rewritten(capture: Capture, content: Any) -> Capture:  # noqa: ANN401  (any JSON)
    """Give the capture a body that was cut to what may be kept."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(capture, body=body, reduced=True)
