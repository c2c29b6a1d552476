"""How far two people agree beyond chance: raw agreement and Cohen's kappa (J. Cohen, 1960), each with its interval."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.thresholds import wilson

RESAMPLES = 1_000
FEWEST = 10
"""From fewer texts a bootstrap would claim a certainty that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of two people, on what both judged. Kappa is None where both always gave the same answer."""

    count: int
    raw: float
    raw_interval: tuple[float, float]
    kappa: float | None
    kappa_interval: tuple[float, float] | None


def agreement(one: Sequence[Hashable], other: Sequence[Hashable], *, seed: int = 0) -> Agreement:
    """Compare the answers (two or more kinds) of two people on the same things, in the same order; at least one."""
    answers = {answer: number for number, answer in enumerate(dict.fromkeys((*one, *other)))}
    table = np.zeros((len(answers), len(answers)))
    for first, second in zip(one, other, strict=True):
        table[answers[first], answers[second]] += 1
    same = int(np.trace(table))
    kappa = _kappas(table[None])[0]
    interval = None
    if not np.isnan(kappa) and len(one) >= FEWEST:
        # to draw pairs with replacement is to draw how many fall into each cell of the table
        drawn = np.random.default_rng(seed).multinomial(len(one), table.ravel() / len(one), size=RESAMPLES)
        kappas = _kappas(drawn.reshape(-1, *table.shape).astype(float))
        kappas = kappas[~np.isnan(kappas)]
        if len(np.unique(kappas)) > 1:
            low, high = (float(value) for value in np.quantile(kappas, [0.025, 0.975]))
            interval = (low, high)
    return Agreement(
        count=len(one),
        raw=same / len(one),
        raw_interval=wilson(same, len(one)),
        kappa=None if np.isnan(kappa) else float(kappa),
        kappa_interval=interval,
    )


def _kappas(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the kappa of each table of counts; not a number where chance alone agrees always."""
    total = tables.sum(axis=(1, 2))
    seen = np.trace(tables, axis1=1, axis2=2) / total
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / total**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)
