"""Mark what an office or a civil servant posts of the incumbent's programme; and keep a mark from becoming a match."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from classifier.features import read
from classifier.incumbent import Incumbents
from classifier.lexicon import Lexicon
from core.records import Band
from core.settings import Contest
from jobs.tools import Tools
from storage import marks
from storage.database import Session
from storage.judging import ScoredWording, Wording
from storage.marks import Marked, MarkRow, Own

Scored = Mapping[int, Sequence[ScoredWording]]


class Marker:
    """Marks wordings within one contest revision."""

    def __init__(self, contest: Contest, revision_id: int) -> None:
        self.revision_id = revision_id
        self._incumbents = Incumbents(contest)
        self._lexicon = Lexicon(contest)
        self._zone = ZoneInfo(contest.timezone)

    def mark(self, session: Session, wordings: Sequence[Wording], now: datetime) -> int:
        """Mark those that somebody on duty posted and that promote the incumbent's programme; say how many."""
        if not self._incumbents.any:
            return 0
        texts = {one.version_id: one.text for one in wordings}
        own = {one.version_id for one in marks.own_wordings(session, texts) if self._on_duty(one)}
        rows = [row for version_id in sorted(own) if (row := self._row(version_id, texts[version_id], now))]
        marks.save_marks(session, rows)
        return len(rows)

    def _on_duty(self, own: Own) -> bool:
        day = own.moment.astimezone(self._zone).date()
        return own.valid_from <= day and (own.valid_to is None or day <= own.valid_to)

    def _row(self, version_id: int, text: str, now: datetime) -> MarkRow | None:
        found = self._incumbents.promoted(read(text, self._lexicon))
        if found is None:
            return None
        return MarkRow(
            post_version_id=version_id,
            contest_revision_id=self.revision_id,
            candidate=found.candidate,
            words=found.programme,
            marked_at=now,
        )


def unmarked(session: Session, wordings: Scored, revision_id: int) -> dict[int, list[ScoredWording]]:
    """Rank marked wordings low for the matches: people find them in their own list."""
    ids = [one.version_id for some in wordings.values() for one in some]
    marked = marks.marked_wordings(session, revision_id, ids)
    return {
        post: [replace(one, band=Band.LOW) if one.version_id in marked else one for one in some]
        for post, some in wordings.items()
    }


def listed(session: Session, tools: Tools) -> list[Marked]:
    """List what is marked within the contests as the settings have them now."""
    return marks.marked_posts(session, revisions(tools.settings.contests))


def revisions(contests: Iterable[Contest]) -> dict[str, str]:
    """Name the present revision of each contest by its digest."""
    return {contest.id: digest_of(contest) for contest in contests}


def digest_of(contest: Contest) -> str:
    """Name a contest by all that the settings say of it and texts are judged by."""
    told = contest.model_dump(mode="json", exclude={"designation"})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
