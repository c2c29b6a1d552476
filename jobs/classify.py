"""Score every wording that the active model has not scored for the present contests, and note the matches."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from classifier.features import forget
from classifier.lexicon import Lexicon
from classifier.overlap import shared_numbers
from core.deeds import Did
from core.errors import ConfigError, InputError
from core.records import Action, Band, Role, Timing
from core.settings import Classifier, Contest
from jobs import assessing, deeds, pictured, registry, similar
from jobs.marking import Marker, digest_of, unmarked
from jobs.overlap import Judged, belonging
from jobs.pictured import Scoring
from jobs.tools import Tools
from storage import correcting, judging, marks, watching
from storage.database import Session
from storage.judging import Flagged, MatchRow, ScoredWording
from storage.standing import arrange
from storage.thresholds import cut_again, threshold
from storage.watching import Watched

CHUNK = 2_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What came of it; `broken` names models that could not be used, so that an older one was.

    `pictures` are the readings of pictures that were scored; they are no texts of posts.
    """

    model: str
    scored: int
    matches: int
    lowered: int
    marked: int = 0
    pictures: int = 0
    broken: tuple[str, ...] = ()
    rules: str | None = None
    """The code of what is wrong with the office's rules: what is new waits for them."""


def run(tools: Tools, progress: Progress | None = None) -> Classified:
    """Score what is new, commit by chunk, then bring the matches up to date."""
    active = registry.active(tools)
    cuts = thresholds(tools, active.version.id)
    with tools.database.write() as session:
        cut_again(session, model_id=active.version.id, high=cuts.high, review=cuts.review)
    benches = [_bench(tools, contest, active.version.id) for contest in tools.settings.contests]
    scored = marked = matches = lowered = pictures = 0
    for bench in benches:
        shared = shared_numbers(bench.contest, tools.settings.contests)
        score = partial(active.model.score_all, contest_lexicon=Lexicon(bench.contest), thresholds=cuts, shared=shared)
        for count, side in _score(tools, score, bench):
            scored, marked = scored + count, marked + side
            if progress is not None:
                progress(scored)
        pictures += pictured.score_new(tools, score, bench)
    for bench in benches:  # after all are scored: a text that several contests flag is a match where it names somebody
        found, ended = _match(tools, bench, benches)
        matches, lowered = matches + found, lowered + ended
    similar.place_new(tools)
    with tools.database.write() as session:
        arrange(session)
        if any((scored, marked, matches, lowered, pictures)):
            did = f"model {active.version.version}; tilik {tools.version}; settings {tools.config_sha256}"
            deeds.write(
                session, tools, Did.CLASSIFY, f"{did}; scored {scored + pictures}; matches {matches}, -{lowered}"
            )
    forget()
    unruled = None
    try:
        assessing.run(tools)
    except (InputError, ConfigError) as error:
        unruled = error.code
    return Classified(
        model=active.version.version,
        scored=scored,
        matches=matches,
        lowered=lowered,
        marked=marked,
        pictures=pictures,
        broken=active.broken,
        rules=unruled,
    )


def thresholds(tools: Tools, model_id: int) -> Classifier:
    """Say where the bands are cut: `high` where labels of this place put it, else where the settings do."""
    chosen = tools.settings.classifier
    with tools.database.read() as session:
        measured = threshold(session, model_id)
    if measured is None:
        return chosen
    return chosen.model_copy(update={"high": max(measured.high, chosen.review)})


def _bench(tools: Tools, contest: Contest, model_id: int) -> Judged:
    with tools.database.write() as session:
        revision_id = revision_of(session, tools, contest)
    return Judged(contest=contest, revision_id=revision_id, model_id=model_id)


def revision_of(session: Session, tools: Tools, contest: Contest) -> int:
    """Give the number of a contest as the settings have it now; it is kept if it is new."""
    digest = digest_of(contest)
    is_new = not judging.has_contest(session, contest.id, digest)
    number = judging.save_contest(session, contest.id, digest, contest.model_dump(mode="json"), tools.clock.now())
    if is_new:
        deeds.write(session, tools, Did.CONTEST, f"{contest.id} {digest}")
    return number


def _score(tools: Tools, score: Scoring, bench: Judged) -> Iterable[tuple[int, int]]:
    """Score what waits, chunk by chunk; say each time how many were scored, and how many of them got a side mark."""
    marker = Marker(bench.contest, bench.revision_id)
    key = {"model_id": bench.model_id, "revision_id": bench.revision_id}
    while True:
        with tools.database.read() as session:
            waiting = judging.unscored(session, **key, limit=CHUNK)
        if not waiting:
            return
        scores = score([one.text for one in waiting])
        pairs = zip((one.version_id for one in waiting), scores, strict=True)
        with tools.database.write() as session:
            judging.save_scores(session, pairs, **key, now=tools.clock.now())
            marked = marker.mark(session, waiting, tools.clock.now())
        yield len(waiting), marked


def _match(tools: Tools, bench: Judged, benches: Sequence[Judged]) -> tuple[int, int]:
    key = {"model_id": bench.model_id, "revision_id": bench.revision_id}
    with tools.database.write() as session:
        duty = _duty(watching.watchlist(session))
        zone = ZoneInfo(bench.contest.timezone)
        acts = [act for act in judging.flagged_acts(session, **key) if _on_duty(act, duty, zone)]
        wordings = judging.scored_wordings(session, [act.post_id for act in acts], **key)
        wordings = pictured.raised(session, unmarked(session, wordings, bench.revision_id), bench)
        rows = [_row(act, wordings[act.post_id], bench, tools.clock.now()) for act in acts]
        flagged = belonging(session, [row for row in rows if row is not None], bench, benches)
        lowered = judging.lower_unflagged(session, bench.contest.id, **key)
        lowered += marks.lower_marked(session, bench.contest.id, bench.revision_id)
        lowered += pictured.lower_others(session, bench, flagged)
        found = judging.save_matches(session, bench.contest.id, flagged)
        correcting.withdraw_new(session)
        return found, lowered


def _duty(entries: Iterable[Watched]) -> dict[int, list[tuple[date, date]]]:
    """Say from when to when each account is watched in another role than that of a campaign."""
    times: dict[int, list[tuple[date, date]]] = {}
    for watched in entries:
        if watched.entry.role is not Role.CAMPAIGN:
            last = watched.entry.valid_to or date.max
            times.setdefault(watched.account.id, []).append((watched.entry.valid_from, last))
    return times


def _on_duty(act: Flagged, duty: dict[int, list[tuple[date, date]]], zone: ZoneInfo) -> bool:
    """Say whether the account had its role when the act was done, or where that is unknown, when it was seen.

    Where the time was told in words, the role must have been held on every day that they can mean: the act may have
    been done on any of them, and no reading may accuse more than another would.
    """
    earliest, latest = _times(act)
    first, last = earliest.astimezone(zone).date(), latest.astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    held = duty.get(act.account_id, ())
    return all(any(begins <= day <= ends for begins, ends in held) for day in days)


def _times(act: Flagged) -> tuple[datetime, datetime]:
    """Say between which moments the act was done, both included; where nothing is told, when it was seen."""
    if act.acted_at is None and act.acted_from is not None and act.acted_to is not None:
        return act.acted_from, max(act.acted_from, act.acted_to - timedelta(microseconds=1))
    moment = act.acted_at or act.first_seen_at
    return moment, moment


def _row(act: Flagged, wordings: Sequence[ScoredWording], bench: Judged, now: datetime) -> MatchRow | None:
    wording, timing = wording_at(act, wordings)
    if wording.band is Band.LOW:  # what stood there is no call; what stands there now may be
        later = [one for one in wordings[wordings.index(wording) :] if one.band is not Band.LOW]
        if not later:
            return None
        wording, timing = later[-1], Timing.LATER
    band = Band.REVIEW if timing is Timing.LATER and wording.band is Band.HIGH else wording.band
    return MatchRow(
        interaction_id=act.interaction_id,
        contest=bench.contest.id,
        post_version_id=wording.version_id,
        contest_revision_id=bench.revision_id,
        model_id=bench.model_id,
        timing=pictured.timing_of(act, wordings, wording, timing),
        probability=wording.probability,
        band=band,
        flagged_at=now,
        picture_text_id=wording.picture_text_id,
    )


def wording_at(act: Flagged, wordings: Sequence[ScoredWording]) -> tuple[ScoredWording, Timing]:
    """Pick the wording that stood there when the act was done, and say how sure that is. Oldest wording first.

    Of several that may have stood there then, the one that says least counts.
    """
    if act.action is Action.POSTED:  # each wording of an own post is the account's own act
        return max(wordings, key=lambda one: one.probability), Timing.KNOWN
    if act.post_revision is not None:
        same = [one for one in wordings if one.revision == act.post_revision]
        if same:
            return same[0], Timing.KNOWN
    earliest, latest = _times(act)
    before = [one for one in wordings if _begins(one) <= earliest]
    during = [one for one in wordings if earliest < _begins(one) <= latest]
    if during:  # the time was told in words that straddle an edit: nobody knows which wording it was
        return min((*before[-1:], *during), key=lambda one: one.probability), Timing.UNKNOWN
    if before:
        told = act.acted_at is not None or act.acted_from is not None
        return before[-1], Timing.KNOWN if told else Timing.UNKNOWN
    first = wordings[0]
    edited_after = first.edited_at is not None and first.edited_at > latest
    another = act.post_revision is not None and first.revision is not None
    return first, Timing.LATER if edited_after or another else Timing.UNKNOWN


def _begins(wording: ScoredWording) -> datetime:
    return min(wording.edited_at or wording.seen_at, wording.seen_at)
