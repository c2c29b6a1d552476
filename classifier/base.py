"""The model that a new installation starts with: learnt from the shipped corpus on first need, then kept."""

import hashlib
from dataclasses import replace
from pathlib import Path

from platformdirs import user_cache_path

from classifier.corpus import Example, corpus_digest, corpus_examples
from classifier.model import Model, code_version, installed_sklearn, train
from classifier.split import is_frozen_test
from classifier.store import load, save
from core.errors import ModelError
from core.records import Kind

SEED = 1
NEAT = ("w12-", "w34-", "w1-", "w2-", "w3-", "w4-")
"""The groups of the segments that are narrower and neater than real posts."""
SEGMENT_WEIGHTS = {"w9-": 0.5, "w15-": 0.2, "w16-": 0.2, "w17-": 0.2}
"""Segments that would outweigh what is posted: regional languages, tags, villages, calls beside look-alikes."""
KIND_WEIGHTS = {Kind.ELECTION_INFO: 3.0, Kind.GOV_POST: 4.0, Kind.NONPOLITICAL: 3.0, Kind.NEWS: 1.5}
"""Neutral calls and official notices are lawful: flagging one is the worst mistake. News sounds most like a call."""
NEAT_WEIGHTS = {True: 0.3, False: 0.5}


def base_model(cache: Path) -> Model:
    """Take the base model from the cache, or train it; a broken or foreign cache is trained anew."""
    folder = cache / _key()
    try:
        return load(folder)
    except ModelError:
        model = train(base_examples(), seed=SEED)
        save(model, folder)
        return model


def base_folder(cache: Path) -> Path:
    """Name the folder in which the base model lies; it is trained if it is not there."""
    base_model(cache)
    return cache / _key()


def cache_folder() -> Path:
    """Name the folder of this user in which the base model is kept where there is no installation."""
    return user_cache_path("tilik")


def base_examples() -> list[Example]:
    """Give the corpus without what `frozen_examples` tests with, each text with what it counts."""
    return [
        replace(example, weight=_weight(example)) for example in corpus_examples() if not _is_kept_for_the_test(example)
    ]


def _weight(example: Example) -> float:
    """Say what a text counts: one in the manner of real posts more than a neat one, a harmless one more."""
    weight = NEAT_WEIGHTS[example.label] if example.group.startswith(NEAT) else 1.0
    weight = next((value for start, value in SEGMENT_WEIGHTS.items() if example.group.startswith(start)), weight)
    return weight * KIND_WEIGHTS.get(example.kind, 1.0) if example.kind else weight


def frozen_examples() -> list[Example]:
    """Give the contests of the corpus that no model ever learns from: what a new model is compared on."""
    return [example for example in corpus_examples() if _is_kept_for_the_test(example)]


def _is_kept_for_the_test(example: Example) -> bool:
    """Take neat texts only: there are more of them than teach anything, and every text in the real manner teaches."""
    return example.group.startswith(NEAT) and is_frozen_test(example.group)


def _key() -> str:
    """Name what a base model depends on: the texts and what each counts, the code, the library, the seed."""
    counts = (NEAT, sorted(NEAT_WEIGHTS.items()), sorted(SEGMENT_WEIGHTS.items()), sorted(KIND_WEIGHTS.items()))
    facts = (corpus_digest(), code_version(), installed_sklearn(), str(SEED), repr(counts))
    return f"base-{hashlib.sha256('|'.join(facts).encode()).hexdigest()[:16]}"
