"""Words for people, in Indonesian and English. Used by the command line and by review, and by nobody else.

English stands in the code, for codes in `names`; Indonesian in `id.po`, which translators edit with any gettext tool.
"""

import locale
import os
from functools import cache
from pathlib import Path
from typing import Literal

from language.names import NAMES

Language = Literal["id", "en"]
CATALOGUE = Path(__file__).with_name("id.po")

_chosen: list[Language] = []


def choose(language: Language) -> None:
    """Say which language people read from now on."""
    _chosen[:] = [language]


def chosen() -> Language:
    """Tell the language: the one that was chosen, else TILIK_LANG, else the system's, else English."""
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
    """Read the Indonesian catalogue: {English: Indonesian}."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  (English needs no catalogue)

    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="id")
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
