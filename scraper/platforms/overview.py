"""What every platform shows in which mode, from the adapters themselves: for `tilik platforms` and the documents."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.platforms import Platforms
from core.records import Action, Capability, Mode
from scraper.adapter import Adapter
from scraper.platforms import adapters
from scraper.platforms.site import MODES as SITE_MODES

SITE = "site"
"""Stands for every public site that a few lines of settings can describe."""
DIRECTIONS = (Capability.POSTS, Capability.LIKES, Capability.LIKERS, Capability.CONTENT)
ORDER = (Mode.AUTO, Mode.API, Mode.ATTENDED, Mode.IMPORT)
REMARKS: Mapping[str, str] = {
    "instagram": "likers_by_person",
    "facebook": "likers_by_person",
    "threads": "no_recorded_page",
    "mastodon": "likes_of_owner",
    SITE: "described_in_settings",
}
"""What has to be said beside the modes, as a code."""
LIKERS_ARE: Mapping[Action, str] = {
    Action.COMMENTED: "likers_are_comments",
    Action.REPOSTED: "likers_are_reposts",
}
"""What has to be said where the direction `likers` shows something else."""
API_NEEDS_SETTING = "api_needs_setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One platform: the modes of each direction, the site that refuses unattended visits, the API's key."""

    platform: str
    modes: Mapping[Capability, tuple[Mode, ...]]
    closed_url: str | None
    variable: str | None
    remarks: tuple[str, ...]

    @property
    def needs_permission(self) -> bool:
        """Whether unattended visits exist, and only with a written permission."""
        return self.closed_url is not None and any(Mode.AUTO in modes for modes in self.modes.values())


def overview(platforms: Platforms) -> list[Overview]:
    """List every platform; the configured sites come last, each under its own name, after what stands for them all."""
    known = adapters(platforms)
    names = {site.platform for site in platforms.sites}
    any_site = Overview(
        platform=SITE,
        modes=dict.fromkeys(DIRECTIONS, _in_order(SITE_MODES)),
        closed_url=None,
        variable=None,
        remarks=(REMARKS[SITE],),
    )
    ours = [_of(adapter) for name, adapter in known.items() if name not in names]
    return [*ours, any_site, *(_of(known[name]) for name in known if name in names)]


def _of(adapter: Adapter) -> Overview:
    offered, credential = adapter.capabilities, adapter.credential
    remarks = [word for word in (REMARKS.get(adapter.platform), LIKERS_ARE.get(adapter.likers_are)) if word]
    if credential is not None and not any(Mode.API in modes for modes in offered.values()):
        remarks.append(API_NEEDS_SETTING)
    return Overview(
        platform=adapter.platform,
        modes={one: _in_order(offered[one]) for one in DIRECTIONS if one in offered},
        closed_url=adapter.closed_url,
        variable=credential.variable if credential else None,
        remarks=tuple(remarks),
    )


def _in_order(modes: frozenset[Mode]) -> tuple[Mode, ...]:
    return tuple(mode for mode in ORDER if mode in modes)
