"""The words of every error and problem, by its code: what happened, why, what to do. English; `id.po` translates."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Three lines for a person. The fields of the error stand in them as {name}."""

    what: str
    why: str
    do: str


ERRORS: Mapping[str, Words] = {}
PROBLEMS: Mapping[str, str] = {}
