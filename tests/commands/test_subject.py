"""A person can ask what is held of them, and a mistake is put right everywhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.shared import tools
from core.records import AccountRef, Answer
from jobs.watchlist import People
from review.ids import public_id
from storage import answering
from storage.judged_tables import decisions, matches
from storage.tables import accounts, posts
from tests.commands.desk import CALLS, Desk, sheet
from tests.storage import planted

HANDLE, OTHER = "kel_satu@baik.example", "asn_dua@baik.example"


@pytest.fixture
def judged(desk: Desk) -> Desk:
    """Let somebody judge all matches, and write them to a file."""
    with desk.opened() as database, database.write() as session:
        numbers = [row.id for row in session.execute(matches.select().order_by(matches.c.id))]
        rows = [planted.decision(session, one, Answer.SOLICITATION, "Rukmini") for one in numbers]
        answering.save_decisions(session, rows, overlap=0.1)
    desk.export("--all", name="semua.csv")
    return desk


def numbers_of(desk: Desk, handle: str) -> set[str]:
    """Give the ids of the matches of an account."""
    held = desk.run("subject", "report", handle, "--json").data["held"]
    return {public_id(one["match_id"]) for account in held for one in account["matches"]}


def standings(desk: Desk) -> dict[str, str]:
    with desk.opened() as database, database.read() as session:
        return {public_id(row.id): row.standing for row in session.execute(matches.select())}


def text_of(path: Any) -> str:  # noqa: ANN401  (a path in JSON)
    return Path(path).read_text(encoding="utf-8")


def test_a_person_is_told_what_why_since_when_and_by_whom(judged: Desk) -> None:
    told = judged.run("subject", "report", HANDLE, "--json").data

    (held,) = told["held"]
    (listing,) = held["listings"]
    assert (listing["source"], listing["role"], listing["subject"]) == ("Surat camat", "kelurahan", "Kelurahan Satu")
    assert held["amounts"]["acts"] == {"liked": 3}
    assert {one["reviewer"] for one in held["verdicts"]} == {"Rukmini"}
    assert [one["file"] for one in held["exports"]] == [str(judged.folder / "semua.csv")]
    page = text_of(told["file"])
    for words in ("Surat camat", "Kelurahan Satu", HANDLE, "Rukmini", held["exports"][0]["sha256"]):
        assert words in page
    assert HANDLE not in Path(told["file"]).name
    assert OTHER not in page


def test_it_is_written_in_indonesian_for_an_indonesian_office(judged: Desk) -> None:
    judged.set_up(language="id")

    page = text_of(judged.run("--lang", "id", "subject", "report", HANDLE, "--json").data["file"])

    assert '<html lang="id">' in page
    assert "Apa yang disimpan tentang Anda" in page


def test_the_names_of_the_staff_can_be_left_out(judged: Desk) -> None:
    told = judged.run("subject", "report", HANDLE, "--hide-staff", "--json")

    assert "Rukmini" not in told.out
    assert "Rukmini" not in text_of(told.data["file"])


def test_who_is_not_watched_is_told_that_nothing_is_held(judged: Desk) -> None:
    ran = judged.run("subject", "report", "warga_biasa@baik.example", "--json")

    assert (ran.code, ran.data["held"], ran.data["hidden"]) == (0, [], 0)
    assert "Nothing is held of this account" in text_of(ran.data["file"])


def test_posts_of_an_author_who_is_hidden_are_counted_for_who_asks(judged: Desk) -> None:
    with tools(judged.config) as office, office.database.write() as session:
        hidden = People().owners(office.secret).hide(AccountRef(platform="mastodon", handle="relawan@luar.example"))
        session.execute(posts.update().values(author_hash=hidden))

    told = judged.run("subject", "report", "@Relawan@luar.example", "--json").data

    assert told["hidden"] == 6


def test_asking_is_on_record_without_a_name(judged: Desk) -> None:
    judged.run("subject", "report", HANDLE)

    deed = judged.run("audit", "list", "--json").data[0]
    assert deed["what"] == "did_subject"
    assert HANDLE not in json.dumps(deed)


def test_a_correction_withdraws_the_matches_everywhere_and_names_the_files(judged: Desk) -> None:
    mine, before = numbers_of(judged, HANDLE), standings(judged)

    done = judged.run("subject", "correct", HANDLE, "--reason", "wrong_person", "--note", "Surat 7", "--json").data

    assert set(done["withdrawn"]) == mine < set(before)
    assert str(judged.folder / "semua.csv") in {one["file"] for one in done["exports"]}
    assert {name for name, standing in standings(judged).items() if standing == "withdrawn"} == mine
    rows = sheet(judged.export("--all", name="lagi.csv"))
    assert {row["id_temuan"] if "id_temuan" in row else row[next(iter(row))] for row in rows}.isdisjoint(mine)
    counted = judged.run("review", "status", "--json").data
    assert counted["solicitation"] + counted["second"] == len(set(before) - mine)
    whole = judged.run(
        "review", "export", "--format", "datasette", "--all", "-o", str(judged.folder / "d.json"), "--json"
    )
    assert whole.data["matches"] == len(set(before) - mine)


@pytest.mark.parametrize(
    ("words", "name", "kind"),
    [
        (("dataset", "export", "--reason", "Penelitian", "--to"), "data-riset", "dataset"),
        (("selfcheck", "-o"), "swaperiksa.html", "selfcheck_file"),
    ],
)
def test_a_dataset_and_a_self_check_that_hold_a_match_are_named_to_the_person(
    judged: Desk, words: tuple[str, ...], name: str, kind: str
) -> None:
    assert judged.run(*words, str(judged.folder / name)).code == 0
    (listed,) = [one for one in judged.run("exports", "--json").data if one["kind"] == kind]

    (held,) = judged.run("subject", "report", HANDLE, "--json").data["held"]
    nobody = judged.run("subject", "report", "warga_biasa@baik.example", "--json").data["held"]
    corrected = judged.run("subject", "correct", HANDLE, "--reason", "wrong_person", "--json").data

    assert listed["file"] == str(judged.folder / name)
    assert listed["file"] in {one["file"] for one in held["exports"]}
    assert listed["file"] in {one["file"] for one in corrected["exports"]}
    assert nobody == []


def test_a_dataset_after_a_correction_holds_no_match_of_the_account(judged: Desk) -> None:
    assert judged.run("subject", "correct", HANDLE, "--reason", "wrong_person").code == 0
    to = str(judged.folder / "data-riset")
    assert judged.run("dataset", "export", "--reason", "Penelitian", "--to", to).code == 0

    (held,) = judged.run("subject", "report", HANDLE, "--json").data["held"]

    assert to not in {one["file"] for one in held["exports"]}


def test_nothing_of_a_corrected_account_is_a_label_or_a_match_that_waits(judged: Desk) -> None:
    with judged.opened() as database, database.write() as session:
        row = session.execute(decisions.select()).first()
        assert row is not None
        label = answering.LabelRow(
            text=CALLS[0], label=True, kind=None, contest=None, labeller=row.reviewer, labelled_at=row.decided_at,
            source="review", post_version_id=row.post_version_id,
        )  # fmt: skip
        answering.save_labels(session, [label])
        assert answering.current_labels(session)

    judged.run("subject", "correct", HANDLE, "--reason", "not_institution")
    judged.run("subject", "correct", OTHER, "--reason", "not_asn")

    with judged.opened() as database, database.read() as session:
        assert answering.current_labels(session) == {}
    assert judged.run("review", "status", "--json").data["solicitation"] == 0
    assert judged.run("crawl", "plan", "--json").code == 0


def test_only_acts_since_a_day_are_withdrawn_where_somebody_retired(judged: Desk) -> None:
    late = judged.run("subject", "correct", HANDLE, "--reason", "retired", "--since", "2035-01-01", "--json")

    assert (late.code, late.answer["error"]["code"]) == (4, "correction_in_future")
    done = judged.run("subject", "correct", HANDLE, "--reason", "retired", "--since", "2020-01-01", "--json").data
    assert set(done["withdrawn"]) == numbers_of(judged, HANDLE)


def test_a_correction_that_was_a_mistake_is_ended_and_both_are_on_record(judged: Desk) -> None:
    before = standings(judged)
    assert judged.run("subject", "correct", HANDLE, "--reason", "retired").code == 0
    assert judged.run("subject", "correct", HANDLE, "--reason", "retired").code == 4
    assert judged.run("subject", "undo", HANDLE, "--json").answer["error"]["code"] == "correction_undo_reason"

    done = judged.run("subject", "undo", HANDLE, "--reason", "Orang lain", "--json").data

    assert standings(judged) == before
    assert set(done["back"]) == numbers_of(judged, HANDLE)
    (row,) = judged.run("subject", "report", HANDLE, "--json").data["held"][0]["corrections"]
    assert (row["reason"], row["undone_reason"]) == ("retired", "Orang lain")
    deeds = [one["what"] for one in judged.run("audit", "list", "--json").data]
    assert {"did_correct", "did_undo_correction"} <= set(deeds)
    assert judged.run("subject", "undo", HANDLE, "--reason", "Lagi", "--json").answer["error"]["code"] == (
        "correction_none"
    )


def test_what_is_found_later_of_a_corrected_account_is_withdrawn_at_once(judged: Desk) -> None:
    judged.run("subject", "correct", HANDLE, "--reason", "false_account")

    assert judged.run("classify", "--no-pictures").code == 0

    mine = numbers_of(judged, HANDLE)
    assert {name for name, standing in standings(judged).items() if standing == "withdrawn"} == mine


def test_a_corrected_account_is_not_visited_any_more(judged: Desk) -> None:
    judged.run("subject", "correct", HANDLE, "--reason", "wrong_person")

    done = judged.run("crawl", "run", "--json")

    assert done.answer["data"] is None or done.answer["data"]["accounts"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("subject", "correct", "tidak_ada", "--reason", "retired"), "account_not_held"),
        (("hold", "add", "tidak_ada", "--reason", "x"), "account_not_held"),
        (("hold", "add", HANDLE), "hold_without_reason"),
        (("hold", "remove", "9", "--reason", "x"), "hold_unknown"),
    ],
)
def test_what_is_meant_must_be_there(desk: Desk, words: tuple[str, ...], code: str) -> None:
    ran = desk.run(*words, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, code)


def test_a_name_on_two_platforms_is_asked_for_with_its_platform(desk: Desk) -> None:
    with desk.opened() as database, database.write() as session:
        session.execute(accounts.insert().values(platform="bluesky", handle=HANDLE))

    ran = desk.run("subject", "correct", HANDLE, "--reason", "retired", "--json")
    told = desk.run("subject", "correct", f"mastodon:{HANDLE}", "--reason", "retired", "--json")

    assert ran.answer["error"]["code"] == "account_ambiguous"
    assert len(told.data["withdrawn"]) == 2
