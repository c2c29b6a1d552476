"""The queue and the card as a browser without JavaScript gets them."""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from core.deeds import Did
from core.records import Answer, Band, Standing
from jobs import assessing
from jobs.similar import alike
from review.ids import public_id, read_id
from review.page.cards import pieces
from review.page.filters import Filter, key_in, key_out
from storage import answering, clocks, people, reviewing
from storage.judged_tables import matches, scores
from storage.walking import Key
from tests.review.page.house import FIRST, SECOND, THIRD, House

YES = "solicitation/explicit_call"


def cards(house: House, name: str, address: str = "/antrean") -> list[str]:
    """List the cards of a queue."""
    return re.findall(r'href="/kartu/(F-[0-9A-Z]+)\?', house.visitor(name).get(address).text)


def standing_of(house: House, card: str) -> Standing:
    with house.tools.database.read() as session:
        return reviewing.standing(session, number_of(card))


def number_of(card: str) -> int:
    found = read_id(card)
    assert found is not None
    return found


def share(house: House, overlap: float) -> None:
    """Let two people judge this share."""
    house.tools.settings.review.__dict__["overlap"] = overlap


def test_a_card_says_who_did_what_when_and_hides_the_score_until_one_has_answered(house: House) -> None:
    visitor, card = house.visitor(FIRST), cards(house, FIRST)[0]

    before = visitor.get(f"/kartu/{card}").text
    visitor.post(f"/putuskan/{card}", putusan=YES, catatan="jelas")
    after = visitor.get(f"/kartu/{card}").text

    assert "menyukai" in before or "liked" in before
    assert "2 Mei 2031" in before or "2 May 2031" in before
    assert '<mark class="lexicon">' in before
    assert "<meter" not in before
    assert '<mark class="reason">' not in before
    assert "<meter" in after
    assert "jelas" in after


def test_the_queue_of_a_blind_review_shows_no_score(house: House) -> None:
    assert "<meter" not in house.visitor(FIRST).get("/antrean").text


def test_a_decision_leads_to_the_next_card_and_the_last_to_the_end(house: House) -> None:
    visitor, queue = house.visitor(FIRST), cards(house, FIRST)
    share(house, 0)

    for card, following in pairwise(queue):
        answer = visitor.post(f"/putuskan/{card}", putusan="not/news")
        assert answer.headers["location"] == f"/kartu/{following}"
    assert visitor.post(f"/putuskan/{queue[-1]}", putusan="not/").headers["location"] == "/antrean"
    assert cards(house, FIRST) == []


def test_a_call_needs_its_kind_and_what_is_no_answer_is_refused(house: House) -> None:
    visitor, card = house.visitor(FIRST), cards(house, FIRST)[0]

    for said in ("solicitation/", "solicitation/retired", "ya", "", "not/explicit_call"):
        assert visitor.post(f"/putuskan/{card}", putusan=said).status_code == 400
    assert standing_of(house, card) is Standing.OPEN


def test_the_same_answer_twice_is_one_decision(house: House) -> None:
    visitor, card = house.visitor(FIRST), cards(house, FIRST)[0]
    for _ in range(2):
        visitor.post(f"/putuskan/{card}", putusan=YES)

    with house.tools.database.read() as session:
        assert len(reviewing.latest_of(session, FIRST, 10)) == 1


def test_undo_takes_back_decision_and_label(house: House) -> None:
    visitor, card = house.visitor(FIRST), cards(house, FIRST)[0]
    visitor.post(f"/putuskan/{card}", putusan=YES)
    with house.tools.database.read() as session:
        (mine,) = reviewing.latest_of(session, FIRST, 10)

    other = house.visitor(SECOND).post("/batal", nomor=str(mine.id))
    answer = visitor.post("/batal", nomor=str(mine.id))

    assert (other.status_code, answer.headers["location"]) == (404, f"/kartu/{card}")
    assert standing_of(house, card) is Standing.OPEN
    with house.tools.database.read() as session:
        assert answering.current_labels(session) == {}


def test_a_second_person_sees_no_first_answer_and_a_third_settles(house: House) -> None:
    card = cards(house, FIRST)[0]
    share(house, 1)
    house.visitor(FIRST).post(f"/putuskan/{card}", putusan=YES, catatan="rahasia pertama")
    assert standing_of(house, card) is Standing.SECOND
    assert cards(house, FIRST, "/antrean?tampilan=kedua") == []

    assert cards(house, SECOND, "/antrean?tampilan=kedua") == [card]
    second = house.visitor(SECOND)
    blind = second.get(f"/kartu/{card}?tampilan=kedua").text
    assert "rahasia pertama" not in blind
    assert FIRST not in blind
    second.post(f"/putuskan/{card}?tampilan=kedua", putusan="not/news")
    assert standing_of(house, card) is Standing.CONFLICT
    assert FIRST in second.get(f"/kartu/{card}").text

    third = house.visitor(THIRD)
    assert "rahasia pertama" in third.get(f"/kartu/{card}?tampilan=konflik").text
    third.post(f"/putuskan/{card}?tampilan=konflik", putusan=YES)
    assert standing_of(house, card) is Standing.DECIDED
    with house.tools.database.read() as session:
        found = reviewing.history(session, number_of(card))
    assert [(one.row.reviewer, one.row.settles) for one in found] == [(FIRST, False), (SECOND, False), (THIRD, True)]
    assert found[-1].row.answer is Answer.SOLICITATION


def test_filters_stand_in_the_address_and_are_kept_on_the_way(house: House) -> None:
    every = set(cards(house, FIRST))
    one = set(cards(house, FIRST, "/antrean?akun=kel_satu@baik.example"))
    two = set(cards(house, FIRST, "/antrean?kecamatan=Dinas+Rekaan&urut=ragu"))

    assert one | two == every
    assert one & two == set()
    assert cards(house, FIRST, "/antrean?calon=wira&jenis=posted") == []
    assert cards(house, FIRST, "/antrean?dari=2031-05-03") == []
    assert set(cards(house, FIRST, "/antrean?dari=2031-05-02&sampai=2031-05-02")) == every
    kept = house.visitor(FIRST).get("/antrean?akun=kel_satu@baik.example&urut=terbaru").text
    assert "akun=kel_satu%40baik.example" in kept


@pytest.mark.parametrize(
    "nonsense", ["tampilan=x&urut=y", "setelah=abc", "dari=2031-99-99", "jenis=%00", "calon=" + "x" * 999]
)
def test_nonsense_in_an_address_is_no_mistake_of_ours(house: House, nonsense: str) -> None:
    assert house.visitor(FIRST).get(f"/antrean?{nonsense}").status_code == 200


def test_a_card_that_is_not_there_says_so(house: House) -> None:
    for address in (
        "/kartu/F-ZZZZZZZ",
        "/kartu/tidak",
        "/kartu/F-0000012/apa",
        "/gambar/x.png",
        "/bukti/F-0000012/abc",
    ):
        assert house.visitor(FIRST).get(address).status_code == 404


def test_next_and_previous_walk_the_queue_both_ways(house: House) -> None:
    visitor, queue = house.visitor(FIRST), cards(house, FIRST)

    forth = visitor.get(f"/kartu/{queue[0]}/lanjut").headers["location"]
    back = visitor.get(f"/kartu/{queue[1]}/lanjut?arah=balik").headers["location"]
    around = visitor.get(f"/kartu/{queue[-1]}/lanjut").headers["location"]

    assert (forth, back, around) == (f"/kartu/{queue[1]}", f"/kartu/{queue[0]}", f"/kartu/{queue[0]}")


def test_a_review_that_is_not_blind_shows_the_score_at_once(house: House) -> None:
    house.tools.settings.review.__dict__["blind"] = False

    assert "<meter" in house.visitor(FIRST).get("/antrean").text


def test_low_matches_are_never_hidden_only_asked_for(house: House) -> None:
    with house.tools.database.write() as session:
        session.execute(update(matches).where(matches.c.id == 1).values(band=Band.LOW))
        session.execute(update(scores).values(kind="news"))

    assert public_id(1) not in cards(house, FIRST)
    assert public_id(1) in cards(house, FIRST, "/antrean?rendah=1")


def test_both_languages_say_the_same_page(house: House) -> None:
    visitor = house.visitor(FIRST)
    visitor.get("/bahasa?ke_bahasa=en")
    english = visitor.get("/antrean").text
    visitor.get("/bahasa?ke_bahasa=id")
    indonesian = visitor.get("/antrean").text

    assert '<html lang="en">' in english
    assert "Queue" in english
    assert '<html lang="id">' in indonesian
    assert "Antrean" in indonesian


def test_a_text_is_cut_at_its_marks_and_nothing_is_lost() -> None:
    found = pieces("coblos nomor 1 ya", [(0, 6, "reason"), (4, 9, "lexicon"), (7, 14, "lexicon"), (90, 99, "reason")])

    assert [(one.text, one.mark) for one in found] == [
        ("coblos", "reason"), (" ", ""), ("nomor 1", "lexicon"), (" ya", ""),
    ]  # fmt: skip


def test_an_address_is_read_as_it_was_written() -> None:
    wanted = Filter(akun="a&b", urut="ragu")

    assert wanted.address(setelah="0.5:7") == "urut=ragu&akun=a%26b&setelah=0.5%3A7"
    assert key_in("0.5:7") == Key(0.5, 7)
    assert key_in("x") is None


def test_one_answer_can_go_to_near_duplicates_and_is_taken_back_as_one(house: House) -> None:
    queue = cards(house, FIRST)
    with house.tools.database.write() as session:
        first, *others = (number_of(card) for card in queue)
        same = session.scalar(select(matches.c.post_version_id).where(matches.c.id == first))
        session.execute(update(matches).values(post_version_id=same))
        share(house, 0)
        assert sorted(alike(session, first)) == sorted(others)
    visitor = house.visitor(FIRST)
    assert 'name="serupa"' in visitor.get(f"/kartu/{queue[0]}").text

    visitor.post(f"/putuskan/{queue[0]}", putusan="not/retired", serupa="1")
    assert len(cards(house, FIRST)) == len(queue) - 1  # of another person it says nothing
    visitor.post(f"/putuskan/{queue[0]}", putusan="not/news", serupa="1")
    assert cards(house, FIRST) == []
    with house.tools.database.read() as session:
        last = reviewing.latest_of(session, FIRST, 10)
        assert len(answering.current_labels(session)) == 1
    assert len(last) == len(queue) + 1

    visitor.post("/batal", nomor=str(last[0].id))

    assert len(cards(house, FIRST)) == len(queue) - 1


@pytest.mark.parametrize("kind", ["html", "xlsx", "json"])
def test_a_report_taken_along_names_accounts_only_for_a_reason_that_is_recorded(house: House, kind: str) -> None:
    visitor = house.visitor(FIRST)

    coded = visitor.post("/dasbor/berkas?dari=2031-05-01&sampai=2031-05-03", bentuk=kind)
    named = visitor.post("/dasbor/berkas", bentuk=kind, alasan="untuk rapat pleno")

    assert coded.headers["content-disposition"].startswith("attachment")
    assert (b"kel_satu" in coded.content) is False
    with house.tools.database.read() as session:
        deeds = people.deeds(session, what=[Did.REPORT])
    assert "untuk rapat pleno" in str(deeds[0].detail)
    assert named.status_code == 200


def test_opening_a_card_starts_its_clock_once_and_keeps_its_place(house: House) -> None:
    assessing.run(house.tools)
    queue, visitor = cards(house, FIRST), house.visitor(FIRST)
    first = number_of(queue[0])

    visitor.get(f"/kartu/{queue[0]}")
    with house.tools.database.read() as session:
        opened = clocks.moments(session, first)
    house.visitor(SECOND).get(f"/kartu/{queue[0]}")
    with house.tools.database.read() as session:
        again = clocks.moments(session, first)

    assert opened is not None
    assert opened.first_opened_at is not None
    assert again == opened
    assert cards(house, FIRST) == queue
    assert visitor.get(f"/kartu/{queue[0]}/lanjut").headers["location"] == f"/kartu/{queue[1]}"


def test_a_card_tells_rules_and_days_left_and_hints_at_no_score(house: House) -> None:
    assessing.run(house.tools)
    card = cards(house, FIRST)[0]
    visitor = house.visitor(FIRST)

    text = visitor.get(f"/kartu/{card}").text
    queue = visitor.get("/antrean").text

    assert "Not verified by a lawyer yet" in text
    assert "6 days left" in text
    assert "addressee: " in text
    assert "indikasi" in text
    assert 'class="left"' in queue
    assert "<meter" not in text
    assert "<meter" not in queue
    assert [word for word in ("pelanggar", "bersalah", "guilty", "violat") if word in text.casefold()] == []


def test_a_queue_by_the_clock_goes_on_where_its_stretch_ended(house: House) -> None:
    assessing.run(house.tools)
    key = Key(0.5, 7, datetime(2029, 10, 7, 17, tzinfo=UTC))

    assert key_in(key_out(key)) == key
    assert key_in("0.5:7:9999999999999999") is None
    assert house.visitor(FIRST).get(f"/antrean?setelah={key_out(key)}").status_code == 200
