"""From a person's answer to a decision about an act, and to what it teaches about the text, if anything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.deeds import Did
from core.errors import InputError
from core.records import Answer, Standing
from jobs.tools import Tools
from review.ids import public_id
from review.reasons import REASONS, contradicts, label_of
from storage import answering, people, reviewing
from storage.answering import DecisionRow, LabelRow, ReviewItem
from storage.database import Session

LONGEST_NOTE = 2_000


def decision_on(
    item: ReviewItem, said: str, *, reviewer: str, note: str, now: datetime, settles: bool = False
) -> DecisionRow:
    """Read an answer as a button says it: `answer/reason`, the reason may be empty.

    Raises InputError where it is none, or where a call to vote comes without its kind.
    """
    word, _, code = said.partition("/")
    if word not in set(Answer) or (code and code not in REASONS):
        raise InputError("answer_unknown", answer=said[:60])
    answer = Answer(word)
    if code and contradicts(answer, REASONS[code]):
        raise InputError("answer_unknown", answer=said[:60])
    if answer is Answer.SOLICITATION and not code:
        raise InputError("answer_needs_kind")
    return DecisionRow(
        match_id=item.match_id,
        answer=answer,
        reason=code or None,
        note=note.strip()[:LONGEST_NOTE] or None,
        reviewer=reviewer,
        decided_at=now,
        post_version_id=item.post_version_id,
        model_id=item.model_id,
        probability=item.probability,
        settles=settles,
    )


def taught_by(decision: DecisionRow, item: ReviewItem) -> LabelRow | None:
    """Say what a decision teaches about the text."""
    taught = label_of(decision.answer, decision.reason) if item.picture_text_id is None else None
    if taught is None:
        return None
    return LabelRow(
        text=item.text,
        label=taught.solicits,
        kind=taught.kind,
        contest=item.contest,
        labeller=decision.reviewer,
        labelled_at=decision.decided_at,
        source="review",
        post_version_id=item.post_version_id,
    )


def settle(tools: Tools, shown: str, match_id: int | None, said: str, *, reviewer: str, note: str) -> DecisionRow:
    """Let a third person settle a match on which two differ.

    Raises InputError where there is no such match, it is in no conflict, or the person is one of the two.
    """
    with tools.database.write() as session:
        item = answering.review_item(session, match_id) if match_id else None
        if item is None:
            raise InputError("match_unknown", match=shown)
        if reviewing.standing(session, item.match_id) is not Standing.CONFLICT:
            raise InputError("no_conflict", match=shown)
        if any(who == reviewer for _, who in answering.last_decisions(session, [item.match_id])):
            raise InputError("not_a_third", match=shown, reviewer=reviewer)
        made = decision_on(item, said, reviewer=reviewer, note=note, now=tools.clock.now(), settles=True)
        keep(tools, session, made, item)
    return made


def keep(tools: Tools, session: Session, made: DecisionRow, item: ReviewItem, *, alike: Sequence[int] = ()) -> int:
    """Save a decision with what it teaches, and the same one on open near-duplicates; say on how many.

    What says something of the person ("retired") says nothing of another person's act: it stays with its match.
    """
    taught = taught_by(made, item)
    others = reviewing.open_among(session, alike) if label_of(made.answer, made.reason) else []
    items = answering.items_by_id(session, others)
    same = [
        replace(
            made,
            match_id=one.match_id,
            post_version_id=one.post_version_id,
            model_id=one.model_id,
            probability=one.probability,
        )
        for one in items.values()
    ]
    answering.save_decisions(session, [made, *same], overlap=tools.settings.review.overlap)
    answering.save_labels(session, [taught] if taught else [])
    said = "/".join(filter(None, (made.answer, made.reason)))
    beside = f" + {len(same)}" if same else ""
    detail = f"{public_id(made.match_id)} {said}{beside}{' (settled)' if made.settles else ''}"
    people.record(session, who=made.reviewer, what=Did.DECIDE, detail=detail, at=made.decided_at)
    return len(same)


def take_back(tools: Tools, shown: str, match_id: int | None, reviewer: str) -> None:
    """Take back what somebody says of a match now. Raises InputError where they say nothing of it."""
    with tools.database.write() as session:
        history = reviewing.history(session, match_id) if match_id else []
        mine = [one for one in history if one.row.reviewer == reviewer and one.withdrawn_at is None]
        if not mine:
            raise InputError("nothing_to_take_back", match=shown, reviewer=reviewer)
        undo(tools, session, mine[-1].id, reviewer)


def undo(tools: Tools, session: Session, decision_id: int, reviewer: str) -> int | None:
    """Take one decision of somebody back; say of which match it was, None where it is not theirs to take back."""
    now, overlap = tools.clock.now(), tools.settings.review.overlap
    match_id = reviewing.withdraw(session, decision_id, reviewer, now=now, overlap=overlap)
    if match_id is not None:
        people.record(session, who=reviewer, what=Did.UNDO, detail=public_id(match_id), at=now)
    return match_id
