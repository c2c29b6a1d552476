"""What the labels of people say of each other: answers that look like slips, and how far two people agree."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from classifier.agreement import Agreement, agreement
from classifier.base import SEED, base_examples
from classifier.evaluate import cross_validate
from jobs.retrain import labels_of
from jobs.tools import Tools
from storage import answering, reviewing
from storage.collecting import text_digest

DOUBTFUL = 0.75
"""How far a label and a probability must lie apart before somebody should look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A text whose label surprises models that did not learn it; a person decides, nothing is changed."""

    text: str
    label: bool
    probability: float
    labellers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two people and how far they agree."""

    one: str
    other: str
    agreement: Agreement


def audit(tools: Tools) -> list[Suspect]:
    """Name the labels that look wrong, the most surprising first: those of a text by models that did not see it.

    Raises InputError where there is no label, ModelError where all are of one author or one text.
    """
    labels = labels_of(tools)
    examples = [*labels.learn, *labels.test]
    with tools.database.read() as session:
        given = answering.current_labels(session)
    who = {digest: tuple(sorted(rows)) for digest, rows in given.items()}
    rows = cross_validate(examples, seed=SEED, beside=base_examples())
    found = [
        Suspect(text=e.text, label=e.label, probability=row.probability, labellers=who[text_digest(e.text)])
        for e, row in zip(examples, rows, strict=True)
        if abs(e.label - row.probability) >= DOUBTFUL
    ]
    return sorted(found, key=lambda one: (-abs(one.label - one.probability), one.text))


def agreements(tools: Tools) -> list[Pair]:
    """Compare each two people who labelled the same texts; those with most texts in common first."""
    with tools.database.read() as session:
        given = answering.current_labels(session)
    return _pairs([{name: row.label for name, row in rows.items()} for rows in given.values()])


def on_acts(tools: Tools) -> list[Pair]:
    """Compare each two people who judged the same matches, as they judged before anybody settled anything."""
    with tools.database.read() as session:
        return _pairs(list(reviewing.judged_by_several(session)))


def keep_agreements(tools: Tools) -> list[Pair]:
    """Measure how far reviewers agree on acts now, and keep it."""
    found, now = on_acts(tools), tools.clock.now()
    rows = [
        {
            "one": pair.one,
            "other": pair.other,
            "count": pair.agreement.count,
            "raw": pair.agreement.raw,
            "kappa": pair.agreement.kappa,
            "measured_at": now,
        }
        for pair in found
    ]
    with tools.database.write() as session:
        reviewing.save_agreements(session, rows)
    return found


def _pairs(given: Sequence[Mapping[str, Hashable]]) -> list[Pair]:
    people = sorted({name for answers in given for name in answers})
    pairs = [pair for one, other in combinations(people, 2) if (pair := _pair(given, one, other)) is not None]
    return sorted(pairs, key=lambda pair: (-pair.agreement.count, pair.one, pair.other))


def _pair(given: Sequence[Mapping[str, Hashable]], one: str, other: str) -> Pair | None:
    both = [(answers[one], answers[other]) for answers in given if one in answers and other in answers]
    if not both:
        return None
    return Pair(one=one, other=other, agreement=agreement([a for a, _ in both], [b for _, b in both]))
