"""The watchlist goes in and comes out as a file."""

from tests.commands.desk import HEADER, WATCHLIST, Desk

ROW = "mastodon;kel_tiga@baik.example;kelurahan;Kelurahan Tiga;Kecamatan Rekaan;99.01.01.1003;Surat camat;2020-01-01;"
TEAM = "mastodon;tim_wira@baik.example;campaign;Tim Wira;;99.01;Situs KPU;2020-01-01;rekaan-2031"
TIKTOK = "tiktok;kel_empat;kelurahan;Kelurahan Empat;;99.01.01.1004;Surat camat;2020-01-01;"


def test_an_import_says_what_is_new_changed_and_known_already(desk: Desk) -> None:
    changed = WATCHLIST[1].replace("Surat camat", "Surat lurah")

    done = desk.watch(changed, WATCHLIST[2], ROW).data

    assert (done["added"], done["changed"], done["same"]) == (1, 1, 1)


def test_an_import_says_what_can_be_collected_of_whom(desk: Desk) -> None:
    reach = {one["direction"]: one for one in desk.watch(ROW, TEAM, TIKTOK).data["reach"]}

    assert [reach["posts"][way] for way in ("automatic", "by_key", "by_person", "nobody")] == [4, 0, 1, 0]
    assert [reach["likes"][way] for way in ("automatic", "by_key", "by_person", "nobody")] == [0, 0, 5, 0]
    assert [reach["likers"][way] for way in ("automatic", "by_key", "by_person", "nobody")] == [1, 0, 0, 0]


def test_people_see_the_same_as_a_table(desk: Desk) -> None:
    ran = desk.run("watchlist", "import", str(desk.file("w.csv", HEADER, ROW)))

    assert "1 added, 0 changed, 0 unchanged." in ran.out
    assert "who liked campaign posts" in ran.out


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    before = desk.rows()

    ran = desk.run("watchlist", "import", str(desk.file("w.csv", HEADER, ROW)), "--dry-run", "--json")

    assert ran.data == {"entries": 1}
    assert desk.rows() == before


def test_the_list_shows_every_account(desk: Desk) -> None:
    listed = desk.run("watchlist", "list", "--json").data

    assert {one["handle"] for one in listed} == {"kel_satu@baik.example", "asn_dua@baik.example"}
    assert all(one["handle"] in desk.run("watchlist", "list").out for one in listed)


def test_the_check_names_whom_nobody_verified_and_whose_time_is_over(desk: Desk) -> None:
    file = desk.file("w.csv", f"{HEADER};valid_to", f"{ROW};2021-01-01")
    desk.run("watchlist", "import", str(file))

    found = desk.run("watchlist", "check", "--json").data

    assert found["entries"] == len(found["unverified"]) == 3
    assert found["ended"] == ["kel_tiga@baik.example"]


def test_what_is_exported_can_be_imported_and_is_the_same(desk: Desk) -> None:
    desk.watch(ROW, TEAM, TIKTOK)
    file, before = desk.folder / "keluar.csv", desk.rows()["watch_entries"]

    written = desk.run("watchlist", "export", str(file), "--json").data["entries"]
    done = desk.run("watchlist", "import", str(file), "--json").data

    assert (written, done["added"], done["changed"], done["same"]) == (5, 0, 0, 5)
    assert len(desk.rows()["watch_entries"]) == len(before)


def test_the_plan_reckons_before_anything_is_asked(desk: Desk) -> None:
    planned = desk.run("crawl", "plan", "--json").data

    assert [(one["platform"], one["accounts"]) for one in planned] == [("mastodon", 2)]
    assert planned[0]["requests"] > 0
