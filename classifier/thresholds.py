"""Where `high` begins: as low as labels of this place show that enough of what is flagged there are calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

AIM = 0.80
"""The share of calls that `high` shall hold."""
FEWEST = 25
"""So many labelled texts must lie in the band before its precision is called measured."""
Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A threshold of `high` and what it rests on: precision from 0 to 1 with its 95 % interval, `count` labels."""

    high: float
    precision: float
    low: float
    upper: float
    count: int


def measure(labels: Sequence[bool], chances: Sequence[float]) -> Cut | None:
    """Find the lowest threshold with a precision of `AIM` over at least `FEWEST` labelled texts; None where none has.

    The chances must come from a model that did not learn from these labels.
    """
    found: Cut | None = None
    right = 0
    ranked = sorted(zip(chances, labels, strict=True), reverse=True)
    for count, (chance, label) in enumerate(ranked, start=1):
        right += label
        last_of_its_score = count == len(ranked) or ranked[count][0] < chance
        if last_of_its_score and count >= FEWEST and right / count >= AIM:
            low, upper = wilson(right, count)
            found = Cut(high=chance, precision=right / count, low=low, upper=upper, count=count)
    return found


def wilson(right: int, count: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (E. B. Wilson, 1927): honest for few cases and near 0 and 1."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, Z * Z
    middle = share + square / (2 * count)
    spread = Z * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return (middle - spread) / (1 + square / count), (middle + spread) / (1 + square / count)
