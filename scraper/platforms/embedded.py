"""JSON that a page carries in its scripts: the blocks, found without building the page, and keys at any depth.

Big platforms serve a page as a shell with its data in scripts. `blocks` gives `<script type="application/json">`,
`literals` the objects that stand in running JavaScript, `documents` the parts of an answer that holds several. What
cannot be parsed is left out: whoever misses a mandatory key there says so loudly.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
END = re.compile(r"</script", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
JSON = "application/json"
MOST_BROKEN = 20
"""So many broken objects in one script mean that it holds none; each costs a look at the whole script."""
GUARD = "for (;;);"
"""What stands before an answer so that no foreign page can run it as a script."""

_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One script element: its attributes by lower-case name, its text as it stands."""

    attributes: Mapping[str, str]
    text: str


def is_page(body: bytes) -> bool:
    """Say whether this is HTML rather than JSON."""
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def scripts(page: bytes) -> Iterator[Script]:
    """Find the script elements of a page, in order, by scanning it once."""
    html = page.decode(errors="replace")
    place = 0
    while (start := SCRIPT.search(html, place)) is not None and (begin := html.find(">", start.end())) >= 0:
        end = END.search(html, begin)
        place = end.end() if end else len(html)
        found = ATTRIBUTE.finditer(html, start.end(), begin)
        attributes = {one[1].lower(): one[2] or one[3] or one[4] or "" for one in found}
        yield Script(attributes=attributes, text=html[begin + 1 : end.start() if end else len(html)])


def blocks(page: bytes, *, containing: str = "", **attributes: str) -> list[Any]:
    """Give the JSON of a page's data scripts, in order; with `containing`, of those only that hold these words.

    A script counts as data by `type="application/json"`, or where attributes name it (`id="__UNIVERSAL_DATA__"`).
    """
    wanted = attributes or {"type": JSON}
    found = []
    for script in scripts(page):
        if containing in script.text and wanted.items() <= script.attributes.items():
            found += documents(script.text)
    return found


def literals(page: bytes, call: str, *, containing: str = "") -> list[Any]:
    """Give the JSON objects that stand behind `call` in running scripts, as in `call{…})`."""
    found = []
    for script in scripts(page):
        if containing not in script.text:
            continue
        broken, place = 0, script.text.find(f"{call}{{")
        while place >= 0 and broken < MOST_BROKEN:
            value, end = _at(script.text, place + len(call))
            found += [value] if isinstance(value, dict) else []
            broken += value is None
            place = script.text.find(f"{call}{{", end)
    return found


def documents(text: str, *, whole: bool = False) -> list[Any]:
    """Give the JSON documents of a text that may hold several, one behind the other, and a guard before them.

    With `whole`, a text that holds anything else, or breaks off, is a ValueError.
    """
    found = []
    text = text.strip().removeprefix(GUARD)
    place = _skip(text, 0)
    while place < len(text):
        before = place
        value, place = _at(text, place)
        if place == before:  # not JSON: nothing that follows can be trusted to be a document
            if whole:
                raise ValueError(f"no JSON at {place} of {len(text)}")
            break
        found.append(value)
        place = _skip(text, place)
    return found


def _at(text: str, place: int) -> tuple[Any, int]:
    """Read one value and say where it ends; the place itself where none stands there."""
    try:
        return _decoder.raw_decode(text, place)
    except ValueError:
        return None, place


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def find(value: object, key: str) -> Iterator[Any]:
    """Give every value of a key, at any depth, outer ones first, in the order of the document."""
    return (holder[key] for holder in holders(value, key))


def holders(value: object, *keys: str) -> Iterator[dict[str, Any]]:
    """Give every object that has all these keys, at any depth, outer ones first."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if all(key in one for key in keys):
                yield one
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list):
            waiting.extend(reversed(one))


def at(value: object, path: str) -> Any:  # noqa: ANN401  (any JSON)
    """Follow a dotted path ("story.actors.0.id"); None where it leads nowhere."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
