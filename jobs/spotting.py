"""Where the words of a contest stand in a text: what a reviewer may see before the machine has said anything."""

from functools import lru_cache

from classifier.features import read
from classifier.lexicon import HitKind, Lexicon
from core.settings import Contest


def spots(text: str, contest: Contest | None) -> tuple[tuple[int, int], ...]:
    """Give the places of names, numbers, slogans and hashtags of the candidates: [start, end) in the text, in order."""
    if contest is None:
        return ()
    hits = read(text, _lexicon(contest.model_dump_json())).hits
    return tuple(sorted({(hit.start, hit.end) for hit in hits if hit.kind is not HitKind.PIECE}))


@lru_cache(maxsize=20)
def _lexicon(contest: str) -> Lexicon:
    return Lexicon(Contest.model_validate_json(contest))
