"""What a contest's settings say of its candidates, form by form, and which forms will read texts wrongly."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from classifier.overlap import overlapping, shared_numbers
from classifier.text import TokenKind, tokens
from classifier.vocabulary import families
from core.settings import Candidate, Contest

Field = Literal["names", "nicknames", "taglines", "hashtags", "handles", "parties", "number", "emoji"]
FIELDS: tuple[Field, ...] = ("names", "nicknames", "taglines", "hashtags", "handles", "parties", "emoji")
SHORTEST = 2
LONGEST_TITLE = 3

Code = Literal[
    "dates_missing",
    "number_missing",
    "number_shared_with",
    "form_shared",
    "form_shared_with",
    "form_one_letter",
    "form_empty",
    "form_ordinary",
    "form_hits_too_much",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One thing that the settings list of a candidate, as written, and the plain words that it is found by."""

    candidate: str
    field: Field
    written: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that a person should mend or know; `other` names the contest or candidate it collides with."""

    code: Code
    contest: str
    candidate: str | None = None
    form: str | None = None
    other: str | None = None


def forms_of(contest: Contest) -> list[Form]:
    """List everything that names a candidate of a contest."""
    return [form for candidate in contest.candidates for form in _of_candidate(candidate)]


def remarks(contest: Contest, contests: Sequence[Contest] = ()) -> list[Remark]:
    """Check a contest without any post: dates, numbers, forms that two share, forms too short or too ordinary."""
    return [
        *_about_dates_and_numbers(contest, contests),
        *_about_sharing(contest, contests),
        *(remark for form in forms_of(contest) for remark in _about_form(contest.id, form)),
    ]


def _of_candidate(candidate: Candidate) -> Iterator[Form]:
    for field in FIELDS:
        for written in getattr(candidate, field):
            yield Form(candidate=candidate.id, field=field, written=written, words=_plain(field, written))
    if candidate.number is not None:
        number = str(candidate.number)
        yield Form(candidate=candidate.id, field="number", written=number, words=number)


def _plain(field: Field, written: str) -> str:
    """Bring a form into the shape in which texts are searched for it."""
    if field in ("hashtags", "handles"):
        return written.lstrip("#@").rstrip(".").lower()
    if field == "emoji":
        return re.sub("[\ufe0e\ufe0f\u200d]", "", written)[:1]
    return " ".join(token.text for token in tokens(written) if token.kind in {TokenKind.WORD, TokenKind.BALLOT})


def _about_dates_and_numbers(contest: Contest, contests: Sequence[Contest]) -> Iterator[Remark]:
    if not contest.phases:
        yield Remark(code="dates_missing", contest=contest.id)
    pairs = [candidate for candidate in contest.candidates if not candidate.empty_box]
    if len(pairs) > 1:
        for candidate in pairs:
            if candidate.number is None:
                yield Remark(code="number_missing", contest=contest.id, candidate=candidate.id)
    shared = shared_numbers(contest, contests)
    for other in overlapping(contest, contests):
        for one in other.candidates:
            if one.number in shared:
                yield Remark(code="number_shared_with", contest=contest.id, form=str(one.number), other=other.id)


def _about_sharing(contest: Contest, contests: Sequence[Contest]) -> Iterator[Remark]:
    owners: dict[str, dict[str, str]] = {}
    for form in forms_of(contest):
        if form.field not in ("number", "parties") and form.words:
            owners.setdefault(form.words, {}).setdefault(form.candidate, form.written)
        for part in parts_of(form):
            owners.setdefault(part, {}).setdefault(form.candidate, part)
    for found in owners.values():
        first, *others = found
        for other in others:
            yield Remark(code="form_shared", contest=contest.id, candidate=first, form=found[first], other=other)
    for neighbour in overlapping(contest, contests):
        for form in forms_of(neighbour):
            if (
                form.field not in ("number", "parties", "emoji")
                and form.words in owners
                and not _is_box(form, neighbour)
            ):
                mine = next(iter(owners[form.words].items()))
                yield Remark(
                    code="form_shared_with", contest=contest.id, candidate=mine[0], form=mine[1], other=neighbour.id
                )


def parts_of(form: Form) -> list[str]:
    """List the names inside a name: texts are searched for each of them alone too."""
    titles = families()["person_title"].words
    words = form.words.split() if form.field == "names" else []
    return [word for word in words if len(word) > LONGEST_TITLE and word not in titles]


def _is_box(form: Form, contest: Contest) -> bool:
    return any(one.id == form.candidate and one.empty_box for one in contest.candidates)


def _about_form(contest: str, form: Form) -> Iterator[Remark]:
    said = {"contest": contest, "candidate": form.candidate, "form": form.written}
    if form.field in ("number", "emoji"):
        return
    if not form.words:
        yield Remark(code="form_empty", **said)
    elif len(form.words.replace(" ", "")) < SHORTEST:
        yield Remark(code="form_one_letter", **said)
    elif form.field in ("names", "nicknames") and form.words in families()["ordinary"].words:
        yield Remark(code="form_ordinary", **said)


def joined_from(word: str, candidate: Candidate) -> bool:
    """Say whether a word is put together from two names of a candidate: Reynaldi + Sekar → reysekar."""
    parts = _name_parts(candidate)
    for cut in range(2, len(word) - 1):
        head, tail = word[:cut], word[cut:]
        first = [part for part, _ in parts if _piece_of(head, part)]
        second = [part for part, _ in parts if _piece_of(tail, part)]
        if any(one != two for one in first for two in second):
            return True
    return False


def _name_parts(candidate: Candidate) -> list[tuple[str, int]]:
    titles = families()["person_title"].words
    counts: Counter[str] = Counter()
    for name in candidate.names:
        counts.update(word for word in _plain("names", name).split() if len(word) > 2 and word not in titles)
    return list(counts.items())


def _piece_of(piece: str, name: str) -> bool:
    """Take the beginning of a name, or three letters and more from inside it (zulFIKar)."""
    return name.startswith(piece) or (len(piece) >= 3 and piece in name)
