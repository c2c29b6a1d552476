"""How large, how deep and how full a page may be before anybody takes it to pieces."""

from collections.abc import Mapping

from lxml import etree

from core.errors import LayoutError

MOST_BYTES = 20_000_000
MOST_DEEP = 512
MOST_ELEMENTS = 200_000
MOST_ATTRIBUTES = 5_000
LIGHT_BYTES = 2_000_000
LIGHT_TAGS = 20_000
"""Whatever stands in a page with fewer signs of a tag, it costs less than a second: no process of its own is needed."""
STEP = 65_536

CODES = ("page_too_large", "page_too_deep", "page_too_full", "page_too_costly")
"""What a page is called that is out of bounds, or that cost more than it may."""


def is_light(body: bytes) -> bool:
    """Say whether a page is small enough to be read where we are."""
    return len(body) <= LIGHT_BYTES and body.count(b"<") <= LIGHT_TAGS


def require(body: bytes, url: str) -> None:
    """Look at a page tag by tag, without building it; LayoutError with one of CODES where it is out of bounds."""
    if len(body) > MOST_BYTES:
        raise LayoutError("page_too_large", url=url, limit=MOST_BYTES)
    count = _Count()
    parser = etree.HTMLParser(target=count, huge_tree=True)
    for start in range(0, len(body), STEP):
        parser.feed(body[start : start + STEP])
        if count.deepest > MOST_DEEP:
            raise LayoutError("page_too_deep", url=url, limit=MOST_DEEP)
        if count.elements > MOST_ELEMENTS or count.attributes > MOST_ATTRIBUTES:
            raise LayoutError("page_too_full", url=url, limit=MOST_ELEMENTS)


class _Count:
    """Counts what a parser meets."""

    def __init__(self) -> None:
        self.depth = self.deepest = self.elements = self.attributes = 0

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        """Note an element that begins."""
        self.elements += 1
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.attributes = max(self.attributes, len(attributes))

    def end(self, _tag: str) -> None:
        """Note an element that ends."""
        self.depth -= 1

    def close(self) -> None:
        """End; there is nothing to give."""
