"""The first minutes, and the database: schema, copies, what is stored, what is missing."""

import pytest

from tests.commands.desk import Desk, typed


def test_a_new_folder_is_set_up_once(desk: Desk) -> None:
    folder = desk.folder / "baru"

    first = typed("init", str(folder), "--json")
    again = typed("init", str(folder), "--json")

    assert first.code == 0
    assert {path.name for path in folder.iterdir()} >= {"config.yaml", "watchlist.csv", "tilik.db"}
    assert (again.code, again.answer["error"]["code"]) == (4, "already_set_up")


def test_a_database_is_brought_to_the_present_schema(desk: Desk) -> None:
    other = ("--config", str(desk.folder / "lain.yaml"), "--json")

    before = desk.run("db", "status", *other).data
    moved = desk.run("db", "migrate", *other).data
    again = desk.run("db", "migrate", *other).data

    assert (before["schema"], before["rows"]) == (None, {})
    assert (moved["from"], moved["to"]) == (None, before["newest"])
    assert again["from"] == again["to"] == desk.run("db", "status", *other).data["schema"]


def test_a_copy_is_put_back_with_every_row(desk: Desk) -> None:
    copy, before = desk.folder / "salinan.db", desk.rows()
    assert desk.run("db", "backup", str(copy)).code == 0
    assert desk.run("db", "backup", str(copy)).code == 4  # it never overwrites
    assert desk.run("db", "restore", str(copy)).code == 4
    for file in desk.folder.glob("tilik.db*"):
        file.unlink()

    assert desk.run("db", "restore", str(copy)).code == 0

    after = desk.rows()
    *known, (_, _, did, *_) = after.pop("audit")
    assert known == before.pop("audit")
    assert after == before
    assert did == "did_restore"


def test_the_status_says_what_was_seen(desk: Desk, village: object) -> None:
    assert village
    before = desk.run("crawl", "status", "--json").data
    desk.run("crawl", "run")

    after = desk.run("crawl", "status", "--json").data

    assert before["states"] == {}
    assert after["states"] == {"ok": 2}
    assert after["totals"]["posts"] == before["totals"]["posts"] + 6
    assert (after["not_seen"], after["paused_hosts"]) == ([], [])
    assert "12 posts" in desk.run("crawl", "status").out


def test_only_the_accounts_that_are_due_are_visited(desk: Desk, village: object) -> None:
    assert village
    counts = [desk.run("crawl", "run", "--due", "--json").data["accounts"] for _ in range(2)]

    assert counts == [2, 0]


@pytest.mark.parametrize(
    ("missing", "remedy"),
    [("config.yaml", "tilik init"), ("tilik.db", "tilik db migrate")],
    ids=["settings", "database"],
)
def test_the_doctor_finds_what_is_missing_and_says_what_to_do(missing: str, remedy: str, desk: Desk) -> None:
    (desk.folder / missing).unlink()

    ran = desk.run("doctor", "--json")

    failed = {check["remedy"] for check in ran.data if check["state"] == "fail"}
    assert ran.code == 7
    assert remedy in failed


def test_the_doctor_is_content_with_what_is_there(desk: Desk) -> None:
    states = {check["name"]: check["state"] for check in desk.run("doctor", "--json").data}

    assert {states[name] for name in ("settings", "purpose", "database", "model")} == {"ok"}


def test_the_doctor_makes_no_database_while_looking(desk: Desk) -> None:
    desk.run("doctor", "--config", str(desk.folder / "lain.yaml"))

    assert not (desk.folder / "lain.db").exists()


def test_the_version_is_told() -> None:
    ran = typed("version")

    assert ran.out == f"tilik {typed('version', '--json').data['version']}\n"
