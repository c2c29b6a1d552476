"""Scores of very many texts: on all cores, in order, holding only a few chunks at a time."""

import os
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from classifier.lexicon import Lexicon
from classifier.overlap import shared_numbers
from classifier.store import load
from core.records import Score
from core.settings import Classifier, Contest

T = TypeVar("T")

CHUNK = 2_000
FEW = 3 * CHUNK
"""Below this, starting a second process costs more than it saves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """All that a process needs to score texts by itself: a saved model, the contests and where the bands cut."""

    model: Path
    contests: Sequence[Contest]
    thresholds: Classifier


class Ask(NamedTuple):
    """A text, and the contest that it is about where somebody knows that."""

    text: str
    contest: str | None = None


class Answer(NamedTuple):
    """A score and the contest within which it was given; None where the settings name none."""

    score: Score
    contest: str | None


class Scorer:
    """A judge with its model in memory."""

    def __init__(self, judge: Judge) -> None:
        self._model = load(judge.model)
        self._known = frozenset(contest.id for contest in judge.contests)
        self._lexicons: list[tuple[str | None, Lexicon, Container[int]]] = [
            (one.id, Lexicon(one), shared_numbers(one, judge.contests)) for one in judge.contests
        ]
        self._lexicons = self._lexicons or [(None, Lexicon(None), ())]
        self._thresholds = judge.thresholds

    def score(self, asked: Sequence[Ask]) -> list[Answer]:
        """Score texts; where nobody knows the contest, the one within which a text solicits most."""
        best: list[Answer | None] = [None] * len(asked)
        for contest, lexicon, shared in self._lexicons:
            here = [at for at, one in enumerate(asked) if one.contest == contest or one.contest not in self._known]
            scores = self._model.score_all([asked[at].text for at in here], lexicon, self._thresholds, shared=shared)
            for at, score in zip(here, scores, strict=True):
                known = best[at]
                if known is None or score.probability > known.score.probability:
                    best[at] = Answer(score, contest)
        return [answer for answer in best if answer is not None]


Shape = Callable[[Answer], T]
"""What becomes of an answer where it is made: only that has to travel between processes. A function of a module."""

_here: list[Scorer] = []  # the scorer of this process, once it is a worker


def score_many(asked: Iterable[Ask], judge: Judge, shape: Shape[T], *, workers: int | None = None) -> Iterator[list[T]]:
    """Score a stream of texts; give the answers chunk by chunk, in the order of the texts."""
    stream = iter(asked)
    chunks = iter(lambda: list(islice(stream, CHUNK)), [])
    first = list(islice(chunks, FEW // CHUNK))
    count = workers or os.cpu_count() or 1
    scorer = Scorer(judge)  # a model that cannot be used is told here, not by a process that died
    if count == 1 or len(first) < FEW // CHUNK:
        yield from ([shape(answer) for answer in scorer.score(chunk)] for chunk in chain(first, chunks))
        return
    processes = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(judge,))
    with processes:
        running: deque[Future[list[T]]] = deque()
        for chunk in chain(first, chunks):
            running.append(processes.submit(_work, chunk, shape))
            if len(running) > 2 * count:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def as_it_is(answer: Answer) -> Answer:
    """Leave an answer whole."""
    return answer


def _begin(judge: Judge) -> None:
    _here.append(Scorer(judge))


def _work(asked: Sequence[Ask], shape: Shape[T]) -> list[T]:
    return [shape(answer) for answer in _here[0].score(asked)]
