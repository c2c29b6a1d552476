"""From a filled-in review file to decisions and labels: all of it or nothing, and the same file twice is once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, Problem
from core.records import Answer
from jobs.tools import Tools
from review.ids import MATCH, TEXT
from review.reader import Answers, KnownMatch, RowAnswer, read_answers
from review.reasons import TextLabel, label_of
from storage import answering, drawing
from storage.answering import DecisionRow, LabelRow, ReviewItem
from storage.database import Session
from storage.drawing import DrawnText


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would change, and did unless it was a dry run. `samples` are some of its new rows.

    Answers on texts are labels alone: `texts` counts them.
    """

    new: int
    same: int
    changed: int
    blank: int
    labels: int
    texts: int
    samples: tuple[tuple[str, Answer, str], ...]


def take_in(
    tools: Tools, path: Path, *, reviewer: str | None = None, dry_run: bool = False, sorted_on_purpose: bool = False
) -> Preview:
    """Read a review file and add what it decides.

    Raises InputError, with every row that is wrong, before anything is written.
    """
    with tools.database.read() as session:
        read = read_answers(path, _known(session), _drawn(session), sorted_on_purpose=sorted_on_purpose)
        _require_reviewers(path, read, reviewer)
        acts = [one for one in read.given if one.of == MATCH]
        texts = [one for one in read.given if one.of == TEXT]
        items = answering.items_by_id(session, [one.match for one in acts])
        drawn = drawing.drawn_texts(session, [one.match for one in texts])
        before = answering.last_decisions(session, list(items))
        told = [label for one in texts if (label := _text_label(tools, one, drawn[one.match], reviewer)) is not None]
        new = answering.new_labels(session, told) if told else []
    decided = [_decision(tools, one, items[one.match], read, reviewer) for one in acts]
    fresh = [one for one in decided if not _same(before.get((one.match_id, one.reviewer)), one)]
    changed = sum((one.match_id, one.reviewer) in before for one in fresh)
    labels = [label for one in fresh if (label := _label(one, items[one.match_id])) is not None]
    if not dry_run and (fresh or new):
        with tools.database.write() as session:
            answering.save_decisions(session, fresh)
            answering.save_labels(session, [*labels, *new])
    return Preview(
        new=len(fresh) - changed + len(new),
        same=len(decided) - len(fresh) + len(texts) - len(new),
        changed=changed,
        blank=read.blank,
        labels=len(labels) + len(new),
        texts=len(new),
        samples=tuple((items[one.match_id].handle, one.answer, items[one.match_id].text[:80]) for one in fresh[:5]),
    )


def _known(session: Session) -> Callable[[int], KnownMatch | None]:
    def find(match: int) -> KnownMatch | None:
        item = answering.review_item(session, match)
        return KnownMatch(post_id=item.post_uri, text=item.text) if item else None

    return find


def _drawn(session: Session) -> Callable[[int], KnownMatch | None]:
    def find(number: int) -> KnownMatch | None:
        one = drawing.drawn_texts(session, [number]).get(number)
        return KnownMatch(post_id=one.post_uri, text=one.text) if one else None

    return find


def _text_label(tools: Tools, given: RowAnswer, text: DrawnText, reviewer: str | None) -> LabelRow | None:
    """Say what an answer tells of a text; a doubt tells nothing, and a bare "no" is enough: it clears nobody."""
    bare = given.answer is Answer.NOT and given.reason is None
    taught = TextLabel(solicits=False) if bare else label_of(given.answer, given.reason)
    if taught is None:
        return None
    return LabelRow(
        text=text.text,
        label=taught.solicits,
        kind=taught.kind,
        contest=text.contest,
        labeller=given.reviewer or reviewer or "",
        labelled_at=tools.clock.now(),
        source="queue",
        post_version_id=text.post_version_id,
    )


def _require_reviewers(path: Path, read: Answers, reviewer: str | None) -> None:
    """Every decision needs somebody who made it."""
    nameless = [one.row for one in read.given if not (one.reviewer or reviewer)]
    if nameless:
        problems = [Problem(code="reviewer_missing", where=path.name, row=row, column="reviewer") for row in nameless]
        raise InputError("review_file", path=path, count=len(problems), problems=problems)


def _decision(tools: Tools, given: RowAnswer, item: ReviewItem, read: Answers, reviewer: str | None) -> DecisionRow:
    return DecisionRow(
        match_id=given.match,
        answer=given.answer,
        reason=given.reason,
        note=given.note,
        reviewer=given.reviewer or reviewer or "",
        decided_at=tools.clock.now(),
        post_version_id=item.post_version_id,
        model_id=item.model_id,
        probability=item.probability,
        file_sha256=read.sha256,
        row=given.row,
    )


def _same(before: DecisionRow | None, now: DecisionRow) -> bool:
    return before is not None and (before.answer, before.reason, before.note) == (now.answer, now.reason, now.note)


def _label(decision: DecisionRow, item: ReviewItem) -> LabelRow | None:
    """Say what a decision teaches about the text, if anything; one that rests on a picture says nothing of it."""
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
