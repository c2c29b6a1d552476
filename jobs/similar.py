"""Matches whose words are nearly the same can share one card: the clusters are kept, so that asking costs nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from classifier.near import Clusters, keys, shingles
from jobs.tools import Tools
from storage import clusters
from storage.database import Session
from storage.judging import Wording

CHUNK = 5_000
NO_WORDS = shingles("")


def place_new(tools: Tools) -> int:
    """Put the wordings of new matches into their clusters, chunk by chunk; say how many."""
    known = Known()
    count = 0
    while True:
        with tools.database.read() as session:
            waiting = clusters.unplaced(session, limit=CHUNK)
            placed, new = known.place(session, waiting)
        if not waiting:
            return count
        with tools.database.write() as session:
            clusters.save(session, placed, new)
        count += len(waiting)


def alike(session: Session, match_id: int) -> list[int]:
    """List the other matches of the same contest that say nearly the same, by their numbers; empty where none does."""
    return clusters.alike(session, match_id)


@dataclass(slots=True)
class Known:
    """The firsts that were met in this run, each read once."""

    _clusters: Clusters = field(default_factory=Clusters)
    _firsts: list[int] = field(default_factory=list)
    """The wording that stands for each cluster, by the cluster's number."""

    def place(self, session: Session, waiting: Sequence[Wording]) -> tuple[dict[int, int], dict[int, list[int]]]:
        """Compare with the firsts that share a band and with each other; one without words stands alone.

        Returns {wording: its first} and {new first: its bands}.
        """
        shingled = {one.version_id: shingles(one.text) for one in waiting}
        bands = {version: keys(found) for version, found in shingled.items() if found != NO_WORDS}
        self._meet(session, {_number(key) for some in bands.values() for key in some})
        placed = {one.version_id: one.version_id for one in waiting}
        new: dict[int, list[int]] = {}
        for version, its_own in bands.items():
            number, is_new = self._clusters.place(shingled[version], its_own)
            if is_new:
                self._firsts.append(version)
                new[version] = [_number(key) for key in its_own]
            placed[version] = self._firsts[number]
        return placed, new

    def _meet(self, session: Session, bands: set[int]) -> None:
        met = set(self._firsts)
        for first, text in clusters.firsts(session, bands, besides=met):
            found = shingles(text)
            self._clusters.begin(found, keys(found))
            self._firsts.append(first)


def _number(key: bytes) -> int:
    """Write a band as a number that both databases can index."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), signed=True)
