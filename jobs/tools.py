"""What jobs work with. It comes in as an argument; a job opens nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.records import Capture
from core.settings import Settings
from scraper.adapter import Adapter, PageRequest
from storage.blobs import Blobs
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The open database, the files beside it, and what a run is known by."""

    settings: Settings
    database: Database
    blobs: Blobs
    secret: bytes
    models: Path
    clock: Clock
    adapters: Mapping[str, Adapter]
    version: str
    config_sha256: str
    keyed: frozenset[str] = frozenset()
    """The platforms for whose official API this machine has a key."""
    who: str = "-"
    """Who works with them, for the record of deeds: the name that the system or the page knows."""

    @property
    def today(self) -> date:
        """Say which day it is in the office: its dates begin and end at its own midnight."""
        return self.local_now.date()

    @property
    def local_now(self) -> datetime:
        """Say what the clock of the office shows."""
        return self.clock.now().astimezone(ZoneInfo(self.settings.schedule.timezone))


class Web(Protocol):
    """What fetches pages, and leaves hosts alone that said no."""

    async def __call__(self, request: PageRequest) -> Capture:
        """Fetch one page; RefusedError or FetchError where that is not possible."""
        ...

    def pause(self, url: str, reason: str, *, after: str | None = None) -> None:
        """Leave a host alone from now on."""
        ...
