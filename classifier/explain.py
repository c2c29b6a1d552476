"""Which words and rules made a score, on the original text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from classifier.features import Reading, words_of
from classifier.lexicon import HitKind
from classifier.plane import Plane
from classifier.text import Token
from core.records import Reason

TOP = 5
SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """Gives every column's contribution back to the places of the text that it came from."""

    plane: Plane

    def reasons(self, reading: Reading, indices: NDArray[np.int32], values: NDArray[np.float64]) -> tuple[Reason, ...]:
        """Pick what raised the score most: words by their span, rules by where they fired; hits say what they are."""
        shares = dict(zip(indices.tolist(), (values * self.plane.call[indices]).tolist(), strict=True))
        words: dict[tuple[int, int], float] = {}
        self._words(words, shares, "masked", reading.masked)
        self._words(words, shares, "plain", reading.plain)
        self._letters(words, reading.masked)
        rules = self.plane.columns.places["rules"]
        fired = [(code, shares.get(rules[code], 0.0), at) for code, at in reading.fired.items() if code in rules]
        named = {(h.start, h.end): f"lexicon.{h.kind.value}" for h in reading.hits if h.kind is not HitKind.PIECE}
        found = [(-round(weight, 4), span, named.get(span, "word")) for span, weight in words.items() if weight > 0]
        found += [(-round(weight, 4), reading.span(at), f"rule.{code}") for code, weight, at in fired if weight > 0]
        return tuple(_reason(reading, code, -negative, span) for negative, span, code in nsmallest(TOP, found))

    def _words(
        self, words: dict[tuple[int, int], float], shares: Mapping[int, float], name: str, view: Sequence[Token]
    ) -> None:
        places, terms = self.plane.columns.places[name], words_of(view)
        counts = Counter(terms)
        for at, term in enumerate(terms):
            share = shares.get(places.get(term, -1))
            if share:
                first = at if at < len(view) else at - len(view)
                _spread(words, view[first : first + (1 if at < len(view) else 2)], share / counts[term])

    def _letters(self, words: dict[tuple[int, int], float], view: Sequence[Token]) -> None:
        counts = Counter(token.text for token in view)
        shares = self.plane.columns.word_shares(tuple(counts))
        for token in view:
            _spread(words, [token], shares[token.text] * self.plane.gain(token.text) / counts[token.text])


def _reason(reading: Reading, code: str, weight: float, span: tuple[int, int]) -> Reason:
    return Reason(code=code, word=reading.text[span[0] : span[1]][:SHOWN], weight=weight, span=span)


def _spread(weights: dict[tuple[int, int], float], tokens: Sequence[Token], share: float) -> None:
    """Give a contribution to the places of its tokens, in equal parts."""
    for token in tokens:
        place = (token.start, token.end)
        weights[place] = weights.get(place, 0.0) + share / len(tokens)
