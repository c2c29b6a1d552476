"""Settings from the environment, which go before the file's: TILIK_CRAWL__WORKERS=1 is crawl.workers.

Two underscores stand for a step into a section, so that no other variable of tilik's is taken for a setting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

PREFIX, STEP = "TILIK_", "__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One setting that a variable gives."""

    variable: str
    place: tuple[str, ...]
    value: object


def overrides(environment: Mapping[str, str]) -> list[Override]:
    """Find the settings in the environment."""
    return [
        Override(variable=name, place=_place(name), value=_value(environment[name]))
        for name in sorted(environment)
        if name.upper().startswith(PREFIX) and STEP in name
    ]


def _place(name: str) -> tuple[str, ...]:
    return tuple(name[len(PREFIX) :].lower().split(STEP))


def _value(text: str) -> object:
    """Read a value as config.yaml would: numbers, true, dates, [lists]; what is nothing of it is a text."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return text


def put_in(content: object, given: Iterable[Override]) -> object:
    """Give the content of a settings file with what the environment says instead."""
    for one in given:
        content = _with(content, one.place, one.value)
    return content


def _with(content: object, place: tuple[str, ...], value: object) -> object:
    if not place:
        return value
    below = dict(content) if isinstance(content, Mapping) else {}
    return below | {place[0]: _with(below.get(place[0]), place[1:], value)}
