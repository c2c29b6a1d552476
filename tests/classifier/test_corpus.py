"""The shipped corpus is whole and usable."""

from classifier.corpus import corpus_digest, corpus_examples
from classifier.vocabulary import families, slang
from core.records import SOLICITING, Kind


def test_the_corpus_holds_all_kinds_and_every_contest_its_lexicon() -> None:
    examples = corpus_examples()

    assert len(examples) == 3_700
    assert {example.kind for example in examples} == set(Kind)
    assert all(example.label == (example.kind in SOLICITING) for example in examples)
    assert sum(example.lexicon.knows_candidates for example in examples) > 2_500
    assert len({example.group for example in examples}) > 150


def test_a_call_for_the_empty_box_is_explicit_everywhere() -> None:
    texts = [e for e in corpus_examples() if "coblos kotak kosong yuh" in e.text.lower()]

    assert [example.kind for example in texts] == [Kind.EXPLICIT_CALL]


def test_the_digest_is_stable() -> None:
    assert corpus_digest() == corpus_digest()
    assert len(corpus_digest()) == 64


def test_the_word_lists_are_plain_and_without_circles() -> None:
    for variant, words in slang().items():
        assert variant == variant.lower()
        assert all(slang().get(word, (word,)) == (word,) for word in words), variant
    assert len(slang()) > 600
    assert all(family.words or family.phrases for family in families().values())
