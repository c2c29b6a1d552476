"""Near-duplicates: texts that say the same in nearly the same words, found without comparing each with each.

MinHash (A. Broder, 1997) over character 5-grams of the plain text: two texts share a signature's place as often as they
share shingles. Signatures are cut into bands (J. Leskovec et al., Mining of Massive Datasets, 3.4); whoever shares a
band is compared exactly. A text of Jaccard 0.7 to another shares a band with a probability of 0.96.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classifier.text import tokens

SHINGLE = 5
ALIKE = 0.7
"""The share of common shingles from which on two texts are near-duplicates."""
BANDS, ROWS = 16, 5
_PRIME = np.uint64((1 << 61) - 1)
_RANDOM = np.random.default_rng(20_240_214)
_FACTORS = _RANDOM.integers(1, 1 << 31, BANDS * ROWS, dtype=np.uint64)
_OFFSETS = _RANDOM.integers(0, 1 << 31, BANDS * ROWS, dtype=np.uint64)


def shingles(text: str) -> frozenset[int]:
    """Give the 5-grams of the plain words of a text as numbers; spelling, links and mentions do not count."""
    plain = " ".join(token.text for token in tokens(text) if token.text not in {"xurl", "xuser", "xtag"})
    grams = {plain[at : at + SHINGLE] for at in range(max(1, len(plain) - SHINGLE + 1))}
    return frozenset(int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=4).digest()) for gram in grams)


def keys(found: frozenset[int]) -> tuple[bytes, ...]:
    """Give the bands of a text's signature: whoever shares one may be a near-duplicate."""
    values = np.fromiter(found, dtype=np.uint64, count=len(found))
    signature: NDArray[np.uint64] = ((np.outer(values, _FACTORS) + _OFFSETS) % _PRIME).min(axis=0)
    bands = signature.reshape(BANDS, ROWS)
    return tuple(bytes([band]) + bands[band].tobytes() for band in range(BANDS))


@dataclass(slots=True)
class Clusters:
    """Puts texts into clusters of near-duplicates, one after the other; the first of a cluster stands for it."""

    _firsts: list[frozenset[int]] = field(default_factory=list)
    _by_key: dict[bytes, list[int]] = field(default_factory=dict)

    def add(self, text: str) -> int:
        """Give the cluster of a text: the one whose first text is most like it, else a new one."""
        return self._add(text)[0]

    def is_new(self, text: str) -> bool:
        """Add a text; say whether none before was like it."""
        return self._add(text)[1]

    def _add(self, text: str) -> tuple[int, bool]:
        found = shingles(text)
        return self.place(found, keys(found))

    def place(self, found: frozenset[int], bands: tuple[bytes, ...]) -> tuple[int, bool]:
        """Add a text whose shingles and bands are known; give its cluster, and whether it is the first of it."""
        known = self._find(found, bands)
        return (self.begin(found, bands), True) if known is None else (known, False)

    def begin(self, found: frozenset[int], bands: tuple[bytes, ...]) -> int:
        """Let a text stand for a cluster of its own without comparing it; give the cluster's number."""
        number = len(self._firsts)
        self._firsts.append(found)
        for key in bands:
            self._by_key.setdefault(key, []).append(number)
        return number

    def _find(self, found: frozenset[int], bands: tuple[bytes, ...]) -> int | None:
        near = sorted({number for key in bands for number in self._by_key.get(key, ())})
        alike = [(_jaccard(found, self._firsts[number]), -number) for number in near]
        best = max(alike, default=(0.0, 0))
        return -best[1] if best[0] >= ALIKE else None


def cluster(texts: Iterable[str]) -> list[int]:
    """Give each text the number of its cluster; clusters are counted in the order in which they appear."""
    clusters = Clusters()
    return [clusters.add(text) for text in texts]


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both)
