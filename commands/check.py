"""What one check of `tilik doctor` says."""

from dataclasses import dataclass
from typing import Literal

from core.errors import TilikError
from language import say

CHECKS = (
    "settings",
    "purpose",
    "database",
    "people",
    "model",
    "rules",
    "dates",
    "browser",
    "words in pictures",
    "disk",
    "captures",
    "seals",
    "rights",
    "secrets",
    "retention",
    "clock",
    "schedule",
    "console",
    "permission",
    "key",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at; its name is one of CHECKS, for people and programs alike."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""


def failed(name: str, error: TilikError) -> Check:
    """Say of a check that it ended in an error, with what to do."""
    from language.failures import in_one_line, told

    return Check(name=name, state="fail", found=in_one_line(error), remedy=told(error).do)


def titles() -> dict[str, str]:
    """Put the names of the checks into words."""
    return dict(zip(CHECKS, [say(name) for name in CHECKS], strict=True))
