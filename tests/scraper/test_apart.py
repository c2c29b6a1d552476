"""What foreign bytes may cost, and that they cost no more: in a process that dies in our place."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import InputError, LayoutError, Problem, TilikError
from core.platforms import Mastodon as Where
from core.records import Capability, Capture, Mode
from scraper import bounds, reader
from scraper.adapter import PageRequest, Target
from scraper.apart import Apart, Budget
from scraper.platforms.mastodon import Mastodon
from tests.scraper.fetch.bad_web import children
from tests.scraper.recorded import capture_of, request_of, served

HEAD = b"<!doctype html><html><body>"
BOMBS = {
    "100,000 nested": (HEAD + b"<div>" * 100_000, "page_too_deep"),
    "1,000,000 nested": (HEAD + b"<div>" * 1_000_000, "page_too_deep"),
    "5 MB wide": (HEAD + b"<p>kelurahan</p>" * 330_000, "page_too_full"),
    "200,000 attributes": (HEAD + b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">", "page_too_full"),
    "2 MB of signs": (HEAD + b"<" * 2_000_000, "layout_changed"),
    "50 MB of text": (HEAD + b"a" * 50_000_000, "page_too_large"),
}
ADAPTER = Mastodon(Where())
REQUEST = PageRequest(
    target=Target(mode=Mode.IMPORT), capability=Capability.POSTS, url="https://desa.example/", step="x"
)
TIGHT = Budget(cpu=1, memory=400 * 1024**2, wall=20.0)


@dataclass(frozen=True)
class Doing:
    """An adapter that does something else than reading; only the process apart gets to know it."""

    what: str
    platform: str = "jahat"

    def read(self, _request: PageRequest, capture: Capture) -> object:
        match self.what:
            case "work":
                while True:
                    pass
            case "memory":
                return [bytearray(50_000_000) for _ in range(1_000)]
            case "sleep":
                time.sleep(60)
            case "die":
                os._exit(3)
            case "call home":
                socket.create_connection(("127.0.0.1", 9))
            case "write":
                Path(capture.url).write_bytes(b"x")
            case "mistake":
                raise ZeroDivisionError
        raise LayoutError("layout_changed", url=capture.url, reason=self.what)


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart() as one:
        yield one


def page(body: bytes) -> Capture:
    return replace(served("https://desa.example/", body), mode=Mode.IMPORT)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_named_within_seconds(apart: Apart, name: str) -> None:
    body, code = BOMBS[name]
    started = time.monotonic()

    with pytest.raises(LayoutError) as caught:
        apart.read(ADAPTER, request_of("mastodon", "profile_mastodon_3"), page(body))

    assert caught.value.code == code
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("what", ["work", "memory", "sleep", "die"])
def test_whatever_costs_too_much_ends_with_a_name_and_the_next_page_is_read(what: str) -> None:
    if sys.platform == "win32" and what in {"work", "memory"}:
        pytest.skip("Windows has no limits: time alone ends it")
    capture, request = capture_of("mastodon", "profile_mastodon_3"), request_of("mastodon", "profile_mastodon_3")
    budget, before = replace(TIGHT, wall=2.0) if what == "sleep" else TIGHT, children(os.getpid())

    with Apart(budget) as apart:
        with pytest.raises(LayoutError, match="page_too_costly"):
            apart.read(Doing(what), REQUEST, page(HEAD))  # type: ignore[arg-type]
        assert apart.read(ADAPTER, request, capture).posts

    assert children(os.getpid()) == before


@pytest.mark.parametrize("what", ["call home", "write"])
def test_nothing_that_is_read_calls_anybody_or_writes_anything(what: str, tmp_path: Path) -> None:
    place = tmp_path / "jahat"

    with Apart(TIGHT) as apart, pytest.raises((LayoutError, RuntimeError)):
        apart.read(Doing(what), REQUEST, replace(page(HEAD), url=str(place)))  # type: ignore[arg-type]

    assert not place.exists() or place.stat().st_size == 0


def test_a_mistake_of_ours_is_not_taken_for_a_bomb() -> None:
    with Apart(TIGHT) as apart, pytest.raises(RuntimeError, match="read"):
        apart.read(Doing("mistake"), REQUEST, page(HEAD))  # type: ignore[arg-type]


def test_a_page_says_the_same_wherever_it_is_read(apart: Apart) -> None:
    for case in ("profile_mastodon_3", "profile_gotosocial", "page_likers"):
        adapter, request, capture = ADAPTER, request_of("mastodon", case), capture_of("mastodon", case)

        assert apart.read(adapter, request, capture) == reader.read(adapter, request, capture)


def test_a_heavy_page_of_a_crawl_is_read_all_the_same() -> None:
    adapter, request = ADAPTER, request_of("mastodon", "profile_mastodon_3")
    light = capture_of("mastodon", "profile_mastodon_3")
    heavy = replace(light, body=light.body.replace(b"</body>", b"<!--" + b"x" * bounds.LIGHT_BYTES + b"--></body>"))
    assert (reader.is_heavy(light), reader.is_heavy(heavy)) == (False, True)

    assert reader.read(adapter, request, heavy) == reader.read(adapter, request, light)


SHAPES = [b"<div>", b"<p>a</p>", b"<div><table></div></table>", b"<b><i>", b"<b><p>", b"<a href=x>", b"<", b"<script "]
LIGHT = [HEAD + shape * (bounds.LIGHT_TAGS // shape.count(b"<") - 3) for shape in SHAPES]


@pytest.mark.parametrize(
    "body", [*LIGHT, BOMBS["200,000 attributes"][0], HEAD + b"a " * 900_000], ids=lambda b: str(b[-20:])
)
def test_a_light_page_cannot_be_costly(body: bytes) -> None:
    assert not reader.is_heavy(page(body))
    started = time.process_time()

    with pytest.raises(LayoutError):
        reader.read(ADAPTER, request_of("mastodon", "profile_mastodon_3"), page(body))

    assert time.process_time() - started < 5


def test_a_file_is_opened_apart_with_its_problems_told(apart: Apart, tmp_path: Path) -> None:
    file = tmp_path / "halaman.html"
    file.write_bytes(b"<!doctype html><html><link rel=canonical href='https://desa.example/a'></html>")
    now = datetime(2031, 5, 2, tzinfo=UTC)

    opened = apart.open_file(file, otherwise=now, zone=ZoneInfo("Asia/Jakarta"))
    (entry,) = opened.entries

    assert getattr(entry, "url", None) == "https://desa.example/a"
    file.write_bytes(b"<!doctype html><html></html>")
    with pytest.raises(InputError, match="import_without_address"):
        apart.open_file(file, otherwise=now, zone=ZoneInfo("Asia/Jakarta"))
    with pytest.raises(InputError, match="import_missing"):
        apart.open_file(tmp_path / "tidak-ada", otherwise=now, zone=ZoneInfo("Asia/Jakarta"))


def test_an_error_stays_whole_between_processes() -> None:
    kind, given = InputError("x", problems=[Problem(code="y", where="z")], meant=["a"], path="b").__reduce__()

    again = kind(*given)

    assert isinstance(again, TilikError)
    assert (type(again), again.code, again.meant, again.fields) == (InputError, "x", ("a",), {"path": "b"})
    assert [one.code for one in again.problems] == ["y"]
