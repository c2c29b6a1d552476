"""Ids that survive people and spreadsheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.ids import DIGITS, MOST, near_ids, public_id, read_id

NUMBERS = st.integers(1, MOST)
SAMPLES = [1, 2, 31, 32, 1023, 12_345, 999_999, 32**6 - 1, 32**6, MOST]


@given(NUMBERS)
def test_an_id_reads_back_as_its_number(n: int) -> None:
    assert read_id(public_id(n)) == n


@given(NUMBERS, st.sampled_from(["", " ", "\u00a0", "\u2013", "\u200b", " - "]))
def test_case_spaces_dashes_and_look_alikes_are_repaired(n: int, filling: str) -> None:
    symbols = public_id(n).removeprefix("F-").replace("0", "O").replace("1", "l").lower()

    assert read_id(f" f{filling}{symbols[:3]}{filling}{symbols[3:]} ") == n


@given(st.text())
def test_any_other_text_is_none_or_reads_the_same_again(text: str) -> None:
    n = read_id(text)

    assert n is None or read_id(public_id(n)) == n


@pytest.mark.parametrize("n", SAMPLES)
def test_no_mistyped_character_names_another_match(n: int) -> None:
    typed = public_id(n)
    for place in range(2, len(typed)):
        for symbol in set(DIGITS) - {typed[place]}:
            assert read_id(typed[:place] + symbol + typed[place + 1 :]) is None


@pytest.mark.parametrize("n", [*SAMPLES, *range(5000, 5200)])
def test_no_swap_of_two_characters_names_another_match(n: int) -> None:
    typed = public_id(n)
    for first in range(2, len(typed)):
        for second in range(first + 1, len(typed)):
            swapped = list(typed)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert read_id("".join(swapped)) in ({n} if typed[first] == typed[second] else {None})


@pytest.mark.parametrize("text", ["", "F-", "F-0000000", "000001X", "G-0000012", "F-00000000", "F-U000000", "1,84E+18"])
def test_what_is_no_id_is_none(text: str) -> None:
    assert read_id(text) is None


def test_a_zero_typed_too_many_is_noticed() -> None:
    assert read_id(public_id(77).replace("F-", "F-0")) is None


@pytest.mark.parametrize("n", [0, -1, MOST + 1])
def test_there_is_no_id_for_what_is_no_key(n: int) -> None:
    with pytest.raises(ValueError, match="no public id"):
        public_id(n)


@pytest.mark.parametrize("n", SAMPLES)
def test_the_id_that_was_meant_is_among_the_near_ones(n: int) -> None:
    typed = public_id(n)
    wrong = typed[:4] + DIGITS[(DIGITS.index(typed[4]) + 5) % 32] + typed[5:]

    assert read_id(wrong) is None
    assert n in near_ids(wrong)
