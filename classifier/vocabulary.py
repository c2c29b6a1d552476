"""The word lists that ship with the classifier: chat spellings and the families that rules look for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Words and phrases that do the same in a text; phrases are sorted under their first word, longest first."""

    words: frozenset[str]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]


def _lines(name: str) -> list[tuple[str, list[str]]]:
    text = (files("classifier") / "words" / name).read_text(encoding="utf-8")
    pairs = (line.split(":", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return [(head.strip(), tail.split()) for head, tail in pairs]


@cache
def slang() -> Mapping[str, tuple[str, ...]]:
    """Map a chat spelling to the plain words."""
    return {variant: tuple(plain.split()) for plain, variants in _lines("slang.txt") for variant in variants}


@cache
def families() -> Mapping[str, Family]:
    """Read the families by name."""
    return {name: _family(entries) for name, entries in _lines("families.txt")}


def _family(entries: list[str]) -> Family:
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for entry in entries:
        if "_" in entry:
            parts = tuple(entry.split("_"))
            phrases.setdefault(parts[0], []).append(parts)
    ordered = {first: tuple(sorted(forms, key=len, reverse=True)) for first, forms in phrases.items()}
    return Family(words=frozenset(e for e in entries if "_" not in e), phrases=ordered)


@cache
def known_words() -> frozenset[str]:
    """All plain words that the lists know: what digits and joined tags are read against."""
    plain = {word for words in slang().values() for word in words}
    listed = {word for family in families().values() for word in family.words}
    return frozenset(plain | listed)


@cache
def forms_by_first_word() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """List all words and phrases of all families under their first word, so that a text is walked once."""
    forms: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, family in families().items():
        for word in sorted(family.words):
            forms.setdefault(word, []).append(((word,), name))
        for first, phrases in family.phrases.items():
            forms.setdefault(first, []).extend((phrase, name) for phrase in phrases)
    return {first: tuple(found) for first, found in forms.items()}


@cache
def words_digest() -> str:
    """Name the word lists by their content."""
    folder = files("classifier") / "words"
    lists = sorted((one.name, one.read_bytes()) for one in folder.iterdir() if one.name.endswith(".txt"))
    return hashlib.sha256(b"\0".join(name.encode() + b"\0" + content for name, content in lists)).hexdigest()
