"""Writes docs/en/config.md and docs/id/config.md from `core.settings`: `python -m scripts.settings_page`.

What a setting means is said in `scripts/words/settings.csv`; its type, its limits and its default are the program's.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.fields import MOST
from core.settings import Settings
from scripts.paper import LANGUAGES, WRITTEN_BY, Chosen, meaning, place, table, words, write

PAGE = "config.md"
HEAD: dict[Chosen, str] = {
    "en": f"""# Settings

[Bahasa Indonesia](../id/config.md)

{WRITTEN_BY["en"].format(name="settings_page")}

`tilik init` writes a `config.yaml` with all of them and their explanation. A setting that is left out takes its
default; one that is not known is a mistake, so that a slip of the pen is found. `tilik doctor` checks the file and
names the line. `[]` stands for each entry of a list. Keys and passwords never stand in this file: they come from the
environment ([platforms.md](platforms.md)).
""",
    "id": f"""# Pengaturan

[English](../en/config.md)

{WRITTEN_BY["id"].format(name="settings_page")}

`tilik init` menulis `config.yaml` berisi semuanya beserta penjelasannya. Pengaturan yang tidak ditulis memakai nilai
bawaannya; pengaturan yang tidak dikenal dianggap kesalahan, supaya salah ketik ketahuan. `tilik doctor` memeriksa
berkas itu dan menyebut barisnya. `[]` berarti setiap butir dalam daftar. Kunci dan kata sandi tidak pernah ditulis di
sini: keduanya berasal dari lingkungan sistem ([platforms.md](platforms.md)).
""",
}
COLUMNS: dict[Chosen, tuple[str, ...]] = {
    "en": ("setting", "type", "default", "meaning"),
    "id": ("pengaturan", "bentuk", "bawaan", "arti"),
}
NEEDED: dict[Chosen, str] = {"en": "must be given", "id": "wajib diisi"}
TYPES: dict[str, dict[Chosen, str]] = {
    "string": {"en": "text", "id": "teks"},
    "date": {"en": "date", "id": "tanggal"},
    "path": {"en": "path", "id": "letak berkas"},
    "boolean": {"en": "true or false", "id": "true atau false"},
    "integer": {"en": "whole number", "id": "bilangan bulat"},
    "number": {"en": "number", "id": "bilangan"},
    "null": {"en": "null", "id": "null"},
}
LIST: dict[Chosen, str] = {"en": "list of: ", "id": "daftar: "}
BY_NAME: dict[Chosen, str] = {"en": "by name: ", "id": "menurut nama: "}
ENVIRONMENT: dict[Chosen, tuple[str, str, tuple[str, str]]] = {
    "en": (
        "## The environment",
        """What is set outside the file, for one computer or one session. Every setting can be: `TILIK_CRAWL__WORKERS=1`
goes before `crawl.workers` in the file (two underscores for a dot), and `tilik config show` says where each
value comes from. `NO_COLOR` takes the colours out.""",
        ("name", "meaning"),
    ),
    "id": (
        "## Lingkungan sistem",
        """Yang diatur di luar berkas, untuk satu komputer atau satu sesi. Setiap pengaturan dapat diberikan begitu:
`TILIK_CRAWL__WORKERS=1` mendahului `crawl.workers` dalam berkas (dua garis bawah sebagai titik), dan
`tilik config show` menyebut asal setiap nilai. `NO_COLOR` menghilangkan warna.""",
        ("nama", "arti"),
    ),
}
ELSEWHERE = {"platforms.sites": "sites.md"}
"""Parts that have a page of their own."""

Schema = Mapping[str, Any]
SCHEMA: Schema = Settings.model_json_schema(by_alias=True)


def page(chosen: Chosen) -> str:
    """Write every section with its settings."""
    return "\n".join([HEAD[chosen], *_section(SCHEMA, "", chosen), *_environment(chosen), ""])


def settings(schema: Schema = SCHEMA, path: str = "") -> Iterator[str]:
    """Name every setting and every section, outer ones first."""
    for name, one in schema["properties"].items():
        here = f"{path}.{name}".lstrip(".")
        yield here
        inner = _inner(one)
        if inner is not None and here not in ELSEWHERE:
            yield from settings(inner, _path(here, one))


def _environment(chosen: Chosen) -> Iterator[str]:
    title, before, columns = ENVIRONMENT[chosen]
    rows = ((f"`{name}`", said[chosen]) for name, said in words("environment").items())
    yield from (title, "", before, "", *table(columns, rows))


def _section(schema: Schema, path: str, chosen: Chosen) -> Iterator[str]:
    """Write a section: what it is for, its settings, then the sections in it."""
    plain: list[tuple[str, Schema]] = []
    deeper: list[tuple[str, Schema]] = []
    for name, one in schema["properties"].items():
        here = f"{path}.{name}".lstrip(".")
        known = {**one, "needed": name in schema.get("required", ())}
        (plain if _inner(one) is None or here in ELSEWHERE else deeper).append((here, known))
    if plain:
        yield from (*table(COLUMNS[chosen], [_row(here, one, chosen) for here, one in plain]), "")
    for here, one in deeper:
        below = _path(here, one)
        yield from (f"## {below}", "", meaning("settings", here, chosen), "")
        yield from _section(_inner(one) or {}, below, chosen)


def _row(here: str, one: Schema, chosen: Chosen) -> tuple[str, ...]:
    told = meaning("settings", here, chosen)
    if here in ELSEWHERE:
        return f"`{here}`", f"[{ELSEWHERE[here]}]({ELSEWHERE[here]})", "`[]`", told
    default = NEEDED[chosen] if one["needed"] else f"`{json.dumps(_default(here, one), ensure_ascii=False)}`"
    return f"`{here}`", _type(one, chosen), default, told


def _default(here: str, one: Schema) -> object:
    """Give the default; those that are made anew for every reader stand in the settings themselves."""
    if "default" in one:
        return one["default"]
    section, _, name = here.rpartition(".")
    value: Any = Settings.model_fields[section.partition(".")[0]].default
    for part in section.split(".")[1:]:
        value = getattr(value, part)
    return value.model_dump(mode="json")[name]


def _path(here: str, one: Schema) -> str:
    return f"{here}[]" if "items" in one else here


def _inner(one: Schema) -> Schema | None:
    """Find the section that a setting is, or that each of its entries is."""
    found = _resolved(one.get("items", one))
    return found if "properties" in found else None


def _resolved(one: Schema) -> Schema:
    name = str(one.get("$ref", "")).rpartition("/")[2]
    return SCHEMA["$defs"][name] if name else one


def _type(one: Schema, chosen: Chosen) -> str:
    one = {**_resolved(one), **one}
    if "anyOf" in one:
        return ", ".join(_type(kind, chosen) for kind in one["anyOf"])
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    if "items" in one:
        return LIST[chosen] + _type(one["items"], chosen)
    if "additionalProperties" in one:
        return BY_NAME[chosen] + _type(one["additionalProperties"], chosen)
    kind = TYPES[one["format"] if one.get("format") in TYPES else one["type"]][chosen]
    return f"{kind}{_limits(one)}"


def _limits(one: Schema) -> str:
    most = one.get("maximum")
    at_least, above = one.get("minimum"), one.get("exclusiveMinimum")
    limits = [f"≥ {at_least:g}"] if at_least is not None else []
    limits += [f"> {above:g}"] if above is not None else []
    limits += [f"≤ {most:.0f}"] if most is not None and most < MOST else []
    return f", {', '.join(limits)}" if limits else ""


if __name__ == "__main__":
    for language in LANGUAGES:
        write(place(language, PAGE), page(language))
