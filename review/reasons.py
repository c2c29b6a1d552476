"""The words of an answer, and what each reason says: about the act (a decision) and about the text (a label, or none).

"Retired" clears the person and tells nothing of the text: a model must not learn from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.records import Answer, Kind
from core.sheets import fold

Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLabel:
    """What an answer says about the text; `kind` is None where the reason leaves it open."""

    solicits: bool
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReason:
    """Why a reviewer decided so: `words` is what a file shows, `also` what it may hold besides."""

    code: str
    answer: Answer
    label: TextLabel | None
    words: Mapping[Language, str]
    also: tuple[str, ...] = ()


def _acquits(code: str, label: TextLabel | None, words: tuple[str, str], *also: str) -> ReviewReason:
    return ReviewReason(
        code=code, answer=Answer.NOT, label=label, words={"id": words[0], "en": words[1]}, also=(code, *also)
    )


def _solicits(kind: Kind, words: tuple[str, str], *also: str) -> ReviewReason:
    return ReviewReason(
        code=kind.value,
        answer=Answer.SOLICITATION,
        label=TextLabel(solicits=True, kind=kind),
        words={"id": words[0], "en": words[1]},
        also=(kind.value, *also),
    )


_INFO = TextLabel(solicits=False, kind=Kind.ELECTION_INFO)
_NEWS = TextLabel(solicits=False, kind=Kind.NEWS)
_NOT_MEANT = TextLabel(solicits=False)

REASONS: Mapping[str, ReviewReason] = {
    reason.code: reason
    for reason in (
        _solicits(Kind.EXPLICIT_CALL, ("ajakan langsung", "explicit call"), "ajakan terang-terangan"),
        _solicits(Kind.IMPLICIT_CALL, ("ajakan tersirat", "implicit call"), "ajakan terselubung"),
        _solicits(Kind.ANTI_CALL, ("ajakan menolak", "anti call"), "ajakan tidak memilih"),
        _acquits("no_call", _NOT_MEANT, ("bukan ajakan", "no call"), "tidak mengajak"),
        _acquits("retired", None, ("pensiun", "retired"), "sudah pensiun", "purnatugas"),
        _acquits("not_asn", None, ("bukan ASN", "not ASN")),
        _acquits("false_account", None, ("akun palsu", "false account"), "fake account", "akun tiruan"),
        _acquits("accident", None, ("tidak sengaja", "accident"), "tak sengaja", "accidental"),
        _acquits("before_period", None, ("sebelum masa", "before period"), "sebelum masa kampanye"),
        _acquits("neutral_call", _INFO, ("ajakan netral", "neutral call"), "himbauan netral", "imbauan netral"),
        _acquits("news", _NEWS, ("berita", "news")),
        _acquits("wrong_person", None, ("salah orang", "wrong person")),
        _acquits("sarcasm", _NOT_MEANT, ("sarkasme", "sarcasm"), "sindiran"),
        _acquits("other", None, ("lainnya", "other"), "lain-lain"),
    )
}

ANSWERS: Mapping[Language, Mapping[Answer, str]] = {
    "id": {Answer.SOLICITATION: "ajakan", Answer.NOT: "bukan", Answer.UNSURE: "ragu"},
    "en": {Answer.SOLICITATION: "solicitation", Answer.NOT: "not", Answer.UNSURE: "unsure"},
}

_ALSO_ANSWERS = {
    **dict.fromkeys(("ya", "yes", "1"), Answer.SOLICITATION),
    **dict.fromkeys(("tidak", "no", "2"), Answer.NOT),
    **dict.fromkeys(("ragu ragu", "3"), Answer.UNSURE),
}


_ANSWER_WORDS = {fold(word): answer for words in ANSWERS.values() for answer, word in words.items()} | _ALSO_ANSWERS
_REASON_WORDS = {fold(word): reason for reason in REASONS.values() for word in (*reason.words.values(), *reason.also)}


def read_answer(word: str) -> Answer | None:
    """Read a decision in either language; None if the word is unknown."""
    return _ANSWER_WORDS.get(fold(word))


def read_reason(word: str) -> ReviewReason | None:
    """Read a reason in either language or by its code; None if the word is unknown."""
    return _REASON_WORDS.get(fold(word))


def contradicts(answer: Answer, reason: ReviewReason) -> bool:
    """Say whether a reason belongs to another decision; a doubt may have any reason."""
    return answer is not Answer.UNSURE and reason.answer is not answer


def label_of(answer: Answer, code: str | None) -> TextLabel | None:
    """Say what an answer teaches about the text: a solicitation always does, "not" by its reason, a doubt never."""
    if answer is Answer.UNSURE:
        return None
    if code is not None:
        return REASONS[code].label
    return TextLabel(solicits=True) if answer is Answer.SOLICITATION else None
