"""Of contests on one ballot day: in which of them a flagged text is a match."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.features import read
from classifier.lexicon import Lexicon
from classifier.overlap import matching, names_somebody, overlapping, shared_numbers
from classifier.target import Aim, aim
from core.settings import Contest
from storage import marks, picture_scores
from storage.database import Session
from storage.judging import MatchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A contest revision and the model version that judges it."""

    contest: Contest
    revision_id: int
    model_id: int


def aim_of(text: str, contest_id: str, contests: Sequence[Contest]) -> Aim:
    """Read whom a text aims at within a contest, beside the other contests of its days."""
    contest = next((one for one in contests if one.id == contest_id), None)
    if contest is None:  # it was taken out of the settings
        return Aim(target=None, direction=None)
    return aim(read(text, Lexicon(contest)), shared_numbers=shared_numbers(contest, contests))


def belonging(session: Session, rows: Sequence[MatchRow], bench: Judged, benches: Sequence[Judged]) -> list[MatchRow]:
    """Keep the rows whose text belongs to this contest, and not only to another one of the same days."""
    contests = [one.contest for one in benches]
    close = {bench.contest.id, *(one.id for one in overlapping(bench.contest, contests))}
    beside = [one for one in benches if one.contest.id in close]
    if len(beside) == 1:
        return list(rows)
    lexicons = {one.contest.id: Lexicon(one.contest) for one in beside}
    shared = {one.contest.id: shared_numbers(one.contest, contests) for one in beside}
    model_id, revision_ids = bench.model_id, [one.revision_id for one in beside]
    own = [row.post_version_id for row in rows if row.picture_text_id is None]
    seen = [row.picture_text_id for row in rows if row.picture_text_id is not None]
    flagged = marks.flagged_in(session, own, model_id=model_id, revision_ids=revision_ids)
    pictured = picture_scores.flagged_in(session, seen, model_id=model_id, revision_ids=revision_ids)
    kept: list[MatchRow] = []
    for row in rows:
        picture = row.picture_text_id
        text, revisions = flagged[row.post_version_id] if picture is None else pictured[picture]
        named = [
            (one.contest.id, names_somebody(read(text, lexicons[one.contest.id]), shared[one.contest.id]))
            for one in beside
            if one.revision_id in revisions
        ]
        if bench.contest.id in matching(named):
            kept.append(row)
    return kept
