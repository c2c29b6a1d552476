"""Whom a text aims at, in which direction, and which words and rules made its score."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from classifier.features import TARGETS, Reading
from classifier.lexicon import HitKind
from classifier.text import Token
from core.records import Reason

TOP = 5
AFTER, BEFORE = 6, 3
SHOWN = 60
MOST_HITS = 200
STRENGTH = {HitKind.NAME: 3, HitKind.BOX: 3, HitKind.TAG: 2, HitKind.ANTI_TAG: 2, HitKind.SLOGAN: 2, HitKind.NUMBER: 3}


def target(reading: Reading) -> str | None:
    """Name the candidate a text aims at: the one beside a vote word, else the one it names most; None on a draw."""
    named = [hit for hit in reading.hits if hit.candidate is not None and hit.kind in TARGETS]
    denied = set(reading.family("deny_word"))
    named = named[:MOST_HITS]
    votes = reading.family("vote", "support")[:MOST_HITS]
    for verbs in ([v for v in votes if not denied & {v - 1, v - 2}], [v for v in votes if denied & {v - 1, v - 2}]):
        near = [_nearest(verb, [(hit.first, str(hit.candidate)) for hit in named]) for verb in verbs]
        chosen = _most(Counter(name for name in near if name))
        if chosen is not None:
            return chosen
    weights: Counter[str] = Counter()
    for hit in named:
        weights[str(hit.candidate)] += STRENGTH[hit.kind]
    return _most(weights)


def _nearest(verb: int, named: Sequence[tuple[int, str]]) -> str | None:
    close = [(at - verb if at > verb else 10 + verb - at, name) for at, name in named if -BEFORE <= at - verb <= AFTER]
    return min(close)[1] if close else None


def _most(counts: Counter[str]) -> str | None:
    best = counts.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def reasons(
    reading: Reading, *, words: Mapping[tuple[int, int], float], rules: Iterable[tuple[str, float, Sequence[int]]]
) -> tuple[Reason, ...]:
    """Pick what raised the score most: words by their span, rules by where they fired; hits say what they are."""
    named = {(hit.start, hit.end): f"lexicon.{hit.kind.value}" for hit in reading.hits}
    found = [(-round(weight, 4), span, named.get(span, "word")) for span, weight in words.items() if weight > 0]
    found += [(-round(weight, 4), reading.span(at), f"rule.{code}") for code, weight, at in rules if weight > 0]
    return tuple(_reason(reading, code, -negative, span) for negative, span, code in nsmallest(TOP, found))


def _reason(reading: Reading, code: str, weight: float, span: tuple[int, int]) -> Reason:
    return Reason(code=code, word=reading.text[span[0] : span[1]][:SHOWN], weight=weight, span=span)


def spread(weights: dict[tuple[int, int], float], tokens: Sequence[Token], share: float) -> None:
    """Give a contribution to the places of its tokens, in equal parts."""
    for token in tokens:
        place = (token.start, token.end)
        weights[place] = weights.get(place, 0.0) + share / len(tokens)
