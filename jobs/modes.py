"""In which mode an account or a post is looked at without a person, if there is one today."""

from datetime import date

from core.records import Capability, Hindrance, Mode
from jobs.tools import Tools
from scraper.adapter import Adapter
from scraper.fetch.manners import valid_permission


def unattended(tools: Tools, adapter: Adapter, capability: Capability) -> Mode | None:
    """Choose the official API where there is a key, else the open web where nothing is known to forbid it.

    A host that is known to be closed is not even asked for its robots.txt without a written permission that is valid
    today. None: only a person can look.
    """
    offered = adapter.capabilities.get(capability, frozenset())
    if Mode.API in offered and adapter.platform in tools.keyed:
        return Mode.API
    if Mode.AUTO not in offered:
        return None
    closed = adapter.closed_url
    return Mode.AUTO if closed is None or valid_permission(tools.settings.permissions, closed, tools.today) else None


def hindrance(tools: Tools, adapter: Adapter | None, capability: Capability) -> Hindrance:
    """Say why nothing of ours can look where `unattended` finds no mode: then only a person can."""
    offered = adapter.capabilities.get(capability, frozenset()) if adapter is not None else frozenset[Mode]()
    if adapter is not None and adapter.closed_url is not None and Mode.AUTO in offered:
        once = valid_permission(tools.settings.permissions, adapter.closed_url, date.min)
        return Hindrance.PERMISSION_EXPIRED if once else Hindrance.PERMISSION_MISSING
    return Hindrance.KEY_MISSING if Mode.API in offered else Hindrance.NO_AUTOMATIC_MODE
