"""Crawl runs on a real database: what is stored page by page, what is data, what the next run does not ask again."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.errors import FetchError, RefusedError
from core.records import Action, Capability, Mode, Role, VisitState
from core.settings import Crawl, Purpose
from scraper.platforms.site import SiteAdapter
from storage import lookouts
from tests.jobs.office import (
    NOW,
    all_looks,
    crawl_all,
    down,
    entry,
    eyes,
    hands,
    open_office,
    rows,
    settings,
    states,
    stored,
    watch,
)
from tests.jobs.town import BOARD, STRANGE, TOWN, WALL, Website, board, town
from tests.scraper.atproto import Repo
from tests.scraper.recorded import served


def test_a_run_stores_posts_likes_likers_and_the_texts_of_liked_posts(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)

    summary, _ = crawl_all(tools, town())

    told = [(handle, action) for _, handle, action, _ in stored(tools)]
    assert told.count(("mawar.example", Action.LIKED)) == 2
    assert told.count(("melati.example", Action.LIKED)) == 2
    assert told.count(("raka.example", Action.POSTED)) == 3
    assert {row.text for row in rows(tools, "post_versions")} == {
        "Kerja bakti",
        *(f"Coblos nomor 1, kata {word}" for word in ("ini", "itu", "semua")),
    }
    assert summary.not_seen == []
    assert all(state in {"ok", "empty"} for _, state, _ in states(tools))
    assert [row.gone_at is not None for row in rows(tools, "posts")].count(True) == 1
    assert {row.key for row in rows(tools, "accounts")} == {"did:plc:mawar", "did:plc:melati", "did:plc:raka"}


def test_nothing_of_people_whom_nobody_watches_is_stored(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)

    crawl_all(tools, town())

    kept = b"".join(tools.blobs.get(row.blob) for row in rows(tools, "captures") if row.blob)
    tools.database.close()
    everything = kept + b"".join(path.read_bytes() for path in tmp_path.glob("tilik.db*"))
    assert not [name for name in (b"plc:siti", b"siti.example") if name in everything]


def test_a_second_run_asks_one_page_an_account_and_adds_nothing(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN[:2])
    network = town()
    crawl_all(tools, network)
    before = stored(tools)

    summary, web = crawl_all(tools, network)

    assert len(web.asked) == 2  # the latest commit answers for both directions
    assert (summary.posts, summary.interactions, stored(tools)) == (0, 0, before)
    assert summary.states == {VisitState.UNCHANGED: 4}


def test_only_what_can_be_stored_anew_is_counted_as_new(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    network = town()

    first, _ = crawl_all(tools, network)
    network.repos["did:plc:mawar"].like("at://did:plc:raka/app.bsky.feed.post/00")
    second, _ = crawl_all(tools, network)

    assert first.interactions == len(stored(tools)) - 1
    assert second.interactions == 1


def test_a_login_wall_stops_the_host_is_recorded_and_not_climbed(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD), crawl=Crawl(workers=1))
    watch(tools, *(entry(name, platform="papan") for name in ("kel_a", "kel_b", "kel_c")))
    site = Website(kel_a=board("kel_a", "Kerja bakti"), kel_b=WALL, kel_c=board("kel_c", "Posyandu"))

    summary, web = crawl_all(tools, site)

    assert [url.rsplit("/", 1)[1] for url in web.asked] == ["kel_a", "kel_b"]
    assert summary.states == {VisitState.OK: 1, VisitState.LOGIN_WALL: 2}
    assert [(one.handle, one.state) for one in summary.not_seen] == [
        ("kel_b", VisitState.LOGIN_WALL),
        ("kel_c", VisitState.LOGIN_WALL),
    ]
    assert summary.partly
    assert not summary.only_refused  # something was stored


def test_only_refusals_and_nothing_stored_is_told_apart(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_b", platform="papan"))

    assert crawl_all(tools, Website(kel_b=WALL))[0].only_refused


def test_a_visit_that_was_refused_half_way_and_kept_something_was_not_only_refused(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("mawar.example"))
    network = town()
    for number in range(200):
        network.repos["did:plc:mawar"].post(f"Kabar {number}")
    network.broken["cursor="] = (429, {"retry-after": "60"})

    summary, _ = crawl_all(tools, network)

    assert set(summary.states) == {VisitState.THROTTLED}
    assert stored(tools)
    assert not summary.only_refused


def test_a_pause_is_kept_and_obeyed_by_the_next_run_until_it_has_passed(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_a", platform="papan"))
    crawl_all(tools, Website(kel_a=(429, {"retry-after": "7200"})))

    (host,) = rows(tools, "hosts")
    hands(tools).pass_by(hours=1)
    early, asked_early = crawl_all(tools, Website(kel_a=board("kel_a", "Halo")))
    hands(tools).pass_by(hours=1)
    late, _ = crawl_all(tools, Website(kel_a=board("kel_a", "Halo")))

    assert (host.host, host.reason, host.blocked_until) == ("papan.example", "throttled", NOW + timedelta(hours=2))
    assert (early.states, early.requests, asked_early.asked) == ({VisitState.THROTTLED: 1}, 0, [])
    assert late.states == {VisitState.OK: 1}


def test_what_robots_closes_is_a_visit_without_a_request(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_a", platform="papan"))

    summary, web = crawl_all(tools, Website(), closed=["kel_a"])

    (visit,) = rows(tools, "visits")
    assert (visit.state, visit.requests, visit.complete, visit.note) == ("robots_refused", 0, False, "robots_refused")
    assert (summary.requests, web.asked, summary.only_refused) == (0, [], True)


def test_an_account_that_cannot_be_had_is_data_and_the_others_are_visited(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD), crawl=Crawl(workers=1))
    watch(tools, *(entry(name, platform="papan") for name in ("kel_a", "kel_b", "kel_c", "kel_d")))
    site = Website(
        kel_a=FetchError("unreachable", url="x"), kel_b=(503, {}), kel_c=(404, {}), kel_d=board("kel_d", "Halo")
    )

    summary, _ = crawl_all(tools, site)

    assert [state for _, state, _ in states(tools)] == ["failed", "failed", "not_found", "ok"]
    assert rows(tools, "visits")[0].note == "unreachable"
    assert (summary.accounts, summary.partly, summary.only_refused) == (4, True, False)


def test_nothing_of_a_page_of_another_form_is_kept_but_that_it_was_there(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_a", platform="papan"))

    crawl_all(tools, Website(kel_a=STRANGE))

    (page,) = rows(tools, "captures")
    assert (page.blob, page.sha256) == (None, hashlib.sha256(STRANGE.encode()).hexdigest())
    assert states(tools) == [("posts", "layout_changed", False)]


def test_after_the_end_of_its_purpose_nothing_is_collected(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, purpose=_ended(date(2029, 9, 30)))
    watch(tools, *TOWN)

    with pytest.raises(RefusedError, match="purpose_ended"):
        crawl_all(tools, down)

    assert rows(tools, "crawl_runs") == []


def _ended(day: date) -> Purpose:
    return settings().purpose.model_copy(update={"ends": day})


def test_on_the_last_day_of_its_purpose_it_still_is(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, purpose=_ended(NOW.date()))
    watch(tools, *TOWN)

    assert crawl_all(tools, town())[0].accounts == 3


def test_an_account_whose_key_another_already_has_collects_nothing(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, crawl=Crawl(workers=1))
    network = town()
    network.handles["mawar-lagi.example"] = "did:plc:mawar"
    watch(tools, entry("mawar.example"), entry("mawar-lagi.example", Role.ASN))

    summary, _ = crawl_all(tools, network)

    assert {handle for _, handle, _, _ in stored(tools)} == {"mawar-lagi.example"}  # whoever is visited first
    assert summary.states == {VisitState.OK: 2, VisitState.IDENTITY_CHANGED: 2}
    changed = {row.handle: row.identity_changed_at is not None for row in rows(tools, "accounts")}
    assert changed == {"mawar.example": True, "mawar-lagi.example": False}


def test_a_handle_that_moved_to_somebody_else_collects_nothing_not_even_likers(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    other = Repo("did:plc:lain", "raka.example")
    other.post("Jual motor")
    network.repos[other.did], network.handles["raka.example"] = other, other.did
    network.repos["did:plc:raka"].post("Coblos lagi")
    before = stored(tools)

    summary, web = crawl_all(tools, network)

    assert summary.states[VisitState.IDENTITY_CHANGED] == 2
    assert stored(tools) == before
    assert not [url for url in web.asked if "getLikes" in url or "Jual" in url]


def test_an_account_that_took_another_name_goes_on_under_its_key(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("mawar.example"))
    network = town()
    crawl_all(tools, network)
    repo = network.repos["did:plc:mawar"]
    del network.handles["mawar.example"]
    repo.handle = "kelurahan-mawar.example"
    repo.post("Nama baru")

    summary, _ = crawl_all(tools, network)

    assert summary.partly is False
    assert {row.handle for row in rows(tools, "account_names")} == {"mawar.example", "kelurahan-mawar.example"}


def test_an_account_that_only_a_person_can_look_at_is_a_to_do(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("kel_a", platform="instagram"))

    summary, web = crawl_all(tools, down)

    assert dict(summary.for_a_person) == {
        ("instagram", Capability.POSTS): 1,
        ("instagram", Capability.LIKES): 1,
    }
    assert (web.asked, summary.states) == ([], {})


def test_texts_that_cannot_be_had_are_said_although_nobody_watches_their_authors(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("mawar.example"))
    network = town()
    network.broken["getPosts"] = (500, {})

    summary, _ = crawl_all(tools, network)

    assert [(one.handle, one.capability, one.state) for one in summary.not_seen] == [
        (None, Capability.CONTENT, VisitState.FAILED)
    ]
    assert summary.partly


def test_likers_are_asked_again_only_while_the_platform_counts_more(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    crawl_all(tools, network)
    quiet = sum("getLikes" in url for url in network.asked)

    _, web = crawl_all(tools, network)

    assert quiet
    assert [url for url in web.asked if "getLikes" in url] == []


def test_the_captures_say_what_was_asked_and_hash_what_came(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, SiteAdapter(BOARD))
    watch(tools, entry("kel_a", platform="papan"))
    page = board("kel_a", "Halo")

    crawl_all(tools, Website(kel_a=page))

    (capture,) = rows(tools, "captures")
    assert (capture.url, capture.status, capture.mode) == ("https://papan.example/warga/kel_a", 200, Mode.AUTO)
    assert capture.sha256 == served("x", page.encode()).sha256
    with tools.database.read() as session:
        assert lookouts.last_visits(session).keys() == {(all_looks(tools)[0].account.id, Capability.POSTS)}
    assert eyes(tools, down).pace.states.keys() == {"papan.example"}
