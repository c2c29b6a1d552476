"""A whole visit, as a job makes it: every page stored, the bookmark with it, until somebody stops it."""

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field

from core.records import AccountRef, Capability, Interaction, VisitState
from scraper.adapter import Adapter, Target
from scraper.crawl import Fetch, Memory, Outcome, Tally, visit


@dataclass(slots=True)
class Store:
    """What was kept of an account: which acts, how often each was read, where to go on."""

    account: AccountRef
    acts: Counter[str] = field(default_factory=Counter)
    bookmark: dict[str, str] | None = None

    def keep(self, outcome: Outcome) -> None:
        """Keep one page."""
        self.acts.update(act.record_uri or act.post.uri for act in outcome.page.interactions)
        if outcome.page.account is not None:
            self.account = outcome.page.account
        if outcome.page.bookmark is not None:
            self.bookmark = dict(outcome.page.bookmark)


def look(
    adapter: Adapter, store: Store, capability: Capability, fetch: Fetch, *, pages: int | None = None, most: int = 200
) -> Tally:
    """Visit an account; `pages` stops it after so many, `most` is the limit of the settings."""

    async def walk() -> Tally:
        tally, target = Tally(), Target(account=store.account, bookmark=store.bookmark)
        steps = visit(adapter, target, capability, fetch, memory=Memory(), max_pages=most)
        async with aclosing(steps) as outcomes:
            async for outcome in outcomes:
                tally.add(outcome)
                if outcome.page.state is VisitState.IDENTITY_CHANGED:
                    break
                store.keep(outcome)
                if len(tally.states) == pages:
                    break
        return tally

    return asyncio.run(walk())


def gather(adapter: Adapter, target: Target, capability: Capability, fetch: Fetch) -> tuple[Tally, list[Interaction]]:
    """Visit something once from beginning to end; give what was done there."""

    async def walk() -> tuple[Tally, list[Interaction]]:
        tally, acts = Tally(), list[Interaction]()
        async for outcome in visit(adapter, target, capability, fetch, memory=Memory(), max_pages=200):
            tally.add(outcome)
            acts += outcome.page.interactions
        return tally, acts

    return asyncio.run(walk())
