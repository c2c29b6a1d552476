"""What a queue of many machines is filled with, and how what comes out of it is looked at once.

One job is one account with all its directions: they share the page that names the account, which is asked for once. Its
queueing lock keeps it from waiting twice; its lock is a slot of its host, so that all machines together hold no more
visits to a host at a time than `crawl.workers` allows one. Neither is a rate: that is taken from the host's row.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from core.records import VisitState
from jobs.crawl import Crawl
from jobs.due import AFTER_FAILURE, directions, due, resting
from jobs.looks import Look, looks
from jobs.modes import unattended
from jobs.tools import Tools
from scraper.adapter import Target
from scraper.fetch.guard import host_of
from storage import watching
from storage.database import Session
from storage.queue import Alive

PLENTY = 1_000
"""While so many jobs wait, nobody looks for more."""
MOST_A_SLOT = 100
"""So many jobs may wait for one slot of a host: the others are not kept from the workers by a crowd at one door."""
MOST_A_TIME = 2_000
MAY_PASS = frozenset(
    {"unreachable", "too_slow", "answer_lost", "browser_lost", "browser_failed", "dns", "timeout", "page_crashed"}
)
"""Why a look may fail now and not in a minute. A wall, a refusal, a CAPTCHA or a new layout is none of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An account that is due: by which name it waits, and for what."""

    account_id: int
    name: str
    host: str
    slot: int

    @property
    def lock(self) -> str:
        """Name the slot of its host that it takes."""
        return f"{self.host}#{self.slot}"


def to_queue(session: Session, tools: Tools, alive: Alive) -> list[Waiting]:
    """Choose what is due and neither waits nor runs: host by host in turn, the longest unseen of each first."""
    if alive.waiting.total() >= PLENTY or resting(tools):
        return []
    chosen: list[tuple[int, Waiting]] = []
    crowd, hosts = Counter(alive.waiting), Counter[str]()
    for one in _due(session, tools):
        if one.name in alive.names or crowd[one.lock] >= MOST_A_SLOT:
            continue
        crowd[one.lock] += 1
        hosts[one.host] += 1
        chosen.append((hosts[one.host], one))
    chosen.sort(key=lambda pair: pair[0])  # every host gets its turn before any gets its second
    return [one for _, one in chosen[:MOST_A_TIME]]


def _due(session: Session, tools: Tools) -> Iterator[Waiting]:
    for look in due(session, tools, looks(watching.watchlist(session, day=tools.today))):
        account_id = look.account.id
        slot = account_id % tools.settings.crawl.workers
        yield Waiting(account_id=account_id, name=f"visit:{account_id}", host=host(tools, look), slot=slot)


def host(tools: Tools, look: Look) -> str:
    """Name the host that a visit of this account asks first."""
    adapter = tools.adapters[look.account.platform]
    for capability in directions(look, tools):
        mode = unattended(tools, adapter, capability)
        if mode is not None:
            target = Target(account=look.account.ref, mode=mode)
            for request in adapter.plan(target, capability):
                return host_of(request.url)
    return look.account.platform


def still_due(session: Session, tools: Tools, account_id: int, *, again: bool) -> Look | None:
    """Give the account if it is to be looked at now: a job may come twice, its look is done once.

    A failed look is `again` due at once, without the hour that everybody else waits.
    """
    found = looks(watching.watchlist(session, day=tools.today, account_id=account_id))
    if not found:
        return None
    return next(iter(due(session, tools, found, after_failure=timedelta(0) if again else AFTER_FAILURE)), None)


def failed_for_now(crawl: Crawl) -> bool:
    """Say whether a visit failed of something that may pass."""
    return any(one.state is VisitState.FAILED and one.note in MAY_PASS for one in crawl.summary.not_seen)
