"""What the public can see of an agency's own accounts, and what of it a machine would take for a call to vote.

It is for prevention: nothing is decided, no case comes of it, and nobody is ranked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.records import Action, Answer, Capability, IdentityStatus, Role, Standing
from jobs.looks import OF_ACCOUNTS
from jobs.tools import Tools
from storage import answering, reviewing, selfcheck, watching
from storage.coverage import SeenLook, last_looks
from storage.database import Session
from storage.walking import Wanted
from storage.watching import Watched

MOST = 50
"""So many acts of an account are shown at most; the rest is counted."""
STANDINGS = (Standing.OPEN, Standing.SECOND, Standing.CONFLICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAct:
    """An act that a machine would flag; `taken_back` once it was seen to be gone."""

    action: Action
    happened_at: datetime
    time_told: bool
    text: str
    url: str | None
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An account: how each direction was last seen, what is public of it, and what of that would be flagged."""

    platform: str
    handle: str
    role: Role
    unit: str | None
    verified: bool
    looks: Mapping[Capability, SeenLook]
    acts: Mapping[Action, int]
    flagged: Sequence[OwnAct]
    more: int
    matches: Sequence[int]
    """The numbers of what is flagged and shown; they are told to nobody."""


def run(tools: Tools) -> list[Own]:
    """Look at every official account of the watchlist, in the order of platform and handle."""
    with tools.database.read() as session:
        entries = {one.account.id: one for one in watching.watchlist(session, day=tools.today)}
        official = {number: one for number, one in entries.items() if one.entry.role is not Role.CAMPAIGN}
        looks = {(one.account_id, one.capability): one for one in last_looks(session) if one.post_id is None}
        acts = selfcheck.acts(session, official)
        found = [_own(session, one, looks, acts) for one in official.values()]
    return sorted(found, key=lambda one: (one.platform, one.handle))


def _own(
    session: Session,
    one: Watched,
    looks: Mapping[tuple[int, Capability], SeenLook],
    acts: Counter[tuple[int, Action]],
) -> Own:
    number = one.account.id
    matches = _matches(session, number)
    return Own(
        platform=one.account.platform,
        handle=one.account.handle,
        role=one.entry.role,
        unit=one.entry.unit,
        verified=one.entry.identity is IdentityStatus.VERIFIED,
        looks={way: looks[number, way] for way in OF_ACCOUNTS if (number, way) in looks},
        acts={action: acts[number, action] for action in Action if acts[number, action]},
        flagged=_flagged(session, matches[:MOST]),
        more=max(len(matches) - MOST, 0),
        matches=matches[:MOST],
    )


def _matches(session: Session, number: int) -> list[int]:
    """Give what is flagged of an account and nobody has called harmless, the newest first."""
    own = frozenset({number})
    asked = [Wanted(standing=standing, accounts=own, order="newest") for standing in STANDINGS]
    asked.append(Wanted(standing=Standing.DECIDED, answer=Answer.SOLICITATION, accounts=own, order="newest"))
    lines = [line for wanted in asked for line in reviewing.stretch(session, wanted, most=MOST + 1)]
    return sorted((line.match_id for line in lines if line.band != "low"), reverse=True)


def _flagged(session: Session, matches: Sequence[int]) -> list[OwnAct]:
    items = answering.items_by_id(session, matches)
    return [
        OwnAct(
            action=Action(one.action),
            happened_at=one.acted_at or one.acted_to or one.first_seen_at,
            time_told=one.acted_at is not None,
            text=one.text,
            url=one.post_url,
            taken_back=one.absent_since is not None,
        )
        for one in (items[match] for match in matches)
    ]
