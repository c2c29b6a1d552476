"""Measures, the frozen split and the gate."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.base import base_examples
from classifier.corpus import Example, corpus_examples
from classifier.evaluate import Row, by_source, compare, cross_validate, evaluate
from classifier.lexicon import Lexicon
from classifier.model import Model, train
from classifier.split import frozen_split, is_frozen_test
from core.errors import ModelError
from core.records import Kind
from core.settings import Classifier


def rows(*pairs: tuple[int, float]) -> list[Row]:
    return [Row(label=bool(label), probability=chance) for label, chance in pairs]


def test_measures_of_a_small_table_are_right() -> None:
    found = evaluate(rows((1, 0.9), (1, 0.4), (0, 0.8), (0, 0.1))).figures

    assert found["precision"].value == 0.5
    assert found["recall"].value == 0.5
    assert found["f1"].value == 0.5
    assert found["macro_f1"].value == 0.5
    assert found["pr_auc"].value == pytest.approx((1 + 2 / 3) / 2)
    assert found["brier"].value == pytest.approx((0.01 + 0.36 + 0.64 + 0.01) / 4)
    assert found["ece"].value == pytest.approx((0.1 + 0.6 + 0.8 + 0.1) / 4)


def test_intervals_hold_the_value_and_are_the_same_every_time() -> None:
    table = rows(*[(i % 3 == 0, (i * 37 % 100) / 100) for i in range(90)])

    one, other = evaluate(table, seed=5), evaluate(table, seed=5)

    assert one == other
    assert all(figure.low <= figure.value <= figure.high for name, figure in one.figures.items() if name != "ece")
    assert list(one.table().columns) == ["value", "low", "high"]


def test_flag_rates_are_told_by_kind() -> None:
    table = [
        Row(label=True, probability=0.9, kind=Kind.EXPLICIT_CALL),
        Row(label=False, probability=0.7, kind=Kind.NEWS),
        Row(label=False, probability=0.1, kind=Kind.NEWS),
    ]

    kinds = evaluate(table).kinds
    assert {kind: (one.value, one.count) for kind, one in kinds.items()} == {
        Kind.EXPLICIT_CALL: (1.0, 1),
        Kind.NEWS: (0.5, 2),
    }
    assert all(0 <= one.low < one.value + 0.01 and one.value - 0.01 < one.high <= 1 for one in kinds.values())


def test_sources_are_measured_apart_where_they_hold_both_labels() -> None:
    table = [
        Row(label=True, probability=0.9, source="warung"),
        Row(label=False, probability=0.1, source="warung"),
        Row(label=False, probability=0.9, source="kantor"),
        Row(label=True, probability=0.9),
    ]

    found = by_source(table)

    assert {name: (one.count, one.figures["f1"].value) for name, one in found.items()} == {"warung": (2, 1.0)}


def test_reading_the_first_third_finds_the_calls_that_stand_there() -> None:
    table = rows(*((int(n < 2), 1 - n / 10) for n in range(9)), (1, 0.0))

    assert evaluate(table).figures["recall_top_30"].value == pytest.approx(2 / 3)


def test_one_class_measures_nothing() -> None:
    with pytest.raises(ModelError, match="one_class_only"):
        evaluate(rows((0, 0.1), (0, 0.2)))


def test_whole_groups_are_frozen_for_ever() -> None:
    learn, test = frozen_split(corpus_examples())

    assert not {e.group for e in learn} & {e.group for e in test}
    assert 0.1 < len(test) / (len(learn) + len(test)) < 0.35
    assert [g for g in map(str, range(20)) if is_frozen_test(g)] == ["1", "3", "9", "11", "16"]


def test_unseen_contests_of_the_corpus_are_told_apart() -> None:
    found = evaluate(cross_validate(base_examples(), seed=1, folds=3))

    assert found.figures["pr_auc"].value > 0.8
    assert found.kinds[Kind.ELECTION_INFO].value <= 0.04
    assert found.kinds[Kind.GOV_POST].value <= 0.03


DEVSET = Path(__file__).parents[3] / "shared" / "eval" / "devset.csv"


@pytest.fixture(scope="module")
def frozen() -> list[Example]:
    return frozen_split(corpus_examples())[1]


@pytest.fixture(scope="module")
def learnt() -> Model:
    return train(frozen_split(base_examples())[0], seed=1)


def test_a_model_may_follow_itself(learnt: Model, frozen: Sequence[Example]) -> None:
    gate = compare(learnt, learnt, frozen)

    assert gate.passed
    assert gate.delta == 0


def test_a_model_that_learnt_nonsense_is_kept_out(learnt: Model, frozen: Sequence[Example]) -> None:
    nonsense = [replace(e, label=not e.label, kind=None) for e in frozen_split(base_examples())[0]]

    gate = compare(learnt, train(nonsense, seed=1), frozen)

    assert not gate.passed
    assert {"ranking_worse", "explicit_recall_lower", "neutral_flags_higher"} <= set(gate.reasons)


def test_a_test_with_few_calls_decides_nothing(learnt: Model, frozen: Sequence[Example]) -> None:
    with pytest.raises(ModelError, match="test_too_small"):
        compare(learnt, learnt, [e for e in frozen if not e.label])


@pytest.mark.skipif(not DEVSET.exists(), reason=f"no real texts to measure on at {DEVSET}")
def test_real_texts_are_ranked_even_without_a_lexicon(model: Model) -> None:
    with DEVSET.open(encoding="utf-8", newline="") as file:
        texts = list(csv.DictReader(file))
    scores = model.score_all([row["text"] for row in texts], Lexicon(None), Classifier())

    found = evaluate(
        [
            Row(label=row["label"] == "1", probability=score.probability, kind=Kind(row["kind"]))
            for row, score in zip(texts, scores, strict=True)
        ]
    )

    assert found.figures["pr_auc"].value > 0.7
    assert found.kinds[Kind.ELECTION_INFO].value <= 0.04
    assert found.kinds[Kind.GOV_POST].value <= 0.10
