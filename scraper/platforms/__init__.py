"""One small file a platform: what to ask for, how to read the answer, what of it may be kept. No I/O, no clock."""

from collections.abc import Mapping

from core.records import Capability, Mode
from core.settings import Platforms
from scraper.adapter import Adapter
from scraper.platforms.bluesky import Bluesky
from scraper.platforms.facebook import Facebook
from scraper.platforms.instagram import Instagram
from scraper.platforms.mastodon import Mastodon
from scraper.platforms.site import SiteAdapter

BY_PERSON = frozenset({Mode.ATTENDED, Mode.IMPORT})
IMPORTED = frozenset({Mode.IMPORT})

NOT_YET_AUTOMATIC: Mapping[str, Mapping[Capability, frozenset[Mode]]] = {
    # what these platforms show to whom: reference platforms 3; their robots.txt closes them to unattended crawling
    "threads": {Capability.POSTS: BY_PERSON},
    "tiktok": {Capability.POSTS: BY_PERSON, Capability.LIKES: IMPORTED},
    "x": {Capability.POSTS: IMPORTED | {Mode.API}, Capability.LIKES: IMPORTED},
    "youtube": {Capability.POSTS: frozenset({Mode.API}), Capability.LIKES: IMPORTED},
}


def adapters(platforms: Platforms) -> dict[str, Adapter]:
    """Make the adapters of all platforms that tilik can collect from by itself, with these settings."""
    made: list[Adapter] = [Bluesky(platforms.bluesky), Mastodon(platforms.mastodon)]
    made += [Instagram(platforms.instagram), Facebook(platforms.facebook)]
    made += [SiteAdapter(site) for site in platforms.sites]
    return {adapter.platform: adapter for adapter in made}


def capabilities(platforms: Platforms) -> dict[str, Mapping[Capability, frozenset[Mode]]]:
    """Say for every known platform what can be collected in which mode."""
    return {**NOT_YET_AUTOMATIC, **{name: adapter.capabilities for name, adapter in adapters(platforms).items()}}
