"""Posts that stand on pages of their own, as in the threads of a forum: the list leads there, once for everybody."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import LayoutError
from core.platforms import Site
from core.records import AccountRef, Capability, Capture, VisitState
from scraper.adapter import Page, PageRequest, Target
from scraper.crawl import Board, Memory, visit
from scraper.platforms.site import SiteAdapter
from tests.scraper.recorded import served

BASE = "https://warung.example"
WARUNG = Site.model_validate(
    {
        "platform": "warung",
        "base_url": BASE,
        "render": "http",
        "posts": {
            "list": {"path": "/", "landmark": "ul.topik", "empty": "p.sepi", "links": "a.topik", "next": "a[rel=next]"},
            "path": "/t/{slug}/{thread}/",
            "landmark": "ol.kata",
            "next": "a[rel=next]",
            "html": {"items": "ol.kata li", "id": "@id", "url": "a@href", "author": "b", "text": "p"},
        },
    }
)
WEB = {
    "/": '<ul class="topik"><a class="topik" href="/t/satu/1/">.</a><a class="topik" href="/t/satu/1/#akhir">.</a>'
    '<a class="topik" href="https://lain.example/t/x/9/">.</a></ul><a rel="next" href="/?mulai=2">lagi</a>',
    "/?mulai=2": '<ul class="topik"><a class="topik" href="/t/dua/2/">.</a></ul>',
    "/t/satu/1/": '<ol class="kata"><li id="1"><a href="/t/satu/1/k/1/">.</a><b>kel_honje</b><p>Posyandu buka.</p>'
    '<li id="2"><a href="/t/satu/1/k/2/">.</a><b>tetangga</b><p>Baik.</p></ol><a rel="next" href="/t/satu/1/2/">2</a>',
    "/t/satu/1/2/": '<ol class="kata"><li id="3"><a href="/t/satu/1/k/3/">.</a><b>kel_honje</b><p>Sip.</p></ol>',
    "/t/dua/2/": '<ol class="kata"><li id="4"><a href="/t/dua/2/k/4/">.</a><b>tetangga</b><p>Halo.</p></ol>',
}


class Serving:
    """Serves these pages and remembers what was asked for."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def __call__(self, request: PageRequest) -> Capture:
        path = request.url.removeprefix(BASE)
        self.asked.append(path)
        return served(request.url, self.pages.get(path, "").encode(), status=200 if path in self.pages else 404)


def looked(web: Serving, handle: str, board: Board) -> list[Page]:
    target = Target(account=AccountRef(platform="warung", handle=handle))
    memory = Memory(board=board)

    async def walk() -> list[Page]:
        adapter = SiteAdapter(WARUNG)
        steps = visit(adapter, target, Capability.POSTS, web, memory=memory, max_pages=50)
        return [outcome.page async for outcome in steps]

    return asyncio.run(walk())


def read(body: str) -> Page:
    adapter = SiteAdapter(WARUNG)
    target = Target(account=AccountRef(platform="warung", handle="kel_honje"))
    (request,) = adapter.plan(target, Capability.POSTS)
    return adapter.read(request, served(request.url, body.encode()))


def test_every_page_that_the_list_leads_to_is_read_and_only_the_accounts_own_posts_count() -> None:
    web = Serving(WEB)

    pages = looked(web, "kel_honje", Board())

    assert [post.ref.uri for page in pages for post in page.posts] == [
        f"{BASE}/t/satu/1/k/1/",
        f"{BASE}/t/satu/1/k/3/",
    ]
    assert sorted(web.asked) == sorted(WEB)
    assert {page.state for page in pages} == {VisitState.OK}


def test_a_second_account_costs_no_request() -> None:
    web, board = Serving(WEB), Board()
    looked(web, "kel_honje", board)
    asked = len(web.asked)

    pages = looked(web, "Tetangga", board)

    assert [post.text for page in pages for post in page.posts] == ["Baik.", "Halo."]
    assert len(web.asked) == asked


def test_a_page_that_has_gone_since_it_was_listed_is_not_the_accounts_end() -> None:
    pages = looked(Serving({path: body for path, body in WEB.items() if "dua" not in path}), "kel_honje", Board())

    assert [page.note for page in pages if page.state is VisitState.UNCHANGED] == ["listed_page_gone"]
    assert VisitState.NOT_FOUND not in {page.state for page in pages}


@pytest.mark.parametrize("body", ["<p>Sebentar</p>", '<ul class="topik"></ul>'])
def test_a_list_without_its_landmark_or_any_link_is_a_changed_layout(body: str) -> None:
    with pytest.raises(LayoutError):
        read(body)


def test_a_list_that_says_there_is_nothing_has_nothing() -> None:
    assert read('<ul class="topik"></ul><p class="sepi">Belum ada.</p>').following == ()


def test_a_list_or_page_that_ends_in_the_middle_is_no_whole_one() -> None:
    adapter = SiteAdapter(WARUNG)
    half = read(f"<html>{WEB['/'][:105]}")
    request = half.following[0]
    page = adapter.read(request, served(request.url, f"<html>{WEB['/t/satu/1/'][:120]}".encode()))

    assert (half.state, half.note) == (VisitState.FAILED, "page_cut")
    assert (page.state, page.note, len(page.posts)) == (VisitState.FAILED, "page_cut", 1)


def test_of_a_list_is_kept_where_it_leads_to_and_it_reads_the_same_again() -> None:
    adapter = SiteAdapter(WARUNG)
    (request,) = adapter.plan(Target(account=AccountRef(platform="warung", handle="kel_honje")), Capability.POSTS)
    whole = served(request.url, WEB["/"].replace(">.<", ">Kata tetangga<").encode())

    kept = adapter.reduce(request, whole, lambda _: False)

    assert b"tetangga" not in kept.body
    assert adapter.read(request, kept) == adapter.read(request, whole)
    assert adapter.reduce(request, kept, lambda _: False) == replace(kept, sha256=kept.sha256)
