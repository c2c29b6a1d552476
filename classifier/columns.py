"""Readings → columns of numbers: words and word pairs of two views, the letters of words, and the rules.

Each view is a unit vector. The letters of a text are the sum of the letters of its words, so that what a word brings is
the same in every text: it is computed once, and can be shown at the word.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.features import Reading, letters_of, words_of
from core.errors import ModelError

Matrix = Any  # scipy's sparse matrices have no complete types
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One view of a text as weighted terms: what to count, in how many texts it must stand, how many are kept."""

    name: str
    terms: Callable[[Reading], list[str]]
    min_texts: int
    most: int


VIEWS = (
    Channel(name="masked", terms=lambda r: words_of(r.masked), min_texts=2, most=20_000),
    Channel(name="plain", terms=lambda r: words_of(r.plain), min_texts=2, most=20_000),
)
LETTERS = "letters"
LETTERS_OF = "masked"
"""The view whose words are spelt out."""
MIN_WORDS, MOST_LETTERS = 3, 40_000
CHANNELS = (*(view.name for view in VIEWS), LETTERS)
RULE_WEIGHT = 0.35
"""A rule's column holds this instead of 1: the word columns are unit vectors, and must not drown."""
MOST_KNOWN = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the columns are: terms and their inverse text frequencies by channel, then the rules."""

    terms: Mapping[str, tuple[str, ...]]
    idf: Mapping[str, Floats]
    rules: tuple[str, ...]


def learn_vocabulary(readings: Sequence[Reading], rules: Sequence[str]) -> Vocabulary:
    """Choose the terms of some texts; ModelError where none is in more than one."""
    terms, idf = {}, {}
    for view in VIEWS:
        vectorizer = TfidfVectorizer(analyzer=_as_is, sublinear_tf=True, min_df=view.min_texts, max_features=view.most)
        try:
            vectorizer.fit([view.terms(reading) for reading in readings])
        except ValueError as error:  # no term is left
            raise ModelError("no_words_in_common", examples=len(readings)) from error
        terms[view.name] = tuple(map(str, vectorizer.get_feature_names_out()))
        idf[view.name] = vectorizer.idf_.astype(np.float32)
    terms[LETTERS], idf[LETTERS] = _learn_letters(readings)
    return Vocabulary(terms=terms, idf=idf, rules=tuple(rules))


def _learn_letters(readings: Sequence[Reading]) -> tuple[tuple[str, ...], Floats]:
    """Choose the commonest letter sequences; a word counts once in each text that holds it."""
    texts = Counter(chain.from_iterable({token.text for token in reading.masked} for reading in readings))
    counts: Counter[str] = Counter()
    for word, count in texts.items():
        counts.update(dict.fromkeys(letters_of(word), count))
    common = sorted((gram for gram, count in counts.items() if count >= MIN_WORDS), key=lambda g: (-counts[g], g))
    kept = sorted(common[:MOST_LETTERS])
    frequency = np.array([counts[gram] for gram in kept], dtype=np.float64)
    return tuple(kept), (np.log((1 + len(readings)) / (1 + frequency)).clip(min=0) + 1).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Turns readings into columns of one vocabulary."""

    vocabulary: Vocabulary
    _spelt: dict[str, tuple[NDArray[np.int32], Floats]] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[str, dict[str, int]]:
        """Say in which column each term of each view, and each rule, stands; the letters come after them."""
        offset, places = 0, {}
        views = [(view.name, self.vocabulary.terms[view.name]) for view in VIEWS]
        for name, terms in (*views, ("rules", self.vocabulary.rules)):
            places[name] = {term: offset + at for at, term in enumerate(terms)}
            offset += len(terms)
        return places

    @cached_property
    def first_letter(self) -> int:
        """Say in which column the letters begin."""
        return sum(map(len, self.places.values()))

    @cached_property
    def _vectorizers(self) -> dict[str, TfidfVectorizer]:
        made = {}
        for view in VIEWS:
            terms = self.vocabulary.terms[view.name]
            vectorizer = TfidfVectorizer(
                analyzer=_as_is, sublinear_tf=True, vocabulary={term: at for at, term in enumerate(terms)}
            )
            vectorizer.idf_ = self.vocabulary.idf[view.name].astype(np.float64)
            made[view.name] = vectorizer
        return made

    def matrix(self, readings: Sequence[Reading]) -> Matrix:
        """Give one row a text, all columns."""
        texts, words = self.shares(readings)
        return sparse.hstack([self.said(readings), texts @ self._spelt_out(words)], format="csr")

    def said(self, readings: Sequence[Reading]) -> Matrix:
        """Give one row a text, without the letters."""
        views = [self._vectorizers[view.name].transform([view.terms(r) for r in readings]) for view in VIEWS]
        return sparse.hstack([*views, self._rules(readings)], format="csr")

    def shares(self, readings: Sequence[Reading]) -> tuple[Matrix, list[str]]:
        """Say how much of each text's letters each word is: one row a text, one column a word."""
        words: dict[str, int] = {}
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for reading in readings:
            for word, share in self.word_shares([token.text for token in reading.masked]).items():
                columns.append(words.setdefault(word, len(words)))
                values.append(share)
            ends.append(len(columns))
        return sparse.csr_matrix((values, columns, ends), shape=(len(readings), len(words))), list(words)

    def word_shares(self, words: Sequence[str]) -> dict[str, float]:
        """Say how much of a text's letters each of its words is."""
        weights = {word: self._weight(word) for word in dict.fromkeys(words)}
        length = sum(weight * weight for weight in weights.values()) ** 0.5
        return {word: weight / length for word, weight in weights.items()}

    def spelt(self, word: str) -> tuple[NDArray[np.int32], Floats]:
        """Give a word's letter sequences as columns within the letters, and their values: a unit vector."""
        if word not in self._spelt:
            if len(self._spelt) >= MOST_KNOWN:
                self._spelt.clear()
            places, idf = self._letter_places, self.vocabulary.idf[LETTERS]
            found = np.array(sorted({places[g] for g in letters_of(word) if g in places}), dtype=np.int32)
            values = idf[found] if len(found) else np.zeros(0, dtype=np.float32)
            self._spelt[word] = found, values / max(float(np.linalg.norm(values)), 1e-9)
        return self._spelt[word]

    @cached_property
    def _letter_places(self) -> dict[str, int]:
        return {gram: at for at, gram in enumerate(self.vocabulary.terms[LETTERS])}

    @cached_property
    def _word_weights(self) -> dict[str, float]:
        return dict(zip(self.vocabulary.terms[LETTERS_OF], self.vocabulary.idf[LETTERS_OF].tolist(), strict=True))

    @cached_property
    def _rarest(self) -> float:
        return max(self._word_weights.values(), default=1.0)

    def _weight(self, word: str) -> float:
        return self._word_weights.get(word, self._rarest)

    def _spelt_out(self, words: Sequence[str]) -> Matrix:
        """Give one row a word."""
        rows = [self.spelt(word) for word in words]
        ends = np.cumsum([0, *(len(found) for found, _ in rows)])
        found = np.concatenate([np.zeros(0, dtype=np.int32), *(found for found, _ in rows)])
        values = np.concatenate([np.zeros(0), *(values for _, values in rows)])
        return sparse.csr_matrix((values, found, ends), shape=(len(rows), len(self.vocabulary.terms[LETTERS])))

    def _rules(self, readings: Sequence[Reading]) -> Matrix:
        place = {rule: at for at, rule in enumerate(self.vocabulary.rules)}
        cells = [(row, place[code]) for row, reading in enumerate(readings) for code in reading.fired if code in place]
        rows, columns = [cell[0] for cell in cells], [cell[1] for cell in cells]
        shape = (len(readings), len(place))
        return sparse.csr_matrix((np.full(len(cells), RULE_WEIGHT), (rows, columns)), shape=shape)


def _as_is(terms: list[str]) -> list[str]:
    return terms
