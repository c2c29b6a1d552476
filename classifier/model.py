"""A calibrated linear model: masked words, character sequences and rules → probability, kind, target, reasons.

A model is arrays of numbers and words and nothing else: what scikit-learn learnt is copied out, so that a saved
model holds no object that a loader would have to trust, and scores exactly as it did before it was saved.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from classifier.corpus import Example
from classifier.explain import reasons, spread, target
from classifier.features import (
    FEATURES_VERSION,
    Reading,
    chars_of,
    chars_of_word,
    read,
    sorted_rules,
    words_of,
)
from classifier.lexicon import LEXICON_VERSION, Lexicon
from classifier.text import NORM_VERSION, Token
from core.errors import ModelError
from core.records import SOLICITING, Band, Kind, Score
from core.settings import Classifier

FEW_POSITIVES = 30
FOLDS = 5
Matrix = Any  # scipy's sparse matrices have no complete types
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One view of a text as weighted terms: what to count, how often it must occur, how many are kept."""

    name: str
    terms: Callable[[Reading], list[str]]
    min_texts: int
    most: int


CHANNELS = (
    Channel(name="masked", terms=lambda r: words_of(r.masked), min_texts=2, most=20_000),
    Channel(name="chars", terms=lambda r: chars_of(r.masked), min_texts=3, most=40_000),
    Channel(name="plain", terms=lambda r: words_of(r.plain), min_texts=2, most=20_000),
)
KIND_CHANNELS = ("masked",)
RULE_WEIGHT = 0.35
"""A rule's column holds this instead of 1: the word columns are unit vectors, and must not drown."""
C, KIND_C = 0.1, 0.3


def code_version() -> str:
    """Name the code that turns a text into columns; a model of other code is refused."""
    return f"{NORM_VERSION}.{LEXICON_VERSION}.{FEATURES_VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Everything a model knows. `terms` and `idf` by channel; `call` over all columns, `kinds` over its own."""

    terms: Mapping[str, tuple[str, ...]]
    idf: Mapping[str, Floats]
    rules: tuple[str, ...]
    call: Floats
    bias: float
    slope: float
    offset: float
    kind_names: tuple[Kind, ...]
    kinds: NDArray[np.float32]
    kind_bias: Floats


@dataclass(frozen=True, kw_only=True)
class Model:
    """A trained model and the facts about how it came to be."""

    weights: Weights
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """Name the model by what it learnt."""
        w = self.weights
        digest = hashlib.sha256(code_version().encode())
        for part in (w.call, w.kinds, w.kind_bias, *w.idf.values()):
            digest.update(np.ascontiguousarray(part).tobytes())
        digest.update(repr((w.bias, w.slope, w.offset, w.rules, w.kind_names, sorted(w.terms.items()))).encode())
        return digest.hexdigest()[:16]

    @cached_property
    def _columns(self) -> "_Columns":
        return _Columns(vectorizers=_vectorizers(self.weights), rules=self.weights.rules)

    def probabilities(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Give the calibrated probability that each text solicits votes."""
        return self._calibrated(self._columns.matrix(readings).call @ self.weights.call.astype(np.float64))

    def score_all(self, texts: Sequence[str], contest_lexicon: Lexicon, thresholds: Classifier) -> list[Score]:
        """Score texts within a contest: probability, band, kind, target, direction and the reasons."""
        if not texts:
            return []
        readings = [read(text, contest_lexicon) for text in texts]
        columns = self._columns.matrix(readings)
        chances = self._calibrated(columns.call @ self.weights.call.astype(np.float64))
        kinds = self._kinds(columns.kind, chances)
        explain = _Explainer(model=self.weights, indexes=self._columns.indexes)
        return [
            _score(reading, float(chance), kind, thresholds, explain.reasons(reading, *_row(columns.call, row)))
            for row, (reading, chance, kind) in enumerate(zip(readings, chances, kinds, strict=True))
        ]

    def _calibrated(self, distances: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = self.weights.slope * (distances + self.weights.bias) + self.weights.offset
        return np.asarray(1 / (1 + np.exp(np.clip(logits, -500, 500))), dtype=np.float64)

    def _kinds(self, columns: Matrix, chances: NDArray[np.float64]) -> list[Kind]:
        """Guess the kind within the half that the probability says: a likely call is called a call."""
        names = self.weights.kind_names
        values = columns @ self.weights.kinds.T.astype(np.float64) + self.weights.kind_bias
        calls = np.array([name in SOLICITING for name in names])
        fits = calls[np.newaxis, :] == (chances >= 0.5)[:, np.newaxis]
        return [names[index] for index in np.where(fits, values, -np.inf).argmax(axis=1)]


def _row(matrix: Matrix, row: int) -> tuple[NDArray[np.int32], Floats]:
    """Give a row's columns and values; slicing the matrix itself would cost more than all reasons."""
    first, last = matrix.indptr[row], matrix.indptr[row + 1]
    return matrix.indices[first:last], matrix.data[first:last]


def _score(reading: Reading, chance: float, kind: Kind, thresholds: Classifier, why: tuple[Any, ...]) -> Score:
    band = Band.HIGH if chance >= thresholds.high else Band.REVIEW if chance >= thresholds.review else Band.LOW
    whom = target(reading)
    direction = None if band is Band.LOW else "against" if kind is Kind.ANTI_CALL else "for"
    return Score(
        probability=round(chance, 6),
        kind=kind,
        band=band,
        target=whom,
        direction=direction,
        reasons=why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matrices:
    call: Matrix
    kind: Matrix


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Turns readings into columns: the channels side by side, then the rules."""

    vectorizers: Mapping[str, TfidfVectorizer]
    rules: tuple[str, ...]

    @cached_property
    def indexes(self) -> dict[str, dict[str, int]]:
        """Say in which column each term of each channel stands."""
        offset, indexes = 0, {}
        for name, vectorizer in self.vectorizers.items():
            indexes[name] = {term: offset + int(at) for term, at in vectorizer.vocabulary_.items()}
            offset += len(vectorizer.vocabulary_)
        indexes["rules"] = {rule: offset + at for at, rule in enumerate(self.rules)}
        return indexes

    def matrix(self, readings: Sequence[Reading]) -> _Matrices:
        """Build both matrices of some texts."""
        views = {c.name: self.vectorizers[c.name].transform([c.terms(r) for r in readings]) for c in CHANNELS}
        rules = _rule_matrix(readings, self.rules)
        call = sparse.hstack([*views.values(), rules], format="csr")
        return _Matrices(call=call, kind=sparse.hstack([*(views[n] for n in KIND_CHANNELS), rules], format="csr"))


def _rule_matrix(readings: Sequence[Reading], rules: Sequence[str]) -> Matrix:
    place = {rule: index for index, rule in enumerate(rules)}
    cells = [(row, place[code]) for row, reading in enumerate(readings) for code in reading.fired if code in place]
    rows, columns = [c[0] for c in cells], [c[1] for c in cells]
    return sparse.csr_matrix((np.full(len(cells), RULE_WEIGHT), (rows, columns)), shape=(len(readings), len(rules)))


def _as_is(terms: list[str]) -> list[str]:
    return terms


def _vectorizers(weights: Weights) -> dict[str, TfidfVectorizer]:
    made = {}
    for channel in CHANNELS:
        terms = weights.terms[channel.name]
        vectorizer = TfidfVectorizer(
            analyzer=_as_is, sublinear_tf=True, vocabulary={term: index for index, term in enumerate(terms)}
        )
        vectorizer.idf_ = weights.idf[channel.name].astype(np.float64)
        made[channel.name] = vectorizer
    return made


@dataclass(frozen=True, kw_only=True)
class _Explainer:
    """Gives every column's contribution back to the places of the text that it came from."""

    model: Weights
    indexes: Mapping[str, Mapping[str, int]]
    known: dict[str, list[int]] = field(default_factory=dict)

    def reasons(self, reading: Reading, indices: NDArray[np.int32], values: Floats) -> tuple[Any, ...]:
        """Pick the top reasons of one text, from the columns in which it has a value."""
        contributions = values * self.model.call[indices] * -self.model.slope
        shares = dict(zip(indices.tolist(), contributions.tolist(), strict=True))
        words: dict[tuple[int, int], float] = {}
        for name, view in (("masked", reading.masked), ("plain", reading.plain)):
            self._words(words, shares, name, view)
        self._chars(words, shares, reading.masked)
        rules = self.indexes["rules"]
        where = [(code, shares.get(rules[code], 0.0), at) for code, at in reading.fired.items() if code in rules]
        return reasons(reading, words=words, rules=where)

    def _words(
        self, words: dict[tuple[int, int], float], shares: Mapping[int, float], name: str, view: Sequence[Token]
    ) -> None:
        columns, terms = self.indexes[name], words_of(view)
        counts = Counter(terms)
        for position, term in enumerate(terms):
            share = shares.get(columns.get(term, -1))
            if share:
                first = position if position < len(view) else position - len(view)
                covered = view[first : first + (1 if position < len(view) else 2)]
                spread(words, covered, share / counts[term])

    def _chars(self, words: dict[tuple[int, int], float], shares: Mapping[int, float], view: Sequence[Token]) -> None:
        columns = [self._columns_of(token.text) for token in view]
        counts = Counter(chain.from_iterable(columns))
        each = {column: shares[column] / count for column, count in counts.items()}
        for token, here in zip(view, columns, strict=True):
            spread(words, [token], sum(map(each.__getitem__, here)))

    def _columns_of(self, word: str) -> list[int]:
        """Give the columns of a word's character sequences; texts repeat their words, so they are kept."""
        if word not in self.known:
            columns = self.indexes["chars"]
            self.known[word] = [columns[gram] for gram in chars_of_word(word) if gram in columns]
        return self.known[word]


def train(examples: Sequence[Example], *, seed: int) -> Model:
    """Learn a model; the same examples and seed give the same model, in whatever order they come."""
    known = sorted(examples, key=lambda e: (e.group, e.text, e.label))
    labels = np.array([example.label for example in known], dtype=bool)
    _check(labels, known)
    readings = [read(example.text, example.lexicon) for example in known]
    vectorizers = {channel.name: _fit(channel, readings) for channel in CHANNELS}
    columns = _Columns(vectorizers=vectorizers, rules=sorted_rules()).matrix(readings)
    sample = np.array([example.weight for example in known])
    call, bias, slope, offset = _fit_call(columns.call, labels, known, sample=sample, seed=seed)
    names, kinds, kind_bias = _fit_kinds(columns.kind, known, seed)
    weights = Weights(
        terms={name: tuple(map(str, v.get_feature_names_out())) for name, v in vectorizers.items()},
        idf={name: v.idf_.astype(np.float32) for name, v in vectorizers.items()},
        rules=sorted_rules(),
        call=call,
        bias=bias,
        slope=slope,
        offset=offset,
        kind_names=names,
        kinds=kinds,
        kind_bias=kind_bias,
    )
    return Model(weights=weights, facts=_facts(known, seed))


def _check(labels: NDArray[np.bool_], examples: Sequence[Example]) -> None:
    positives = int(labels.sum())
    if positives in {0, len(labels)}:
        raise ModelError("one_class_only", examples=len(labels), positives=positives)
    if positives < FEW_POSITIVES:
        raise ModelError("too_few_positives", positives=positives, needed=FEW_POSITIVES)
    for label in (True, False):
        groups = len({example.group for example in examples if example.label is label})
        if groups < 2:
            raise ModelError("too_few_groups", groups=groups, label=label)


def _fit(channel: Channel, readings: Sequence[Reading]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(
        analyzer=_as_is, sublinear_tf=True, min_df=channel.min_texts, max_features=channel.most
    )
    try:
        return vectorizer.fit([channel.terms(reading) for reading in readings])
    except ValueError as error:  # no term is left
        raise ModelError("no_words_in_common", examples=len(readings)) from error


def _fit_call(
    columns: Matrix, labels: NDArray[np.bool_], examples: Sequence[Example], *, sample: NDArray[np.float64], seed: int
) -> tuple[Floats, float, float, float]:
    """Fit the separating plane, and on folds of whole groups the curve from distance to probability."""
    groups = [example.group for example in examples]
    folds = [
        fold
        for fold in GroupKFold(min(FOLDS, len(set(groups)))).split(columns, labels, groups)
        if len(set(labels[fold[0]])) == 2
    ]
    plane = LinearSVC(C=C, class_weight="balanced", random_state=seed)
    calibrated = CalibratedClassifierCV(plane, method="sigmoid", ensemble=False, cv=folds)
    calibrated.fit(columns, labels, sample_weight=sample)
    fitted = calibrated.calibrated_classifiers_[0]
    curve = fitted.calibrators[0]
    call = fitted.estimator.coef_[0].astype(np.float32)
    return call, float(fitted.estimator.intercept_[0]), float(curve.a_), float(curve.b_)


def _fit_kinds(
    columns: Matrix, examples: Sequence[Example], seed: int
) -> tuple[tuple[Kind, ...], NDArray[np.float32], Floats]:
    """Fit one plane a kind; a label without a kind counts as the commonest of its half."""
    kinds = [example.kind or (Kind.IMPLICIT_CALL if example.label else Kind.POLITICAL_TALK) for example in examples]
    names = tuple(kind for kind in Kind if kind in set(kinds))
    values = np.zeros((len(names), columns.shape[1]), dtype=np.float32)
    bias = np.zeros(len(names), dtype=np.float32)
    for index, name in enumerate(names):
        plane = LinearSVC(C=KIND_C, class_weight=None, random_state=seed)
        plane.fit(columns, np.array([kind is name for kind in kinds]))
        values[index], bias[index] = plane.coef_[0], plane.intercept_[0]
    return names, values, bias


def _facts(examples: Sequence[Example], seed: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    for e in examples:
        digest.update(repr((e.text, e.label, e.kind, e.group, e.weight, e.lexicon.digest)).encode())
    return {
        "seed": seed,
        "code_version": code_version(),
        "sklearn_version": sklearn.__version__,
        "data_digest": digest.hexdigest(),
        "examples": len(examples),
        "labels": {
            "positive": sum(e.label for e in examples),
            "kinds": dict(sorted(Counter(str(e.kind) for e in examples if e.kind).items())),
        },
        "groups": len({e.group for e in examples}),
        "metrics": {},
    }


def installed_sklearn() -> str:
    """Say which scikit-learn reads the terms here."""
    return str(sklearn.__version__)
