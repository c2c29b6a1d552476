"""Where the value of every setting comes from: the environment, the file, or what holds where nobody says anything."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core import config
from core.overrides import overrides

PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):[^@/\s]*@")
Origin = Literal["environment", "file", "default"]
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, its value, and the row or the variable that says so."""

    name: str
    value: object
    origin: Origin
    row: int | None = None
    variable: str | None = None


def settings_with_origins(path: Path, environment: Mapping[str, str]) -> list[Setting]:
    """List every setting that holds now. Raises ConfigError."""
    known = config.load(path, environment).model_dump(mode="json")
    rows = config.rows(path)
    given: dict[Place, str] = {one.place: one.variable for one in overrides(environment)}
    return [_setting(place, value, rows, given) for place, value in _leaves(known, ())]


def _setting(place: Place, value: object, rows: Mapping[Place, int], given: Mapping[Place, str]) -> Setting:
    name, shown = ".".join(map(str, place)), PASSWORD.sub(r"\1:***@", value) if isinstance(value, str) else value
    for size in range(len(place), 0, -1):
        if (variable := given.get(place[:size])) is not None:
            return Setting(name=name, value=shown, origin="environment", variable=variable)
    if place in rows:
        return Setting(name=name, value=shown, origin="file", row=rows[place])
    return Setting(name=name, value=shown, origin="default")


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, object]]:  # noqa: ANN401  (what a model becomes)
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*place, name))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*place, number))
    else:
        yield place, value
