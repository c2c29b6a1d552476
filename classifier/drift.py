"""Whether what is scored now still looks like what the model was put to use on."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
LEAST = 1e-4
NOTED, ALARMING = 0.1, 0.25
"""The usual marks of a population stability index: below the first nothing moved, above the second a lot did."""
_TAG = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """How many hashtags stood in texts, and how many of them neither the contest nor the model knows."""

    seen: int
    unknown: int

    @property
    def share(self) -> float | None:
        """The unknown share, from 0 to 1."""
        return self.unknown / self.seen if self.seen else None


def histogram(chances: Iterable[float]) -> list[int]:
    """Count probabilities in ten equal bins."""
    counts = [0] * BINS
    for chance in chances:
        counts[min(int(chance * BINS), BINS - 1)] += 1
    return counts


def stability(before: Sequence[int], now: Sequence[int]) -> float | None:
    """Give the population stability index of two histograms; None where one of them is empty."""
    if not sum(before) or not sum(now):
        return None
    then = np.maximum(np.array(before) / sum(before), LEAST)
    late = np.maximum(np.array(now) / sum(now), LEAST)
    return float(((late - then) * np.log(late / then)).sum())


def tags(texts: Iterable[str], known: Collection[str]) -> Tags:
    """Count the hashtags of some texts; `known` holds them in lower case, without the sign."""
    found = [tag.lower() for text in texts for tag in _TAG.findall(text)]
    return Tags(seen=len(found), unknown=sum(tag not in known for tag in found))
