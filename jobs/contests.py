"""Check the contests of the settings: by themselves, and on everything that was crawled. Changes nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from classifier.features import Reading
from classifier.forms import Remark, remarks
from classifier.suggest import Counting, Coverage, Source, too_ordinary
from classifier.text import tokens
from core.records import Role
from core.settings import Contest
from jobs.tools import Tools
from storage import watching, wordings
from storage.database import Session
from storage.watching import Watched
from storage.wordings import PostWording

STEP = 1_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found of one contest; `coverage` counts nothing where nothing was crawled."""

    contest: Contest
    remarks: tuple[Remark, ...]
    coverage: Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Campaigns:
    """The campaign accounts of one contest: for whom each account (by id) and each handle campaigns."""

    ids: dict[int, str | None]
    handles: dict[str, str]


def run(session: Session, tools: Tools, progress: Progress | None = None) -> list[Checked]:
    """Check all contests of the settings in one pass over the wordings."""
    contests = tools.settings.contests
    entries = watching.watchlist(session)
    campaigns = [_campaigns(entries, contest) for contest in contests]
    countings = [Counting(one, handles=known.handles) for one, known in zip(contests, campaigns, strict=True)]
    for number, wording in enumerate(wordings.stream(session), start=1):
        found = tokens(wording.text)
        for counting, known in zip(countings, campaigns, strict=True):
            hits = counting.lexicon.hits(found, wording.text)
            counting.add(Reading(text=wording.text, found=found, hits=hits), _source(wording, known))
        if progress is not None and number % STEP == 0:
            progress(number)
    return [_checked(counting, contests) for counting in countings]


def _campaigns(entries: Iterable[Watched], contest: Contest) -> _Campaigns:
    candidates = {candidate.id for candidate in contest.candidates}
    found = [one for one in entries if one.entry.role is Role.CAMPAIGN and one.entry.contest == contest.id]
    ids = {one.account.id: one.entry.candidate if one.entry.candidate in candidates else None for one in found}
    named = ((one.account.handle, ids[one.account.id]) for one in found)
    handles = {handle.lstrip("@").lower(): candidate for handle, candidate in named if candidate}
    return _Campaigns(ids=ids, handles=handles)


def _source(wording: PostWording, known: _Campaigns) -> Source:
    return Source(
        post=wording.post_id,
        author=wording.author,
        campaign=wording.author_id in known.ids,
        campaigns_for=known.ids.get(wording.author_id) if wording.author_id is not None else None,
    )


def _checked(counting: Counting, contests: Sequence[Contest]) -> Checked:
    coverage, contest = counting.coverage(), counting.contest
    common = [
        Remark(code="form_hits_too_much", contest=contest.id, candidate=one.form.candidate, form=one.form.written)
        for one in too_ordinary(coverage.forms)
    ]
    return Checked(contest=contest, remarks=(*remarks(contest, contests), *common), coverage=coverage)
