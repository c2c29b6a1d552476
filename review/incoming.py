"""From a filled-in review file to decisions and labels: all of it or nothing, and the same file twice is once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.deeds import Did
from core.errors import InputError, Problem
from core.records import Answer
from jobs import deeds
from jobs.tools import Tools
from language import chosen, say
from review.ids import MATCH, TEXT, public_id
from review.reader import Answers, Known, KnownMatch, RowAnswer, read_answers
from review.reasons import REASONS, TextLabel, label_of
from storage import answering, drawing, handing_out
from storage.answering import DecisionRow, LabelRow
from storage.collecting import text_digest
from storage.database import Session
from storage.drawing import DrawnText
from storage.handing_out import Judged

OnConflict = Literal["hold", "keep", "replace"]
"""Where a reviewer has answered otherwise before: refuse the file, keep the old answer, or let the new one count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would change, and did unless it was a dry run. `samples` are some of its new rows.

    Answers on texts are labels alone: `texts` counts them. `kept` are answers that gave way to older ones.
    """

    new: int
    same: int
    changed: int
    kept: int
    blank: int
    labels: int
    texts: int
    samples: tuple[tuple[str, Answer, str], ...]


@dataclass(slots=True)
class _Found:
    """What the database knows of the rows of a file; each is read once."""

    acts: dict[int, Judged] = field(default_factory=dict)
    texts: dict[int, DrawnText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """A row that decides on an act, and what its reviewer had decided before."""

    given: RowAnswer
    row: DecisionRow
    before: DecisionRow | None

    @property
    def differs(self) -> bool:
        return self.before is not None and _told(self.before) != _told(self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A row that says something of a text, and what its labeller had said before."""

    given: RowAnswer
    label: LabelRow
    before: LabelRow | None

    @property
    def differs(self) -> bool:
        return self.before is not None and (self.before.label, self.before.kind) != (self.label.label, self.label.kind)


def take_in(
    tools: Tools,
    path: Path,
    *,
    reviewer: str | None = None,
    dry_run: bool = False,
    sorted_on_purpose: bool = False,
    on_conflict: OnConflict = "replace",
) -> Preview:
    """Read a review file and add what it decides.

    Raises InputError, with every row that is wrong, before anything is written.
    """
    found = _Found()
    with tools.database.read() as session:
        known = _known_acts(session, found), _known_texts(session, found)
        read = read_answers(path, *known, sorted_on_purpose=sorted_on_purpose)
        _require_reviewers(read, reviewer)
        acts = _acts(tools, session, read, found, reviewer=reviewer)
        texts = _texts(tools, session, read, found, reviewer=reviewer)
        conflicts = _conflicts(path, acts, texts, on_conflict)
        keep = on_conflict == "keep"
        fresh = [one for one in acts if one.before is None or (one.differs and not keep)]
        told = [one.label for one in texts if not (one.differs and keep)]
        new = answering.new_labels(session, told) if told else []
    rows = [one.row for one in fresh]
    labels = [label for row in rows if (label := _label(row, found.acts[row.match_id])) is not None]
    if not dry_run and (rows or new):
        with tools.database.write() as session:
            answering.save_decisions(session, rows, overlap=tools.settings.review.overlap)
            answering.save_labels(session, [*labels, *new])
            who = ", ".join(sorted({*(row.reviewer for row in rows), *(label.labeller for label in new)}))
            did = f"{path.name} {read.sha256}; decisions {len(rows)}, labels {len(new)}; {who}"
            deeds.write(session, tools, Did.REVIEW, did)
    kept = conflicts if keep else 0
    saved = {id(label) for label in new}
    changed = sum(one.differs for one in fresh) + sum(one.differs for one in texts if id(one.label) in saved)
    return Preview(
        new=len(rows) + len(new) - changed,
        same=len(read.given) - len(rows) - len(new) - kept,
        changed=changed,
        kept=kept,
        blank=read.blank,
        labels=len(labels) + len(new),
        texts=len(new),
        samples=tuple(_sample(found, one) for one in fresh[:5]),
    )


def _known_acts(session: Session, found: _Found) -> Known:
    def look_up(numbers: Collection[int]) -> Mapping[int, KnownMatch]:
        found.acts |= {one.match_id: one for one in handing_out.judged(session, numbers)}
        known = (found.acts[number] for number in numbers if number in found.acts)
        return {one.match_id: KnownMatch(post_id=one.post_uri, text=one.text) for one in known}

    return look_up


def _known_texts(session: Session, found: _Found) -> Known:
    def look_up(numbers: Collection[int]) -> Mapping[int, KnownMatch]:
        found.texts |= drawing.drawn_texts(session, list(numbers))
        known = (found.texts[number] for number in numbers if number in found.texts)
        return {one.draw_id: KnownMatch(post_id=one.post_uri, text=one.text) for one in known}

    return look_up


def _acts(tools: Tools, session: Session, read: Answers, found: _Found, *, reviewer: str | None) -> list[_Act]:
    given = [one for one in read.given if one.of == MATCH]
    before = answering.last_decisions(session, [one.match for one in given])
    rows = [_decision(tools, one, found.acts[one.match], read, reviewer) for one in given]
    return [
        _Act(given=one, row=row, before=before.get((row.match_id, row.reviewer)))
        for one, row in zip(given, rows, strict=True)
    ]


def _texts(tools: Tools, session: Session, read: Answers, found: _Found, *, reviewer: str | None) -> list[_Text]:
    given = [one for one in read.given if one.of == TEXT]
    before = answering.current_labels(session) if given else {}
    labels = ((one, _text_label(tools, one, found.texts[one.match], reviewer)) for one in given)
    return [
        _Text(given=one, label=label, before=before.get(text_digest(label.text), {}).get(label.labeller))
        for one, label in labels
        if label is not None
    ]


def _conflicts(path: Path, acts: Sequence[_Act], texts: Sequence[_Text], on_conflict: OnConflict) -> int:
    """Count the rows on which their reviewer has said otherwise before; to hold them is to name and refuse them."""
    answered: list[_Act | _Text] = [*acts, *texts]
    conflicts = [one for one in answered if one.differs]
    if on_conflict != "hold" or not conflicts:
        return len(conflicts)
    problems = [
        Problem(
            code="answered_before",
            where=one.given.where,
            row=one.given.row,
            value=public_id(one.given.match, one.given.of),
            hint=_in_words(one),
        )
        for one in conflicts
    ]
    raise InputError("review_file", path=path, count=len(problems), problems=problems)


def _in_words(one: _Act | _Text) -> str:
    """Say what was answered before."""
    if isinstance(one, _Text):
        before = one.before
        return say(Answer.SOLICITATION if before is not None and before.label else Answer.NOT)
    if one.before is None:
        return ""
    reason = REASONS[one.before.reason].words[chosen()] if one.before.reason else one.before.note
    return f"{say(one.before.answer)} ({reason})" if reason else say(one.before.answer)


def _sample(found: _Found, one: _Act) -> tuple[str, Answer, str]:
    item = found.acts[one.row.match_id]
    return item.handle, one.row.answer, item.text[:80]


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


def _require_reviewers(read: Answers, reviewer: str | None) -> None:
    """Every decision needs somebody who made it."""
    nameless = [one for one in read.given if not (one.reviewer or reviewer)]
    if nameless:
        problems = [
            Problem(code="reviewer_missing", where=one.where, row=one.row, column="reviewer") for one in nameless
        ]
        raise InputError("review_file", path=read.path, count=len(problems), problems=problems)


def _decision(tools: Tools, given: RowAnswer, item: Judged, read: Answers, reviewer: str | None) -> DecisionRow:
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


def _told(row: DecisionRow) -> tuple[Answer, str | None, str | None]:
    return row.answer, row.reason, row.note


def _label(decision: DecisionRow, item: Judged) -> LabelRow | None:
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
