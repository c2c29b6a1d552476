"""A page as a tree of elements with the few questions that descriptions of sites ask.

Plain selectors (names, classes, ids, attributes, `>`, groups) are answered by lxml, which BeautifulSoup stands on, at a
tenth of its price; a page whose description asks for more is read by BeautifulSoup. Both give the same answers.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Protocol

from lxml import etree

from scraper.platforms.selectors import xpath

if TYPE_CHECKING:
    from bs4 import Tag

APART = re.compile(r"<template|<iframe(?![^<>]*>\s*</iframe\s*>)", re.IGNORECASE)
"""What holds a page of its own, in which BeautifulSoup does not look."""
BLOCKS = frozenset({"p", "div", "li", "blockquote"})
UNREAD = frozenset({"script", "style", "template", "rt", "rp"})
"""Elements whose text nobody reads as part of what stands around them."""
AS_WRITTEN = frozenset({"pre", "textarea"})
SPACES = " \n\t\f\r"
LISTS = frozenset({"class", "accesskey", "dropzone"})
LISTS_OF = frozenset(
    {
        ("a", "rel"),
        ("a", "rev"),
        ("link", "rel"),
        ("link", "rev"),
        ("td", "headers"),
        ("th", "headers"),
        ("form", "accept-charset"),
        ("object", "archive"),
        ("area", "rel"),
        ("icon", "sizes"),
        ("iframe", "sandbox"),
        ("output", "for"),
    }
)
"""Attributes that are lists of words: how they were spaced says nothing."""


class Element(Protocol):
    """One element of a page, or the whole of it."""

    @property
    def name(self) -> str:
        """Its tag."""
        ...

    def select(self, selector: str) -> "list[Element]":
        """Find what a selector names below it, from top to bottom."""
        ...

    def first(self, selector: str) -> "Element | None":
        """Find the first of it."""
        ...

    def get(self, attribute: str) -> str | None:
        """Read an attribute."""
        ...

    def text(self) -> str:
        """Read it as a person does: `<br>` and paragraphs break lines."""
        ...


def parsed(body: bytes, selectors: Iterable[str]) -> Element:
    """Read a page for these selectors."""
    try:
        markup = "<!---->" + body.decode()
    except UnicodeDecodeError:
        return _souped(b"<!---->" + body)
    plain = all(xpath(selector) for selector in selectors) and not APART.search(markup)
    root = _root(markup) if plain else None
    return _souped(markup) if root is None else _Quick(root, whole=True)


def _root(markup: str) -> etree._Element | None:
    parser = etree.HTMLParser(recover=True)
    try:
        parser.feed(markup)
        return parser.close()
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _souped(markup: str | bytes) -> Element:
    from bs4 import BeautifulSoup  # noqa: PLC0415  (a sixth of a start, where nobody needs it)

    return _Souped(BeautifulSoup(markup, "lxml"))


@cache
def _query(selector: str, *, whole: bool) -> etree.XPath:
    path = xpath(selector)
    assert path is not None  # noqa: S101  (it was looked at when the page was read)
    return etree.XPath(f"{'descendant-or-self' if whole else 'descendant'}::*[{path}]")


class _Quick:
    """An element of lxml."""

    def __init__(self, element: etree._Element, *, whole: bool = False) -> None:
        self._element = element
        self._whole = whole

    @property
    def name(self) -> str:
        return str(self._element.tag)

    def select(self, selector: str) -> list[Element]:
        found: list[etree._Element] = _query(selector, whole=self._whole)(self._element)
        return [_Quick(element) for element in found]

    def first(self, selector: str) -> Element | None:
        return next(iter(self.select(selector)), None)

    def get(self, attribute: str) -> str | None:
        value: str | None = self._element.get(attribute)
        if value is not None and (attribute in LISTS or (self.name, attribute) in LISTS_OF):
            return " ".join(value.split())
        return value

    def text(self) -> str:
        above = [self._element, *self._element.iterancestors()]
        if any(element.tag in UNREAD for element in above):
            return ""
        reading = _Reading(as_written=sum(element.tag in AS_WRITTEN for element in above))
        reading.read(self._element)
        return _plain(reading.pieces)


class _Reading:
    """The words of an element, piece by piece."""

    def __init__(self, *, as_written: int) -> None:
        self.pieces: list[str] = []
        self._as_written = as_written
        self._unread = 0

    def read(self, top: etree._Element) -> None:
        for event, element in etree.iterwalk(top, events=("start", "end", "comment", "pi")):
            if event == "start":
                if element is not top:
                    self._enter(str(element.tag))
                self._say(element.text)
            elif element is not top:
                if event == "end":
                    self._leave(str(element.tag))
                self._say(element.tail)

    def _enter(self, name: str) -> None:
        if name == "br" or (name in BLOCKS and self.pieces):
            self.pieces.append("\n")
        self._unread += name in UNREAD
        self._as_written += name in AS_WRITTEN

    def _leave(self, name: str) -> None:
        self._unread -= name in UNREAD
        self._as_written -= name in AS_WRITTEN

    def _say(self, text: str | None) -> None:
        if not text or self._unread:
            return
        if not self._as_written and not text.strip(SPACES):
            text = "\n" if "\n" in text else " "
        self.pieces.append(text)


class _Souped:
    """An element of BeautifulSoup."""

    def __init__(self, tag: "Tag") -> None:
        self._tag = tag

    @property
    def name(self) -> str:
        return self._tag.name

    def select(self, selector: str) -> list[Element]:
        return [_Souped(tag) for tag in self._tag.select(selector)]

    def first(self, selector: str) -> Element | None:
        found = self._tag.select_one(selector)
        return None if found is None else _Souped(found)

    def get(self, attribute: str) -> str | None:
        value = self._tag.get(attribute)
        return " ".join(value) if isinstance(value, list) else value

    def text(self) -> str:
        from bs4 import CData, NavigableString, Tag  # noqa: PLC0415  (loaded with the page)

        pieces: list[str] = []
        for node in self._tag.descendants:
            if isinstance(node, Tag):
                pieces += "\n" if node.name == "br" or (node.name in BLOCKS and pieces) else ""
            elif type(node) in (NavigableString, CData):
                pieces.append(str(node))
        return _plain(pieces)


def _plain(pieces: list[str]) -> str:
    return re.sub(r"[ \t]+", " ", "".join(pieces)).strip()
