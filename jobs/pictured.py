"""The words of pictures beside those of posts: scored apart, and the stronger of the two counts.

They are not joined into one text. A model learnt from texts that somebody wrote, a poster is one of its own, and a
reason must point to the place that it came from. What only a picture says never makes the band `high`: a reader errs,
and nobody knows which picture stood there at the time of an act.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.records import Action, Band, InPicture, Reason, Score, Timing
from jobs.overlap import Judged
from jobs.tools import Tools
from storage import picture_scores
from storage.database import Session
from storage.judging import Flagged, MatchRow, ScoredWording
from storage.picture_scores import Pictured

CHUNK = 2_000

Scoring = Callable[[Sequence[str]], list[Score]]


def score_new(tools: Tools, score: Scoring, bench: Judged) -> int:
    """Score the readings that wait, chunk by chunk; say how many."""
    key = {"model_id": bench.model_id, "revision_id": bench.revision_id}
    count = 0
    while True:
        with tools.database.read() as session:
            waiting = picture_scores.unscored(session, **key, limit=CHUNK)
        if not waiting:
            return count
        scores = score([one.text for one in waiting])
        found = [(one.text_id, in_picture(judged, one.sha256)) for one, judged in zip(waiting, scores, strict=True)]
        with tools.database.write() as session:
            picture_scores.save(session, found, **key, now=tools.clock.now())
        count += len(waiting)


def in_picture(score: Score, sha256: str) -> Score:
    """Say of every reason that it stands in this picture, and nowhere in the post's own text."""
    return replace(score, reasons=tuple(_placed(reason, sha256) for reason in score.reasons))


def _placed(reason: Reason, sha256: str) -> Reason:
    return replace(reason, span=None, picture=InPicture(sha256=sha256, span=reason.span))


def raised(
    session: Session, wordings: Mapping[int, Sequence[ScoredWording]], bench: Judged
) -> dict[int, list[ScoredWording]]:
    """Let the strongest picture of a post raise its wordings, at most to `review`."""
    key = {"model_id": bench.model_id, "revision_id": bench.revision_id}
    found = picture_scores.strongest(session, wordings, **key)
    return {post: [_raised(one, found.get(post)) for one in some] for post, some in wordings.items()}


def _raised(wording: ScoredWording, picture: Pictured | None) -> ScoredWording:
    if picture is None or wording.band is Band.HIGH:
        return wording
    if wording.band is not Band.LOW and wording.probability >= picture.probability:
        return wording
    return replace(wording, probability=picture.probability, band=Band.REVIEW, picture_text_id=picture.text_id)


def timing_of(act: Flagged, wordings: Sequence[ScoredWording], chosen: ScoredWording, timing: Timing) -> Timing:
    """Say how sure the wording is; whether a picture stood there before an edit, nobody knows."""
    edited = chosen.picture_text_id is not None and len(wordings) > 1 and act.action is not Action.POSTED
    return Timing.UNKNOWN if edited and timing is Timing.KNOWN else timing


def lower_others(session: Session, bench: Judged, flagged: Sequence[MatchRow]) -> int:
    """Rank matches low that rested on a picture and are flagged no more; say how many."""
    return picture_scores.lower(session, bench.contest.id, still={row.interaction_id for row in flagged})
