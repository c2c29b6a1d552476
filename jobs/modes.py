"""In which mode an account or a post is looked at without a person, if there is one today."""

from core.records import Capability, Mode
from jobs.tools import Tools
from scraper.adapter import Adapter
from scraper.fetch.guard import destination
from scraper.fetch.manners import valid_permission

NEEDS_A_PERSON = ("permission_missing", "permission_expired", "no_mode_of_ours")
"""Why only a person can look, as codes."""


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


def why_a_person(tools: Tools, adapter: Adapter | None, capability: Capability) -> str:
    """Say why nothing of ours can look: no such way at all, or a written permission that is missing or has ended."""
    closed = adapter.closed_url if adapter is not None else None
    if adapter is None or closed is None or Mode.AUTO not in adapter.capabilities.get(capability, frozenset()):
        return "no_mode_of_ours"
    place = destination(closed)
    ended = any(one.host.lower() in {place.host, place.key} for one in tools.settings.permissions)
    return "permission_expired" if ended else "permission_missing"
