"""Learn from what people labelled; put the new model to use only where it is not worse than the one in use."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from classifier.base import SEED, base_examples, frozen_examples
from classifier.corpus import Example
from classifier.evaluate import Gate, compare
from classifier.lexicon import Lexicon
from classifier.model import train
from classifier.split import frozen_split
from core.errors import InputError
from jobs import registry
from jobs.tools import Tools
from storage import answering
from storage.answering import LabelRow

LOCAL_WEIGHT = 2.0
"""What a local label counts beside a text of the shipped corpus: it is of the contest that is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """What came of it. `gate` says why the new model was promoted or not; None where nothing was new to learn."""

    version: str
    replaced: str
    learnt: int
    tested: int
    disputed: int
    promoted: bool
    gate: Gate | None


def run(tools: Tools, *, promote: bool = True) -> Retrained:
    """Train on the shipped corpus and the local labels, compare with the active model, promote if not worse.

    A fifth of the groups (authors, contests) is never learnt from: the frozen test. Raises InputError where there is
    no label, ModelError where nothing can be learnt from them.
    """
    with tools.database.read() as session:
        labels = answering.current_labels(session)
        authors = answering.authors_of_labels(session)
    settled = dict(_settled(labels))
    if not settled:
        raise InputError("no_labels")
    lexicons = {contest.id: Lexicon(contest) for contest in tools.settings.contests}
    first = Lexicon(tools.settings.contests[0])
    local = [_example(digest, row, authors, lexicons.get(row.contest or "", first)) for digest, row in settled.items()]
    learn, test = frozen_split(local)
    active = registry.active(tools)
    model = train([*base_examples(), *learn], seed=SEED)
    told = {"learnt": len(learn), "tested": len(test), "disputed": len(labels) - len(settled)}
    if model.version == active.version.version:
        return Retrained(version=model.version, replaced=model.version, promoted=False, gate=None, **told)
    gate = compare(active.model, model, [*frozen_examples(), *test])
    promoted = gate.passed and promote
    measured = replace(model, facts={**model.facts, "metrics": asdict(gate)})
    registry.enter(tools, measured, promote=promoted)
    return Retrained(version=model.version, replaced=active.version.version, promoted=promoted, gate=gate, **told)


def _settled(labels: dict[str, dict[str, LabelRow]]) -> Iterator[tuple[str, LabelRow]]:
    """Take the texts about which their labellers agree."""
    for digest, given in labels.items():
        rows = list(given.values())
        if len({row.label for row in rows}) == 1:
            yield digest, _newest_with_kind(rows)


def _newest_with_kind(rows: Iterable[LabelRow]) -> LabelRow:
    return max(rows, key=lambda row: (row.kind is not None, row.labelled_at))


def _example(digest: str, row: LabelRow, authors: dict[int, str], lexicon: Lexicon) -> Example:
    group = authors.get(row.post_version_id or 0, digest)
    return Example(
        text=row.text,
        label=row.label,
        kind=row.kind,
        group=f"local-{group}",
        lexicon=lexicon,
        weight=LOCAL_WEIGHT,
    )
