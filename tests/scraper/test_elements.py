"""Pages are read the same, whether lxml answers for a plain selector or BeautifulSoup for any."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.platforms import elements
from scraper.platforms.elements import Element, parsed
from scraper.platforms.selectors import xpath

PLAIN = (
    "article",
    "ARTICLE.post",
    "*",
    ".post",
    "#posts",
    "a.link.big",
    "main article",
    "main > article",
    "article > p .text",
    "div p, article, #end",
    "[href]",
    'a[href="/a"]',
    "a[href^='/a']",
    "a[href$=b]",
    'a[href*="a b"]',
    "[data-kind~=two]",
    "article[data-kind] > a[href]",
)
BEYOND = ("a:first-child", "p + p", "p ~ p", "a:not(.x)", "[type=text]", "[class^=a]", "a:is(.x, .y)", "a\\:b", "")
NAMES = "main article p div li a span br time b script style template pre textarea ruby rt rp iframe svg td table form"
TAGS = st.sampled_from(NAMES.split())
SPACES = (" ", "\n\n", " \n ", "\t", "\u00a0", "x\x0cy")
WORDS = st.sampled_from([*SPACES, "Kerja bakti", "a &amp; b", "&nbsp;", "<!-- no -->", "<?pi x?>", "é", "<"])
ATTRIBUTES = st.sampled_from(
    [
        "",
        " class=post",
        " class='link  big'",
        " class=''",
        " id=posts",
        " id=end",
        " href=/a",
        " href='/a b'",
        " HREF=b",
        " data-kind='one two'",
        " data-kind",
        " rel='me  nofollow'",
        " datetime=2024",
    ]
)
PIECES = st.one_of(
    WORDS,
    st.builds("<{}{}>".format, TAGS, st.lists(ATTRIBUTES, max_size=2, unique=True).map("".join)),
    st.builds("</{}>".format, TAGS),
)
NESTED = (
    '<main><article class="post"><p>Satu<br>dua<p class=text>tiga <b>empat</b></p>'
    "<script>lima()</script></article></main>"
)


def described(element: Element) -> tuple[object, ...]:
    names = ("class", "id", "href", "HREF", "rel", "data-kind", "datetime")
    return (element.name, element.text(), *(element.get(name) for name in names))


def souped(html: str) -> Element:
    return elements._Souped(BeautifulSoup("<!---->" + html, "lxml"))  # noqa: SLF001


@given(st.lists(PIECES, min_size=1, max_size=30).map("".join), st.sampled_from(PLAIN), st.sampled_from(PLAIN))
@example(NESTED, "article", "p")
@example("<meta charset=latin1><p>é</p>", "p", "*")
def test_a_plain_selector_finds_and_reads_what_beautifulsoup_does(html: str, selector: str, inner: str) -> None:
    quick, slow = parsed(html.encode(), [selector, inner]), souped(html)

    assert [described(one) for one in quick.select(selector)] == [described(one) for one in slow.select(selector)]
    for one, other in zip(quick.select(selector), slow.select(selector), strict=True):
        assert [described(it) for it in one.select(inner)] == [described(it) for it in other.select(inner)]
        first, its = one.first(inner), other.first(inner)
        assert (first and described(first)) == (its and described(its))


def test_plain_selectors_need_no_beautifulsoup_and_the_others_get_it() -> None:
    body = NESTED.encode()

    assert type(parsed(body, PLAIN)).__name__ == "_Quick"
    assert type(parsed(body, [*PLAIN, "p:first-child"])).__name__ == "_Souped"


@pytest.mark.parametrize("selector", BEYOND)
def test_what_is_more_than_plain_is_left_to_beautifulsoup(selector: str) -> None:
    assert xpath(selector) is None


@pytest.mark.parametrize("body", [b"", b"<!-- -->", b"\xff\xfe<p>a</p>", "<p>é</p>".encode("latin-1")])
def test_what_is_hardly_a_page_is_read_by_beautifulsoup(body: bytes) -> None:
    assert type(parsed(body, ["p"])).__name__ == "_Souped"
