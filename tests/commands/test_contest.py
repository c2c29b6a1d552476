"""What a person is told of the contests in the settings, of marked posts, and of bands."""

from collections.abc import Sequence

import yaml

from core.records import AccountRef, Action, Band, Interaction, Post, PostRef
from core.settings import Candidate
from language.bands import band_words, waiting_words
from review.ids import public_id
from storage import judged_tables, judging, tables, watching
from storage.thresholds import Threshold, save_threshold
from tests.commands.desk import MOMENT, Desk, sheet, typed
from tests.storage import planted

PROGRAMME = "Penyaluran Kartu Rekaan untuk warga, terima kasih Bupati Wira Kencanawungu."


def plant(desk: Desk, texts: Sequence[str], *, author: str | None = None) -> None:
    """Store posts: of one account, or each of another person whom nobody watches."""
    with desk.opened() as database, database.write() as session:
        known = planted.owners(*(one.account for one in watching.watchlist(session)))
        for number, text in enumerate(texts):
            ref = PostRef(platform="mastodon", uri=f"https://luar.example/{author}/{number}/{hash(text)}")
            writer = AccountRef(platform="mastodon", handle=author or f"orang{number}@luar.example")
            planted.save(session, known, Post(ref=ref, author=writer, text=text, posted_at=MOMENT), now=MOMENT)


def change(desk: Desk, old: str, new: str) -> None:
    text = desk.config.read_text(encoding="utf-8")
    assert old in text
    desk.config.write_text(text.replace(old, new), encoding="utf-8")


def test_missing_terms_can_be_pasted_into_the_settings(desk: Desk) -> None:
    plant(desk, [f"Kang Wira siap #RekaanJuara {'ya' * n}" for n in range(5)])
    plant(desk, [f"Panen raya di sawah utara {'ya' * n}" for n in range(40)])

    (found,) = desk.run("contest", "check", "--json").data

    (pasted,) = [yaml.safe_load(found["yaml"])]
    assert [(one["candidate"], one["term"], one["posts"]) for one in found["suggestions"]] == [
        ("wira", "#RekaanJuara", 5)
    ]
    assert pasted == {"hashtags": ["#RekaanJuara"]}
    assert Candidate(id="wira", names=("Wira",), **pasted).hashtags == ("#RekaanJuara",)
    assert "5 posts of at least 5 authors" in found["yaml"]


def test_a_person_reads_coverage_remarks_and_terms(desk: Desk) -> None:
    plant(desk, [f"Kang Wira siap #RekaanJuara {'ya' * n}" for n in range(5)])
    plant(desk, [f"Panen raya di sawah utara {'ya' * n}" for n in range(40)])

    ran = desk.run("contest", "check")

    assert ran.code == 0
    assert "no phases are given" in ran.out
    assert "texts name a candidate" in ran.out
    assert "never" in ran.out
    assert '        hashtags: ["#RekaanJuara"]' in ran.out


def test_an_empty_database_is_checked_by_the_settings_alone(desk: Desk) -> None:
    change(desk, "tilik.db", "kosong.db")
    assert desk.run("db", "migrate").code == 0
    change(desk, "id: kosong, empty_box: true", "id: kosong, empty_box: true, hashtags: [k]")

    ran = desk.run("contest", "check")
    (found,) = desk.run("contest", "check", "--json").data

    assert ran.code == 0
    assert "Nothing was crawled yet" in ran.out
    assert found["wordings"] == 0
    assert found["suggestions"] == []
    assert [one["code"] for one in found["remarks"]] == ["dates_missing", "form_one_letter"]


def test_the_check_speaks_indonesian_too(desk: Desk) -> None:
    ran = typed("--lang", "id", "contest", "check", "--config", str(desk.config))

    assert "teks menyebut calon" in ran.out


def test_a_check_changes_nothing(desk: Desk) -> None:
    before = desk.rows()

    desk.run("contest", "check")

    assert desk.rows() == before


def mark(desk: Desk) -> None:
    change(desk, "    candidates:", '    programmes: ["Kartu Rekaan"]\n    candidates:')
    change(desk, "id: wira, number: 1", "id: wira, incumbent: true, number: 1")
    plant(desk, [PROGRAMME, "Kerja bakti hari Minggu."], author="kel_satu@baik.example")
    assert desk.run("classify", "--no-pictures").code == 0


def test_marked_posts_are_listed_apart_and_counted_apart(desk: Desk) -> None:
    before = desk.run("review", "status", "--json").data

    mark(desk)

    (found,) = desk.run("marks", "list", "--json").data
    after = desk.run("review", "status", "--json").data
    assert (found["account"], found["mark"], found["words"]) == ("kel_satu@baik.example", "incumbent", "Kartu Rekaan")
    assert (before.pop("marked_incumbent"), after.pop("marked_incumbent")) == (0, 1)
    assert sum(before.values()) == sum(after.values())


def test_marked_posts_can_be_read_by_people_and_by_spreadsheets(desk: Desk) -> None:
    mark(desk)

    told = desk.run("marks", "list")
    written = desk.run("marks", "list", "-o", str(desk.folder / "tanda.csv"))

    assert "Kartu Rekaan" in told.out
    assert "is no match" in told.out
    assert "Besides, no matches: 1 posts" in desk.run("review", "status").out
    assert written.code == 0
    (row,) = sheet(desk.folder / "tanda.csv")
    assert (row["mark"], row["programme"], row["text"]) == ("incumbent", "Kartu Rekaan", PROGRAMME)


def measure(desk: Desk) -> None:
    """Let labels have shown where `high` begins for the model in use."""
    with desk.opened() as database, database.write() as session:
        active = next(one for one in judging.models(session) if one.active)
        found = Threshold(
            model_id=active.id, high=0.9, precision=0.85, low=0.7, upper=0.93, labels=40, measured_at=MOMENT
        )
        save_threshold(session, found)


def test_until_it_is_measured_high_means_read_first_and_no_more(desk: Desk) -> None:
    said = desk.run("review", "status").out
    codes = desk.run("review", "status", "--json").data
    measure(desk)

    assert "waiting: read first" in said
    assert "high" not in said
    assert "waiting_high" in codes
    assert "waiting: high" in desk.run("review", "status").out


def test_the_reason_of_a_match_calls_high_read_first(desk: Desk) -> None:
    with desk.opened() as database, database.write() as session:
        rows = planted.rows(session, judged_tables.matches, "id", "band")
    number = next((one for one, band in rows if band == Band.HIGH), None)
    assert number is not None

    said = desk.run("why", public_id(number)).out

    assert "read first" in said
    assert ", high," not in said


def test_other_bands_keep_their_words() -> None:
    assert band_words(Band.LOW, high_is_measured=False) == "low"
    assert band_words(Band.REVIEW, high_is_measured=False) == "for review"
    assert band_words(Band.HIGH, high_is_measured=True) == "high"
    assert waiting_words("unsure", high_is_measured=False) == "unsure"


def test_a_number_of_several_ballots_is_told_with_the_match_it_made(desk: Desk) -> None:
    change(
        desk,
        "crawl:",
        "  - {id: gubernur, name: Pilgub, region: '99', voting_day: 2031-06-25, "
        "candidates: [{id: lintang, number: 1, names: [Lintang Pamungkasari]}]}\ncrawl:",
    )
    plant(desk, ["Ayo warga coblos nomor 1, menangkan nomor 1 tanggal 25 Juni!"], author="kel_satu@baik.example")
    with desk.opened() as database, database.write() as session:
        known = planted.owners(*(one.account for one in watching.watchlist(session)))
        post = planted.rows(session, tables.posts, "uri", "id")
        uri = next(uri for uri, _ in post if "kel_satu" in uri)
        act = Interaction(
            actor=AccountRef(platform="mastodon", handle="kel_satu@baik.example"),
            action=Action.POSTED,
            post=PostRef(platform="mastodon", uri=uri),
            acted_at=MOMENT,
        )
        planted.save(session, known, act, now=MOMENT)

    assert desk.run("classify", "--no-pictures").code == 0

    with desk.opened() as database, database.read() as session:
        newest, contest = max(
            (number, contest) for number, contest in planted.rows(session, judged_tables.matches, "id", "contest")
        )
    assert contest == "rekaan-2031"
    assert desk.run("why", public_id(newest), "--json").data["remark"] == "number_in_several_contests"
    assert "stands on several ballots" in desk.run("why", public_id(newest)).out
