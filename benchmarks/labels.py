"""What the base model makes of a file of labelled texts, and what two hundred labels of the place add to it.

`python -m benchmarks.labels FILE.csv CONFIG.yaml`: the file has text, label, kind and perhaps contest and source, the
settings name the contests. Half of the texts, near-duplicates together, are the pool; labels are chosen from it as
`review export --order learn` does, in two rounds; the other half tests. No text of the file trains what ships.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from classifier.base import SEED, base_examples, base_model, cache_folder
from classifier.corpus import Example
from classifier.evaluate import Evaluation, Row, by_source, cross_validate, evaluate
from classifier.features import read, sorted_rules
from classifier.labels import read_labels
from classifier.lexicon import Lexicon
from classifier.model import Model, train
from classifier.near import cluster
from core import config
from core.records import Kind
from jobs.retrain import LOCAL_WEIGHT

SURE = (0.03, 0.9)
"""Below and above these a model believes itself."""
LABELS, ROUNDS, SEEDS = 200, 2, (0, 1, 2)
SHOWN = ("pr_auc", "f1", "macro_f1", "recall_top_30", "ece")
RATES = (Kind.EXPLICIT_CALL, Kind.IMPLICIT_CALL, Kind.ANTI_CALL, Kind.ELECTION_INFO, Kind.GOV_POST, Kind.NEWS)

Chances = NDArray[np.float64]
Numbers = NDArray[np.int64]


def run() -> Iterator[str]:
    """Read the file and the settings that the command line names, and measure."""
    file, settings = Path(sys.argv[1]), config.load(Path(sys.argv[2]))
    lexicons = {contest.id: Lexicon(contest) for contest in settings.contests}
    first = next(iter(lexicons.values()))
    rows = read_labels(file)
    examples = [
        Example(
            text=row.text, label=row.label, kind=row.kind, group=str(n), lexicon=lexicons.get(row.contest or "", first)
        )
        for n, row in enumerate(rows)
    ]
    sources = [row.source for row in rows]
    base = base_model(cache_folder())
    for name, some in (("with the contests", examples), ("without any lexicon", [_bare(one) for one in examples])):
        yield f"### {name}"
        yield from _table(_judge(base.probabilities(some), some, sources))
    yield f"### after {LABELS} labels (mean of {len(SEEDS)} halves)"
    yield from _simulated(base, examples)
    yield "### other ways (mean of the halves that were not used)"
    yield from _others(base, examples)


def _bare(example: Example) -> Example:
    return replace(example, lexicon=Lexicon(None))


def _judge(chances: Chances, examples: Sequence[Example], sources: Sequence[str | None]) -> list[Row]:
    return [
        Row(label=e.label, probability=float(p), kind=e.kind, source=s)
        for e, p, s in zip(examples, chances, sources, strict=True)
    ]


def _table(rows: list[Row]) -> Iterator[str]:
    found = evaluate(rows)
    yield "| source | texts | calls | " + " | ".join(SHOWN) + " |"
    yield "|---" * (len(SHOWN) + 3) + "|"
    for name, one in {"all": found, **by_source(rows)}.items():
        figures = (f"{f.value:.3f} ({f.low:.2f}–{f.high:.2f})" for f in (one.figures[name] for name in SHOWN))
        yield f"| {name} | {one.count} | {one.positives} | " + " | ".join(figures) + " |"
    yield _rates(found)


def _rates(found: Evaluation) -> str:
    told = (f"{k} {r.value:.1%} ({r.low:.0%}–{r.high:.0%})" for k in RATES if (r := found.kinds.get(k)))
    return "flagged at 0.5: " + ", ".join(told)


def _simulated(base: Model, examples: list[Example]) -> Iterator[str]:
    clusters = np.array(cluster(example.text for example in examples))
    tables: dict[str, list[Evaluation]] = {"base model": [], "base and labels": []}
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        numbers = random.permutation(np.unique(clusters))
        pool = np.flatnonzero(np.isin(clusters, numbers[: len(numbers) // 2]))
        test = [examples[n] for n in np.setdiff1d(np.arange(len(examples)), pool)]
        model, chosen = base, np.zeros(0, dtype=np.int64)
        for _ in range(ROUNDS):
            chosen = np.concatenate([chosen, _choose(model, examples, np.setdiff1d(pool, chosen), random)])
            local = [replace(examples[n], group=f"local-{clusters[n]}", weight=LOCAL_WEIGHT) for n in chosen.tolist()]
            model = train([*base_examples(), *local], seed=SEED)
        for name, one in (("base model", base), ("base and labels", model)):
            tables[name].append(evaluate(_judge(one.probabilities(test), test, [None] * len(test)), seed=seed))
    yield "| model | " + " | ".join(SHOWN) + " | explicit | neutral | office | news |"
    yield "|---" * (len(SHOWN) + 5) + "|"
    for name, found in tables.items():
        figures = (f"{np.mean([one.figures[f].value for one in found]):.3f}" for f in SHOWN)
        kinds = (Kind.EXPLICIT_CALL, Kind.ELECTION_INFO, Kind.GOV_POST, Kind.NEWS)
        rates = (f"{np.mean([one.kinds[k].value for one in found if k in one.kinds]):.1%}" for k in kinds)
        yield f"| {name} | " + " | ".join((*figures, *rates)) + " |"


def _others(base: Model, examples: list[Example]) -> Iterator[str]:
    """Compare with trees stacked on score and rules, and with a model that taught itself on unlabelled texts."""
    trees = _stacked()
    tables: dict[str, list[Evaluation]] = {"base model": [], "trees on score and rules": [], "taught by itself": []}
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        numbers = random.permutation(len(examples))
        pool = [examples[n] for n in numbers[: len(examples) // 2].tolist()]
        test = [examples[n] for n in numbers[len(examples) // 2 :].tolist()]
        sure = [
            replace(one, label=chance > 0.5, kind=None, group=f"sure-{n}", weight=0.5)
            for n, (one, chance) in enumerate(zip(pool, base.probabilities(pool), strict=True))
            if not SURE[0] < chance < SURE[1]
        ]
        itself = train([*base_examples(), *sure], seed=SEED)
        ways = (base.probabilities(test), trees(base.probabilities(test), test), itself.probabilities(test))
        for name, chances in zip(tables, ways, strict=True):
            tables[name].append(evaluate(_judge(chances, test, [None] * len(test)), seed=seed))
    yield "| way | " + " | ".join(SHOWN) + " |"
    yield "|---" * (len(SHOWN) + 1) + "|"
    for name, found in tables.items():
        yield (
            f"| {name} | " + " | ".join(f"{np.mean([one.figures[f].value for one in found]):.3f}" for f in SHOWN) + " |"
        )


def _stacked() -> Callable[[Chances, Sequence[Example]], Chances]:
    """Learn trees from the corpus: on the score of models that did not see a text, and the rules that fire in it."""
    known = base_examples()
    rows = cross_validate(known, seed=SEED)
    trees = HistGradientBoostingClassifier(random_state=SEED, max_iter=100, learning_rate=0.05)
    trees.fit(_columns(np.array([row.probability for row in rows]), known), [row.label for row in rows])
    return lambda chances, texts: trees.predict_proba(_columns(chances, texts))[:, 1]


def _columns(chances: Chances, examples: Sequence[Example]) -> Chances:
    rules = sorted_rules()
    fired = [read(one.text, one.lexicon).fired for one in examples]
    return np.column_stack([chances, *([len(found.get(rule, ())) for found in fired] for rule in rules)])


def _choose(
    model: Model, examples: list[Example], left: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.int64]:
    """Choose as the queue does: 60 % least certain, 20 % ranked first, 20 % by chance."""
    count = LABELS // ROUNDS
    chances = model.probabilities([examples[n] for n in left.tolist()])
    ruled = np.argsort(np.abs(chances - 0.5), kind="stable")[: int(0.6 * count)]
    rest = np.setdiff1d(np.arange(len(left)), ruled)
    top = rest[np.argsort(-chances[rest], kind="stable")[: int(0.2 * count)]]
    rest = np.setdiff1d(rest, top)
    by_chance = random.choice(rest, count - len(ruled) - len(top), replace=False)
    chosen: Numbers = left[np.concatenate([ruled, top, by_chance])]
    return chosen


if __name__ == "__main__":
    for line in run():
        print(line)
