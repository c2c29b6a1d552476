"""The microformats of a page (h-entry, h-feed, h-card, h-cite) as plain values, whoever wrote it.

Nothing here knows a platform: what an entry means is for the adapter that asked. Specification: microformats.org/wiki.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bs4 import BeautifulSoup
from pydantic import TypeAdapter, ValidationError

from core.errors import LayoutError
from core.records import Capture

CONTENT = "content"
PUBLISHED = "published"
MARKS = {CONTENT: ".e-content", PUBLISHED: ".dt-published"}
"""Fields whose number on the page must be the number that was read: one beside every entry is a changed layout."""
ENTRIES = frozenset({"h-entry", "h-cite"})
DEEPEST = 30
Properties = Mapping[str, Sequence[Any]]


class Place(StrEnum):
    """Where an entry stands: in the feed or as the page itself, as somebody else's that was passed on, in a thread."""

    ENTRY = "entry"
    CITED = "cited"
    BEFORE = "before"  # what the page's entry answers
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is named: the address of a profile, or the name that stands there."""

    url: str | None = None
    nickname: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post as its microformats tell it; None where they do not. `liked_by` and `reposted_by` are who is named."""

    place: Place
    url: str | None = None
    author: Person | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    published: str | None = None
    updated: str | None = None
    photos: tuple[str, ...] = ()
    repost_of: str | None = None
    liked_by: tuple[Person, ...] = ()
    reposted_by: tuple[Person, ...] = ()
    element: str | None = None

    @property
    def text(self) -> str | None:
        """What it says: an article's title above its content, else its summary."""
        if self.content is None:
            return self.summary or self.title
        led = self.title is None or self.content.startswith(self.title)
        return self.content if led else f"{self.title}\n{self.content}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One page. `card` is whose page it is, where it says so; `stray` is what stands outside of every entry."""

    feed: bool = False
    card: Person | None = None
    entries: tuple[Entry, ...] = ()
    next: str | None = None
    actor: str | None = None
    """What an ActivityPub server calls the thing shown, in its link to the same as JSON."""
    stray: tuple[str, ...] = ()


_MARKED = TypeAdapter(Marked)


def soup_of(capture: Capture) -> BeautifulSoup:
    """Parse a page; what is no UTF-8 is left to the parser's own guess."""
    try:
        markup: str | bytes = "<!---->" + capture.body.decode()
    except UnicodeDecodeError:
        markup = b"<!---->" + capture.body
    return BeautifulSoup(markup, "lxml")


def marked(soup: BeautifulSoup, url: str) -> Marked:
    """Read the microformats of a page that stands at this address."""
    import mf2py  # noqa: PLC0415  (brings a second HTTP library with it, and few pages need it)

    parsed = mf2py.Parser(doc=soup, url=url).to_dict()
    items, rels = parsed["items"], parsed["rels"]
    links = parsed["rel-urls"].items()
    return Marked(
        feed=any("h-feed" in item["type"] for item in _all(items)),
        card=next((_person(item) for item in items if "h-card" in item["type"]), None),
        entries=tuple(_entries(items, Place.ENTRY, None)),
        next=next(iter(rels.get("next", ())), None),
        actor=next((address for address, link in links if link.get("type") == "application/activity+json"), None),
        stray=tuple(name for name, mark in MARKS.items() if len(soup.select(mark)) > _told(items, name)),
    )


def dump(found: Marked) -> dict[str, Any]:
    """Write what was read as JSON."""
    written: dict[str, Any] = _MARKED.dump_python(found, mode="json")
    return written


def load(content: object) -> Marked:
    """Read again what `dump` wrote; LayoutError where it is something else."""
    try:
        return _MARKED.validate_python(content)
    except ValidationError as error:
        raise LayoutError("layout_changed", missing="reduced page") from error


def paragraphs(html: str) -> str:
    """Give the words of a piece of HTML, each paragraph and each broken line on its own line."""
    soup = BeautifulSoup(html, "lxml")
    for end in soup.find_all(["br", "p"]):
        end.append("\n") if end.name == "p" else end.replace_with("\n")
    return soup.get_text().strip()


def _all(items: Sequence[Mapping[str, Any]], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Give every microformat of the page, at any depth, in the order of the document."""
    if depth > DEEPEST:
        raise LayoutError("layout_changed", missing="an end of nested entries")
    for item in items:
        yield item
        inner = [value for values in item["properties"].values() for value in values if _is_item(value)]
        yield from _all([*inner, *item.get("children", ())], depth + 1)


def _is_item(value: object) -> bool:
    return isinstance(value, dict) and "type" in value


def _told(items: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(len(item["properties"].get(name, ())) for item in _all(items) if ENTRIES.intersection(item["type"]))


def _entries(items: Sequence[Mapping[str, Any]], place: Place, owner: Person | None) -> Iterator[Entry]:
    """Walk down to the entries; who wrote one that does not say so is whose feed or page it stands in."""
    for item in items:
        kinds, told = set(item["type"]), item["properties"]
        children = item.get("children", ())
        if kinds & ENTRIES:
            if children and not told.keys() & {"url", CONTENT}:  # only a frame around what was passed on
                yield from _entries(children, Place.CITED, None)
                continue
            yield from _told_in(Place.BEFORE, told.get("in-reply-to", ()))
            yield _entry(item, Place.CITED if "h-cite" in kinds and place is Place.ENTRY else place, owner)
            yield from _told_in(Place.COMMENT, told.get("comment", ()))
            yield from _entries(children, Place.BEFORE, None)
        elif kinds & {"h-feed", "h-card"}:
            whose = _person(item) if "h-card" in kinds else _first_person(told.get("author", ()))
            yield from _entries([*children, *filter(_is_item, told.get("entry", ()))], place, whose or owner)


def _told_in(place: Place, values: Sequence[Any]) -> Iterator[Entry]:
    """Give the posts around an entry that are shown in full; a bare address shows none."""
    shown = [value for value in values if _is_item(value) and CONTENT in value["properties"]]
    return _entries(shown, place, None)


def _entry(item: Mapping[str, Any], place: Place, owner: Person | None) -> Entry:
    told: Properties = item["properties"]
    return Entry(
        place=place,
        url=_text(told, "url") or _text(told, "uid"),
        author=_first_person(told.get("author", ())) or owner,
        title=_text(told, "name"),
        summary=_text(told, "summary"),
        content=_content(told),
        published=_text(told, PUBLISHED),
        updated=_text(told, "updated"),
        photos=tuple(filter(None, map(_plain, told.get("photo", ())))),
        repost_of=_text(told, "repost-of"),
        liked_by=_people(told, "like"),
        reposted_by=_people(told, "repost"),
        element=item.get("id"),
    )


def _people(told: Properties, name: str) -> tuple[Person, ...]:
    """Say who liked or passed on: a citation's author, a card, or a bare address."""
    people = []
    for value in told.get(name, ()):
        inner = value["properties"].get("author", ()) if _is_item(value) else ()
        person = _first_person(inner) or (_person(value) if _is_item(value) else _named(value))
        people.append(person or Person())
    return tuple(people)


def _first_person(values: Sequence[Any]) -> Person | None:
    for value in values:
        return _person(value) if _is_item(value) else _named(value)
    return None


def _person(item: Mapping[str, Any]) -> Person:
    told = item["properties"]
    return Person(url=_text(told, "url"), nickname=_text(told, "nickname"), name=_text(told, "name"))


def _named(value: object) -> Person | None:
    text = _plain(value)
    if not text:
        return None
    return Person(url=text) if text.startswith(("http://", "https://")) else Person(name=text)


def _content(told: Properties) -> str | None:
    value = next(iter(told.get(CONTENT, ())), None)
    if isinstance(value, dict):
        return paragraphs(str(value.get("html", "")))
    return value if isinstance(value, str) else None


def _text(told: Properties, name: str) -> str | None:
    return next(filter(None, map(_plain, told.get(name, ()))), None)


def _plain(value: object) -> str | None:
    found = value.get("value") if isinstance(value, dict) else value
    return found.strip() if isinstance(found, str) else None
