"""What a model learns for one way of reading: a separating plane, its curve to probabilities, and one plane a kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from classifier.columns import MOST_KNOWN, VIEWS, Columns, Floats, Matrix, Vocabulary, learn_vocabulary
from classifier.corpus import Example
from classifier.features import Reading, read, sorted_rules
from core.records import SOLICITING, Kind

FOLDS = 5
C, KIND_C = 0.05, 0.3
"""Kinds are learnt from the first view and the rules: a guess that sorts, not a figure that decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was learnt: `call` over all columns, `kinds` over the first view and the rules."""

    vocabulary: Vocabulary
    call: Floats
    bias: float
    slope: float
    offset: float
    kind_names: tuple[Kind, ...]
    kinds: NDArray[np.float32]
    kind_bias: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a plane says of some texts; `said` has one row a text and all columns but the letters."""

    said: Matrix
    chances: NDArray[np.float64]
    kinds: list[Kind]


@dataclass(frozen=True, kw_only=True)
class Plane:
    """Weights, ready to judge."""

    weights: Weights
    _gains: dict[str, float] = field(default_factory=dict)

    @cached_property
    def columns(self) -> Columns:
        """Turn readings into the columns that these weights are for."""
        return Columns(vocabulary=self.weights.vocabulary)

    @cached_property
    def call(self) -> NDArray[np.float64]:
        """What each column adds to the log-odds of a call."""
        return self.weights.call.astype(np.float64) * -self.weights.slope

    def chances(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Give the calibrated probability that each text solicits votes."""
        return self._chances(self.columns.said(readings), readings)

    def judge(self, readings: Sequence[Reading]) -> Judgement:
        """Give the probability and the likely kind of each text, and the columns that made them."""
        said = self.columns.said(readings)
        chances = self._chances(said, readings)
        return Judgement(said=said, chances=chances, kinds=self._kinds(said, chances))

    def gain(self, word: str) -> float:
        """Give what a word's letters add to the log-odds; texts repeat their words, so it is kept."""
        if word not in self._gains:
            if len(self._gains) >= MOST_KNOWN:
                self._gains.clear()
            found, values = self.columns.spelt(word)
            self._gains[word] = float(values @ self.call[self.columns.first_letter + found])
        return self._gains[word]

    def _chances(self, said: Matrix, readings: Sequence[Reading]) -> NDArray[np.float64]:
        texts, words = self.columns.shares(readings)
        letters = texts @ np.array([self.gain(word) for word in words])
        constant = self.weights.slope * self.weights.bias + self.weights.offset
        logits = said @ self.call[: self.columns.first_letter] + letters - constant
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))), dtype=np.float64)

    def _kinds(self, said: Matrix, chances: NDArray[np.float64]) -> list[Kind]:
        """Guess the kind within the half that the probability says: a likely call is called a call."""
        names = self.weights.kind_names
        values = _for_kinds(said, self.weights.vocabulary) @ self.weights.kinds.T.astype(np.float64)
        calls = np.array([name in SOLICITING for name in names])
        fits = calls[np.newaxis, :] == (chances >= 0.5)[:, np.newaxis]
        return [names[at] for at in np.where(fits, values + self.weights.kind_bias, -np.inf).argmax(axis=1)]


def fit(examples: Sequence[Example], *, seed: int) -> Weights:
    """Learn from examples, each read with its own lexicon."""
    labels = np.array([example.label for example in examples], dtype=bool)
    readings = [read(example.text, example.lexicon) for example in examples]
    vocabulary = learn_vocabulary(readings, sorted_rules())
    matrix = Columns(vocabulary=vocabulary).matrix(readings)
    call, bias, slope, offset = _fit_call(matrix, labels, examples, seed=seed)
    names, kinds, kind_bias = _fit_kinds(_for_kinds(matrix, vocabulary), examples, seed)
    return Weights(
        vocabulary=vocabulary,
        call=call,
        bias=bias,
        slope=slope,
        offset=offset,
        kind_names=names,
        kinds=kinds,
        kind_bias=kind_bias,
    )


def _for_kinds(matrix: Matrix, vocabulary: Vocabulary) -> Matrix:
    """Take the columns of the first view and of the rules."""
    views = [len(vocabulary.terms[view.name]) for view in VIEWS]
    return matrix[:, np.r_[0 : views[0], sum(views) : sum(views) + len(vocabulary.rules)]]


def _fit_call(
    matrix: Matrix, labels: NDArray[np.bool_], examples: Sequence[Example], *, seed: int
) -> tuple[Floats, float, float, float]:
    """Fit the separating plane, and on folds of whole groups the curve from distance to probability."""
    groups = [example.group for example in examples]
    folds = [
        fold
        for fold in GroupKFold(min(FOLDS, len(set(groups)))).split(matrix, labels, groups)
        if len(set(labels[fold[0]])) == 2
    ]
    plane = LinearSVC(C=C, class_weight="balanced", random_state=seed)
    calibrated = CalibratedClassifierCV(plane, method="sigmoid", ensemble=False, cv=folds)
    calibrated.fit(matrix, labels, sample_weight=np.array([example.weight for example in examples]))
    fitted = calibrated.calibrated_classifiers_[0]
    curve = fitted.calibrators[0]
    call = fitted.estimator.coef_[0].astype(np.float32)
    return call, float(fitted.estimator.intercept_[0]), float(curve.a_), float(curve.b_)


def _fit_kinds(
    matrix: Matrix, examples: Sequence[Example], seed: int
) -> tuple[tuple[Kind, ...], NDArray[np.float32], Floats]:
    """Fit one plane a kind; a label without a kind counts as the commonest of its half."""
    kinds = [example.kind or (Kind.IMPLICIT_CALL if example.label else Kind.POLITICAL_TALK) for example in examples]
    names = tuple(kind for kind in Kind if kind in set(kinds))
    values = np.zeros((len(names), matrix.shape[1]), dtype=np.float32)
    bias = np.zeros(len(names), dtype=np.float32)
    for at, name in enumerate(names):
        plane = LinearSVC(C=KIND_C, class_weight=None, random_state=seed)
        plane.fit(matrix, np.array([kind is name for kind in kinds]))
        values[at], bias[at] = plane.coef_[0], plane.intercept_[0]
    return names, values, bias
