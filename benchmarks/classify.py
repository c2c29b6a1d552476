"""Texts a second from file to file with reasons, beside a plain scikit-learn pipeline and a keyword expression."""

import csv
import os
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from classifier.base import base_examples, base_folder, base_model
from classifier.corpus import corpus_examples
from classifier.many import Judge, score_many
from classifier.store import load
from core.settings import Candidate, Classifier, Contest
from review.scores import cells, score_file

KEYWORDS = re.compile(r"\b(coblos|pilih|dukung|menang|ayo|nomor)\w*", re.IGNORECASE)
TEXTS = int(os.environ.get("TEXTS", "100000"))
"""How many short texts are scored; `TEXTS=1000000 make bench-classify` for a million."""
CONTEST = Contest.model_validate(
    {
        "id": "rekaan",
        "name": "Rekaan",
        "region": "nasional",
        "voting_day": "2029-11-28",
        "candidates": [
            Candidate(id="satu", number=1, names=("Wirajaya Kusumah", "Sari Melurasih"), hashtags=("#WirajayaMenang",)),
            Candidate(id="dua", number=2, names=("Dewanto Prasaja", "Endah Palupi"), taglines=("Kerja Tuntas",)),
        ],
    }
)


def run() -> Iterator[str]:
    """Train the base model, score a file with it, and let the peers do what they can of that."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        base_model(folder)
        trained = time.perf_counter() - started
        yield f"Base model, both planes, {len(base_examples()):,} texts: trained in {trained:.1f} s."
        model = base_folder(folder)
        size = sum(file.stat().st_size for file in model.rglob("*.skops"))
        started = time.perf_counter()
        load(model)
        yield f"Model file: {size / 1e6:.1f} MB; loaded in {time.perf_counter() - started:.2f} s."
        source = _file(folder / "texts.csv", [example.text for example in corpus_examples()])
        yield "| way | texts/s |"
        yield "|---|---|"
        ways: dict[str, Callable[[], object]] = {
            "tilik, from file to file, with reasons": lambda: _tilik(source, model),
            "TF-IDF + LogisticRegression (1-2 words), from file to list": lambda: _plain(source),
            "keyword expression, from file to list": lambda: [KEYWORDS.search(text) for text in _texts(source)],
        }
        for way, work in ways.items():
            started = time.perf_counter()
            work()
            yield f"| {way} | {TEXTS / (time.perf_counter() - started):,.0f} |"
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        yield f"Peak memory of the largest process: {peak / 1024:.0f} MB."


def _tilik(source: Path, model: Path) -> int:
    judge = Judge(model=model, contests=(CONTEST,), thresholds=Classifier())
    target = source.with_name("scores.csv")
    return score_file(source, target, lambda asked: score_many(asked, judge, cells), progress=lambda _: None)


def _plain(source: Path) -> Sequence[float]:
    known = corpus_examples()
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=500))
    pipeline.fit([one.text for one in known], [one.label for one in known])
    chances: list[float] = []
    stream = _texts(source)
    while chunk := list(islice(stream, 2_000)):
        chances.extend(pipeline.predict_proba(chunk)[:, 1].tolist())
    return chances


def _file(path: Path, texts: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["id", "text"])
        table.writerows((number, f"{text} {number}") for number, text in enumerate(islice(cycle(texts), TEXTS)))
    return path


def _texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from (row["text"] for row in csv.DictReader(stream))


if __name__ == "__main__":
    for line in run():
        print(line)
