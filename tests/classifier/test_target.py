"""Whom a text aims at and in which direction: sentences of three languages, and contests that share a ballot day."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.corpus import corpus_examples
from classifier.features import read
from classifier.lexicon import Lexicon
from classifier.overlap import matching, names_somebody, overlapping, shared_numbers
from classifier.target import AIMED, NUMBER_SHARED, Aim, aim
from core.records import Kind
from core.settings import Contest

PAIRS = [
    {
        "id": "wira",
        "number": 1,
        "names": ["Wira Kencanawungu", "Sari Melurasih"],
        "nicknames": ["Kang Wira", "WIRASARI"],
        "hashtags": ["#WiraSari"],
        "taglines": ["Maju Sauyunan"],
        "parties": ["Partai Teratai"],
    },
    {
        "id": "bagja",
        "number": 2,
        "names": ["Bagja Tirtalaya", "Dewi Anjarwati"],
        "nicknames": ["Kang Bagja"],
        "hashtags": ["#BagjaDewi"],
    },
]
ALONE = [
    {"id": "jaka", "names": ["Jaka Purnawira"], "nicknames": ["Kang Jaka"]},
    {"id": "kosong", "empty_box": True, "hashtags": ["#KotakKosongMenang"]},
]
GOVERNORS = [
    {"id": "lintang", "number": 1, "names": ["Lintang Pamungkasari"], "parties": ["Partai Teratai"]},
    {"id": "sekti", "number": 3, "names": ["Sekti Jayantaka"]},
]


def contest(name: str, candidates: object, day: str = "2031-06-25") -> Contest:
    return Contest.model_validate(
        {"id": name, "name": name, "region": "99", "voting_day": day, "candidates": candidates}
    )


CONTESTS = {"dua": contest("dua", PAIRS), "tunggal": contest("tunggal", ALONE)}
LEXICONS = {name: Lexicon(one) for name, one in CONTESTS.items()}
REGENT, GOVERNOR = CONTESTS["dua"], contest("gubernur", GOVERNORS)
SENTENCES = list(csv.DictReader((Path(__file__).parent / "aims.csv").read_text(encoding="utf-8").splitlines()))
HARD = 8
"""Sentences that are still read wrongly; whoever mends one lowers this."""


def aim_of(text: str, name: str = "dua") -> Aim:
    return aim(read(text, LEXICONS[name]))


def test_target_and_direction_of_written_sentences_are_found() -> None:
    found = [(row, aim_of(row["text"], row["contest"])) for row in SENTENCES]

    wrong = [
        row["text"]
        for row, one in found
        if (one.target or "", one.direction or "") != (row["target"], row["direction"])
    ]
    assert len(SENTENCES) >= 190
    assert len(wrong) <= HARD, wrong


@pytest.mark.parametrize("language", ["su", "jv"])
def test_regional_sentences_are_read_as_well(language: str) -> None:
    rows = [row for row in SENTENCES if row["lang"] == language]

    right = [row for row in rows if aim_of(row["text"], row["contest"]).target == (row["target"] or None)]

    assert len(right) >= 0.95 * len(rows)


def test_of_two_votes_the_one_that_is_asked_for_is_the_aim() -> None:
    assert aim_of("jangan pilih Wira, pilih Bagja") == Aim(target="bagja", direction="for", said=True)


def test_a_text_that_only_names_somebody_has_no_direction_of_its_own() -> None:
    found = aim_of("Wira hadir di pasar tadi pagi")

    assert (found.target, found.direction) == ("wira", None)
    assert found.direction_of(Kind.IMPLICIT_CALL) == "for"
    assert found.direction_of(Kind.ANTI_CALL) == "against"
    assert found.direction_of(Kind.NEWS) is None


def test_what_a_text_says_outweighs_the_kind_that_a_model_guesses() -> None:
    assert aim_of("jangan pilih Wira lagi").direction_of(Kind.EXPLICIT_CALL) == "against"
    assert aim_of("ayo coblos Wira").direction_of(Kind.ANTI_CALL) == "for"
    assert aim_of("#WiraSari").direction_of(Kind.ANTI_CALL) == "against"


def test_the_call_of_a_written_text_aims_at_the_only_candidate_it_names() -> None:
    wrong = missed = count = 0
    for example in corpus_examples():
        reading = read(example.text, example.lexicon)
        named = {hit.candidate for hit in reading.hits if hit.candidate and hit.kind in AIMED}
        if example.label and example.kind is not None and len(named) == 1:
            count += 1
            found = aim(reading)
            missed += found.target not in named
            wanted = "against" if example.kind is Kind.ANTI_CALL else "for"
            wrong += found.direction_of(example.kind) != wanted

    assert count > 1_000
    assert missed == 0
    assert wrong <= 0.05 * count


@given(st.text(max_size=200))
def test_any_text_has_an_aim_or_none(text: str) -> None:
    found = aim_of(text)

    assert found.target in {None, "wira", "bagja"}


def test_a_number_that_two_contests_have_belongs_to_nobody() -> None:
    shared = shared_numbers(REGENT, [REGENT, GOVERNOR])

    found = aim(read("Ayo coblos nomor 1!", LEXICONS["dua"]), shared_numbers=shared)

    assert shared == {1}
    assert (found.target, found.direction, found.remark) == (None, "for", NUMBER_SHARED)


def test_a_shared_number_beside_a_name_is_that_candidates() -> None:
    found = aim(read("Coblos nomor 1, Kang Wira", LEXICONS["dua"]), shared_numbers={1})

    assert (found.target, found.direction, found.remark) == ("wira", "for", None)


def test_a_number_of_one_contest_alone_stays_a_target() -> None:
    found = aim(read("Coblos nomor 2", LEXICONS["dua"]), shared_numbers={1})

    assert (found.target, found.remark) == ("bagja", None)


def test_a_party_is_no_target_in_any_contest() -> None:
    text = "Ayo dukung Partai Teratai!"

    targets = {aim(read(text, Lexicon(one))).target for one in (REGENT, GOVERNOR)}

    assert targets == {None}


def test_contests_of_other_days_share_no_numbers() -> None:
    later = contest("nanti", GOVERNORS, day="2034-02-14")

    assert overlapping(REGENT, [REGENT, later]) == ()
    assert shared_numbers(REGENT, [REGENT, later]) == frozenset()


@pytest.mark.parametrize(
    ("text", "contests"),
    [
        ("Coblos nomor 1 Kang Wira", ("dua",)),
        ("Coblos Lintang Pamungkasari nomor 1", ("gubernur",)),
        ("Bupati Kang Wira, gubernur Lintang, nomor 1 semua!", ("dua", "gubernur")),
        ("Coblos nomor 1!", ("dua",)),
        ("Coblos nomor 3!", ("gubernur",)),
    ],
)
def test_a_text_is_a_match_in_two_contests_only_if_it_names_candidates_of_both(
    text: str, contests: tuple[str, ...]
) -> None:
    both = [REGENT, GOVERNOR]

    flagged = [
        (one.id, names_somebody(read(text, Lexicon(one)), shared_numbers(one, both))) for one in both
    ]  # flagged in both, as a model does that sees masks only

    assert matching(flagged) == contests
