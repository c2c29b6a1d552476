"""How good a model is, with its uncertainty, and whether a new one may take the place of the old."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from classifier.behaviour import CHECKS, failures
from classifier.corpus import Example
from classifier.model import Model, train
from classifier.thresholds import wilson
from core.errors import ModelError
from core.records import Kind

RESAMPLES = 400
THRESHOLD = 0.5
ECE_BINS = 10
READ = 0.3
LOWEST_DELTA = -0.01
HIGHEST_ECE = 0.08
FEWEST_TEST_POSITIVES = 10
NEVER_FLAG = frozenset({Kind.ELECTION_INFO, Kind.GOV_POST})

Floats = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text's true label beside the probability that a model gave it."""

    label: bool
    probability: float
    kind: Kind | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The share of some texts that is flagged, with its 95 % interval (Wilson), and how many texts they are."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All measures by name; the rate of flagged texts by kind."""

    count: int
    positives: int
    figures: dict[str, Figure]
    kinds: dict[Kind, Rate]

    def table(self) -> pd.DataFrame:
        """Show the measures as a person reads them."""
        rows = {name: (f.value, f.low, f.high) for name, f in self.figures.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"]).round(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Whether a new model may replace the old; `reasons` are codes of what it failed."""

    passed: bool
    reasons: tuple[str, ...]
    delta: float
    delta_low: float
    explicit_recall: tuple[float, float]
    false_flags: tuple[float, float]
    ece: tuple[float, float]
    behaviour: Mapping[str, tuple[int, int]]
    """Checks by name: how many the old and the new model fail."""


def evaluate(rows: Sequence[Row], *, seed: int = 0, threshold: float = THRESHOLD) -> Evaluation:
    """Measure precision, recall, F1, macro-F1, PR-AUC, Brier and ECE with intervals, and flag rates by kind."""
    labels = np.array([row.label for row in rows], dtype=bool)
    chances = np.array([row.probability for row in rows], dtype=np.float64)
    if not labels.any() or labels.all():
        raise ModelError("one_class_only", examples=len(rows), positives=int(labels.sum()))
    samples = _samples(labels, seed)
    figures = {name: _figure(_MEASURES[name], labels, chances, samples, threshold) for name in _MEASURES}
    kinds = {kind: _rate(rows, kind, threshold) for kind in Kind if any(row.kind is kind for row in rows)}
    return Evaluation(count=len(rows), positives=int(labels.sum()), figures=figures, kinds=kinds)


def by_source(rows: Sequence[Row], *, seed: int = 0) -> dict[str, Evaluation]:
    """Measure every source by itself where it holds texts of both labels."""
    found = {}
    for source in sorted({row.source for row in rows if row.source}):
        here = [row for row in rows if row.source == source]
        if len({row.label for row in here}) == 2:
            found[source] = evaluate(here, seed=seed)
    return found


def cross_validate(
    examples: Sequence[Example], *, seed: int, folds: int = 5, beside: Sequence[Example] = ()
) -> list[Row]:
    """Score every example with a model that has seen nothing of its group; all models also learn from `beside`."""
    groups = [example.group for example in examples]
    if len(set(groups)) < 2:
        raise ModelError("too_few_groups", groups=len(set(groups)))
    chances = np.zeros(len(examples))
    for learn, test in GroupKFold(min(folds, len(set(groups)))).split(groups, groups=groups):
        model = train([*beside, *(examples[i] for i in learn)], seed=seed)
        chances[test] = model.probabilities([examples[i] for i in test])
    return [Row(label=e.label, probability=float(p), kind=e.kind) for e, p in zip(examples, chances, strict=True)]


def compare(old: Model, new: Model, frozen: Sequence[Example], *, seed: int = 0) -> Gate:
    """Decide by the frozen test and the behaviour checks: a model that is worse in any of them stays out."""
    labels = np.array([example.label for example in frozen], dtype=bool)
    if int(labels.sum()) < FEWEST_TEST_POSITIVES or labels.all():
        raise ModelError("test_too_small", positives=int(labels.sum()), needed=FEWEST_TEST_POSITIVES)
    before, after = old.probabilities(frozen), new.probabilities(frozen)
    deltas = [_ranking(labels[s], after[s], 0) - _ranking(labels[s], before[s], 0) for s in _samples(labels, seed)]
    delta_low = float(np.quantile(deltas, 0.05))
    explicit = np.array([example.kind is Kind.EXPLICIT_CALL for example in frozen])
    free = np.array([example.kind in NEVER_FLAG for example in frozen])
    recall = (_flagged(before, explicit), _flagged(after, explicit))
    false = (_flagged(before, free), _flagged(after, free))
    ece = (_ece(labels, before, 0), _ece(labels, after, 0))
    then, now = failures(old), failures(new)
    behaviour = {check: (then[check], now[check]) for check in CHECKS}
    failed = {
        "ranking_worse": delta_low <= LOWEST_DELTA,
        "explicit_recall_lower": recall[1] < recall[0],
        "neutral_flags_higher": false[1] > false[0],
        "calibration_worse": ece[1] > HIGHEST_ECE,
        "behaviour_worse": any(now > then for then, now in behaviour.values()),
    }
    reasons = tuple(code for code, bad in failed.items() if bad)
    delta = _ranking(labels, after, 0) - _ranking(labels, before, 0)
    return Gate(
        passed=not reasons,
        reasons=reasons,
        delta=delta,
        delta_low=delta_low,
        explicit_recall=recall,
        false_flags=false,
        ece=ece,
        behaviour=behaviour,
    )


def _flagged(chances: Floats, which: Labels) -> float:
    return float((chances[which] >= THRESHOLD).mean()) if which.any() else 0.0


def _samples(labels: Labels, seed: int) -> list[NDArray[np.int64]]:
    """Draw row numbers with replacement; a draw without both classes measures nothing and is left out."""
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(labels), len(labels)) for _ in range(RESAMPLES))
    return [sample for sample in drawn if 0 < labels[sample].sum() < len(labels)]


def _figure(
    measure: "Measure", labels: Labels, chances: Floats, samples: Sequence[NDArray[np.int64]], threshold: float
) -> Figure:
    values = [measure(labels[sample], chances[sample], threshold) for sample in samples]
    low, high = np.quantile(values, [0.025, 0.975]) if values else (np.nan, np.nan)
    return Figure(value=measure(labels, chances, threshold), low=float(low), high=float(high))


def _rate(rows: Sequence[Row], kind: Kind, threshold: float) -> Rate:
    chances = [row.probability for row in rows if row.kind is kind]
    flagged = sum(chance >= threshold for chance in chances)
    low, high = wilson(flagged, len(chances))
    return Rate(value=flagged / len(chances), low=low, high=high, count=len(chances))


def _precision(labels: Labels, chances: Floats, threshold: float) -> float:
    flagged = chances >= threshold
    return float(labels[flagged].mean()) if flagged.any() else 0.0


def _recall(labels: Labels, chances: Floats, threshold: float) -> float:
    return float((chances[labels] >= threshold).mean())


def _f1(labels: Labels, chances: Floats, threshold: float) -> float:
    return _f1_of(labels, chances >= threshold)


def _macro_f1(labels: Labels, chances: Floats, threshold: float) -> float:
    flagged = chances >= threshold
    return (_f1_of(labels, flagged) + _f1_of(~labels, ~flagged)) / 2


def _f1_of(labels: Labels, flagged: Labels) -> float:
    found = int((labels & flagged).sum())
    return 2 * found / (int(labels.sum()) + int(flagged.sum())) if found else 0.0


def _ranking(labels: Labels, chances: Floats, _: float) -> float:
    return float(average_precision_score(labels, chances))


def _recall_of_top(labels: Labels, chances: Floats, _: float) -> float:
    """Say which share of the calls a person finds who reads the first 30 % of the ranking."""
    top = np.argsort(-chances, kind="stable")[: int(READ * len(labels))]
    return float(labels[top].sum() / labels.sum())


def _brier(labels: Labels, chances: Floats, _: float) -> float:
    return float(((chances - labels) ** 2).mean())


def _ece(labels: Labels, chances: Floats, _: float) -> float:
    bins = np.minimum((chances * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = [abs(labels[bins == b].mean() - chances[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


Measure = Callable[[Labels, Floats, float], float]
_MEASURES: dict[str, Measure] = {
    "precision": _precision,
    "recall": _recall,
    "f1": _f1,
    "macro_f1": _macro_f1,
    "pr_auc": _ranking,
    "recall_top_30": _recall_of_top,
    "brier": _brier,
    "ece": _ece,
}
