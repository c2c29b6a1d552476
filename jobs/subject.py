"""What a person may ask of an office: what is held of them, why, who saw it; and that a mistake is put right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.deeds import Correction, Did
from core.errors import InputError
from core.records import Account, AccountRef
from jobs.holds import account_meant, accounts_meant, named
from jobs.purge import keyed, policy_of
from jobs.tools import Tools
from jobs.watchlist import People
from storage import choosing, correcting, exports, holding, people, purging, subjects
from storage.correcting import CorrectionRow
from storage.database import Session
from storage.exports import ExportRow
from storage.holding import Hold
from storage.people import Deed
from storage.standing import stand
from storage.subjects import Amounts, HeldMatch, Listing, Verdict

OPENED = (Did.OPEN, Did.EVIDENCE)
MatchName = Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Everything that is held of one account."""

    account: Account
    names: Sequence[str]
    listings: Sequence[Listing]
    added_by: Sequence[str | None]
    amounts: Amounts
    matches: Sequence[HeldMatch]
    verdicts: Sequence[Verdict]
    opened: Sequence[Deed]
    exports: Sequence[ExportRow]
    corrections: Sequence[CorrectionRow]
    holds: Sequence[Hold]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to somebody who asks. `hidden` counts posts of theirs whose author is kept as a keyed hash only."""

    asked: str
    made_at: datetime
    held: Sequence[Held]
    hidden: int
    purged_at: datetime | None
    removal_from: dict[str, date]
    """From which day on each class of matches may be removed, where nothing is decided later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a correction, or its end, changed: the matches that moved, and the files that hold them."""

    account_id: int
    matches: Sequence[int]
    exports: Sequence[ExportRow]


def report(tools: Tools, what: str, name_of: MatchName, *, by: str) -> Answered:
    """Gather the answer, and note in the record of deeds that somebody gave it, without a name."""
    now = tools.clock.now()
    with tools.database.read() as session:
        holds = [one for one in holding.every_hold(session) if one.lifted_at is None]
        held = [_held(session, account, name_of, holds) for account in accounts_meant(session, what)]
        hidden = subjects.hidden_posts(session, _hashes(tools, what))
        purged = None if held else _purged(session, tools, what)
    policy = policy_of(tools.settings, now)
    from_day = {
        name: (policy.base + timedelta(days=getattr(policy.retention, f"{name}_days"))).date()
        for name in choosing.BY_CLASS
    }
    with tools.database.write() as session:
        detail = ",".join(str(one.account.id) for one in held) or None
        people.record(session, who=by, what=Did.SUBJECT, detail=detail, at=now)
    return Answered(asked=what, made_at=now, held=held, hidden=hidden, purged_at=purged, removal_from=from_day)


def _held(session: Session, account: Account, name_of: MatchName, holds: Sequence[Hold]) -> Held:
    listed = subjects.listings(session, account.id)
    found = subjects.held_matches(session, account.id)
    numbers = {one.match_id for one in found}
    contests = {one.contest for one in found}
    return Held(
        account=account,
        names=subjects.names(session, account.id),
        listings=listed,
        added_by=[subjects.added_by(session, one.added_at) for one in listed],
        amounts=subjects.amounts(session, account.id),
        matches=found,
        verdicts=subjects.verdicts(session, account.id),
        opened=subjects.deeds_about(session, OPENED, {name_of(one) for one in numbers}),
        exports=exports.holding(session, numbers),
        corrections=correcting.of_account(session, account.id),
        holds=[one for one in holds if _concerns(one, account.id, numbers, contests)],
    )


def _concerns(hold: Hold, account_id: int, numbers: set[int], contests: set[str]) -> bool:
    match hold.kind:
        case "account":
            return hold.number == account_id
        case "match":
            return hold.number in numbers
        case _:
            return hold.contest in contests


def _hashes(tools: Tools, what: str) -> set[str]:
    """Give what an author of this name would be hidden as, on each platform: by the handle, and as a key."""
    platform, name = named(what)
    hide = People().owners(tools.secret).hide
    refs = [
        ref
        for one in sorted(tools.adapters)
        if platform in (None, one)
        for ref in (AccountRef(platform=one, handle=name), AccountRef(platform=one, key=what.strip()))
    ]
    return {hide(ref) for ref in refs}


def _purged(session: Session, tools: Tools, what: str) -> datetime | None:
    """Say when an account of this name was removed, if it was."""
    platform, name = named(what)
    for one in sorted(tools.adapters):
        if platform in (None, one):
            found = purging.buried(session, choosing.ACCOUNTS, keyed(tools.secret, choosing.ACCOUNTS, f"{one}\n{name}"))
            if found is not None:
                return found.begun_at
    return None


def correct(tools: Tools, what: str, reason: Correction, *, since: date | None, note: str | None, by: str) -> Corrected:
    """Withdraw the matches of an account, those of acts since a day or all; name the files that hold them."""
    now = tools.clock.now()
    if since is not None and since > tools.today:
        raise InputError("correction_in_future", since=since)
    zone = ZoneInfo(tools.settings.schedule.timezone)
    with tools.database.write() as session:
        account = account_meant(session, what)
        if account.id in correcting.reasons(session):
            raise InputError("correction_twice", name=what)
        row = CorrectionRow(
            account_id=account.id,
            reason=reason,
            since=since,
            begins_at=datetime.combine(since, time(), zone) if since is not None else None,
            note=note,
            corrected_by=by,
            corrected_at=now,
        )
        number = correcting.save(session, row)
        people.record(session, who=by, what=Did.CORRECT, detail=f"{number} {account.id} {reason}", at=now)
        return _moved(session, tools, account.id)


def undo(tools: Tools, what: str, *, reason: str, by: str) -> Corrected:
    """End a correction that was a mistake: its matches come back as people had left them."""
    if not reason:
        raise InputError("correction_undo_reason")
    now = tools.clock.now()
    with tools.database.write() as session:
        account = account_meant(session, what)
        gone = correcting.matches_of(session, account.id)
        before = correcting.withdrawn(session, gone)
        if not correcting.undo(session, account.id, by=by, at=now, reason=reason):
            raise InputError("correction_none", name=what)
        people.record(session, who=by, what=Did.UNDO_CORRECTION, detail=str(account.id), at=now)
        stand(session, gone, overlap=tools.settings.review.overlap)
        return Corrected(account_id=account.id, matches=sorted(before), exports=exports.holding(session, before))


def _moved(session: Session, tools: Tools, account_id: int) -> Corrected:
    numbers = correcting.matches_of(session, account_id)
    stand(session, numbers, overlap=tools.settings.review.overlap)
    gone = correcting.withdrawn(session, numbers)
    return Corrected(account_id=account_id, matches=sorted(gone), exports=exports.holding(session, gone))
