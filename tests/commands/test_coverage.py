"""Coverage stands before whatever was found; alarms are loud; what was missed is read again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from commands.coverage import show_table
from core.records import Capability, CoverageState
from jobs.coverage import Coverage, Unseen
from storage import judged_tables, tables
from tests.commands.desk import MOMENT, Desk, first_match, sheet
from tests.commands.village import Village, living

STRANGER = "mastodon;kel_tiga@baik.example;kelurahan;Kelurahan Tiga;;99.01.01.1003;Surat camat;2020-01-01;"


class Strange(Village):
    """A server whose timelines have taken another form."""

    def answer(self, path: str) -> tuple[object, str]:
        content, older = super().answer(path)
        return ({"kiriman": content}, "") if "/statuses" in path else (content, older)


@pytest.fixture
def strange_village(desk: Desk) -> Iterator[Village]:
    with living(Strange()) as running:
        running.open_gate.set()
        desk.set_up(good=running.port)
        yield running


def test_a_crawl_says_how_much_it_covers_before_what_it_found(desk: Desk, village: object) -> None:
    assert village
    out = desk.run("crawl", "run").out

    line = "of 4 account-days 2 seen whole, 0 in part, 2 not seen."
    assert line in out
    assert out.index(line) < out.index("2 accounts visited")


def test_for_programs_coverage_is_the_first_that_is_said(desk: Desk, village: object) -> None:
    assert village
    for words in (("crawl", "run"), ("crawl", "status"), ("review", "export")):
        assert next(iter(desk.run(*words, "--json").data)) == "coverage", words

    told = desk.run("crawl", "status", "--days", "1", "--json").data["coverage"]
    by_direction = {one["direction"]: one for one in told["account_days"]}
    assert (by_direction["posts"]["ok"], by_direction["likes"]["not_visible"]) == (2, 2)
    assert {(one["handle"], one["direction"], one["note"]) for one in told["unseen"]} == {
        ("kel_satu@baik.example", "likes", "no_automatic_mode"),
        ("asn_dua@baik.example", "likes", "no_automatic_mode"),
    }


def test_the_status_shows_states_then_the_unseen_then_the_rest(desk: Desk, village: object) -> None:
    assert village
    desk.run("crawl", "run")

    out = desk.run("crawl", "status").out

    order = ["Coverage 20", "What could be seen", "Accounts that could not be seen", "posts, ", "How visits"]
    places = [out.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(("count", "named"), [(5, True), (6, False)])
def test_many_accounts_that_one_reason_hides_are_one_row(
    capsys: pytest.CaptureFixture[str], count: int, *, named: bool
) -> None:
    why: dict[str, Any] = {
        "direction": Capability.LIKES,
        "state": CoverageState.NOT_VISIBLE,
        "note": "no_automatic_mode",
    }
    hidden = [Unseen(platform="mastodon", handle=f"kel_{n}", day=MOMENT.date(), **why) for n in range(count)]

    show_table(Coverage(first=MOMENT.date(), last=MOMENT.date(), unseen=hidden))

    out = capsys.readouterr().out
    assert ("kel_0" in out) is named
    assert (f"{count} accounts" in out) is not named


def test_no_match_is_never_said_without_its_coverage(desk: Desk) -> None:
    with desk.opened() as database, database.write() as session:
        session.execute(update(judged_tables.matches).values(answer="not", standing="decided"))

    out = desk.run("review", "export").out

    assert "0 matches" in out
    assert out.index("account-days") < out.index("0 matches")


def test_a_round_says_it_too(desk: Desk, village: object) -> None:
    assert village
    told = desk.run("schedule", "run", "--once", "--json").data

    assert next(iter(told["crawl"])) == "coverage"
    assert told["looked_again"] == {"there": 0, "gone": 0, "unclear": 0, "for_a_person": 0}


def test_pages_of_another_form_three_times_in_a_row_are_an_alarm(desk: Desk, strange_village: object) -> None:
    assert strange_village
    first = desk.run("crawl", "run", "--json")
    second = desk.run("crawl", "run", "--json")
    third = desk.run("crawl", "run")

    assert first.data["canaries"] == []
    assert [(one["platform"], one["alarm"]) for one in second.data["canaries"]] == [("mastodon", "layout_errors")]
    assert (second.code, third.code) == (3, 3)
    assert "ALARM: mastodon" in third.err
    assert desk.run("crawl", "status", "--days", "1", "--json").data["coverage"]["account_days"][0]["partial"] == 2


def test_an_alarm_ends_a_round_with_3_too(desk: Desk, strange_village: object) -> None:
    assert strange_village
    desk.watch(STRANGER)

    ran = desk.run("schedule", "run", "--once", "--json")

    assert (ran.code, len(ran.data["crawl"]["canaries"])) == (3, 1)


def test_kept_pages_that_nobody_can_read_any_more_are_an_alarm_and_exit_3(desk: Desk, village: object) -> None:
    assert village
    desk.run("crawl", "run")
    statuses = tables.captures.c.step == "statuses"
    with desk.opened() as database, database.write() as session:
        session.execute(update(tables.captures).where(statuses).values(step="account"))

    told = desk.run("crawl", "reparse", "--json")
    said = desk.run("crawl", "reparse")

    assert (told.code, said.code) == (3, 3)
    assert told.data["unparsed"]["mastodon"] > 0
    assert told.data["loud"]
    assert "ALARM" in said.err
    assert f"mastodon: {told.data['unparsed']['mastodon']} pages still cannot be read." in said.out


def test_pages_that_were_read_before_are_read_again_to_the_same(desk: Desk, village: object) -> None:
    assert village
    desk.run("crawl", "run")
    before = desk.rows()

    ran = desk.run("crawl", "reparse", "--platform", "mastodon", "--since", "2020-01-01", "--json")

    found = ran.data
    assert (ran.code, found["read"] > 0, found["posts"], found["interactions"]) == (0, True, 0, 0)
    assert desk.rows() == before
    assert desk.run("crawl", "reparse", "--since", "2099-01-01", "--json").data["read"] == 0


def test_an_account_whose_name_led_elsewhere_is_settled_with_a_reason(desk: Desk) -> None:
    with desk.opened() as database, database.write() as session:
        session.execute(update(tables.accounts).where(tables.accounts.c.id == 1).values(identity_changed_at=MOMENT))
    handle = desk.run("watchlist", "list", "--json").data[1]["handle"]
    words = ("watchlist", "settle", handle, "--platform", "mastodon", "--new-key", "https://baik.example/users/x")

    missing = desk.run(*words)
    done = desk.run(*words, "--reason", "Telepon lurah 2 Mei", "--json")

    assert missing.code == 2
    assert done.data["key"] == "https://baik.example/users/x"
    (row,) = desk.rows()["identity_settlements"]
    assert "Telepon lurah 2 Mei" in row


def test_what_was_taken_back_is_said_where_it_is_explained_and_in_the_review_file(desk: Desk) -> None:
    with desk.opened() as database, database.write() as session:
        session.execute(update(tables.interactions).values(absent_since=MOMENT, looked_again_at=MOMENT))
    path = desk.folder / "t.csv"

    said = desk.run("why", first_match()).out
    desk.run("review", "export", "-o", str(path), "--language", "id")

    assert "It is no longer there since 2031-05-02 10.00 WIB." in said
    assert all("; tidak ada lagi sejak 2031-05-02 10.00 WIB" in row["waktu"] for row in sheet(path))
    assert json.loads(desk.run("why", first_match(), "--json").out)["data"]["absent_since"] is not None


def test_a_time_in_words_is_shown_as_what_it_can_mean(desk: Desk) -> None:
    later = MOMENT.replace(hour=4)
    with desk.opened() as database, database.write() as session:
        session.execute(update(tables.interactions).values(acted_at=None, acted_from=MOMENT, acted_to=later))
    path = desk.folder / "t.csv"

    said = desk.run("why", first_match()).out
    desk.run("review", "export", "-o", str(path), "--language", "id")

    assert "between 2031-05-02 10.00 WIB and 2031-05-02 11.00 WIB" in said
    assert sheet(path)[0]["waktu"] == "antara 2031-05-02 10.00 WIB dan 2031-05-02 11.00 WIB"
