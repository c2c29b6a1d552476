"""Words for people, in Indonesian and English. Used by the command line and by review, and by nobody else.

English stands in the code, for codes in `names`; Indonesian in `id.po`, which translators edit with any gettext tool.
"""

import locale
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

from language.names import NAMES

Language = Literal["id", "en"]
ESCAPED, ESCAPES = re.compile(r"\\(.)"), {"n": "\n", "t": "\t"}
CATALOGUE = Path(__file__).with_name("id.po")

_chosen: list[Language] = []
_here: ContextVar[Language | None] = ContextVar("language of this request", default=None)


def choose(language: Language) -> None:
    """Say which language people read from now on."""
    _chosen[:] = [language]


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak this language until the block ends, to whoever is spoken to in it: a page has readers of both."""
    before = _here.set(language)
    try:
        yield
    finally:
        _here.reset(before)


def chosen() -> Language:
    """Tell the language: of this block, else the one that was chosen, else TILIK_LANG, the system's, or English."""
    if (here := _here.get()) is not None:
        return here
    if _chosen:
        return _chosen[0]
    system = os.environ.get("TILIK_LANG") or locale.getlocale()[0] or os.environ.get("LANG", "")
    return "id" if system.casefold().startswith(("id", "indonesia")) else "en"


def say(message: str, /, **fields: object) -> str:
    """Put a message or a code into words; the fields stand in it as {name}."""
    english = NAMES.get(message, message)
    words = indonesian().get(english, english) if chosen() == "id" else english
    return words.format(**fields) if fields else words


@cache
def indonesian() -> dict[str, str]:
    """Read the Indonesian catalogue: {English: Indonesian}.

    It holds pairs of msgid and msgstr only, which its tests demand; reading these takes a hundredth of what a reader
    of everything that gettext knows takes, at every start.
    """
    found: dict[str, str] = {}
    parts: dict[str, list[str]] = {"msgid": [], "msgstr": []}
    field = "msgid"
    for line in [*CATALOGUE.read_text(encoding="utf-8").splitlines(), "msgid"]:
        word, _, rest = line.partition('"')
        if word.strip() == "msgid":
            english, words = ("".join(parts[name]) for name in ("msgid", "msgstr"))
            if english and words:
                found[english] = words
            parts = {"msgid": [], "msgstr": []}
        if word.strip() in parts:
            field = word.strip()
        if rest and not word.startswith("#"):
            parts[field].append(ESCAPED.sub(lambda sign: ESCAPES.get(sign[1], sign[1]), rest[:-1]))
    return found
