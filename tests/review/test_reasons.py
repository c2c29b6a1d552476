"""The words of an answer, and what they say."""

import pytest

from core.records import SOLICITING, Answer, Kind
from review.reasons import ANSWERS, REASONS, TextLabel, contradicts, label_of, read_answer, read_reason

ACQUITTING = {
    "no_call",
    "retired",
    "not_asn",
    "false_account",
    "accident",
    "before_period",
    "neutral_call",
    "news",
    "wrong_person",
    "sarcasm",
    "other",
}


def test_every_reason_stands_for_one_decision() -> None:
    assert {code for code, reason in REASONS.items() if reason.answer is Answer.NOT} == ACQUITTING
    assert {code for code, reason in REASONS.items() if reason.answer is Answer.SOLICITATION} == set(SOLICITING)


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_is_read_in_both_languages_and_by_its_code(code: str) -> None:
    reason = REASONS[code]
    for word in (code, *reason.words.values(), *reason.also):
        for typed in (word, word.upper(), f"  {word} ", word.replace(" ", "_"), word.replace(" ", "\u00a0")):
            assert read_reason(typed) is reason


def test_no_word_means_two_reasons() -> None:
    words = [word.casefold() for reason in REASONS.values() for word in {*reason.words.values(), *reason.also}]

    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        *((word, answer) for words in ANSWERS.values() for answer, word in words.items()),
        *[("ya", Answer.SOLICITATION), ("Tidak", Answer.NOT), ("1", Answer.SOLICITATION), ("2", Answer.NOT)],
        *[("3", Answer.UNSURE), ("RAGU-RAGU", Answer.UNSURE), ("mungkin", None), ("", None), ("12", None)],
    ],
)
def test_a_decision_is_read_in_either_language(word: str, answer: Answer | None) -> None:
    assert read_answer(word) is answer


@pytest.mark.parametrize(
    ("answer", "code", "label"),
    [
        (Answer.NOT, "retired", None),
        (Answer.NOT, "accident", None),
        (Answer.NOT, "neutral_call", TextLabel(solicits=False, kind=Kind.ELECTION_INFO)),
        (Answer.NOT, "news", TextLabel(solicits=False, kind=Kind.NEWS)),
        (Answer.NOT, "sarcasm", TextLabel(solicits=False)),
        (Answer.NOT, None, None),
        (Answer.SOLICITATION, "anti_call", TextLabel(solicits=True, kind=Kind.ANTI_CALL)),
        (Answer.SOLICITATION, None, TextLabel(solicits=True)),
        (Answer.UNSURE, None, None),
        (Answer.UNSURE, "news", None),
    ],
)
def test_an_answer_teaches_only_what_it_says_about_the_text(
    answer: Answer, code: str | None, label: TextLabel | None
) -> None:
    assert label_of(answer, code) == label


def test_a_reason_of_another_decision_contradicts_and_a_doubt_may_have_any() -> None:
    assert contradicts(Answer.SOLICITATION, REASONS["retired"])
    assert contradicts(Answer.NOT, REASONS["explicit_call"])
    assert not contradicts(Answer.NOT, REASONS["retired"])
    assert not contradicts(Answer.UNSURE, REASONS["false_account"])
