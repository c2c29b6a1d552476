"""One small file a platform: what to ask for, how to read the answer, what of it may be kept. No I/O, no clock."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from core.platforms import Platforms
from core.records import Capability, Mode
from scraper.adapter import Adapter

CLASSES = {
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "tiktok": "TikTok",
    "threads": "Threads",
    "x": "X",
    "youtube": "YouTube",
}
"""The adapter of each platform, in the file of its name; its settings stand under that name too."""


class Adapters(Mapping[str, Adapter]):
    """The adapters by platform. Each is loaded when it is asked for: a run seldom looks at more than one or two."""

    def __init__(self, platforms: Platforms) -> None:
        """Take the settings; ConfigError where the description of a site cannot work."""
        self._platforms = platforms
        self._made: dict[str, Adapter] = {}
        if platforms.sites:
            from scraper.platforms.site import SiteAdapter  # noqa: PLC0415  (loaded where there is a site)

            self._made = {site.platform: SiteAdapter(site) for site in platforms.sites}
        self._names = tuple(dict.fromkeys((*CLASSES, *self._made)))

    def __getitem__(self, platform: str) -> Adapter:
        if platform not in self._made:
            name = CLASSES[platform]  # before anything is loaded: a KeyError where nobody knows the platform
            kind = getattr(import_module(f"{__name__}.{platform}"), name)
            self._made[platform] = kind(getattr(self._platforms, platform))
        return self._made[platform]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def adapters(platforms: Platforms) -> Adapters:
    """Give the adapters of all platforms that tilik can collect from by itself, with these settings."""
    return Adapters(platforms)


def capabilities(platforms: Platforms) -> dict[str, Mapping[Capability, frozenset[Mode]]]:
    """Say for every known platform what can be collected in which mode, without a written permission."""
    return {name: _without_permission(adapter) for name, adapter in adapters(platforms).items()}


def _without_permission(adapter: Adapter) -> Mapping[Capability, frozenset[Mode]]:
    if adapter.closed_url is None:
        return adapter.capabilities
    return {capability: modes - {Mode.AUTO} for capability, modes in adapter.capabilities.items()}
