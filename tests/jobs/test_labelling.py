"""What labels say of each other: how far people agree, and which answers look like slips."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.agreement import agreement
from classifier.base import base_examples
from classifier.corpus import corpus_examples
from core.errors import InputError, ModelError
from jobs import labelling, retrain
from jobs.tools import Tools
from storage import answering
from storage.answering import LabelRow
from tests.jobs.office import NOW, open_office


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Tools:
    return open_office(tmp_path / "office", empty)


def label(text: str, *, solicits: bool, labeller: str = "Rina") -> LabelRow:
    return LabelRow(
        text=text, label=solicits, kind=None, contest=None, labeller=labeller, labelled_at=NOW, source="import"
    )


def save(tools: Tools, *labels: LabelRow) -> None:
    with tools.database.write() as session:
        answering.save_labels(session, labels)


def test_agreement_is_that_of_a_table_computed_by_hand() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: raw 0.70, by chance 0.50, kappa 0.40 (a textbook's example)."""
    one = [True] * 25 + [False] * 25
    other = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15

    found = agreement(one, other)

    assert (found.count, found.raw) == (50, 0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.kappa_interval is not None
    assert found.kappa_interval[0] < 0.4 < found.kappa_interval[1]
    assert found.raw_interval[0] < 0.7 < found.raw_interval[1]


def test_people_who_always_say_the_same_have_no_kappa() -> None:
    assert agreement([True, True], [True, True]).kappa is None


def test_pairs_are_compared_on_the_texts_that_both_labelled(office: Tools) -> None:
    for number in range(6):
        save(office, label(f"Teks {number}", solicits=number < 3))
        save(office, label(f"Teks {number}", solicits=number < 2, labeller="Budi"))
    save(office, label("Teks lain", solicits=True, labeller="Sari"))

    (pair,) = labelling.agreements(office)

    assert (pair.one, pair.other, pair.agreement.count) == ("Budi", "Rina", 6)
    assert pair.agreement.raw == pytest.approx(5 / 6)
    assert pair.agreement.kappa == pytest.approx((5 / 6 - 0.5) / 0.5)


def test_a_slip_among_the_labels_is_named(office: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling, "base_examples", lambda: base_examples()[::6])
    known = [one for one in corpus_examples() if one.group.startswith("w5")]
    calls, others = [e for e in known if e.label][:30], [e for e in known if not e.label][:30]
    save(office, *(label(one.text, solicits=one.label) for one in (*calls, *others)))
    slip = "Selamat pagi warga, posyandu balita RW 03 buka pukul delapan di balai warga, bawa buku KIA ya ibu-ibu"
    save(office, label(slip, solicits=True))

    found = labelling.audit(office)

    assert slip in [one.text for one in found]
    assert len(found) < 20
    assert all(abs(one.label - one.probability) >= labelling.DOUBTFUL for one in found)
    assert found[0].labellers == ("Rina",)


def test_without_labels_there_is_nothing_to_look_at_again(office: Tools) -> None:
    with pytest.raises(InputError, match="no_labels"):
        labelling.audit(office)
    assert labelling.agreements(office) == []


def test_a_corrected_slip_is_no_longer_named(office: Tools) -> None:
    first = label("Sebuah teks", solicits=True)
    save(office, first, replace(first, label=False, labelled_at=NOW.replace(hour=9)))

    with office.database.read() as session:
        (given,) = answering.current_labels(session).values()

    assert not given["Rina"].label


def test_from_a_few_texts_no_interval_is_claimed() -> None:
    found = agreement([True, False, True], [True, False, True])

    assert (found.raw, found.kappa, found.kappa_interval) == (1.0, 1.0, None)
    assert found.raw_interval[0] < 0.5


def test_one_label_is_too_little_to_look_for_slips(office: Tools) -> None:
    save(office, label("Ayo coblos nomor satu", solicits=True))

    with pytest.raises(ModelError, match="too_few_groups"):
        labelling.audit(office)


def test_a_text_spelt_in_two_ways_of_unicode_is_one_text(office: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling, "base_examples", lambda: base_examples()[::6])
    slip = "Posyandu balita café RW 03 buka pukul delapan di balai warga, bawa buku KIA ya ibu-ibu"
    save(office, label(unicodedata.normalize("NFC", slip), solicits=True))
    save(office, label(unicodedata.normalize("NFD", slip), solicits=True, labeller="Budi"))
    save(office, label("Ayo coblos nomor satu besok pagi", solicits=True))

    found = labelling.audit(office)

    assert [one.labellers for one in found if "Posyandu" in one.text] == [("Budi", "Rina")]


def test_authors_and_copies_are_one_group_through_whomever() -> None:
    groups = retrain.groups_of(["a", "b", "c", "d", "e"], [0, 1, 0, 2, 1], ["budi", "sari", "sari", None, None])

    assert groups == ["a", "a", "a", "d", "a"]
