"""Learn from what people labelled; put the new model to use only where it is not worse than the one in use."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from classifier.base import SEED, base_examples, frozen_examples
from classifier.corpus import Example
from classifier.evaluate import Gate, Row, compare, cross_validate
from classifier.lexicon import Lexicon
from classifier.model import FEW_POSITIVES, Model, train
from classifier.near import cluster
from classifier.split import frozen_split
from classifier.thresholds import Cut, measure
from core.errors import InputError
from jobs import registry
from jobs.registry import Active
from jobs.tools import Tools
from storage import answering
from storage.answering import LabelRow
from storage.thresholds import Threshold, save_threshold

LOCAL_WEIGHT = 4.0
"""What a local label counts beside a text of the shipped corpus: it is of the contest that is watched."""
LOCAL_SHARE = 1.0
"""All local labels together count at most this much of the corpus, however many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """What came of it. `gate` says why the new model was promoted or not; None where nothing was new to learn.

    `cut` is the threshold of `high` that the labels show for the model in use; None where they are too few. `needed`
    is how many more distinct calls must be labelled before there is a new model.
    """

    version: str
    replaced: str
    learnt: int
    tested: int
    disputed: int
    promoted: bool
    gate: Gate | None
    cut: Cut | None = None
    needed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The settled labels as examples: what may be learnt from, what only ever tests."""

    learn: Sequence[Example]
    test: Sequence[Example]
    disputed: int
    calls: int
    """Distinct calls among them: near-duplicates count once."""


def run(tools: Tools, *, promote: bool = True) -> Retrained:
    """Train on the shipped corpus and the local labels, compare with the active model, promote if not worse.

    A fifth of the groups (authors, contests) is never learnt from: the frozen test. Raises InputError where there is
    no label, ModelError where nothing can be learnt from them.
    """
    labels = labels_of(tools)
    active = registry.active(tools)
    told = {"learnt": len(labels.learn), "tested": len(labels.test), "disputed": labels.disputed}
    if labels.calls < FEW_POSITIVES:
        version = active.version.version
        needed = FEW_POSITIVES - labels.calls
        cut = _cut(tools, active, labels, new=False)
        return Retrained(version=version, replaced=version, promoted=False, gate=None, cut=cut, needed=needed, **told)
    model = train([*base_examples(), *labels.learn], seed=SEED)
    model = replace(model, facts={**model.facts, "local_labels": len(labels.learn)})
    if model.version == active.version.version:
        cut = _cut(tools, active, labels, new=True)
        return Retrained(version=model.version, replaced=model.version, promoted=False, gate=None, cut=cut, **told)
    gate = compare(active.model, model, [*frozen_examples(), *labels.test])
    promoted = gate.passed and promote
    measured = replace(model, facts={**model.facts, "metrics": asdict(gate)})
    entered = registry.enter(tools, measured, promote=promoted)
    used = Active(version=entered, model=measured) if promoted else active
    cut = _cut(tools, used, labels, new=promoted)
    return Retrained(
        version=model.version, replaced=active.version.version, promoted=promoted, gate=gate, cut=cut, **told
    )


def labels_of(tools: Tools) -> Labels:
    """Read the labels on which people agree as examples; InputError where there is none."""
    with tools.database.read() as session:
        labels = answering.current_labels(session)
        authors = answering.authors_of_labels(session)
    settled = dict(_settled(labels))
    if not settled:
        raise InputError("no_labels")
    lexicons = {contest.id: Lexicon(contest) for contest in tools.settings.contests}
    first = Lexicon(tools.settings.contests[0])
    numbers = cluster(row.text for row in settled.values())
    groups = groups_of(settled, numbers, [authors.get(row.post_version_id or 0) for row in settled.values()])
    weight = min(LOCAL_WEIGHT, LOCAL_SHARE * sum(one.weight for one in base_examples()) / len(settled))
    local = [
        Example(
            text=row.text,
            label=row.label,
            kind=row.kind,
            group=f"local-{group}",
            lexicon=lexicons.get(row.contest or "", first),
            weight=weight,
        )
        for row, group in zip(settled.values(), groups, strict=True)
    ]
    learn, test = frozen_split(local)
    calls = len({number for one, number in zip(local, numbers, strict=True) if one.label})
    return Labels(learn=learn, test=test, disputed=len(labels) - len(settled), calls=calls)


def groups_of(digests: Iterable[str], numbers: Sequence[int], authors: Sequence[str | None]) -> list[str]:
    """Name the group of each text: texts of one author and near-duplicates belong together, through whomever.

    Copied campaign texts would otherwise stand in the test and in what is learnt, and vouch for each other. A group is
    named by its text that was labelled first, so that later labels rarely rename one.
    """
    order = {digest: place for place, digest in enumerate(digests)}
    first: dict[str | int, str] = {}
    joined: dict[str, str] = {}

    def named(name: str) -> str:
        while name in joined:
            name = joined[name]
        return name

    for digest, number, author in zip(order, numbers, authors, strict=True):
        keys: list[int | str] = [number] if author is None else [number, author]
        known = sorted({named(first[key]) for key in keys if key in first}, key=order.__getitem__)
        name = known[0] if known else digest
        joined.update(dict.fromkeys(known[1:], name))
        for key in keys:
            first.setdefault(key, name)
    return [named(first[number]) for number in numbers]


def _cut(tools: Tools, used: Active, labels: Labels, *, new: bool) -> Cut | None:
    """Measure where `high` begins, on labels that the model did not learn from, and keep it.

    A model that learnt from local labels is measured by models like it that did not see the text in question.
    """
    learnt = int(used.model.facts.get("local_labels", 0))
    rows = list(_unseen(used.model, labels, learnt=learnt, new=new))
    cut = measure([row.label for row in rows], [row.probability for row in rows])
    if cut is not None:
        kept = Threshold(
            model_id=used.version.id,
            high=cut.high,
            precision=cut.precision,
            low=cut.low,
            upper=cut.upper,
            labels=cut.count,
            measured_at=tools.clock.now(),
        )
        with tools.database.write() as session:
            save_threshold(session, kept)
    return cut


def _unseen(model: Model, labels: Labels, *, learnt: int, new: bool) -> Iterator[Row]:
    """Judge the labelled texts by models that did not learn from them; where there are none, only those of the test.

    A model whose labels are all of one group has no model like it that did not see them.
    """
    if learnt and new and len({one.group for one in labels.learn}) > 1:
        yield from cross_validate(labels.learn, seed=SEED, beside=base_examples())
    known = [*labels.test] if learnt else [*labels.learn, *labels.test]
    for one, chance in zip(known, model.probabilities(known), strict=True):
        yield Row(label=one.label, probability=float(chance), kind=one.kind)


def _settled(labels: dict[str, dict[str, LabelRow]]) -> Iterator[tuple[str, LabelRow]]:
    """Take the texts about which their labellers agree."""
    for digest, given in labels.items():
        rows = list(given.values())
        if len({row.label for row in rows}) == 1:
            yield digest, _newest_with_kind(rows)


def _newest_with_kind(rows: Iterable[LabelRow]) -> LabelRow:
    return max(rows, key=lambda row: (row.kind is not None, row.labelled_at))
