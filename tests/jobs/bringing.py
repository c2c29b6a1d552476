"""An office to which people bring files, with the adapters that ship with tilik."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.platforms import Platforms
from core.records import Role
from jobs import importing
from jobs.importing import Done, Wishes
from jobs.tools import Tools
from scraper.platforms import adapters
from tests.jobs.office import entry, open_office, rows, watch

CAPTURES = Path(__file__).parents[1] / "scraper" / "captures"
CAMPAIGN: dict[str, Any] = {"contest": "pilkada-contoh", "candidate": "01"}


def case(platform: str, name: str) -> str:
    """Give what a committed case was served."""
    return (CAPTURES / platform / name).read_text(encoding="utf-8")


def office(folder: Path, empty: Path, *watched: tuple[str, str], campaign: tuple[str, str] | None = None) -> Tools:
    """Open an office with all adapters that watches these (platform, handle)."""
    tools = open_office(folder / "kantor", empty, *adapters(Platforms()).values())
    entries = [entry(handle, platform=platform) for platform, handle in watched]
    if campaign is not None:
        entries.append(entry(campaign[1], Role.CAMPAIGN, platform=campaign[0], **CAMPAIGN))
    watch(tools, *entries)
    return tools


def bring(tools: Tools, *paths: Path, **wishes: Any) -> list[Done]:  # noqa: ANN401
    """Import files as the command does."""
    return list(importing.run(tools, importing.files(paths), Wishes(**wishes)))


def acts(tools: Tools) -> list[tuple[str, str, str]]:
    """List who did what to which post."""
    handles = {row.id: row.handle for row in rows(tools, "accounts")}
    posts = {row.id: row.uri for row in rows(tools, "posts")}
    found = rows(tools, "interactions")
    return sorted((handles[row.account_id], row.action, posts[row.post_id]) for row in found)


def everything_kept(tools: Tools) -> bytes:
    """Give all bytes that an office has on its disk: the database and the blobs, packed ones unpacked."""
    tools.database.close()
    database = Path(str(tools.database.engine.url.database))
    return b"\0".join([*_files(database), *_blobs(tools)])


def _files(database: Path) -> Iterator[bytes]:
    for path in database.parent.glob(f"{database.name}*"):
        yield path.read_bytes()


def _blobs(tools: Tools) -> Iterator[bytes]:
    for path in sorted(one for one in tools.blobs.folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        yield gzip.decompress(content) if path.suffix == ".gz" else content
