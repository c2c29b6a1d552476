"""What was read in a picture: words that stand beside a post's own and are never taken for them."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_TEXT = 5_000


class ReadState(StrEnum):
    """How a reading ended. Only `empty` says that there is no text; a picture that nobody read has no state at all."""

    OK = "ok"
    EMPTY = "empty"
    UNREADABLE = "unreadable"


class Unreadable(StrEnum):
    """Why a picture could not be read."""

    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    NO_PICTURE = "not_a_picture"
    BROKEN = "picture_broken"
    MOVING = "moving_picture"
    UNCLEAR = "unclear_letters"
    TOO_SLOW = "reading_too_long"
    READER_FAILED = "reader_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a picture; `confidence` is the reader's own, from 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWords:
    """What came of reading a picture: its lines from top to bottom, or why there are none."""

    state: ReadState
    lines: tuple[Line, ...] = ()
    note: Unreadable | None = None

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line.text for line in self.lines)[:LONGEST_TEXT]

    @property
    def confidence(self) -> float | None:
        """The mean confidence, each line by its length; None where nothing was read."""
        letters = sum(len(line.text) for line in self.lines)
        if not letters:
            return None
        return round(sum(line.confidence * len(line.text) for line in self.lines) / letters, 4)


def unreadable(note: Unreadable) -> PictureWords:
    """Say that a picture could not be read, and why."""
    return PictureWords(state=ReadState.UNREADABLE, note=note)
