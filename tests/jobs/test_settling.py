"""Likers in a recording of Mastodon: the answer knows its post by a number, and something else tells its name."""

import json
from pathlib import Path

from core.records import Mode
from tests.jobs.bringing import acts, bring, everything_kept, office
from tests.jobs.office import rows
from tests.scraper.brought import entry as asked
from tests.scraper.brought import har
from tests.scraper.test_mastodon_exchanges import HOST, HTML, case, person, status

MAWAR = ("mastodon", f"kelmawar@{HOST}")
RAKA = ("mastodon", f"raka@{HOST}")
POST = f"https://{HOST}/users/raka/statuses/500"
LIKERS = f"https://{HOST}/api/v1/statuses/500/favourited_by?limit=40"
PEOPLE = json.dumps([person("kelmawar"), person("sitiaminah")])


def test_the_post_beside_the_list_gives_it_its_name(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, MAWAR, campaign=RAKA)
    shown = asked(f"https://{HOST}/api/v1/statuses/500", status("raka", 500, "Ayo coblos nomor 1"))

    (done,) = bring(tools, har(tmp_path / "rekaman.har", asked(LIKERS, PEOPLE), shown))

    assert done.error is None
    assert (MAWAR[1], "liked", POST) in acts(tools)
    assert {row.uri for row in rows(tools, "posts")} == {POST}
    assert b"sitiaminah" not in everything_kept(tools)


def test_a_post_that_was_crawled_before_gives_the_list_its_name(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, MAWAR, campaign=RAKA)
    shown = asked(f"https://{HOST}/api/v1/statuses/500", status("raka", 500, "Ayo coblos nomor 1"))
    bring(tools, har(tmp_path / "kiriman.har", shown))

    bring(tools, har(tmp_path / "penyuka.har", asked(LIKERS, PEOPLE)))

    assert (MAWAR[1], "liked", POST) in acts(tools)
    (look,) = [row for row in rows(tools, "visits") if row.capability == "likers"]
    assert (look.mode, look.seen, look.complete) == (Mode.IMPORT, 2, False)


def test_where_nobody_tells_the_name_the_number_stands_for_the_post(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, MAWAR)

    bring(tools, har(tmp_path / "penyuka.har", asked(LIKERS, PEOPLE)))

    assert acts(tools) == [(MAWAR[1], "liked", f"https://{HOST}/statuses/500")]


def test_a_saved_page_of_a_server_that_closes_its_api_shows_what_the_account_did(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, MAWAR)
    page = case("profile_gotosocial.html").decode()

    (done,) = bring(tools, har(tmp_path / "laman.har", asked(f"https://{HOST}/@kelmawar", page, media=HTML)))

    assert done.findings is not None
    assert done.findings.people_not_watched == 1
    assert [action for _, action, _ in acts(tools)].count("reposted") == 1
    assert len(acts(tools)) == 4
    kept = everything_kept(tools)
    assert b"Nama Raka" not in kept
    assert b"raka@ramai.example" not in kept
