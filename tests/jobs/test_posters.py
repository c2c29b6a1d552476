"""Images of posts with few words: of watched people only, within a budget, and only real images."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import RefusedError
from core.records import AccountRef, Capability, Capture, Mode, Post, PostRef, VisitState
from core.settings import Pictures
from jobs import posters
from jobs.posters import Posters, media_type
from jobs.tools import Tools
from scraper.adapter import Adapter, Keep, Page, PageRequest, Target
from tests.jobs.office import crawl_all, entry, eyes, open_office, rows, watch
from tests.scraper.recorded import served

PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"\xff\xd8\xff\xe0" + b"1" * 50
GIF, WEBP = b"GIF89a" + b"2" * 9, b"RIFF\x10\0\0\0WEBPVP8 " + b"3" * 9
AVIF = b"\0\0\0\x20ftypavif\0\0\0\0" + b"4" * 9
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
LONG = "Kerja bakti warga RT 3 hari Minggu pukul tujuh, bawa alat masing-masing."
ME, STRANGER = AccountRef(platform="papan", handle="mawar"), AccountRef(platform="papan", handle="orang")
Answers = dict[str, Capture | Exception]


def image(name: str) -> str:
    return f"https://img.example/{name}"


def post(number: int, text: str | None, *pictures: str, author: AccountRef = ME) -> Post:
    ref = PostRef(platform="papan", uri=f"https://papan.example/{number}")
    return Post(ref=ref, author=author, text=text, posted_at=None, pictures=tuple(map(image, pictures)))


class Board(Adapter):
    """A platform that shows a few posts with their images."""

    platform = "papan"
    capabilities: Mapping[Capability, frozenset[Mode]] = {Capability.POSTS: frozenset({Mode.AUTO})}

    def __init__(self, *posts: Post) -> None:
        self.posts = posts

    def locate(self, url: str) -> None:
        return None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        if capability is Capability.POSTS:
            yield PageRequest(target=target, capability=capability, url="https://papan.example/@mawar", step="posts")

    def read(self, request: PageRequest, capture: Capture) -> Page:
        return Page(state=VisitState.OK, posts=self.posts, seen=len(self.posts))

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        return capture


Open = Callable[..., Tools]


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Iterator[Open]:
    opened: list[Tools] = []

    def open_it(*posts: Post, budget: Pictures | None = None) -> Tools:
        tools = open_office(tmp_path, empty, Board(*posts), pictures=budget or Pictures())
        watch(tools, entry("mawar", platform="papan"))
        opened.append(tools)

        async def page(request: PageRequest) -> Capture:
            return served(request.url, b"{}")

        crawl_all(tools, page)
        return tools

    yield open_it
    for tools in opened:
        tools.database.close()


def fetch(tools: Tools, answers: Answers, closed: tuple[str, ...] = ()) -> tuple[Posters, list[str]]:
    async def answer(request: PageRequest) -> Capture:
        found = answers.get(request.url.rsplit("/", 1)[1], served(request.url, PNG))
        if isinstance(found, Exception):
            raise found
        return replace(found, url=request.url, final_url=request.url)

    web = eyes(tools, answer, closed=closed)
    return asyncio.run(posters.run(tools, web)), [url.rsplit("/", 1)[1] for url in web.asked]


def told(tools: Tools) -> dict[str, tuple[str | None, str | None]]:
    return {row.url.rsplit("/", 1)[1]: (row.media_type, row.note) for row in rows(tools, "post_pictures")}


def test_only_images_of_posts_with_few_words_are_fetched_and_kept_by_their_hash(office: Open) -> None:
    tools = office(post(1, "Pilih!", "a.png"), post(2, LONG, "b.png"), post(3, None, "c.jpg", "d.jpg"))

    done, asked = fetch(tools, {"c.jpg": served("", JPEG)})

    assert done == Posters(fetched=3, missing=0)
    assert sorted(asked) == ["a.png", "c.jpg", "d.jpg"]
    kept = {row.url: row for row in rows(tools, "post_pictures")}
    assert tools.blobs.get(kept[image("c.jpg")].sha256) == JPEG
    assert (kept[image("c.jpg")].media_type, kept[image("b.png")].sha256) == ("image/jpeg", None)
    assert [row.purpose for row in rows(tools, "captures") if row.step == "poster"] == ["picture"] * 3


def test_images_of_people_who_are_not_watched_are_nobodys_business(office: Open) -> None:
    tools = office(post(1, "Halo", "a.png", author=STRANGER))

    assert fetch(tools, {}) == (Posters(fetched=0, missing=0), [])
    assert rows(tools, "post_pictures") == []


def test_an_image_is_fetched_once(office: Open) -> None:
    tools = office(post(1, "Pilih!", "a.png", "a.png"))
    fetch(tools, {})

    assert fetch(tools, {})[1] == []


def test_the_budget_of_a_run_is_kept_and_the_rest_comes_next_time(office: Open) -> None:
    tools = office(*(post(n, "", f"{n}.png") for n in range(5)), budget=Pictures(per_run=3))

    first, again = fetch(tools, {})[1], fetch(tools, {})[1]

    assert (len(first), len(again)) == (3, 2)


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (served("", SVG), "not_an_image"),
        (served("", b"<!doctype html><img>"), "not_an_image"),
        (served("", b""), "not_an_image"),
        (served("", PNG, status=404), "http_404"),
        (served("", PNG, status=403), "http_403"),
        (served("", PNG + bytes(2_000)), "too_large"),
        (RefusedError("robots_refused", url=image("a.png"), ground="robots:disallowed"), "robots_refused"),
    ],
)
def test_what_is_no_image_or_may_not_be_had_is_noted_and_not_asked_again(
    answer: Capture | Exception, note: str, office: Open
) -> None:
    tools = office(post(1, "", "a.png"), budget=Pictures(max_bytes=1_000))

    assert fetch(tools, {"a.png": answer})[0] == Posters(fetched=0, missing=1)
    assert told(tools) == {"a.png": (None, note)}
    assert fetch(tools, {})[1] == []
    assert list(tools.blobs.folder.rglob("*.gz")) == [tools.blobs.path(row.blob) for row in rows(tools, "captures")]


def test_a_host_that_is_too_busy_is_left_alone_and_its_images_wait(office: Open) -> None:
    tools = office(post(1, "", "a.png", "b.png"))

    done, asked = fetch(tools, {"a.png": served("", b"", status=429, retry_after="600")})

    assert (done, asked) == (Posters(fetched=0, missing=0), ["a.png"])
    assert told(tools) == {"a.png": (None, None), "b.png": (None, None)}


def test_addresses_that_are_none_are_not_kept(office: Open) -> None:
    strange = replace(
        post(1, ""), pictures=("data:image/png;base64,AA", "file:///etc/passwd", "https://x/" + "a" * 5_000)
    )

    assert rows(office(strange), "post_pictures") == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [(PNG, "png"), (JPEG, "jpeg"), (GIF, "gif"), (WEBP, "webp"), (AVIF, "avif")],
)
def test_an_image_is_known_by_how_it_begins(body: bytes, kind: str) -> None:
    assert media_type(body) == f"image/{kind}"


@pytest.mark.parametrize("body", [SVG, b"", b"RIFF1234WAVE", b"\0\0\0\x20ftypmp42", b"%PDF-1.7", b"<html>", b"MZ"])
def test_everything_else_is_no_image(body: bytes) -> None:
    assert media_type(body) is None
