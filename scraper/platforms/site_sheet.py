"""What a page of a configured site shows, lifted field by field before anybody decides what it means.

A `Sheet` holds the fields of the configuration and nothing else of the page: it is also what a reduced capture keeps.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from core.errors import LayoutError
from core.records import Answered, Capability, Capture, VisitState
from core.settings import Site, SiteHtml, SiteJson, SitePage
from scraper.platforms.elements import Element, parsed

ATTRIBUTE = re.compile(r"^(?P<selector>.*?)@(?P<name>[A-Za-z_][\w:.-]*)$", re.DOTALL)
OK = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item with each field as it stood there; None where it was not shown."""

    id: str | None = None
    url: str | None = None
    author: str | None = None
    text: str | None = None
    time: str | None = None
    likes: str | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page. `answered` is None where no JSON answer came; `mark` is what was shown instead of the page."""

    mark: VisitState | None = None
    landmark: bool = False
    empty: bool = False
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
    """Take the configured fields off a page; LayoutError where a JSON answer has another shape or no item has text."""
    if capture.reduced:
        return _read_again(capture)
    document = parsed(capture.body, selectors_of(site, page))
    if mark := _mark(site, document):
        return Sheet(mark=mark)
    paths = page.json_answers
    answers = [answer for answer in capture.answers if paths and paths.answers in answer.url]
    rows, claimed = _answers(paths, [answer for answer in answers if answer.status in OK])
    shown = tuple(_html_row(item, page.html) for item in document.select(page.html.items))
    sheet = Sheet(
        landmark=document.first(page.landmark) is not None,
        empty=page.empty is not None and document.first(page.empty) is not None,
        answered=rows,
        refused=tuple(answer.status for answer in answers if answer.status not in OK),
        shown=shown,
        claimed=claimed if claimed is not None else _pick(document, page.html.claimed),
        next=_pick(document, page.next if page.next is None or ATTRIBUTE.match(page.next) else f"{page.next}@href"),
    )
    _demand_text(page, capability, sheet)
    return sheet


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


def selectors_of(site: Site, page: SitePage) -> list[str]:
    """Gather the selectors with which a page is read."""
    specs = (site.wall, site.challenge, site.missing, page.landmark, page.empty, page.end, page.next)
    return [bare_selector(spec) or "*" for spec in (*specs, *page.html.model_dump().values()) if spec]


def _mark(site: Site, document: Element) -> VisitState | None:
    marks = (
        (site.challenge, VisitState.CHALLENGE),
        (site.wall, VisitState.LOGIN_WALL),
        (site.missing, VisitState.NOT_FOUND),
    )
    return next((state for selector, state in marks if selector and document.first(selector)), None)


def _demand_text(page: SitePage, capability: Capability, sheet: Sheet) -> None:
    """Refuse a page on which the configured text stands in no item: a renamed field must not read as silence."""
    expected = page.html.text if not sheet.answered else page.json_answers and page.json_answers.text
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


def _html_row(item: Element, fields: SiteHtml) -> Row:
    return Row(
        id=_pick(item, fields.id),
        url=_pick(item, fields.url),
        author=_pick(item, fields.author),
        text=_pick(item, fields.text),
        time=_pick(item, fields.time),
        likes=_pick(item, fields.likes),
        pictures=_pictures(item, fields.pictures),
    )


def _pictures(item: Element, spec: str | None) -> tuple[str, ...]:
    """Take the address of every image that the selector names: its `src`, or the attribute after the @."""
    if spec is None:
        return ()
    found = ATTRIBUTE.match(spec)
    name = found["name"] if found else "src"
    values = [image.get(name) for image in item.select(bare_selector(spec))]
    return tuple(value for value in values if value is not None)


def _pick(item: Element, spec: str | None) -> str | None:
    """Take what `selector@attribute` names: an attribute, else a time's `datetime`, else the text as it reads."""
    if spec is None:
        return None
    found = ATTRIBUTE.match(spec)
    selector, name = (found["selector"].strip(), found["name"]) if found else (spec, None)
    element = item.first(selector) if selector else item
    if element is None:
        return None
    if name is None and element.name == "time":
        name = "datetime" if element.get("datetime") is not None else None
    return element.text() if name is None else element.get(name)
