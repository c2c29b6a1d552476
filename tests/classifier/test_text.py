"""Normalisation: chat spelling becomes plain words, and every word knows where it stood."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.text import MAX_CHARS, TokenKind, tokens

PIECES = st.sampled_from(
    ["no. 2", "02", "#PilihBima", "@user", "c0bl0s", "p i l i h", "1️⃣", "✌🏽", "ﷺ", "ẞ", "İ", "\u200b"]
)


def words(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


@given(st.lists(st.one_of(st.text(max_size=20), PIECES), max_size=12).map("".join))
def test_every_token_points_into_the_original_text(text: str) -> None:
    found = tokens(text)

    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert all(token.text and "\n" not in token.text for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


@given(st.text(max_size=60))
def test_the_same_text_reads_the_same_twice(text: str) -> None:
    assert tokens(text) == tokens(text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("c0bl0s", ["coblos"]),
        ("menaaaang", ["menang"]),
        ("p i l i h", ["pilih"]),
        ("p.i.l.i.h", ["pilih"]),
        ("𝐏𝐢𝐥𝐢𝐡", ["pilih"]),
        ("pi\u200blih", ["pilih"]),
        ("рilih", ["pilih"]),
        ("gk", ["tidak"]),
        ("anak2", ["anak"]),
        ("wkwkwkwk", ["wkwk"]),
        ("https://contoh.id/a", ["xurl"]),
        ("@lurah", ["xuser"]),
        ("✌🏽", ["xfinger"]),
        ("salam 2 jari", ["salam", "xfinger", "jari"]),
        ("💙", ["xheart"]),
    ],
)
def test_chat_spelling_becomes_plain(written: str, plain: list[str]) -> None:
    assert words(written) == plain


@pytest.mark.parametrize(
    ("text", "number"),
    [("no. 2", 2), ("nomor urut 3", 3), ("NOMOR SIJI", 1), ("paslon 02", 2), ("gas 03", 3), ("2️⃣", 2), ("no 22222", 2)],
)
def test_a_ballot_number_keeps_its_value(text: str, number: int) -> None:
    ballots = [token.value for token in tokens(text) if token.kind is TokenKind.BALLOT]

    assert ballots == [number]


@pytest.mark.parametrize("text", ["RT 02 RW 03", "TPS 07", "pukul 08.00", "rumah 2 lantai", "tahun 2024"])
def test_other_numbers_are_no_ballot_numbers(text: str) -> None:
    assert not [token for token in tokens(text) if token.kind is TokenKind.BALLOT]


def test_a_hashtag_is_split_and_stays_joined() -> None:
    tag, *parts = tokens("#BersamaBimaMenang")

    assert tag.raw == "bersamabimamenang"
    assert [part.text for part in parts] == ["bersama", "bima", "menang"]


def test_a_joined_tag_without_capitals_loses_its_campaign_words() -> None:
    assert words("#menangbersamabima") == ["xtag", "menang", "bersama", "bima"]


@pytest.mark.parametrize("piece", ["a", "a b ", "no. 2", "#", "@a.", "ﷺ", "a.b-c", "1", "pilih no 2 ", "🤲", "<", "%1"])
def test_a_megabyte_does_not_hang(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = time.perf_counter()

    found = tokens(text)

    assert time.perf_counter() - began < 3
    assert all(token.end <= MAX_CHARS for token in found)
