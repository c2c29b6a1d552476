"""What may stand in a cell of a file that people open with a spreadsheet, and how to get back what stood there."""

import re

LONGEST = 32_000
"""Characters of a cell, emoji counted twice as spreadsheets do; they break beyond 32,767."""

CUT_MARK = " … [dipotong/cut]"

_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_SHOWN_BREAK = " ⏎ "
_CONTROL = r"\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[{_CONTROL}]")
_HALF_PAIRS = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = r"\s\u00ad\u034f\u115f\u1160\u180b-\u180e\u200b-\u200d\u2060-\u2065\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
_BEGINNINGS = "=+\\-@'⏎＝＋－＠"
_FORMULA = re.compile(rf"[{_INVISIBLE}]*[{_BEGINNINGS}]")
_FIT = re.compile(rf"[^{_INVISIBLE}{_BEGINNINGS}{_CONTROL}\ud800-\udfff][^\t-\r\u2028\u2029\ud800-\udfff{_CONTROL}]*")
"""What stays as it is: nearly every text, so that one look is enough."""


def cell(text: str) -> str:
    """Make a text fit for one cell: one line, no control characters, not too long, never a formula."""
    if not text or (len(text) <= LONGEST // 2 and _FIT.fullmatch(text)):
        return text
    return _guarded(_cut(_one_line(text)))


def uncell(text: str) -> str:
    """Give back what was put into a cell, lines included, without the spaces around it."""
    if not text or (_FIT.fullmatch(text) and "⏎" not in text):
        return text.strip()
    bare = text.removeprefix("'")
    return _without_controls(bare.replace("\t", " ").replace(_SHOWN_BREAK, "\n")).strip()


def _one_line(text: str) -> str:
    return _without_controls(_BREAKS.sub(_SHOWN_BREAK, text).replace("\t", " "))


def _without_controls(text: str) -> str:
    return _HALF_PAIRS.sub("\ufffd", _CONTROLS.sub("", text))


def _cut(text: str) -> str:
    if len(text) <= LONGEST // 2 or _length(text) <= LONGEST:
        return text
    room = LONGEST - len(CUT_MARK)
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + CUT_MARK


def _length(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _guarded(text: str) -> str:
    """Put one apostrophe before what a spreadsheet might run, and before an apostrophe: `uncell` takes one off."""
    return "'" + text if _FORMULA.match(text) else text
