"""Whom we look at: accounts and their names, subjects, watch entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

from core.deeds import Correction
from core.records import Account, AccountRef, IdentityStatus, Role, WatchEntry
from storage import correcting
from storage.database import Session
from storage.statements import NAMED, add, chunks
from storage.tables import account_names, accounts, bookmarks, identity_settlements, subjects, watch_entries

KINDS = {Role.KELURAHAN: "institution", Role.DESA: "institution", Role.ASN: "person", Role.CAMPAIGN: "campaign"}


COLUMNS = (*accounts.c, *watch_entries.c, subjects.c.name, subjects.c.unit, subjects.c.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An account with the entry that puts it on the watchlist.

    `identity_changed_at` is when its handle was found to lead to somebody else: until a person settles it, nothing is
    collected. Nor is it while a correction holds: `corrected` says why its matches are withdrawn.
    """

    account: Account
    entry: WatchEntry
    identity_changed_at: datetime | None = None
    corrected: Correction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import of the watchlist changed."""

    added: int
    changed: int
    same: int


def save_watchlist(session: Session, entries: Sequence[WatchEntry], now: datetime) -> Imported:
    """Add or change entries; an entry is known by its account, role and first day."""
    before = {_identity(watched.entry): watched.entry for watched in watchlist(session)}
    for entry in entries:
        account_id = _save_account(session, entry, now)
        row = {
            "account_id": account_id,
            "subject_id": _save_subject(session, entry),
            "role": entry.role,
            "source": entry.source,
            "source_date": entry.source_date,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "identity": entry.identity,
            "verified_by": entry.verified_by,
            "verified_on": entry.verified_on,
            "contest": entry.contest,
            "candidate": entry.candidate,
            "added_at": now,
            "removed_at": None,
        }
        changeable = [name for name in row if name not in {"account_id", "role", "valid_from", "added_at"}]
        add(session, watch_entries, [row], key=["account_id", "role", "valid_from"], update=changeable)
    after = {_identity(watched.entry): watched.entry for watched in watchlist(session)}
    touched = {_identity(entry) for entry in entries}
    added = len(touched - before.keys())
    changed = sum(before[one] != after[one] for one in touched & before.keys())
    return Imported(added=added, changed=changed, same=len(touched) - added - changed)


def _identity(entry: WatchEntry) -> tuple[str, str, Role, date]:
    return entry.platform, entry.handle, entry.role, entry.valid_from


def _save_account(session: Session, entry: WatchEntry, now: datetime) -> int:
    found = select(accounts.c.id).where(accounts.c.platform == entry.platform, accounts.c.handle == entry.handle)
    account_id: int | None = session.scalar(found)
    if account_id is None:
        row = {"platform": entry.platform, "handle": entry.handle, "key": entry.key}
        add(session, accounts, [row], key=["platform", "handle"])
        account_id = int(session.scalars(found).one())
        save_name(session, account_id, entry.handle, now)
    return account_id


def _save_subject(session: Session, entry: WatchEntry) -> int:
    row = {"kind": KINDS[entry.role], "name": entry.subject, "unit": entry.unit or "", "region": entry.region}
    add(session, subjects, [row], key=["kind", "name", "unit", "region"])
    same = [subjects.c[name] == value for name, value in row.items()]
    return int(session.scalars(select(subjects.c.id).where(*same)).one())


def save_name(session: Session, account_id: int, handle: str, now: datetime) -> None:
    """Note that an account goes by this handle now."""
    row = {"account_id": account_id, "handle": handle, "seen_from": now, "seen_to": now}
    add(session, account_names, [row], key=["account_id", "handle"], update=["seen_to"])


def save_identity(session: Session, account: Account, proven: AccountRef, now: datetime) -> bool:
    """Note the key that a page proved for an account; False where the handle now belongs to somebody else."""
    same_key = accounts.c.platform == account.platform, accounts.c.key == proven.key
    holder = session.scalar(select(accounts.c.id).where(*same_key))
    if account.key not in (None, proven.key) or holder not in (None, account.id):
        this = update(accounts).where(accounts.c.id == account.id)
        session.execute(this.values(identity_changed_at=func.coalesce(accounts.c.identity_changed_at, now)))
        return False
    if account.key is None:
        session.execute(update(accounts).where(accounts.c.id == account.id).values(key=proven.key))
    save_name(session, account.id, proven.handle or account.handle, now)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a person found out about an account whose handle led to somebody else."""

    key: str | None
    handle: str
    reason: str


def settle(session: Session, account: Account, found: Settlement, now: datetime) -> None:
    """Let an account be collected again under this key and handle, and keep why.

    Under another key it is read from its beginning: bookmarks lead to the old account.
    """
    this = accounts.c.id == account.id
    changed_at = session.scalar(select(accounts.c.identity_changed_at).where(this))
    row = {
        "account_id": account.id,
        "changed_at": changed_at or now,
        "settled_at": now,
        "key_before": account.key,
        "key_after": found.key,
        "handle_before": account.handle,
        "handle_after": found.handle,
        "reason": found.reason,
    }
    session.execute(insert(identity_settlements), [row])
    values = {"key": found.key, "handle": found.handle, "identity_changed_at": None}
    session.execute(update(accounts).where(this).values(**values))
    save_name(session, account.id, found.handle, now)
    if found.key != account.key:
        session.execute(delete(bookmarks).where(bookmarks.c.account_id == account.id))


def holder(session: Session, platform: str, *, key: str | None = None, handle: str | None = None) -> int | None:
    """Find the account that has a key, or goes by a handle."""
    name = accounts.c.key == key if key is not None else accounts.c.handle == handle
    found: int | None = session.scalar(select(accounts.c.id).where(accounts.c.platform == platform, name))
    return found


def remove(session: Session, account_ids: Iterable[int], now: datetime) -> int:
    """Take accounts off the watchlist; what was collected stays."""
    removed = 0
    for part in chunks(account_ids, NAMED):
        these = watch_entries.c.account_id.in_(part), watch_entries.c.removed_at.is_(None)
        removed += session.execute(update(watch_entries).where(*these).values(removed_at=now)).rowcount
    return removed


def watchlist(
    session: Session, *, day: date | None = None, platform: str | None = None, account_id: int | None = None
) -> list[Watched]:
    """List the entries on the watchlist: those of one day, platform or account, or all."""
    query = (
        select(*(column.label(f"{column.table.name}_{column.name}") for column in COLUMNS))
        .select_from(watch_entries.join(accounts).join(subjects))
        .where(watch_entries.c.removed_at.is_(None))
        .order_by(accounts.c.platform, accounts.c.handle, watch_entries.c.valid_from)
    )
    if day is not None:
        open_end = or_(watch_entries.c.valid_to.is_(None), watch_entries.c.valid_to >= day)
        query = query.where(and_(watch_entries.c.valid_from <= day, open_end))
    if platform is not None:
        query = query.where(accounts.c.platform == platform)
    if account_id is not None:
        query = query.where(accounts.c.id == account_id)
    corrected = correcting.reasons(session)
    return [_watched(row, corrected.get(row.accounts_id)) for row in session.execute(query)]


def _watched(row: Row[Any], corrected: Correction | None) -> Watched:
    account = Account(
        id=row.accounts_id,
        platform=row.accounts_platform,
        key=row.accounts_key,
        handle=row.accounts_handle,
        url=row.accounts_url,
    )
    entry = WatchEntry(
        platform=account.platform,
        handle=account.handle,
        key=account.key,
        role=Role(row.watch_entries_role),
        subject=row.subjects_name,
        unit=row.subjects_unit or None,
        region=row.subjects_region,
        source=row.watch_entries_source,
        source_date=row.watch_entries_source_date,
        valid_from=row.watch_entries_valid_from,
        valid_to=row.watch_entries_valid_to,
        identity=IdentityStatus(row.watch_entries_identity),
        verified_by=row.watch_entries_verified_by,
        verified_on=row.watch_entries_verified_on,
        contest=row.watch_entries_contest,
        candidate=row.watch_entries_candidate,
    )
    changed_at = row.accounts_identity_changed_at
    return Watched(account=account, entry=entry, identity_changed_at=changed_at, corrected=corrected)


def accounts_called(session: Session, name: str, *, platform: str | None = None) -> list[Account]:
    """Find the accounts that go or went by a handle, or have this key; case does not matter."""
    once = select(account_names.c.account_id).where(func.lower(account_names.c.handle) == name)
    these = or_(func.lower(accounts.c.handle) == name, func.lower(accounts.c.key) == name, accounts.c.id.in_(once))
    query = select(accounts).where(these).order_by(accounts.c.id)
    if platform is not None:
        query = query.where(accounts.c.platform == platform)
    return [_account(row) for row in session.execute(query)]


def every_account(session: Session) -> list[Account]:
    """List all accounts that are stored."""
    return [_account(row) for row in session.execute(select(accounts).order_by(accounts.c.id))]


def _account(row: Row[Any]) -> Account:
    return Account(id=row.id, platform=row.platform, key=row.key, handle=row.handle, url=row.url)
