"""How well a contest's forms cover the posts that were crawled, and which terms are missing: by counting, streaming.

A term is suggested where it stands beside a candidate (in the posts of the candidate's campaign, or next to a form that
is known) far more than elsewhere: log-odds with an informative prior (Monroe, Colaresi, Quinn 2008). It must stand in
at least three posts of two authors beside a candidate. Hashtags are suggested; words only if they are put together from
the candidate's own names, so that no other person is ever listed; handles only of watched campaign accounts.

Memory is bounded: when too many terms are known, those seen once or least are forgotten (lossy counting).
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from classifier.features import TARGETS, Reading
from classifier.forms import Field, Form, forms_of, joined_from, parts_of
from classifier.lexicon import Hit, HitKind, Lexicon
from classifier.text import Token, TokenKind
from classifier.vocabulary import known_words
from core.settings import Contest

MIN_POSTS, MIN_AUTHORS = 3, 2
LIKELY = 2.576
"""The z-value from which a term is suggested: one in a hundred by chance."""
PRIOR = 20.0
MINE, OFTEN = 0.6, 1 / 3
"""The share of a term's posts beside candidates, and of all posts of a hashtag, that must be those of one candidate.

A campaign's tag often stands alone, and a word joined from names stands in their place."""
MOST_TERMS = 100_000
MOST_AUTHORS = 8
ORDINARY_FROM, ORDINARY_SHARE = 20, 0.5
SHORTEST_WORD, LONGEST_WORD = 4, 24
POLITICAL = ("vote", "support", "contest_tag", "turnout", "organiser", "win", "survey")

TermKind = Literal["hashtag", "word", "handle"]
Term = tuple[TermKind, str]
_MASKED = re.compile(r"^(user|url)\w*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a wording stood: its post, its author under an opaque name, and whether that is a campaign account.

    `campaigns_for` is the candidate of the contest for whom it campaigns, where the watchlist says so.
    """

    post: int | None = None
    author: str | None = None
    campaign: bool = False
    campaigns_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCount:
    """How often a form of the settings occurs; `ordinary` counts where it stood in no political text."""

    form: Form
    wordings: int
    in_campaign: int
    ordinary: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A term that the settings do not know: how many posts and authors have it beside the candidate, and elsewhere."""

    candidate: str
    field: Field
    term: str
    posts: int
    authors: int
    elsewhere: int
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was counted for one contest."""

    contest: str
    wordings: int
    of_campaigns: int
    hit: int
    hit_of_campaigns: int
    forms: tuple[FormCount, ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(slots=True)
class _Seen:
    """Where a term stood: `near` by candidate, `named` beside a known form; the authors are hashed, and only a few."""

    spelled: str
    total: int = 0
    near: dict[str, int] | None = None
    named: int = 0
    authors: tuple[int, ...] = ()

    def add(self, beside: Iterable[str], author: str | None, *, named: bool) -> None:
        self.total += 1
        for candidate in beside:
            self.near = self.near or {}
            self.near[candidate] = self.near.get(candidate, 0) + 1
        self.named += named
        if named and author is not None and len(self.authors) < MOST_AUTHORS:
            self.authors = tuple({*self.authors, _short(author)})


class Counting:
    """Counts one contest over a stream of wordings."""

    def __init__(self, contest: Contest, *, handles: Mapping[str, str], most_terms: int = MOST_TERMS) -> None:
        """Take the contest, and which watched campaign account (handle in lower case) campaigns for which candidate."""
        self.contest = contest
        self.lexicon = Lexicon(contest)
        self._handles = handles
        self._most = most_terms
        self._forms = forms_of(contest)
        self._known = {(_kind_of(form.field), form.words) for form in self._forms}
        self._counts: dict[Form, list[int]] = {form: [0, 0, 0] for form in self._forms}
        self._by_words: dict[tuple[str, str], list[Form]] = {}
        for form in self._forms:
            for words in dict.fromkeys((form.words, *parts_of(form))):
                self._by_words.setdefault((form.candidate, words), []).append(form)
        self._terms: dict[Term, _Seen] = {}
        self._near: Counter[str] = Counter()
        self._posts = 0
        self._post: int | None = None
        self._counted: set[Term] = set()
        self.wordings = self.of_campaigns = self.hit = self.hit_of_campaigns = 0

    def add(self, reading: Reading, source: Source) -> None:
        """Count one wording, read with this contest's lexicon."""
        named = {str(hit.candidate) for hit in reading.hits if hit.candidate and hit.kind in TARGETS | {HitKind.HANDLE}}
        self.wordings += 1
        self.of_campaigns += source.campaign
        self.hit += bool(named)
        self.hit_of_campaigns += source.campaign and bool(named)
        self._count_forms(reading, campaigning=source.campaign)
        self._count_terms(reading, source, named)

    def coverage(self) -> Coverage:
        """Sum up what was counted."""
        return Coverage(
            contest=self.contest.id,
            wordings=self.wordings,
            of_campaigns=self.of_campaigns,
            hit=self.hit,
            hit_of_campaigns=self.hit_of_campaigns,
            forms=tuple(
                FormCount(form=form, wordings=all_, in_campaign=campaign, ordinary=ordinary)
                for form, (all_, campaign, ordinary) in self._counts.items()
            ),
            suggestions=tuple(self._suggestions()),
        )

    def _count_forms(self, reading: Reading, *, campaigning: bool) -> None:
        found = {form for hit in reading.hits if hit.candidate for form in self._forms_at(reading, hit)}
        if not found:
            return
        alone = not campaigning and len(found) == 1 and not reading.family(*POLITICAL)
        for form in found:
            counts = self._counts[form]
            counts[0] += 1
            counts[1] += campaigning
            counts[2] += alone

    def _forms_at(self, reading: Reading, hit: Hit) -> Iterable[Form]:
        """Find the forms of the settings that a hit is; a first name alone counts for the name that it is part of."""
        here = reading.found[hit.first]
        if here.kind is TokenKind.PART:  # the hashtag before it is counted
            return ()
        if hit.kind is HitKind.NUMBER:
            forms = self._by_words.get((str(hit.candidate), str(here.value)), ())
            return [one for one in forms if one.field == "number" or here.text == "xkeycap"]
        if hit.kind in {HitKind.TAG, HitKind.ANTI_TAG, HitKind.HANDLE} and here.raw:
            words = here.raw.lstrip("@").rstrip(".")
        elif hit.kind is HitKind.SIGN:
            words = here.raw
        else:
            words = " ".join(token.text for token in reading.found[hit.first : hit.last])
        return self._by_words.get((str(hit.candidate), words), ())

    def _count_terms(self, reading: Reading, source: Source, named: set[str]) -> None:
        """Count each term once a post, however often its wording changed; wordings of one post follow each other."""
        beside = named | ({source.campaigns_for} if source.campaigns_for else set())
        if source.post is None or source.post != self._post:
            self._post, self._counted = source.post, set()
            self._posts += 1
            self._near.update(beside)
        for term, spelled in self._terms_of(reading):
            if term not in self._counted:
                self._counted.add(term)
                seen = self._terms.setdefault(term, _Seen(spelled=spelled))
                seen.add(beside, source.author, named=bool(named))
        if len(self._terms) > self._most:
            self._forget()

    def _terms_of(self, reading: Reading) -> set[tuple[Term, str]]:
        """List the terms of a wording that the settings do not know, each as it is written."""
        inside = {index for hit in reading.hits if hit.candidate for index in range(hit.first, hit.last)}
        found: dict[Term, str] = {}
        for index, token in enumerate(reading.found):
            term = _term(token, named=index in inside)
            if term is None or term in found or self._is_known(term):
                continue
            found[term] = reading.text[token.start : token.end]
        return set(found.items())

    def _is_known(self, term: Term) -> bool:
        kind, plain = term
        return term in self._known or (kind == "handle" and plain not in self._handles)

    def _forget(self) -> None:
        """Drop the terms that were seen least until half of the room is free."""
        floor = 1
        while len(self._terms) > self._most // 2:
            self._terms = {term: seen for term, seen in self._terms.items() if seen.total > floor}
            floor *= 2

    def _suggestions(self) -> list[Suggestion]:
        found = [one for term, seen in self._terms.items() if (one := self._suggestion(term, seen)) is not None]
        return sorted(found, key=lambda one: (one.candidate, one.field, -one.posts, one.term))

    def _suggestion(self, term: Term, seen: _Seen) -> Suggestion | None:
        if seen.named < MIN_POSTS or len(seen.authors) < MIN_AUTHORS or not seen.near:
            return None
        kind, plain = term
        candidate = self._handles[plain] if kind == "handle" else max(seen.near, key=lambda one: (seen.near or {})[one])
        posts = seen.near.get(candidate, 0)
        if posts < max(MIN_POSTS, MINE * sum(seen.near.values()), OFTEN * seen.total * (kind == "hashtag")):
            return None
        if kind == "word" and not self._is_joined(plain, candidate):
            return None
        beside, elsewhere = self._near[candidate], seen.total - posts
        z = log_odds_z(posts, beside, elsewhere, self._posts - beside)
        if z < LIKELY:
            return None
        return Suggestion(
            candidate=candidate,
            field=_FIELDS[kind],
            term=_written(kind, seen.spelled),
            posts=posts,
            authors=len(seen.authors),
            elsewhere=elsewhere,
            z=round(z, 2),
        )

    def _is_joined(self, word: str, candidate: str) -> bool:
        return any(one.id == candidate and joined_from(word, one) for one in self.contest.candidates)


_FIELDS: Mapping[TermKind, Field] = {"hashtag": "hashtags", "word": "nicknames", "handle": "handles"}


def log_odds_z(inside: int, all_inside: int, outside: int, all_outside: int) -> float:
    """Say by how many standard deviations a term's odds inside exceed those outside; its share in all is the prior."""
    share = (inside + outside + 1) / (all_inside + all_outside + 2)
    prior = PRIOR * share
    one, other = inside + prior, outside + prior
    rest_one = max(all_inside - inside, 0) + PRIOR - prior
    rest_other = max(all_outside - outside, 0) + PRIOR - prior
    return (math.log(one / rest_one) - math.log(other / rest_other)) / math.sqrt(1 / one + 1 / other)


def too_ordinary(counts: Sequence[FormCount]) -> list[FormCount]:
    """List the forms that mostly stand in texts that speak of no election: they name somebody else or nothing."""
    worded = ("names", "nicknames", "taglines", "hashtags")
    return [
        one
        for one in counts
        if one.form.field in worded and one.wordings >= ORDINARY_FROM and one.ordinary >= ORDINARY_SHARE * one.wordings
    ]


def _term(token: Token, *, named: bool) -> Term | None:
    if token.kind is TokenKind.TAG:
        return None if named or not token.raw else ("hashtag", token.raw)
    if token.kind is TokenKind.MENTION:
        return "handle", token.raw.lstrip("@").rstrip(".")
    if token.kind is TokenKind.WORD and not named:
        word = token.text
        if word.isalpha() and SHORTEST_WORD <= len(word) <= LONGEST_WORD and word not in known_words():
            return None if _MASKED.match(word) or word.startswith("x") else ("word", word)
    return None


def _kind_of(field_: Field) -> str:
    return {"hashtags": "hashtag", "handles": "handle"}.get(field_, "word")


def _written(kind: TermKind, spelled: str) -> str:
    if kind == "word":
        return spelled
    return f"{'#' if kind == 'hashtag' else '@'}{spelled.lstrip('#@').rstrip('.')}"


def _short(author: str) -> int:
    return int.from_bytes(hashlib.blake2b(author.encode(), digest_size=6).digest(), "big")
