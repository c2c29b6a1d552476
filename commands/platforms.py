"""tilik platforms: what can be collected from where, in which mode."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, load_settings, show, tell
from language import say
from language.names import NAMES

if TYPE_CHECKING:
    from core.settings import Permission, Settings
    from scraper.platforms.overview import Overview

NEEDS_PERMISSION = "*"


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command("platforms")(platforms)


def platforms(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show what of every platform can be collected: by tilik itself, by an official API, by a person, by import."""
    from core.platforms import Platforms
    from scraper.platforms.overview import overview

    settings = _settings(config)
    found = overview(settings.platforms if settings else Platforms())
    valid = {one.platform: _permission(settings, one.closed_url) for one in found}
    if as_json:
        answer({"platforms": [_told(one, valid[one.platform]) for one in found]})
    else:
        _show(found, valid)


def _settings(config: Path) -> "Settings | None":
    """Read the settings; a folder without any has the platforms that every installation begins with."""
    if config == CONFIG and not config.exists():
        return None
    return load_settings(config)


def _permission(settings: "Settings | None", closed_url: str | None) -> "Permission | None":
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from scraper.fetch.manners import valid_permission

    if settings is None or closed_url is None:
        return None
    today = datetime.now(ZoneInfo(settings.schedule.timezone)).date()
    return valid_permission(settings.permissions, closed_url, today)


def _has_key(one: "Overview") -> bool:
    return one.variable is not None and bool(os.environ.get(one.variable, "").strip())


def _told(one: "Overview", permission: "Permission | None") -> dict[str, object]:
    """Say it for programs; of a key only whether it is there."""
    from scraper.fetch.guard import host_of

    return {
        "platform": one.platform,
        "capabilities": {direction: list(modes) for direction, modes in one.modes.items()},
        "needs_permission": one.needs_permission,
        "host": host_of(one.closed_url) if one.closed_url else None,
        "permission": permission.model_dump() if permission else None,
        "key": {"variable": one.variable, "present": _has_key(one)} if one.variable else None,
        "remark": "; ".join(NAMES[remark] for remark in one.remarks) or None,
    }


def _show(found: "list[Overview]", valid: "dict[str, Permission | None]") -> None:
    from scraper.platforms.overview import DIRECTIONS

    columns = [say("platform"), *(say(one) for one in DIRECTIONS), say("key")]
    rows = []
    for one in found:
        cells = [", ".join(_mode(one, mode, valid[one.platform]) for mode in one.modes.get(d, ())) for d in DIRECTIONS]
        rows.append([one.platform, *(cell or None for cell in cells), _key(one)])
    show(say("What can be collected, and how"), columns, rows)
    tell("auto: tilik itself · api: an official API with a key · attended: a person, tilik capture · import: a file")
    tell("* only with a written permission for its host (permissions in config.yaml).")
    for one in found:
        for remark in one.remarks:
            tell("{platform}: {remark}.", platform=one.platform, remark=say(remark))
        if (permission := valid[one.platform]) is not None:
            told = {"platform": one.platform, "basis": permission.basis, "day": permission.valid_until}
            tell("{platform}: a written permission is valid until {day} ({basis}).", **told)


def _mode(one: "Overview", mode: str, permission: "Permission | None") -> str:
    needs = mode == "auto" and one.closed_url is not None and permission is None
    return f"{mode}{NEEDS_PERMISSION}" if needs else mode


def _key(one: "Overview") -> str | None:
    if one.variable is None:
        return None
    return f"{one.variable}: {say('present') if _has_key(one) else say('missing')}"
