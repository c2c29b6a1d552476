"""From labelled draws to what holds for all texts: how many solicit votes, how many flags are right, what is missed.

Every text counts as often as it stands for others: one over the probability with which it was drawn (the estimator of
D. Horvitz and D. Thompson, 1952; as a ratio, J. Hajek's). Intervals are bootstrapped within the way of drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
FEWEST_BY_CHANCE = 20
"""Below so many answers on texts drawn by chance nothing is said about all texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A labelled text and how it was drawn: in which stratum, with what probability."""

    stratum: str
    inclusion: float
    label: bool
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share from 0 to 1 with its 95 % interval; all None where there is nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """What labelled draws tell of all texts that they were drawn from; None where too few were drawn by chance."""

    answered: int
    by_chance: int
    prevalence: Estimate | None
    precision: Estimate | None
    recall: Estimate | None


def estimate(sampled: Sequence[Sampled], *, chance: str, seed: int = 0) -> Estimates:
    """Estimate prevalence, precision and recall of the flags; `chance` names the stratum that was drawn by chance."""
    by_chance = sum(one.stratum == chance for one in sampled)
    if by_chance < FEWEST_BY_CHANCE:
        return Estimates(answered=len(sampled), by_chance=by_chance, prevalence=None, precision=None, recall=None)
    weights = np.array([1 / one.inclusion for one in sampled])
    labels = np.array([one.label for one in sampled])
    flags = np.array([one.flagged for one in sampled])
    everything = np.ones(len(sampled), dtype=bool)
    strata = [np.flatnonzero([one.stratum == name for one in sampled]) for name in {one.stratum for one in sampled}]
    samples = _samples(strata, seed)

    def share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> Estimate:
        found = _ratio(weights, of & among, among)
        drawn = [_ratio(weights[s], (of & among)[s], among[s]) for s in samples]
        known = [value for value in drawn if value is not None]
        if found is None or not known:
            return Estimate(value=found, low=None, high=None)
        low, high = (float(value) for value in np.quantile(known, [0.025, 0.975]))
        return Estimate(value=found, low=low, high=high)

    return Estimates(
        answered=len(sampled),
        by_chance=by_chance,
        prevalence=share(labels, everything),
        precision=share(labels, flags),
        recall=share(flags, labels),
    )


def _samples(strata: Sequence[NDArray[np.int64]], seed: int) -> list[NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    return [np.concatenate([random.choice(rows, len(rows)) for rows in strata]) for _ in range(RESAMPLES)]


def _ratio(weights: NDArray[np.float64], of: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    whole = float(weights[among].sum())
    return float(weights[of].sum()) / whole if whole else None
