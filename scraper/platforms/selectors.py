"""CSS selectors as XPath, as far as they are plain; what is not is left to BeautifulSoup's own."""

import re
from functools import cache

NAME = r"-?[A-Za-z_][A-Za-z0-9_-]*"
TOKEN = re.compile(
    rf"""(?P<comma>\s*,\s*)|(?P<child>\s*>\s*)|(?P<below>\s+)
    |(?P<tag>\*|{NAME})|\#(?P<id>{NAME})|\.(?P<class>{NAME})
    |\[\s*(?P<attribute>{NAME})\s*(?:(?P<sign>[~^$*]?=)\s*(?:"(?P<double>[^"\\]*)"|'(?P<single>[^'\\]*)'|(?P<bare>{NAME}))\s*)?\]
    """,
    re.VERBOSE,
)
ODD = frozenset(
    {"type", "class", "rel", "rev", "headers", "accept-charset", "archive", "sizes", "sandbox", "for"}
    | {"accesskey", "dropzone", "lang"}
)
"""Attributes whose values are compared in a way of their own."""
WORD = "contains(concat(' ', normalize-space({of}), ' '), {word})"


@cache
def xpath(selector: str) -> str | None:
    """Write the condition that an element meets if the selector names it; None where it is no plain selector."""
    groups: list[str] = []
    chain, tests = "", list[str]()
    place, text = 0, selector.strip()
    while place < len(text):
        token = TOKEN.match(text, place)
        if token is None:
            return None
        place = token.end()
        kind = token.lastgroup
        if kind in ("comma", "child", "below"):
            if not tests:
                return None
            here = _all(chain, tests)
            if kind == "comma":
                groups.append(here)
                chain = ""
            else:
                chain = f"{'parent' if kind == 'child' else 'ancestor'}::*[{here}]"
            tests = []
        else:
            test = _test(token)
            if test is None or (token["tag"] and tests):
                return None
            tests.append(test)
    if not tests:
        return None
    return " or ".join([*groups, _all(chain, tests)])


def _all(chain: str, tests: list[str]) -> str:
    return "(" + " and ".join([*tests, *([chain] if chain else [])]) + ")"


def _test(token: re.Match[str]) -> str | None:
    """Write the condition of one part of a selector."""
    if token["tag"]:
        return "true()" if token["tag"] == "*" else f"self::{token['tag'].lower()}"
    if token["id"]:
        return f"@id='{token['id']}'"
    if token["class"]:
        return WORD.format(of="@class", word=f"' {token['class']} '")
    name = token["attribute"].lower()
    value = token["double"] or token["single"] or token["bare"] or ""
    if token["sign"] is None:
        return f"@{name}"
    if name in ODD or not value or not value.isprintable() or "'" in value:
        return None
    return _compared(f"@{name}", token["sign"], value)


def _compared(attribute: str, sign: str, value: str) -> str | None:
    match sign:
        case "=":
            return f"{attribute}='{value}'"
        case "^=":
            return f"starts-with({attribute}, '{value}')"
        case "*=":
            return f"contains({attribute}, '{value}')"
        case "$=":
            return f"substring({attribute}, string-length({attribute}) - {len(value) - 1})='{value}'"
        case _:
            return None if " " in value else WORD.format(of=attribute, word=f"' {value} '")
