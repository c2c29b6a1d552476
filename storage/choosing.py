"""What a purge would take, by class: gathered in tables of numbers that only this session sees.

A match goes when its class is due and nothing holds it; then whatever only it needed. What others still need stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    MetaData,
    Select,
    Table,
    and_,
    delete,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    true,
)

from core.records import Answer, Band, Standing
from core.settings import Retention
from storage.database import Session
from storage.holding import account_held, match_held
from storage.judged_tables import decisions, labels, matches
from storage.people_tables import people
from storage.privacy_tables import corrections
from storage.schema import id_column
from storage.tables import (
    accounts,
    captures,
    interactions,
    originals,
    picture_texts,
    post_pictures,
    post_versions,
    posts,
)

MATCHES, ACTS, POSTS, WORDINGS, PICTURES, LABELS, CAPTURES, ORIGINALS, ACCOUNTS, PEOPLE = (
    *("matches", "acts", "posts", "wordings", "pictures", "labels", "captures", "originals", "accounts", "people"),
)
_own = MetaData()
GONE: Mapping[str, Table] = {
    name: Table(f"gone_{name}", _own, id_column(), prefixes=["TEMPORARY"])
    for name in (MATCHES, ACTS, POSTS, WORDINGS, PICTURES, LABELS, CAPTURES, ORIGINALS, ACCOUNTS, PEOPLE)
}
OF: Mapping[str, tuple[Table, str]] = {
    MATCHES: (matches, "flagged_at"),
    ACTS: (interactions, "first_seen_at"),
    POSTS: (posts, "first_seen_at"),
    WORDINGS: (post_versions, "seen_at"),
    PICTURES: (picture_texts, "read_at"),
    LABELS: (labels, "labelled_at"),
    CAPTURES: (captures, "captured_at"),
    ORIGINALS: (originals, "imported_at"),
    ACCOUNTS: (accounts, "id"),
    PEOPLE: (people, "ended_at"),
}
"""Of which table each class takes rows, and which column tells their age."""
BY_CLASS = ("unflagged", "undecided", "rejected", "withdrawn", "decided")
"""The classes of matches, each with days of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rule of a purge: how long each class stays, from when (`base` is the first moment after the purpose)."""

    now: datetime
    base: datetime
    retention: Retention

    def over(self, days: int) -> bool:
        """Say whether so many days have passed since the purpose ended."""
        return self.now >= self.base + timedelta(days=days)

    def before(self, days: int) -> datetime:
        """Give the moment so many days ago."""
        return self.now - timedelta(days=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much of a class would go, and how old it is."""

    count: int
    oldest: datetime | None
    newest: datetime | None


def gone(name: str) -> Select[Any]:
    """Give the numbers of what goes of a kind."""
    return select(GONE[name].c.id)


def choose(session: Session, policy: Policy) -> dict[str, Part]:
    """Gather what is due; say how much of each class, matches by their own classes first."""
    _own.create_all(session)
    for table in GONE.values():
        session.execute(delete(table))
    parts: dict[str, Part] = {}
    for name, due in _due_matches(policy):
        these = and_(due, not_(match_held()))
        parts[name] = _part(session, matches.c.flagged_at, these)
        _take(session, MATCHES, select(matches.c.id).where(these))
    for name, query in _rest(policy):
        _take(session, name, query)
        table, age = OF[name]
        taken = table.c.id.in_(gone(name))
        parts[name] = _part(session, None if name == ACCOUNTS else table.c[age], taken, table)
    return parts


def _take(session: Session, name: str, query: Select[Any]) -> None:
    session.execute(insert(GONE[name]).from_select(["id"], query))


def _part(session: Session, age: ColumnElement[Any] | None, where: ColumnElement[bool], table: Table = matches) -> Part:
    ages = (func.min(age), func.max(age)) if age is not None else ()
    row = session.execute(select(func.count(), *ages).select_from(table).where(where)).one()
    oldest, newest = (row[1], row[2]) if age is not None else (None, None)
    return Part(count=row[0], oldest=oldest, newest=newest)


def _due_matches(policy: Policy) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Say of each class of matches which are due; every match belongs to exactly one."""
    kept, decided = policy.retention, matches.c.standing == Standing.DECIDED
    last_word = select(func.max(decisions.c.decided_at)).where(decisions.c.match_id == matches.c.id).scalar_subquery()
    corrected = select(func.max(corrections.c.corrected_at)).where(corrections.c.account_id == matches.c.account_id)
    rejected = and_(decided, matches.c.answer == Answer.NOT)
    called = and_(decided, matches.c.answer == Answer.SOLICITATION)
    withdrawn = matches.c.standing == Standing.WITHDRAWN
    judged = or_(rejected, called, withdrawn)
    never = and_(matches.c.standing == Standing.OPEN, matches.c.band == Band.LOW)
    undecided = and_(not_(judged), not_(never))
    since = {"rejected": last_word, "decided": last_word, "withdrawn": corrected.scalar_subquery()}
    these = {
        "unflagged": never,
        "undecided": undecided,
        "rejected": rejected,
        "decided": called,
        "withdrawn": withdrawn,
    }
    for name in BY_CLASS:
        days = getattr(kept, f"{name}_days")
        due = policy.over(days)
        aged = since[name] <= policy.before(days) if name in since else true()
        yield name, and_(these[name], aged) if due else false()


def _rest(policy: Policy) -> Iterator[tuple[str, Select[Any]]]:
    """Say what goes with the matches, in the order in which one thing follows from the other."""
    yield ACTS, _acts(policy)
    yield POSTS, _posts(policy)
    yield WORDINGS, select(post_versions.c.id).where(post_versions.c.post_id.in_(gone(POSTS)))
    yield PICTURES, _pictures(policy)
    yield LABELS, _labels(policy)
    yield CAPTURES, _captures(policy)
    yield ORIGINALS, _originals(policy)
    yield ACCOUNTS, _accounts(policy)
    left = people.c.ended_at <= policy.before(policy.retention.people_days)
    yield PEOPLE, select(people.c.id).where(left)


def _unflagged(policy: Policy) -> ColumnElement[bool]:
    return true() if policy.over(policy.retention.unflagged_days) else false()


def _acts(policy: Policy) -> Select[Any]:
    act = interactions.c
    still = select(matches.c.id).where(matches.c.interaction_id == act.id, matches.c.id.not_in(gone(MATCHES))).exists()
    was = select(matches.c.id).where(matches.c.interaction_id == act.id).exists()
    return select(act.id).where(not_(still), not_(account_held(act.account_id)), or_(was, _unflagged(policy)))


def _posts(policy: Policy) -> Select[Any]:
    of_post = select(interactions.c.id).where(interactions.c.post_id == posts.c.id)
    still = of_post.where(interactions.c.id.not_in(gone(ACTS))).exists()
    was = of_post.exists()
    free = or_(posts.c.author_id.is_(None), not_(account_held(posts.c.author_id)))
    return select(posts.c.id).where(not_(still), free, or_(was, _unflagged(policy)))


def _pictures(policy: Policy) -> Select[Any]:
    same = post_pictures.c.sha256 == picture_texts.c.sha256
    still = select(post_pictures.c.id).where(same, post_pictures.c.post_id.not_in(gone(POSTS))).exists()
    was = select(post_pictures.c.id).where(same).exists()
    rests = matches.c.picture_text_id == picture_texts.c.id
    needed = select(matches.c.id).where(rests, matches.c.id.not_in(gone(MATCHES))).exists()
    return select(picture_texts.c.id).where(not_(still), not_(needed), or_(was, _unflagged(policy)))


def _labels(policy: Policy) -> Select[Any]:
    texts = select(post_versions.c.sha256)
    of_gone = labels.c.text_sha256.in_(texts.where(post_versions.c.id.in_(gone(WORDINGS))))
    of_kept = labels.c.text_sha256.in_(texts.where(post_versions.c.id.not_in(gone(WORDINGS))))
    with_text = or_(labels.c.post_version_id.in_(gone(WORDINGS)), and_(of_gone, not_(of_kept)))
    old = and_(not_(of_kept), true() if policy.over(policy.retention.labels_days) else false())
    return select(labels.c.id).where(or_(with_text, old))


def _captures(policy: Policy) -> Select[Any]:
    """Take the captures that nothing needs any more: one that shows a kept act or wording stays, whole as it is."""
    here = captures.c.id
    rows = ((interactions, ACTS), (posts, POSTS), (post_versions, WORDINGS))
    shown = [(select(table.c.capture_id).where(table.c.capture_id.is_not(None)), table, name) for table, name in rows]
    still = [here.in_(query.where(table.c.id.not_in(gone(name)))) for query, table, name in shown]
    was = [here.in_(query) for query, _, _ in shown]
    free = or_(captures.c.account_id.is_(None), not_(account_held(captures.c.account_id)))
    return select(here).where(not_(or_(*still)), free, or_(*was, _unflagged(policy)))


def _originals(policy: Policy) -> Select[Any]:
    if not policy.over(policy.retention.originals_days):
        return select(originals.c.id).where(false())
    of_it = select(captures.c.original_id).where(captures.c.original_id.is_not(None))
    return select(originals.c.id).where(originals.c.id.not_in(of_it.where(captures.c.id.not_in(gone(CAPTURES)))))


def _accounts(policy: Policy) -> Select[Any]:
    if not policy.over(policy.retention.watchlist_days):
        return select(accounts.c.id).where(false())
    here = accounts.c.id
    acts = select(interactions.c.id).where(interactions.c.account_id == here, interactions.c.id.not_in(gone(ACTS)))
    own = select(posts.c.id).where(posts.c.author_id == here, posts.c.id.not_in(gone(POSTS)))
    return select(here).where(not_(acts.exists()), not_(own.exists()), not_(account_held(here)))
