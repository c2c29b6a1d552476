"""The shipped corpus is whole and usable."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from classifier.corpus import corpus_digest, corpus_examples
from classifier.vocabulary import families, slang
from core.records import SOLICITING, Kind

DEVSET = Path(__file__).resolve().parents[3] / "shared" / "eval" / "devset.csv"


def test_the_corpus_holds_all_kinds_and_every_contest_its_lexicon() -> None:
    examples = corpus_examples()

    assert len(examples) > 5_000
    assert {example.kind for example in examples} == set(Kind)
    assert all(example.label == (example.kind in SOLICITING) for example in examples)
    assert sum(example.lexicon.knows_candidates for example in examples) > 4_500
    assert len({example.group for example in examples}) > 150


def test_a_call_for_the_empty_box_is_explicit_everywhere() -> None:
    texts = [e for e in corpus_examples() if "coblos kotak kosong yuh" in e.text.lower()]

    assert [example.kind for example in texts] == [Kind.EXPLICIT_CALL]


def grams(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[at : at + 5] for at in range(max(1, len(plain) - 4)))


@pytest.mark.skipif(not DEVSET.exists(), reason=f"no real texts to compare with at {DEVSET}")
def test_no_text_that_was_written_after_studying_real_ones_resembles_one_of_them() -> None:
    with DEVSET.open(encoding="utf-8", newline="") as file:
        real = [grams(row["text"]) for row in csv.DictReader(file)]
    holding: dict[str, list[int]] = {}
    for number, found in enumerate(real):
        for gram in found:
            holding.setdefault(gram, []).append(number)

    alike = []
    for text in (example.text for example in corpus_examples()):
        own = grams(text)
        shared = Counter(number for gram in own for number in holding.get(gram, ()))
        alike += [text for number, both in shared.items() if both / (len(own) + len(real[number]) - both) >= 0.3]

    assert alike == []


def test_the_digest_is_stable() -> None:
    assert corpus_digest() == corpus_digest()
    assert len(corpus_digest()) == 64


def test_the_word_lists_are_plain_and_without_circles() -> None:
    for variant, words in slang().items():
        assert variant == variant.lower()
        assert all(slang().get(word, (word,)) == (word,) for word in words), variant
    assert len(slang()) > 600
    assert all(family.words or family.phrases for family in families().values())
