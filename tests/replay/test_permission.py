"""A written permission end to end: the command line, the real browser, and servers that play the closed platforms."""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.replay.cases import CALL, SCENES
from tests.replay.office import Office, permission
from tests.replay.server import Replay, playing

pytestmark = pytest.mark.browser
Open = Callable[..., Office]
PLATFORMS = sorted(SCENES)
GROUND = "permission:Surat izin rekaan 12/2031; Rekaan Tbk; 2099-12-31"


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Open]:
    """Open an office for a replay server; `permit` says for which host a permission is written, and until when."""
    with ExitStack() as servers:

        def opened(platform: str, *handles: str, permit: str | None = None, until: str = "2099-12-31") -> Office:
            server = servers.enter_context(playing(platform))
            written = [permission(permit.format(place=server.place), until)] if permit else []
            return Office.open(tmp_path / "kantor", server, *handles, permissions=written)

        yield opened


def crawled(office: Office) -> dict[str, Any]:
    """Crawl once, and give what the command says."""
    ran = office.run("crawl", "run", "--json")
    assert ran.code in {0, 3, 5}, ran.err
    data: dict[str, Any] = ran.data
    return data


@pytest.mark.parametrize("platform", PLATFORMS)
def test_with_a_valid_permission_the_browser_collects_and_every_capture_says_by_what_right(
    platform: str, play: Open
) -> None:
    office = play(platform, "kelmawar", permit="{place}")

    told = crawled(office)

    assert told["new_posts"] > 0, told
    assert office.server.asked[0] == "GET /robots.txt"
    assert office.server.pages
    assert {agent.partition("/")[0] for agent in office.server.agents} == {"tilik"}
    captures = office.rows("select permission, mode, url from captures")
    assert captures
    assert {(one[0], one[1]) for one in captures} == {(GROUND, "auto")}
    assert all(one[2].startswith(office.server.url) for one in captures)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("permit", "until", "why"),
    [
        (None, "2099-12-31", "permission_missing"),
        ("{place}", "2026-01-31", "permission_expired"),
        ("www.lain.example", "2099-12-31", "permission_missing"),
        ("127.0.0.1:1", "2099-12-31", "permission_missing"),
    ],
)
def test_without_a_permission_for_this_very_host_that_is_valid_nothing_is_asked_and_a_person_is(
    platform: str, permit: str | None, until: str, why: str, play: Open
) -> None:
    office = play(platform, "kelmawar", permit=permit, until=until)

    told = crawled(office)

    assert office.server.asked == []
    assert told["requests"] == 0
    waiting = {(one["platform"], one["direction"]): one for one in told["for_a_person"]}
    assert waiting[platform, "posts"]["why"] == why
    assert waiting[platform, "posts"]["accounts"] == 1
    assert office.rows("select count(*) from captures") == [(0,)]


def test_a_permission_that_ends_closes_the_host_again(play: Open) -> None:
    office = play("instagram", "kelmawar", permit="{place}")
    crawled(office)
    asked = len(office.server.asked)
    office.permit(permission(office.server.place, "2026-01-31"))

    told = crawled(office)

    assert asked > 0
    assert len(office.server.asked) == asked
    assert {one["direction"]: one["why"] for one in told["for_a_person"]}["posts"] == "permission_expired"


@pytest.mark.parametrize(
    ("platform", "handle", "state"),
    [
        ("instagram", "kel_hilang", "not_found"),
        ("instagram", "kel_dibatasi", "throttled"),
        ("instagram", "kel_dinding", "login_wall"),
        ("instagram", "kel_tutup", "gated"),
        ("facebook", "kel_dinding", "login_wall"),
        ("tiktok", "kel_hilang", "not_found"),
        ("tiktok", "kel_dibatasi", "throttled"),
        ("tiktok", "kel_tutup", "gated"),
        ("tiktok", "kel_curiga", "challenge"),
        ("threads", "kel_dinding", "login_wall"),
    ],
)
def test_a_page_that_says_no_with_a_good_status_has_its_state_and_is_never_empty(
    platform: str, handle: str, state: str, play: Open
) -> None:
    office = play(platform, handle, permit="{place}")

    told = crawled(office)

    assert told["states"] == {state: 1}
    assert told["new_posts"] == 0
    assert [one[0] for one in office.rows("select state from visits")] == [state]


@pytest.mark.parametrize(
    ("platform", "handle", "state"),
    [("instagram", "kel_dinding", "login_wall"), ("tiktok", "kel_curiga", "challenge")],
)
def test_a_wall_stops_the_whole_host_and_is_remembered(platform: str, handle: str, state: str, play: Open) -> None:
    office = play(platform, handle, "kelmawar", permit="{place}")
    crawled(office)
    asked = len(office.server.pages)

    crawled(office)

    assert len(office.server.pages) == asked == 1
    assert office.rows("select host, reason from hosts where blocked_until is not null") == [
        (office.server.place, state)
    ]


def test_the_whole_chain_from_a_permission_to_the_review_file(play: Open) -> None:
    office = play("instagram", "kelmawar", permit="{place}")
    crawled(office)

    classified = office.run("classify", "--no-pictures", "--json")
    exported = office.run("review", "export", "-o", str(office.folder / "tinjau.csv"), "--json")

    assert (classified.code, exported.code) == (0, 0), classified.err + exported.err
    with (office.folder / "tinjau.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=","))
    assert [row for row in rows if CALL in row.values()], rows
    named = " ".join(str(row) for row in rows)
    assert "kelmawar" in named
    for stranger in ("budi_invented", "siti.invented"):
        assert stranger not in named


def test_nobody_outside_the_watchlist_is_kept(play: Open) -> None:
    office = play("instagram", "kelmawar", permit="{place}")

    crawled(office)

    kept = office.everything_kept()
    assert b"kelmawar" in kept
    for stranger in (b"budi_invented", b"siti.invented", b"Nama Budi"):
        assert stranger not in kept


def test_nothing_is_kept_of_another_host_to_which_a_page_led(play: Open) -> None:
    office = play("threads", "kel_dinding", permit="{place}")
    with playing("threads") as other:
        office.server.beside["/@kel_dinding"] = (
            f'<!doctype html><meta http-equiv="refresh" content="0;url={other.url}/@kelmawar">'.encode()
        )

        told = crawled(office)

    assert told["new_posts"] == 0
    assert told["states"] == {"failed": 1}
    assert office.rows("select count(*) from captures") == [(0,)]


def test_the_servers_remember_every_request_in_its_order() -> None:
    server = Replay("instagram")
    try:
        assert server.asked == []
        assert server.pages == []
    finally:
        server.server_close()
