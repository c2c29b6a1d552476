"""One small file a platform: what to ask for, how to read the answer, what of it may be kept. No I/O, no clock."""

from collections.abc import Mapping

from core.platforms import Platforms
from core.records import Capability, Mode
from scraper.adapter import Adapter
from scraper.platforms.bluesky import Bluesky
from scraper.platforms.facebook import Facebook
from scraper.platforms.instagram import Instagram
from scraper.platforms.mastodon import Mastodon
from scraper.platforms.site import SiteAdapter
from scraper.platforms.threads import Threads
from scraper.platforms.tiktok import TikTok
from scraper.platforms.x import X
from scraper.platforms.youtube import YouTube


def adapters(platforms: Platforms) -> dict[str, Adapter]:
    """Make the adapters of all platforms that tilik can collect from by itself, with these settings."""
    made: list[Adapter] = [Bluesky(platforms.bluesky), Mastodon(platforms.mastodon)]
    made += [Instagram(platforms.instagram), Facebook(platforms.facebook)]
    made += [TikTok(platforms.tiktok), Threads(platforms.threads), X(platforms.x), YouTube(platforms.youtube)]
    made += [SiteAdapter(site) for site in platforms.sites]
    return {adapter.platform: adapter for adapter in made}


def capabilities(platforms: Platforms) -> dict[str, Mapping[Capability, frozenset[Mode]]]:
    """Say for every known platform what can be collected in which mode, without a written permission."""
    return {name: _without_permission(adapter) for name, adapter in adapters(platforms).items()}


def _without_permission(adapter: Adapter) -> Mapping[Capability, frozenset[Mode]]:
    if adapter.closed_url is None:
        return adapter.capabilities
    return {capability: modes - {Mode.AUTO} for capability, modes in adapter.capabilities.items()}
