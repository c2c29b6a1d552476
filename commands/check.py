"""What one check of `tilik doctor` says."""

from dataclasses import dataclass
from typing import Literal

from core.errors import TilikError
from language import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""


def failed(name: str, error: TilikError) -> Check:
    """Say of a check that it ended in an error, with what to do."""
    from language.failures import in_one_line, told

    return Check(name=say(name), state="fail", found=in_one_line(error), remedy=told(error).do)
