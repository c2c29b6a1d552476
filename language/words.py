"""What a person reads when something cannot be done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Three lines for a person. The fields of the error stand in them as {name}."""

    what: str
    why: str
    do: str
