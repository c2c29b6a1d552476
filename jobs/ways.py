"""How a run went out: with which browser, with or without its sandbox, and what the guard did not let out."""

import json
from collections import Counter
from typing import Protocol, runtime_checkable

from scraper.fetch.fetcher import Way

NO_WAY = Way(browser=None, refused={})


@runtime_checkable
class Telling(Protocol):
    """A web that can say how it went out; one that is no web at all has nothing to say."""

    @property
    def way(self) -> Way:
        """Say how it went out until now."""
        ...


def way_of(web: object) -> Way:
    """Ask a web how it went out."""
    return web.way if isinstance(web, Telling) else NO_WAY


def since(before: Way, now: Way) -> Way:
    """Give what came since an earlier moment: several runs may go out together."""
    return Way(browser=now.browser, refused=dict(Counter(now.refused) - Counter(before.refused)))


def written(way: Way) -> str | None:
    """Write it as it is kept with a run; None where there is nothing to say."""
    told: dict[str, object] = {}
    if way.browser is not None:
        told |= {"name": way.browser.choice.name, "version": way.browser.version, "sandbox": way.browser.sandboxed}
    if way.refused:
        told["refused"] = dict(sorted(way.refused.items()))
    return json.dumps(told) if told else None
