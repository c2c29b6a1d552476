"""The model: what it must and must not flag, why, and that it is the same every time."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.base import base_examples
from classifier.corpus import Example
from classifier.lexicon import Lexicon
from classifier.model import LISTED, Model, train
from core.errors import ModelError
from core.records import SOLICITING, Band, Kind
from core.settings import Candidate, Classifier, Contest


def contest(first: str, second: str) -> Lexicon:
    def candidate(number: int, name: str) -> Candidate:
        return Candidate(id=f"c{number}", number=number, names=(name,))

    return Lexicon(
        Contest.model_validate(
            {
                "id": "karangsari",
                "name": "Karangsari",
                "region": "32.07",
                "voting_day": "2029-11-28",
                "candidates": [candidate(1, first), candidate(2, second)],
            }
        )
    )


LEXICON = contest("Wirajaya Kusumah", "Dewanto Prasaja")
CALLS = [
    "Ayo warga Karangsari, coblos Wirajaya nomor 1 tanggal 28!",
    "Jangan lupa pilih Pak Wirajaya ya bapak ibu, nomor urut 1",
    "hayu urang coblos wirajaya nomer hiji",
    "monggo nyoblos wirajaya nomer siji nggih",
    "ayo c0bl0s Wirajaya no 1",
    "Wirajaya menang! Nomor 1 menyala 🔥☝️",
]
NEUTRAL = [
    "Gunakan hak pilih Anda pada 28 November. Datang ke TPS, jangan golput!",
    "KPU Karangsari mengajak warga mengecek nama di DPT sebelum hari pemungutan suara.",
    "Satu suara sangat berarti. Jangan lupa ke TPS besok ya, bawa KTP.",
    "Jaga netralitas ASN, wujudkan pilkada damai.",
    "Kelurahan Karangsari kerja bakti hari Minggu, mohon kehadiran warga RT 02.",
    "Posyandu balita besok pukul 08.00 di balai RW 03.",
    "Ulah golput, hayu ka TPS tanggal 28",
    "Aja golput, ayo teka menyang TPS",
]


@pytest.mark.parametrize("text", CALLS)
def test_a_call_is_put_before_people(model: Model, text: str) -> None:
    score = model.score_all([text], LEXICON, Classifier())[0]

    assert score.band is not Band.LOW
    assert (score.target, score.direction) == ("c1", "for")
    assert score.kind in SOLICITING or score.probability < 0.5


@pytest.mark.parametrize("text", NEUTRAL)
def test_a_neutral_or_official_text_is_not_flagged(model: Model, text: str) -> None:
    score = model.score_all([text], LEXICON, Classifier())[0]

    assert score.band is Band.LOW
    assert score.direction is None


def test_a_call_against_somebody_says_so(model: Model) -> None:
    score = model.score_all(["Warga, jangan pilih Dewanto lagi. Tolak Dewanto!"], LEXICON, Classifier())[0]

    assert (score.kind, score.target, score.direction) == (Kind.ANTI_CALL, "c2", "against")


@pytest.mark.parametrize("text", [*CALLS, "Pak Wirajaya pidato di alun-alun", "Dewanto itu gagal mengurus banjir"])
def test_names_do_not_change_a_score(model: Model, text: str) -> None:
    renamed = text.replace("Wirajaya", "Sulastri").replace("wirajaya", "sulastri").replace("Dewanto", "Hanggoro")

    before = model.score_all([text], LEXICON, Classifier())[0]
    after = model.score_all([renamed], contest("Sulastri Kusumah", "Hanggoro Prasaja"), Classifier())[0]

    assert (after.probability, after.kind, after.target) == (before.probability, before.kind, before.target)


@settings(max_examples=60, deadline=None)
@given(
    text=st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from(["ayo", "coblos", "Wirajaya", "no 1", "#PilihWirajaya", "✌️"])),
        max_size=15,
    ).map(" ".join)
)
def test_reasons_lie_in_the_original_text(model: Model, text: str) -> None:
    score = model.score_all([text], LEXICON, Classifier())[0]

    assert 0 <= score.probability <= 1
    assert len(score.reasons) <= 5
    for reason in score.reasons:
        assert reason.span is not None
        assert text[reason.span[0] : reason.span[1]].startswith(reason.word)
        assert reason.word
        assert reason.weight > 0


def test_the_reasons_of_a_call_name_its_words_and_rules(model: Model) -> None:
    reasons = model.score_all([CALLS[0]], LEXICON, Classifier())[0].reasons

    assert any(reason.code.startswith("rule.") for reason in reasons)
    assert [reason.weight for reason in reasons] == sorted((r.weight for r in reasons), reverse=True)


def test_bands_follow_the_thresholds(model: Model) -> None:
    chance = model.score_all([CALLS[0]], LEXICON, Classifier())[0].probability

    strict = Classifier(high=1.0, review=min(0.999, chance))
    assert model.score_all([CALLS[0]], LEXICON, strict)[0].band is Band.REVIEW
    assert model.score_all([CALLS[0]], LEXICON, Classifier(high=chance, review=0.1))[0].band is Band.HIGH


def test_texts_are_scored_alone_and_together_alike(model: Model) -> None:
    together = model.score_all([*CALLS, *NEUTRAL, ""], LEXICON, Classifier())

    assert together == [model.score_all([text], LEXICON, Classifier())[0] for text in [*CALLS, *NEUTRAL, ""]]
    assert model.score_all([], LEXICON, Classifier()) == []


@pytest.mark.parametrize("piece", ["pilih ", "pilih Wirajaya no 1 ", "a", '"dukung" ', "#PilihWirajaya "])
def test_a_megabyte_is_scored_in_time(model: Model, piece: str) -> None:
    began = time.perf_counter()

    model.score_all([piece * (1_000_000 // len(piece))], LEXICON, Classifier())

    assert time.perf_counter() - began < 5


def test_the_same_data_and_seed_make_the_same_model() -> None:
    examples = base_examples()[:900]

    one, other = train(examples, seed=7), train(examples[::-1], seed=7)

    assert one.version == other.version
    assert one.facts["data_digest"] == other.facts["data_digest"]


def example(text: str, group: str, *, label: bool) -> Example:
    return Example(text=text, label=label, kind=None, group=group, lexicon=LEXICON)


@pytest.mark.parametrize(
    ("positives", "negatives", "code"),
    [(0, 50, "one_class_only"), (50, 0, "one_class_only"), (29, 50, "too_few_positives")],
)
def test_too_little_to_learn_from_is_refused(positives: int, negatives: int, code: str) -> None:
    calls = [example(f"coblos Wirajaya {i}", f"g{i % 3}", label=True) for i in range(positives)]
    others = [example(f"cuaca cerah {i}", f"g{i % 3}", label=False) for i in range(negatives)]

    with pytest.raises(ModelError, match=code):
        train([*calls, *others], seed=1)


def test_one_group_cannot_be_calibrated() -> None:
    examples = [example(f"teks {i}", "one", label=i % 2 == 0) for i in range(80)]

    with pytest.raises(ModelError, match="too_few_groups"):
        train(examples, seed=1)


def test_labels_without_kinds_are_enough() -> None:
    examples = [replace(e, kind=None) for e in base_examples()[:600]]

    learnt = train(examples, seed=1)

    assert learnt.weights[LISTED].kind_names == (Kind.IMPLICIT_CALL, Kind.POLITICAL_TALK)
