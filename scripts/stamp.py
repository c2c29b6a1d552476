"""Says in an Indonesian page which English text it says in Indonesian: `python -m scripts.stamp docs/id/PAGE.md …`.

Run it when you have brought the two in step, and only then: a test compares the stamp with the English page, and so
finds a translation that has fallen behind.
"""

import hashlib
import re
import sys
from pathlib import Path

from scripts.paper import DOCS, place, write

WRITTEN = re.compile(r"<!-- python -m .*?<!-- / -->", re.DOTALL)
STAMP = re.compile(r"\n<!-- en: ([0-9a-f]{12}) -->\n\Z")
FROM_CODE = ("cli.md", "config.md", "errors.md", "database.md")
"""Both languages of these are written by a script: neither can fall behind."""


def pages() -> list[str]:
    """Name the pages that people translate."""
    return sorted(path.name for path in (DOCS / "en").glob("*.md") if path.name not in FROM_CODE)


def stamp_of(name: str) -> str:
    """Hash the English page, without what a script writes into both."""
    text = WRITTEN.sub("", place("en", name).read_text(encoding="utf-8"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def stamped(name: str) -> str | None:
    """Read which English text the Indonesian page was brought in step with."""
    found = STAMP.search(place("id", name).read_text(encoding="utf-8"))
    return found[1] if found else None


def stamp(path: Path) -> None:
    """Put the stamp of now at the end of an Indonesian page."""
    text = STAMP.sub("", path.read_text(encoding="utf-8")).rstrip("\n")
    write(path, f"{text}\n\n<!-- en: {stamp_of(path.name)} -->\n")


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        if page.name not in FROM_CODE:
            stamp(page)
