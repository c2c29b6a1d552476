"""Learning from labels: what is learnt, what only tests, and that a worse model stays out."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from classifier.base import base_examples
from classifier.corpus import corpus_examples
from classifier.lexicon import Lexicon
from classifier.model import Model
from core.errors import InputError
from core.records import Kind
from core.settings import Classifier
from jobs import registry, retrain
from jobs.tools import Tools
from storage import answering
from storage.answering import LabelRow
from storage.thresholds import threshold
from tests.jobs.office import NOW, open_office

NOBODY = Lexicon(None)


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    return tools


def label(text: str, *, solicits: bool, labeller: str = "peninjau", kind: Kind | None = None) -> LabelRow:
    return LabelRow(
        text=text, label=solicits, kind=kind, contest=None, labeller=labeller, labelled_at=NOW, source="import"
    )


def save(tools: Tools, *labels: LabelRow) -> int:
    with tools.database.write() as session:
        return answering.save_labels(session, labels)


def local_labels(count: int) -> list[LabelRow]:
    """Label different texts of both kinds, as a place would that never heard of the shipped ones."""
    known = [example for example in corpus_examples() if example.group.startswith("w5")]
    calls = [one.text for one in known if one.label][:count]
    others = [one.text for one in known if not one.label][:count]
    return [label(f"{text} (setempat)", solicits=True, kind=Kind.EXPLICIT_CALL) for text in calls] + [
        label(f"{text} (setempat)", solicits=False, kind=Kind.GOV_POST) for text in others
    ]


def test_without_a_label_there_is_nothing_to_learn(office: Tools) -> None:
    with pytest.raises(InputError, match="no_labels"):
        retrain.run(office)


def test_a_model_that_is_not_worse_is_promoted_and_the_old_one_can_come_back(office: Tools) -> None:
    save(office, *local_labels(40))
    before = registry.active(office).version.version

    done = retrain.run(office)

    assert done.gate is not None
    assert done.promoted == done.gate.passed
    assert done.replaced == before
    assert done.learnt + done.tested == 80
    assert done.tested > 0
    registry.promote(office, done.version)
    assert registry.active(office).version.version == done.version
    assert registry.rollback(office).version == before


@pytest.mark.usefixtures("quarter_corpus")
def test_the_same_labels_teach_nothing_twice(office: Tools) -> None:
    save(office, *local_labels(40))
    first = retrain.run(office)
    registry.promote(office, first.version)

    again = retrain.run(office)

    assert (again.version, again.promoted, again.gate) == (first.version, False, None)


def test_texts_on_which_labellers_differ_are_left_out(office: Tools) -> None:
    save(
        office,
        *local_labels(5),
        label("Sebuah teks", solicits=True),
        label("Sebuah teks", solicits=False, labeller="b"),
    )

    done = retrain.run(office)

    assert (done.learnt + done.tested, done.disputed) == (10, 1)


def test_labels_turned_upside_down_make_a_model_that_stays_out(office: Tools) -> None:
    texts = [example for example in base_examples() if example.label or example.kind is Kind.ELECTION_INFO][:1200]
    save(office, *(label(one.text, solicits=not one.label) for one in texts))
    before = registry.active(office).version.version

    done = retrain.run(office)

    assert not done.promoted
    assert done.gate is not None
    assert done.gate.reasons
    assert registry.active(office).version.version == before


def test_an_answer_given_again_is_no_new_label_and_a_changed_one_counts(office: Tools) -> None:
    first = label("Sebuah teks", solicits=True)
    assert save(office, first) == 1
    assert save(office, first) == 0
    assert save(office, replace(first, label=False, labelled_at=NOW + timedelta(days=1))) == 1

    with office.database.read() as session:
        (given,) = answering.current_labels(session).values()
    assert not given["peninjau"].label


def test_a_few_calls_make_no_model_and_it_is_said_how_many_more_are_needed(office: Tools) -> None:
    save(office, *local_labels(12))
    before = registry.active(office).version.version

    done = retrain.run(office)

    assert (done.version, done.promoted, done.gate) == (before, False, None)
    assert done.needed == 18


def test_a_line_that_is_repeated_is_one_call(office: Tools) -> None:
    repeated = [f"Warga RT {n} kompak pilih Kang Raka, nomor satu menang di kampung kita semua" for n in range(50)]
    save(office, *(label(text, solicits=True) for text in repeated), *local_labels(5))

    assert retrain.run(office).needed == 30 - 1 - 5


def test_labels_say_where_the_first_band_begins_even_without_a_new_model(office: Tools) -> None:
    model = registry.active(office)
    texts = [example.text for example in base_examples() if example.label]
    sure = [
        t for t, s in zip(texts, model.model.score_all(texts, NOBODY, Classifier()), strict=True) if s.probability > 0.7
    ]
    save(office, *(label(text, solicits=True) for text in sure[:29]))

    done = retrain.run(office)

    assert done.gate is None
    assert done.cut is not None
    assert (done.cut.precision, done.cut.count) == (1.0, 29)
    with office.database.read() as session:
        kept = threshold(session, model.version.id)
    assert kept is not None
    assert kept.high == done.cut.high
