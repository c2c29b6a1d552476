"""The model that a new installation starts with: learnt from the shipped corpus on first need, then kept."""

import hashlib
from dataclasses import replace
from pathlib import Path

from classifier.corpus import Example, corpus_digest, corpus_examples
from classifier.lexicon import Lexicon
from classifier.model import Model, code_version, installed_sklearn, train
from classifier.store import load, save
from core.errors import ModelError

SEED = 1
UNLISTED_EACH = 3
UNLISTED_WEIGHT = 0.3


def base_model(cache: Path) -> Model:
    """Take the base model from the cache, or train it; a broken or foreign cache is trained anew."""
    folder = cache / _key()
    try:
        return load(folder)
    except ModelError:
        model = train(base_examples(), seed=SEED)
        save(model, folder)
        return model


def base_examples() -> list[Example]:
    """Give the corpus, and a third of it once more as if nobody had listed the candidates: lists are never complete."""
    examples = corpus_examples()
    nothing = Lexicon(None)
    unlisted = [
        replace(example, lexicon=nothing, weight=UNLISTED_WEIGHT)
        for example in examples
        if example.lexicon.knows_candidates and _share(example.text) == 0
    ]
    return [*examples, *unlisted]


def _share(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % UNLISTED_EACH


def _key() -> str:
    facts = (corpus_digest(), code_version(), installed_sklearn(), str(SEED))
    return f"base-{hashlib.sha256('|'.join(facts).encode()).hexdigest()[:16]}"
