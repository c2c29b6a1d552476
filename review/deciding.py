"""From a person's answer to a decision about an act, and to what it teaches about the text, if anything."""

from datetime import datetime

from core.errors import InputError
from core.records import Answer
from review.reasons import REASONS, contradicts, label_of
from storage.answering import DecisionRow, LabelRow, ReviewItem

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
