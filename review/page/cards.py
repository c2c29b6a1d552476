"""Everything that a person needs to judge one match, and nothing that would judge for them beforehand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.records import Answer, Standing
from core.settings import Contest
from jobs import assessing, coverage
from jobs.assessing import Told
from jobs.clocks import Clock
from jobs.coverage import Covered
from jobs.overlap import aim_of
from jobs.similar import alike
from jobs.spotting import spots
from jobs.tools import Tools
from jobs.verifying import Held, held
from review.reasons import REASONS, ReviewReason
from review.ruling import Spoken, clock_lines, left_words, remarks, spoken
from storage import answering, reviewing
from storage.answering import ReviewItem
from storage.database import Session
from storage.reviewing import Judgement, Line

DAYS = 7
MOST_ALIKE = 50
ANSWERS: Sequence[tuple[Answer, Sequence[ReviewReason]]] = tuple(
    (answer, tuple(reason for reason in REASONS.values() if reason.answer is answer)) for answer in Answer
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text: what it is marked as (`lexicon`, `reason`, or nothing)."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One match as a reviewer sees it. `told` says whether the machine's part is shown."""

    item: ReviewItem
    contest: Contest | None
    standing: Standing
    told: bool
    pieces: Sequence[Piece]
    history: Sequence[Judgement]
    mine: Judgement | None
    similar: Sequence[Line]
    evidence: Sequence[Held]
    days: Sequence[Covered]
    remark: str | None
    unit: str | None
    told_by_rules: Told
    """What rules say of it and what time is left: nothing of it depends on the score."""

    @property
    def spoken(self) -> Sequence[Spoken]:
        """Put into words what rules say."""
        return spoken(self.told_by_rules)

    @property
    def remarks(self) -> Sequence[str]:
        """Say what has to be known beside."""
        return list(remarks(self.told_by_rules))

    @property
    def clock(self) -> Clock | None:
        """Give what runs."""
        return self.told_by_rules.clock

    @property
    def left(self) -> str | None:
        """Say how many days are left."""
        return left_words(self.clock.left) if self.clock else None

    @property
    def clock_lines(self) -> Sequence[str]:
        """Say what runs, deadline by deadline."""
        return list(clock_lines(self.clock)) if self.clock else []

    @property
    def open_alike(self) -> int:
        """Count the near-duplicates that nobody has answered."""
        return sum(line.answer is None for line in self.similar)

    @property
    def zone(self) -> str:
        """Name the zone in which the times are read."""
        return self.contest.timezone if self.contest else "Asia/Jakarta"

    @property
    def others(self) -> list[Judgement]:
        """Give what others decide now; shown only to who has decided, or settles."""
        newest = {one.row.reviewer: one for one in self.history if one.withdrawn_at is None}
        return [one for one in newest.values() if self.mine is None or one.row.reviewer != self.mine.row.reviewer]


def card(session: Session, tools: Tools, match_id: int, *, reviewer: str, unit: str | None) -> Card | None:
    """Collect a card; None where there is no such match."""
    item = answering.review_item(session, match_id)
    if item is None:
        return None
    contest = next((one for one in tools.settings.contests if one.id == item.contest), None)
    history = reviewing.history(session, match_id)
    mine = next((one for one in reversed(history) if one.row.reviewer == reviewer and not one.withdrawn_at), None)
    told = mine is not None or not tools.settings.review.blind
    marks = [(start, end, "lexicon") for start, end in spots(item.text, contest)]
    if told:
        marks += [(*reason["span"], "reason") for reason in item.reasons if reason.get("span")]
    today = tools.today
    covered = coverage.days(
        session, tools, first=today - timedelta(days=DAYS - 1), last=today, account_id=item.account_id
    )
    return Card(
        item=item,
        contest=contest,
        standing=reviewing.standing(session, match_id),
        told=told,
        pieces=pieces(item.text, marks),
        history=history,
        mine=mine,
        similar=reviewing.lines_of(session, alike(session, match_id)[:MOST_ALIKE]),
        evidence=held(tools, match_id),
        days=sorted(covered, key=lambda one: (one.direction, one.day)),
        remark=aim_of(item.picture_text or item.text, item.contest, tools.settings.contests).remark if told else None,
        unit=unit,
        told_by_rules=assessing.told(session, tools, match_id),
    )


def pieces(text: str, marks: Iterable[tuple[Any, ...]]) -> list[Piece]:
    """Cut a text at its marks; where two overlap, the one that begins first, then the longer one, keeps its place."""
    found, at = [], 0
    for start, end, name in sorted(marks, key=lambda one: (one[0], -one[1])):
        if start < at or end <= start or end > len(text):
            continue
        if start > at:
            found.append(Piece(text[at:start]))
        found.append(Piece(text[start:end], name))
        at = end
    return [*found, Piece(text[at:])] if at < len(text) else found
