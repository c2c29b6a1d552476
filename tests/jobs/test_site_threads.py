"""A forum's thread on its way into the database: by the crawl and by a file, only the watched are kept."""

from dataclasses import replace
from pathlib import Path

from core.records import Action, Capture
from jobs.tools import Tools
from scraper.adapter import PageRequest
from tests.jobs.bringing import acts, bring, everything_kept
from tests.jobs.office import crawl_all, entry, open_office, rows, watch
from tests.scraper.brought import entry as asked
from tests.scraper.brought import har
from tests.scraper.recorded import served
from tests.scraper.sites import CASES, adapter_of

THREAD = "https://forum.example/topik/7"
PAGE = (CASES / "thread.html").read_text(encoding="utf-8")
ITEM = """<li class=pos id={place}><a class=penulis href=/anggota/{who}>{who}</a>
<a class=tautan href={url}>#1</a>{said}"""
LIST = "<html><ol class=kiriman>{items}</ol></html>"


def forum(folder: Path, empty: Path, *handles: str) -> Tools:
    tools = open_office(folder / "kantor", empty, adapter_of("forum"))
    watch(tools, *(entry(handle, platform="forum") for handle in handles))
    return tools


async def web(request: PageRequest) -> Capture:
    """Serve a forum on which people liked a thread of which the list of likes does not show the words."""
    said = "<div class=isi>Halo</div>"
    other = ITEM.format(place="p9", who="siti", url="/topik/9", said=said)
    if request.url == THREAD:
        body = PAGE.replace('rel="next"', "")
    elif request.url.endswith("/suka"):
        body = LIST.format(items=ITEM.format(place="p1", who="raka", url="/topik/7", said="") + other)
    else:
        who = request.url.rsplit("/", 1)[1]
        body = LIST.format(items=ITEM.format(place="p5", who=who, url=f"/topik/{who}", said=said))
    return replace(served(request.url, body.encode()), media_type="text/html")


def test_a_file_with_a_thread_gives_each_watched_author_their_own_post(tmp_path: Path, empty: Path) -> None:
    tools = forum(tmp_path, empty, "kel_honje")

    (done,) = bring(tools, har(tmp_path / "topik.har", asked(THREAD, PAGE, media="text/html")))

    assert acts(tools) == [("kel_honje", "posted", f"{THREAD}#p3")]
    assert {row.uri for row in rows(tools, "posts")} == {f"{THREAD}#p3"}
    assert done.findings is not None
    assert done.findings.people_not_watched == 2
    assert b"budi" not in everything_kept(tools).lower()


def test_a_crawled_thread_gives_each_watched_author_their_own_post(tmp_path: Path, empty: Path) -> None:
    tools = forum(tmp_path, empty, "kel_mawar", "kel_honje")

    crawl_all(tools, web)

    assert ("kel_honje", Action.POSTED, f"{THREAD}#p3") in acts(tools)
    assert ("kel_mawar", Action.LIKED, THREAD) in acts(tools)
    assert {row.text for row in rows(tools, "post_versions")} >= {"Setuju, nomor 1.", "Jembatan rusak. Pilih nomor 1!"}
    assert b"rahasia" not in everything_kept(tools).lower()
    assert b"budi" not in everything_kept(tools).lower()
