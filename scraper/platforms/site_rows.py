"""One item of a page of a configured site, as it stood there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item with each field as it stood there; None where it was not shown."""

    id: str | None = None
    url: str | None = None
    author: str | None = None
    text: str | None = None
    time: str | None = None
    likes: str | None = None
    pictures: tuple[str, ...] = ()
