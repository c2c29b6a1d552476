"""What a page of a configured site shows, lifted field by field before anybody decides what it means.

A `Sheet` holds the fields of the configuration and nothing else of the page: it is also what a reduced capture keeps.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache

import soupsieve
from bs4 import BeautifulSoup, CData, NavigableString, Tag
from pydantic import TypeAdapter, ValidationError

from core.errors import LayoutError
from core.platforms import Site, SiteHtml, SiteJson, SitePage
from core.records import Answered, Capability, Capture, VisitState
from scraper.platforms import site_microformats
from scraper.platforms.microformats import soup_of
from scraper.platforms.site_rows import Row

ATTRIBUTE = re.compile(r"^(?P<selector>.*?)@(?P<name>[A-Za-z_][\w:.-]*)$", re.DOTALL)
OPENS, CLOSES = re.compile(rb"<html[\s>]", re.IGNORECASE), re.compile(rb"</html\s*>", re.IGNORECASE)
BLOCKS = frozenset({"p", "div", "li", "blockquote"})
OK = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page. `answered` is None where no JSON answer came; `mark` is what was shown instead of the page.

    `cut` says that the page ends in the middle: what it lists is not all there is.
    """

    mark: VisitState | None = None
    landmark: bool = False
    empty: bool = False
    cut: bool = False
    answered: tuple[Row, ...] | None = None
    refused: tuple[int, ...] = ()
    shown: tuple[Row, ...] = ()
    claimed: str | None = None
    next: str | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The items of the JSON answers, or of the page itself where those have none."""
        return self.answered or self.shown


_SHEET = TypeAdapter(Sheet)


def lift(site: Site, page: SitePage, capability: Capability, capture: Capture) -> Sheet:
    """Take the fields off a page; LayoutError where a JSON answer has another shape or no item has text."""
    if capture.reduced:
        return _read_again(capture)
    soup = soup_of(capture)
    if mark := mark_of(site, soup):
        return Sheet(mark=mark)
    chosen = page.html
    sheet = _selected(page, chosen, soup, capture) if chosen else _marked(page, soup, capability, capture)
    _demand_text(page, capability, sheet)
    return sheet


def _selected(page: SitePage, fields: SiteHtml, soup: BeautifulSoup, capture: Capture) -> Sheet:
    """Take what the selectors of the settings name."""
    paths = page.json_answers
    answers = [answer for answer in capture.answers if paths and paths.answers in answer.url]
    rows, claimed = _answers(paths, [answer for answer in answers if answer.status in OK])
    cut = is_cut(capture.body) and not _is_there(soup, page.end)
    items = soup.select(fields.items)[: -1 if cut else None]  # the last one may be half
    return Sheet(
        landmark=_is_there(soup, page.landmark),
        empty=_is_there(soup, page.empty),
        cut=cut,
        answered=rows,
        refused=tuple(answer.status for answer in answers if answer.status not in OK),
        shown=tuple((_html_name if rows else _html_row)(item, fields) for item in items),
        claimed=claimed if claimed is not None else pick(soup, fields.claimed),
        next=_next(soup, page),
    )


def _marked(page: SitePage, soup: BeautifulSoup, capability: Capability, capture: Capture) -> Sheet:
    """Take what the site marks itself, with microformats."""
    found = site_microformats.read(soup, capability, capture)
    cut = is_cut(capture.body) and not _is_there(soup, page.end)
    return Sheet(
        landmark=_is_there(soup, page.landmark or site_microformats.LANDMARK),
        cut=cut,
        empty=_is_there(soup, page.empty),
        shown=found.rows[: -1 if cut else None],
        next=_next(soup, page) if page.next else found.next,
    )


def _is_there(soup: BeautifulSoup, selector: str | None) -> bool:
    return selector is not None and soup.select_one(selector) is not None


def _next(soup: BeautifulSoup, page: SitePage) -> str | None:
    return pick(soup, page.next if page.next is None or ATTRIBUTE.match(page.next) else f"{page.next}@href")


def dump(sheet: Sheet) -> bytes:
    """Write a sheet as the body of a reduced capture."""
    return json.dumps(asdict(sheet), ensure_ascii=False).encode()


def bare_selector(spec: str) -> str:
    """Take the CSS selector out of `selector@attribute`."""
    found = ATTRIBUTE.match(spec)
    return found["selector"].strip() if found else spec


def _read_again(capture: Capture) -> Sheet:
    try:
        return _SHEET.validate_json(capture.body)
    except ValidationError as error:
        raise LayoutError("layout_changed", missing="reduced page") from error


def is_cut(body: bytes) -> bool:
    """Say whether a page begins as a whole document does and has no end: a server may break off in the middle."""
    return OPENS.search(body) is not None and CLOSES.search(body) is None


def mark_of(site: Site, soup: BeautifulSoup) -> VisitState | None:
    """Say what a page shows instead of what was wanted."""
    marks = (
        (site.challenge, VisitState.CHALLENGE),
        (site.wall, VisitState.LOGIN_WALL),
        (site.missing, VisitState.NOT_FOUND),
    )
    return next((state for selector, state in marks if selector and soup.select_one(selector)), None)


def _demand_text(page: SitePage, capability: Capability, sheet: Sheet) -> None:
    """Refuse a page on which the configured text stands in no item: a renamed field must not read as silence."""
    shown = page.html.text if page.html else site_microformats.TEXT
    expected = shown if not sheet.answered else page.json_answers and page.json_answers.text
    if capability is Capability.LIKERS or expected is None or not sheet.rows:
        return
    if all(row.text is None for row in sheet.rows):
        raise LayoutError("layout_changed", missing="text")


def _answers(paths: SiteJson | None, answers: Iterable[Answered]) -> tuple[tuple[Row, ...] | None, str | None]:
    """Read the rows of all answers in the order they came, and the last claim about how many there are."""
    rows: list[Row] | None = None
    claimed = None
    if paths is None:
        return None, None
    for answer in answers:
        document = _document(answer)
        items = _dig(document, paths.items)
        if not isinstance(items, list):
            raise LayoutError("layout_changed", missing="items", url=answer.url)
        rows = [*(rows or ()), *(_json_row(item, paths) for item in items)]
        claimed = _field(document, paths.claimed) or claimed
    return None if rows is None else tuple(rows), claimed


def _document(answer: Answered) -> object:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise LayoutError("layout_changed", missing="json", url=answer.url) from error


def _json_row(item: object, paths: SiteJson) -> Row:
    return Row(
        id=_field(item, paths.id),
        url=_field(item, paths.url),
        author=_field(item, paths.author),
        text=_field(item, paths.text),
        time=_field(item, paths.time),
        likes=_field(item, paths.likes),
    )


def _dig(value: object, path: str) -> object:
    """Follow a dotted path; `.` is the document itself; None where it leads nowhere."""
    for name in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _field(value: object, path: str | None) -> str | None:
    found = None if path is None else _dig(value, path)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else None


def _html_name(item: Tag, fields: SiteHtml) -> Row:
    """Say which item it is: beside JSON answers the page only tells how many there are, and whose."""
    return Row(id=pick(item, fields.id), url=pick(item, fields.url), author=pick(item, fields.author))


def _html_row(item: Tag, fields: SiteHtml) -> Row:
    return replace(
        _html_name(item, fields),
        text=pick(item, fields.text),
        time=pick(item, fields.time),
        likes=pick(item, fields.likes),
        pictures=_pictures(item, fields.pictures),
    )


def _pictures(item: Tag, spec: str | None) -> tuple[str, ...]:
    """Take the address of every image that the selector names: its `src`, or the attribute after the @."""
    if spec is None:
        return ()
    found = ATTRIBUTE.match(spec)
    name = found["name"] if found else "src"
    values = [image.get(name) for image in item.select(bare_selector(spec))]
    return tuple(value for value in values if isinstance(value, str))


def pick(item: Tag, spec: str | None) -> str | None:
    """Take what `selector@attribute` names: an attribute, else a time's `datetime`, else the text as it reads."""
    if spec is None:
        return None
    selector, name = _named(spec)
    element = selector.select_one(item) if selector else item
    if element is None:
        return None
    if name is None and element.name == "time":
        name = "datetime" if element.has_attr("datetime") else None
    if name is None:
        return _text(element)
    value = element.get(name)
    return " ".join(value) if isinstance(value, list) else value


@cache
def _named(spec: str) -> tuple[soupsieve.SoupSieve | None, str | None]:
    """Take `selector@attribute` apart once: each item is asked for it, and looking a selector up costs half a match."""
    found = ATTRIBUTE.match(spec)
    selector, name = (found["selector"].strip(), found["name"]) if found else (spec, None)
    return soupsieve.compile(selector) if selector else None, name


def _text(element: Tag) -> str:
    """Read an element as a person does: `<br>` and paragraphs break lines."""
    pieces: list[str] = []
    for node in element.descendants:
        if isinstance(node, Tag):
            pieces += "\n" if node.name == "br" or (node.name in BLOCKS and pieces) else ""
        elif type(node) in (NavigableString, CData):
            pieces.append(str(node))
    return re.sub(r"[ \t]+", " ", "".join(pieces)).strip()
