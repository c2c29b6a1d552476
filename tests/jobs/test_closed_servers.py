"""A Mastodon-compatible server whose API is closed, crawled into the database: what is stored, and what is a gap."""

from dataclasses import replace
from pathlib import Path

from core.platforms import Mastodon as Where
from core.records import Action, Capture, Role
from jobs.tools import Tools
from scraper.adapter import PageRequest
from scraper.platforms.mastodon import Mastodon
from tests.jobs.bringing import everything_kept
from tests.jobs.office import crawl_all, entry, open_office, rows, states, stored, watch
from tests.scraper.recorded import CAPTURES, served

HOST = "warga.example"
PAGES = {
    f"https://{HOST}/@kelmawar": "profile_gotosocial.html",
    f"https://{HOST}/@kelmawar?max_id=01JA": "profile_gotosocial_last.html",
    f"https://{HOST}/@raka": "campaign",
    f"https://{HOST}/@raka/statuses/01JX": "page_gotosocial.html",
}
CAMPAIGN = """<html><head><link rel="alternate" type="application/activity+json" href="/users/raka"></head>
<main class="h-card"><a class="u-url" href="/@raka"></a><section class="h-feed"><article class="h-entry" id="01JX">
<div class="e-content"><p>Ayo coblos nomor 1</p></div><a class="u-url" href="/@raka/statuses/01JX">
<time class="dt-published" datetime="2029-09-30T03:00:00Z"></time></a></article></section></main></html>"""


async def gotosocial(request: PageRequest) -> Capture:
    """Answer as a GoToSocial does to somebody who is not logged in."""
    if "/api/" in request.url:
        return served(request.url, {"error": "Unauthorized: token not supplied"}, status=401)
    name = PAGES[request.url]
    body = CAMPAIGN.encode() if name == "campaign" else (CAPTURES / "mastodon" / name).read_bytes()
    return replace(served(request.url, body), media_type="text/html")


def office(folder: Path, empty: Path) -> Tools:
    tools = open_office(folder / "kantor", empty, Mastodon(Where()))
    campaign = entry(
        f"raka@{HOST}", Role.CAMPAIGN, platform="mastodon", contest="sindangwangi-2029", candidate="raka-melati"
    )
    watch(tools, entry(f"kelmawar@{HOST}", platform="mastodon"), campaign)
    return tools


def test_posts_are_stored_the_account_is_proven_and_the_likers_are_a_gap(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)

    summary, web = crawl_all(tools, gotosocial)

    told = [(handle, action) for _, handle, action, _ in stored(tools)]
    assert told.count((f"kelmawar@{HOST}", Action.POSTED)) == 5
    assert told.count((f"kelmawar@{HOST}", Action.REPOSTED)) == 2
    assert {row.key for row in rows(tools, "accounts")} == {
        f"https://{HOST}/users/{name}" for name in ("kelmawar", "raka")
    }
    looks = {(row.capability, row.state, row.complete, row.claimed, row.note) for row in rows(tools, "visits")}
    assert looks == {
        ("posts", "ok", False, None, "api_closed"),
        ("likers", "gated", False, 3, "likers_hidden"),
    }
    assert len(summary.not_seen) == 3
    assert {url for url in web.asked if "/api/" not in url} == PAGES.keys()
    assert states(tools)


def test_nothing_of_people_whom_nobody_watches_is_stored(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)

    crawl_all(tools, gotosocial)

    kept = everything_kept(tools)
    assert [word for word in (b"Nama Raka", b"Nama Budi", b"budi@", b"@budi", b"Siap") if word in kept] == []


def test_a_second_run_adds_nothing_and_asks_for_the_first_page_only(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    crawl_all(tools, gotosocial)
    before = stored(tools)

    summary, web = crawl_all(tools, gotosocial)

    assert (summary.posts, summary.interactions, stored(tools)) == (0, 0, before)
    assert f"https://{HOST}/@kelmawar?max_id=01JA" not in web.asked


def test_where_robots_txt_closes_the_pages_none_is_asked_for(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)

    _, web = crawl_all(tools, gotosocial, closed=["/@"])

    assert all("/api/" in url for url in web.asked)
    assert {(row.state, row.note) for row in rows(tools, "visits")} == {("robots_refused", "robots_refused")}
    assert stored(tools) == []
