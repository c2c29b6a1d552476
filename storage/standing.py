"""Where each match stands among its reviewers, and how many stand where.

A decision counts until its reviewer answers again or takes it back. Two who differ make a conflict, which a third
person settles. A match of the sample for two, and each doubt, waits for a second person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, delete, func, insert, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from core.records import Answer, Band, Standing
from core.sampling import in_second_sample
from storage import correcting
from storage.database import Session
from storage.judged_tables import decisions, matches, picture_scores, scores, tallies, withdrawals
from storage.statements import NAMED, chunks
from storage.tables import interactions


@dataclass(frozen=True, slots=True)
class Said:
    """What one reviewer says of a match now."""

    reviewer: str
    answer: Answer
    settles: bool
    at: datetime


def standing_of(said: Sequence[Said], *, in_sample: bool) -> tuple[Standing, Answer | None]:
    """Say where a match stands, and what is answered: the newest answer, or the one that settles. Oldest first."""
    if not said:
        return Standing.OPEN, None
    settling = [one for one in said if one.settles]
    if settling:
        return Standing.DECIDED, settling[-1].answer
    answers = {one.answer for one in said}
    if len(answers) > 1:
        return Standing.CONFLICT, said[-1].answer
    alone = len(said) == 1 and (in_sample or said[0].answer is Answer.UNSURE)
    return Standing.SECOND if alone else Standing.DECIDED, said[-1].answer


def said_of(session: Session, match_ids: Sequence[int]) -> dict[int, list[Said]]:
    """Give what each reviewer of these matches says now, the oldest first; what was taken back is left out."""
    found: dict[int, dict[str, Said]] = {}
    for part in chunks(sorted(set(match_ids)), NAMED):
        query = (
            select(*(decisions.c[name] for name in ("match_id", "reviewer", "answer", "settles", "decided_at")))
            .where(decisions.c.match_id.in_(part), ~taken_back())
            .order_by(decisions.c.id)
        )
        for row in session.execute(query):
            of_match = found.setdefault(row.match_id, {})
            of_match.pop(row.reviewer, None)  # the last to speak stands last
            of_match[row.reviewer] = Said(row.reviewer, Answer(row.answer), row.settles, row.decided_at)
    return {match: list(said.values()) for match, said in found.items()}


def taken_back() -> ColumnElement[bool]:
    """Say whether a decision was taken back."""
    return select(withdrawals.c.id).where(withdrawals.c.decision_id == decisions.c.id).correlate(decisions).exists()


def stand(session: Session, match_ids: Iterable[int], *, overlap: float) -> None:
    """Bring the standing of these matches up to date, and the tallies with them."""
    for part in chunks(sorted(set(match_ids)), NAMED):
        said, gone = said_of(session, part), correcting.withdrawn(session, part)
        query = select(matches.c.id, matches.c.standing, matches.c.band, matches.c.answer)
        changed, moves = [], Counter[tuple[str, str, str]]()
        for row in session.execute(query.where(matches.c.id.in_(part))):
            standing, answer = standing_of(said.get(row.id, ()), in_sample=in_second_sample(row.id, overlap))
            standing = Standing.WITHDRAWN if row.id in gone else standing
            if (standing, answer) == (row.standing, row.answer):
                continue
            yes = standing is Standing.DECIDED and answer is Answer.SOLICITATION
            when = max(one.at for one in said[row.id]) if yes else None
            changed.append({"match": row.id, "to": standing, "said": answer, "agreed_at": when})
            moves[row.standing, row.band, row.answer or ""] -= 1
            moves[standing, row.band, answer or ""] += 1
        if changed:
            named: dict[str, BindParameter[Any]] = {
                "standing": bindparam("to"),
                "answer": bindparam("said"),
                "confirmed_at": bindparam("agreed_at"),
            }
            session.execute(update(matches).where(matches.c.id == bindparam("match")).values(**named), changed)
            _move(session, moves)


def _move(session: Session, moves: Mapping[tuple[str, str, str], int]) -> None:
    for (standing, band, answer), number in moves.items():
        here = and_(tallies.c.standing == standing, tallies.c.band == band, tallies.c.answer == answer)
        if not session.execute(update(tallies).where(here).values(number=tallies.c.number + number)).rowcount:
            row = {"standing": standing, "band": band, "answer": answer, "number": number}
            session.execute(insert(tallies).values(**row))


def arrange(session: Session) -> None:
    """Note of each match whose it is, when it was done and seen and at whom it aims, and count them all anew."""
    act = interactions.c
    whose, when = (
        select(column).where(act.id == matches.c.interaction_id).scalar_subquery()
        for column in (act.account_id, func.coalesce(act.acted_at, act.first_seen_at))
    )
    session.execute(update(matches).where(matches.c.account_id.is_(None)).values(account_id=whose))
    seen = select(act.first_seen_at).where(act.id == matches.c.interaction_id).scalar_subquery()
    session.execute(update(matches).where(matches.c.captured_at.is_(None)).values(captured_at=seen))
    session.execute(update(matches).where(matches.c.happened_at.is_distinct_from(when)).values(happened_at=when))
    own, read = scores.c, picture_scores.c
    of_text = select(own.target).where(own.post_version_id == matches.c.post_version_id, *_judged(own))
    of_picture = select(read.target).where(read.picture_text_id == matches.c.picture_text_id, *_judged(read))
    rests_on_text = matches.c.picture_text_id.is_(None)
    aim = case((rests_on_text, of_text.scalar_subquery()), else_=of_picture.scalar_subquery())
    session.execute(update(matches).where(matches.c.target.is_distinct_from(aim)).values(target=aim))
    arrange_tallies(session)


def arrange_tallies(session: Session) -> None:
    """Count all matches anew."""
    session.execute(delete(tallies))
    keys = matches.c.standing, matches.c.band, func.coalesce(matches.c.answer, "")
    counted = select(*keys, func.count()).group_by(*keys)
    session.execute(insert(tallies).from_select(["standing", "band", "answer", "number"], counted))


def _judged(score: ReadOnlyColumnCollection[str, Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Choose the score that the model and contest revision of a match gave."""
    return score.model_id == matches.c.model_id, score.contest_revision_id == matches.c.contest_revision_id


def tally(session: Session) -> dict[tuple[Standing, Band, Answer | None], int]:
    """Give how many matches stand where, in which band and with which answer; those that were withdrawn nowhere."""
    return {
        (Standing(row.standing), Band(row.band), Answer(row.answer) if row.answer else None): row.number
        for row in session.execute(select(tallies).where(tallies.c.standing != Standing.WITHDRAWN))
        if row.number
    }


def flagged_since(session: Session, since: datetime, *, most: int) -> int:
    """Count the matches that are new since a moment, up to a number."""
    stands = matches.c.band != Band.LOW, matches.c.standing != Standing.WITHDRAWN
    new = select(matches.c.id).where(matches.c.flagged_at >= since, *stands)
    return int(session.execute(select(func.count()).select_from(new.limit(most).subquery())).scalar_one())
