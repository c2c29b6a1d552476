"""How far two people agree beyond chance: raw agreement and Cohen's kappa (J. Cohen, 1960), each with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from classifier.thresholds import wilson

RESAMPLES = 1_000
FEWEST = 10
"""From fewer texts a bootstrap would claim a certainty that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of two labellers, on the texts that both labelled. Kappa is None where both always gave the same answer."""

    count: int
    raw: float
    raw_interval: tuple[float, float]
    kappa: float | None
    kappa_interval: tuple[float, float] | None


def agreement(one: Sequence[bool], other: Sequence[bool], *, seed: int = 0) -> Agreement:
    """Compare the answers of two people on the same texts, in the same order; at least one."""
    first, second = np.array(one, dtype=bool), np.array(other, dtype=bool)
    same = int((first == second).sum())
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(first), len(first)) for _ in range(RESAMPLES))
    kappas = [kappa for sample in drawn if (kappa := _kappa(first[sample], second[sample])) is not None]
    kappa = _kappa(first, second)
    interval = None
    if kappa is not None and len(first) >= FEWEST and len(set(kappas)) > 1:
        low, high = (float(value) for value in np.quantile(kappas, [0.025, 0.975]))
        interval = (low, high)
    return Agreement(
        count=len(first),
        raw=same / len(first),
        raw_interval=wilson(same, len(first)),
        kappa=kappa,
        kappa_interval=interval,
    )


def _kappa(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float | None:
    if len({*one.tolist(), *other.tolist()}) < 2:
        return None
    return float(cohen_kappa_score(one, other))
