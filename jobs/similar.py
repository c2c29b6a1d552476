"""Matches whose words are nearly the same can share one card: the clusters are kept, so that asking costs nothing."""

import hashlib

from classifier.near import Clusters, keys, shingles
from jobs.tools import Tools
from storage import clusters
from storage.database import Session
from storage.judging import Wording

CHUNK = 5_000
NO_WORDS = shingles("")


def place_new(tools: Tools) -> int:
    """Put the wordings of new matches into their clusters, chunk by chunk; say how many."""
    count = 0
    while True:
        with tools.database.read() as session:
            waiting = clusters.unplaced(session, limit=CHUNK)
        if not waiting:
            return count
        with tools.database.write() as session:
            _place(session, waiting)
        count += len(waiting)


def alike(session: Session, match_id: int) -> list[int]:
    """List the other matches of the same contest that say nearly the same, by their numbers; empty where none does."""
    return clusters.alike(session, match_id)


def _place(session: Session, waiting: list[Wording]) -> None:
    """Compare with the firsts that share a band and with each other; one without words stands alone."""
    shingled = {one.version_id: shingles(one.text) for one in waiting}
    read = {version: found for version, found in shingled.items() if found != NO_WORDS}
    bands = {version: keys(found) for version, found in read.items()}
    found, numbers = Clusters(), dict[int, int]()
    for first, text in clusters.firsts(session, (_number(key) for some in bands.values() for key in some)).items():
        numbers.setdefault(found.add(text), first)
    placed = {one.version_id: one.version_id for one in waiting}
    new: dict[int, list[int]] = {}
    for version, its_own in read.items():
        number, is_new = found.place(its_own, bands[version])
        placed[version] = numbers.setdefault(number, version)
        if is_new:
            new[version] = [_number(key) for key in bands[version]]
    clusters.save(session, placed, new)


def _number(key: bytes) -> int:
    """Write a band as a number that both databases can index."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), signed=True)
