"""How the model in use is doing: what labels show of its flags, and whether what it scores has changed."""

from dataclasses import dataclass
from datetime import timedelta

from classifier.drift import Tags, histogram, stability, tags
from classifier.estimates import Estimates, Sampled, estimate
from core.settings import Contest
from jobs import registry
from jobs.classify import thresholds
from jobs.learning import RANDOM
from jobs.tools import Tools
from storage import drawing, judging
from storage.thresholds import Threshold, threshold

RECENT = timedelta(days=30)
MOST_TEXTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestStatus:
    """Of one contest: what its newest drawing shows, how far the scores moved, which hashtags nobody listed."""

    contest: str
    drawn: int
    estimates: Estimates | None
    stability: float | None
    hashtags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """The model in use, where `high` begins and on what that rests, and each contest."""

    version: str
    high: float
    review: float
    measured: Threshold | None
    contests: tuple[ContestStatus, ...]


def run(tools: Tools) -> ModelStatus:
    """Look at the model in use; nothing is changed."""
    active = registry.active(tools).version
    cuts = thresholds(tools, active.id)
    with tools.database.read() as session:
        measured = threshold(session, active.id)
    contests = tuple(_contest(tools, contest, active.id, cuts.review) for contest in tools.settings.contests)
    return ModelStatus(version=active.version, high=cuts.high, review=cuts.review, measured=measured, contests=contests)


def _contest(tools: Tools, contest: Contest, model_id: int, review: float) -> ContestStatus:
    since = tools.clock.now() - RECENT
    with tools.database.read() as session:
        newest = drawing.newest_drawing(session, contest.id)
        answered = drawing.answered(session, newest[0]) if newest else []
        drawn = drawing.drawn_count(session, newest[0]) if newest else 0
        before, now = judging.chances(session, contest.id, model_id=model_id, since=since)
        texts = judging.newest_texts(session, limit=MOST_TEXTS)
    sampled = [
        Sampled(stratum=a.strategy, inclusion=a.inclusion, label=a.label, flagged=a.probability >= review)
        for a in answered
    ]
    listed = {tag.lstrip("#").lower() for candidate in contest.candidates for tag in candidate.hashtags}
    return ContestStatus(
        contest=contest.id,
        drawn=drawn,
        estimates=estimate(sampled, chance=RANDOM) if newest else None,
        stability=stability(histogram(before), histogram(now)),
        hashtags=tags(texts, listed),
    )
