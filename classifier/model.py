"""A calibrated linear model: masked words, letters and rules → probability, kind, target, reasons.

A model has two planes. One judges where a contest lexicon says who the candidates are; it leans on the masks. The other
judges where nobody has listed them; it has seen no mask of a candidate, and leans on what is said. A model is arrays of
numbers and words and nothing else: what scikit-learn learnt is copied out, so that a saved model holds no object that a
loader would have to trust, and scores exactly as it did before it was saved.
"""

import hashlib
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import sklearn
from numpy.typing import NDArray

from classifier.columns import CHANNELS, Matrix
from classifier.corpus import Example, corpus_digest
from classifier.explain import Explainer
from classifier.features import FEATURES_VERSION, read
from classifier.lexicon import LEXICON_VERSION, Lexicon
from classifier.plane import Plane, Weights, fit
from classifier.target import aim
from classifier.text import NORM_VERSION
from classifier.vocabulary import words_digest
from core.errors import ModelError
from core.records import Band, Score
from core.settings import Classifier

FEW_POSITIVES = 30
LISTED: Final = "listed"
UNLISTED: Final = "unlisted"
PLANES: Final = (LISTED, UNLISTED)
UNLISTED_EACH = 3
UNLISTED_WEIGHT = 0.3
"""A third of the texts also teach the first plane as if nobody had listed anybody: no list is ever complete."""


def code_version() -> str:
    """Name the code and the word lists that turn a text into columns; a model of others is refused."""
    return f"{NORM_VERSION}.{LEXICON_VERSION}.{FEATURES_VERSION}-{words_digest()[:8]}"


@dataclass(frozen=True, kw_only=True)
class Model:
    """A trained model and the facts about how it came to be."""

    weights: Mapping[str, Weights]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """Name the model by what it learnt."""
        digest = hashlib.sha256(code_version().encode())
        for name in PLANES:
            w = self.weights[name]
            for part in (w.call, w.kinds, w.kind_bias, *(w.vocabulary.idf[channel] for channel in CHANNELS)):
                digest.update(np.ascontiguousarray(part).tobytes())
            terms = [w.vocabulary.terms[channel] for channel in CHANNELS]
            digest.update(repr((w.bias, w.slope, w.offset, w.vocabulary.rules, w.kind_names, terms)).encode())
        return digest.hexdigest()[:16]

    @cached_property
    def planes(self) -> dict[str, Plane]:
        """The planes, ready to judge."""
        return {name: Plane(weights=self.weights[name]) for name in PLANES}

    def plane_for(self, lexicon: Lexicon) -> Plane:
        """Choose the plane that learnt from texts read as this lexicon reads them."""
        return self.planes[LISTED if lexicon.knows_candidates else UNLISTED]

    def probabilities(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        """Give the calibrated probability that each text, read with its own lexicon, solicits votes."""
        chances = np.zeros(len(examples))
        for name in PLANES:
            here = [at for at, one in enumerate(examples) if one.lexicon.knows_candidates is (name == LISTED)]
            if here:
                readings = [read(examples[at].text, examples[at].lexicon) for at in here]
                chances[here] = self.planes[name].chances(readings)
        return chances

    def score_all(
        self,
        texts: Sequence[str],
        contest_lexicon: Lexicon,
        thresholds: Classifier,
        *,
        shared: Container[int] = (),
    ) -> list[Score]:
        """Score texts within a contest: probability, band, kind, target, direction and the reasons.

        `shared` holds the ballot numbers that another contest of the same days has too: they name nobody.
        """
        if not texts:
            return []
        plane = self.plane_for(contest_lexicon)
        readings = [read(text, contest_lexicon) for text in texts]
        found = plane.judge(readings)
        explain = Explainer(plane=plane)
        chances = [round(float(chance), 6) for chance in found.chances]  # a band goes by what is shown
        return [
            Score(
                probability=chance,
                kind=kind,
                band=(band := _band(chance, thresholds)),
                target=(whom := aim(reading, shared_numbers=shared)).target,
                direction=None if band is Band.LOW else whom.direction_of(kind),
                reasons=explain.reasons(reading, *_row(found.said, row)),
            )
            for row, (reading, chance, kind) in enumerate(zip(readings, chances, found.kinds, strict=True))
        ]


def _row(matrix: Matrix, row: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Give a row's columns and values; slicing the matrix itself would cost more than all reasons."""
    first, last = matrix.indptr[row], matrix.indptr[row + 1]
    return matrix.indices[first:last], matrix.data[first:last]


def _band(chance: float, thresholds: Classifier) -> Band:
    return Band.HIGH if chance >= thresholds.high else Band.REVIEW if chance >= thresholds.review else Band.LOW


def train(examples: Sequence[Example], *, seed: int) -> Model:
    """Learn a model; the same examples and seed give the same model, in whatever order they come.

    Raises ModelError where the examples are too few or too alike.
    """
    known = sorted(examples, key=lambda e: (e.group, e.text, e.label))
    _check(known)
    nobody = Lexicon(None)
    hidden = [replace(example, lexicon=nobody) for example in known]
    some = [
        replace(example, lexicon=nobody, weight=example.weight * UNLISTED_WEIGHT)
        for example in known
        if example.lexicon.knows_candidates and _share(example.text) == 0
    ]
    weights = {LISTED: fit([*known, *some], seed=seed), UNLISTED: fit(hidden, seed=seed)}
    return Model(weights=weights, facts=_facts(known, seed))


def _share(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % UNLISTED_EACH


def _check(examples: Sequence[Example]) -> None:
    positives = sum(example.label for example in examples)
    if positives in {0, len(examples)}:
        raise ModelError("one_class_only", examples=len(examples), positives=positives)
    if positives < FEW_POSITIVES:
        raise ModelError("too_few_positives", positives=positives, needed=FEW_POSITIVES)
    for label in (True, False):
        groups = len({example.group for example in examples if example.label is label})
        if groups < 2:
            raise ModelError("too_few_groups", groups=groups, label=label)


def _facts(examples: Sequence[Example], seed: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    for e in examples:
        digest.update(repr((e.text, e.label, e.kind, e.group, e.weight, e.lexicon.digest)).encode())
    return {
        "seed": seed,
        "code_version": code_version(),
        "sklearn_version": sklearn.__version__,
        "data_digest": digest.hexdigest(),
        "corpus_sha256": corpus_digest(),
        "words_sha256": words_digest(),
        "examples": len(examples),
        "labels": {
            "positive": sum(e.label for e in examples),
            "kinds": dict(sorted(Counter(str(e.kind) for e in examples if e.kind).items())),
        },
        "groups": len({e.group for e in examples}),
        "metrics": {},
    }


def installed_sklearn() -> str:
    """Say which scikit-learn reads the terms here."""
    return str(sklearn.__version__)
