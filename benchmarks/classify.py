"""Texts a second: score with reasons, probabilities alone, and a keyword list as the floor."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.base import base_model
from classifier.corpus import corpus_examples
from classifier.lexicon import Lexicon
from core.settings import Classifier

KEYWORDS = re.compile(r"\b(coblos|pilih|dukung|menang|ayo|nomor)\w*", re.IGNORECASE)


def run() -> Iterator[str]:
    """Train the base model, then score the corpus."""
    examples = corpus_examples()
    texts = [example.text for example in examples]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        model = base_model(Path(folder))
        yield f"Base model trained in {time.perf_counter() - started:.1f} s."
        model_size = sum(file.stat().st_size for file in Path(folder).rglob("*.skops"))
        yield f"Model file: {model_size / 1e6:.1f} MB."
    lexicon = Lexicon(None)
    ways: dict[str, Callable[[], object]] = {
        "score with reasons": lambda: model.score_all(texts, lexicon, Classifier()),
        "probabilities alone": lambda: model.probabilities([replace(example, lexicon=lexicon) for example in examples]),
        "keyword list": lambda: [KEYWORDS.search(text) is not None for text in texts],
    }
    yield "| way | texts/s |"
    yield "|---|---|"
    for name, work in ways.items():
        started = time.perf_counter()
        work()
        yield f"| {name} | {len(texts) / (time.perf_counter() - started):,.0f} |"
