"""Near-duplicates are found, others are not, and in whatever order the result is the same."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.near import Clusters, cluster

LINE = "Ribuan warga memadati lapangan desa menyambut kedatangan rombongan pasangan nomor dua tadi sore"


def test_small_changes_stay_in_one_cluster() -> None:
    texts = [
        LINE,
        f"{LINE} <url>",
        LINE.upper(),
        LINE.replace("tadi sore", "tadi pagi"),
        f"{LINE}!!! #Menang",
        "Posyandu Melati buka hari Selasa",
    ]

    assert cluster(texts) == [0, 0, 0, 0, 0, 1]


def test_texts_about_one_thing_in_other_words_are_different() -> None:
    other = "Tadi sore lapangan penuh orang, semuanya mau lihat calon bupati lewat naik mobil bak"

    assert cluster([LINE, other]) == [0, 1]


def test_empty_and_short_texts_are_no_danger() -> None:
    assert cluster(["", "", "ya", "ya", "tidak"]) == [0, 0, 1, 1, 2]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=12))
def test_the_same_text_always_finds_its_cluster(texts: list[str]) -> None:
    clusters = Clusters()
    numbers = [clusters.add(text) for text in texts]

    assert not any(clusters.is_new(text) for text in texts)
    assert numbers == cluster(texts)


def test_ten_thousand_different_lines_take_seconds() -> None:
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}ra" for n in range(400)]
    texts = [" ".join(words[(n * k) % 400] for k in (1, 3, 7, 11, 13, 17)) for n in range(10_000)]
    began = time.perf_counter()

    cluster(texts)

    assert time.perf_counter() - began < 60
