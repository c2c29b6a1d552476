"""What the sections of config.yaml are made of: their common rules, and fields that check themselves."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A part of the settings: nothing unknown in it, nothing changed after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


def wrong(code: str, message: str, **fields: object) -> PydanticCustomError:
    """Make a problem with a stable code; `core.config` turns it into a line of the file."""
    return PydanticCustomError(code, message, {key: str(value) for key, value in fields.items()})  # type: ignore[arg-type,unused-ignore]


MOST = 1_000_000  # seconds, pages or days: far beyond every use, and nothing overflows

Text = Annotated[str, Field(min_length=1)]
Switch = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(gt=0, le=MOST, strict=True)]
Unit = Annotated[float, Field(ge=0, le=1, strict=True)]
Hours = Annotated[float, Field(gt=0, le=24 * 31, strict=True)]
Amount = Annotated[float, Field(gt=0, le=MOST, strict=True)]
Pause = Annotated[float, Field(ge=0, le=MOST, strict=True)]


def _with_scheme(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise wrong("bad_url", "not an http(s) address")
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_with_scheme)]


def _zone_exists(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise wrong("unknown_zone", "unknown time zone {value}", value=name) from error
    return name


Zone = Annotated[str, AfterValidator(_zone_exists)]
