"""Owners' data exports: what somebody liked, in the file that the platform gave them (reference platforms 5.4)."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import InputError
from scraper.captures import scrub
from scraper.captures.entries import Content, Liked, damaged

X_LIKES = re.compile(rb"\s*window\.YTD\.likes?\.part\d+\s*=")
X_ACCOUNT = re.compile(rb"\s*window\.YTD\.account\.part\d+\s*=")
ACTIVITY = ("Activity", "Your Activity", "Likes and Favorites")
PLATFORM_OF = {"instagram.com": "instagram", "facebook.com": "facebook", "tiktok.com": "tiktok", "x.com": "x"}
OWNER_NAMES = ("username", "nama pengguna", "gebruikersnaam", "benutzername", "nom d'utilisateur")
MEMBERS = re.compile(
    r"(?:^|/)(?:liked_posts(?:_\d+)?\.json|likes_and_reactions(?:_\d+)?\.json|user_data(?:_tiktok)?\.json"
    r"|data/(?:like|account)(?:-part\d+)?\.js|personal_information\.json)$"
)
Read = Callable[[], bytes]


def read(path: Path, value: object) -> Content | None:
    """Read the JSON of an export; None where it is none."""
    try:
        return _tiktok(value) or _old_instagram(value) or _old_facebook(value) or _labelled(value)
    except RecursionError as error:
        raise damaged(path, "import_too_deep") from error


def likes_of_x(path: Path, text: bytes) -> Content:
    """Read data/like.js: no times, and the words of each post."""
    skipped: Counter[str] = Counter()
    found: list[Liked] = []
    for one in _javascript(path, text):
        like = one.get("like") if isinstance(one, dict) else None
        number = str(like.get("tweetId", "")) if isinstance(like, dict) else ""
        if not number.isdecimal():
            skipped["no_address"] += 1
            continue
        words = like.get("fullText") if isinstance(like, dict) else None
        text_of = words if isinstance(words, str) else None
        found.append(Liked(url=f"https://x.com/i/status/{number}", at=None, text=text_of))
    return Content(kind="x_export", entries=found, skipped=skipped, platform="x")


def in_zip(path: Path, members: Mapping[str, Read]) -> Content | None:
    """Find the likes in the ZIP that a platform hands out, and whose export it is; everything else stays closed."""
    found: list[Content] = []
    owner: str | None = None
    for name, member in members.items():
        if not MEMBERS.search(name):
            continue
        text = member()
        if X_ACCOUNT.match(text):
            owner = owner or _owner_at_x(path, text)
        elif X_LIKES.match(text):
            found.append(likes_of_x(path, text))
        elif name.endswith("personal_information.json"):
            owner = owner or _owner_at_instagram(_parsed(path, text))
        elif (content := read(path, _parsed(path, text))) is not None:
            found.append(content)
    if not found:
        return None
    if len({content.platform for content in found}) > 1:
        raise damaged(path, "import_malformed", reason="exports of several platforms in one file")
    skipped: Counter[str] = Counter()
    for content in found:
        skipped.update(content.skipped)
    entries = [entry for content in found for entry in content.entries]
    owner = owner or next((content.owner for content in found if content.owner), None)
    first = found[0]
    return Content(kind=first.kind, entries=entries, skipped=skipped, platform=first.platform, owner=owner)


def _parsed(path: Path, text: bytes) -> object:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise damaged(path, "import_too_deep") from error
    except ValueError as error:
        raise damaged(path, "import_truncated", reason=str(error)[:120]) from error


def _javascript(path: Path, text: bytes) -> list[Any]:
    value = _parsed(path, text.partition(b"=")[2].strip().rstrip(b";"))
    if not isinstance(value, list):
        raise damaged(path, "import_malformed", reason="window.YTD")
    return value


def _owner_at_x(path: Path, text: bytes) -> str | None:
    try:
        for one in _javascript(path, text):
            return str(one["account"]["username"])
    except (KeyError, TypeError, InputError):
        pass
    return None


def _owner_at_instagram(value: object) -> str | None:
    for pair in _objects(value):
        for name, told in pair.items():
            if mended(str(name)).casefold() in OWNER_NAMES and isinstance(told, dict) and told.get("value"):
                return mended(str(told["value"]))
    return None


def _tiktok(value: object) -> Content | None:
    if not isinstance(value, dict):
        return None
    sections = [value[name] for name in ACTIVITY if isinstance(value.get(name), dict)]
    lists = [one["Like List"] for one in sections if isinstance(one.get("Like List"), dict)]
    if not sections or not lists:
        return None
    skipped: Counter[str] = Counter()
    found: list[Liked] = []
    for one in lists:
        for row in one.get("ItemFavoriteList") or []:
            url = (row.get("Link") or row.get("link")) if isinstance(row, dict) else None
            if not isinstance(url, str):
                skipped["no_address"] += 1
                continue
            found.append(Liked(url=url, at=_written(row.get("Date") or row.get("date"))))
    owner = next((str(o["userName"]) for o in _objects(value) if isinstance(o.get("userName"), str)), None)
    return Content(kind="tiktok_export", entries=found, skipped=skipped, platform="tiktok", owner=owner)


def _written(value: object) -> datetime | None:
    """Read 2029-09-30 08:15:00, in UTC as TikTok writes it."""
    try:
        found = datetime.fromisoformat(str(value).removesuffix(" UTC"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _seconds(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _old_instagram(value: object) -> Content | None:
    if not isinstance(value, dict) or not isinstance(value.get("likes_media_likes"), list):
        return None
    skipped: Counter[str] = Counter()
    found: list[Liked] = []
    for row in value["likes_media_likes"]:
        places = row.get("string_list_data") if isinstance(row, dict) else None
        hrefs = [one for one in places or [] if isinstance(one, dict) and isinstance(one.get("href"), str)]
        if not hrefs:
            skipped["no_address"] += 1
        found.extend(Liked(url=one["href"], at=_seconds(one.get("timestamp"))) for one in hrefs)
    return Content(kind="instagram_export", entries=found, skipped=skipped, platform="instagram")


def _old_facebook(value: object) -> Content | None:
    """Read reactions_v2; most rows of that time name no post, and are counted only."""
    if not isinstance(value, dict) or not isinstance(value.get("reactions_v2"), list):
        return None
    skipped: Counter[str] = Counter()
    found: list[Liked] = []
    for row in value["reactions_v2"]:
        url = _address(row, "facebook.com")
        if url is None:
            skipped["no_address"] += 1
        else:
            found.append(Liked(url=url, at=_seconds(row.get("timestamp"))))
    return Content(kind="facebook_export", entries=found, skipped=skipped, platform="facebook")


def _labelled(value: object) -> Content | None:
    """Read label_values: the labels are in the owner's language, so a post is known by its address instead."""
    rows = value if isinstance(value, list) else [value]
    shaped = [row for row in rows if isinstance(row, dict) and isinstance(row.get("label_values"), list)]
    if not shaped:
        return None
    platforms = Counter(name for row in shaped for name in ("instagram.com", "facebook.com") if _address(row, name))
    if not platforms:
        return None
    host = platforms.most_common(1)[0][0]
    skipped: Counter[str] = Counter({"broken_entry": len(rows) - len(shaped)} if len(rows) > len(shaped) else {})
    found: list[Liked] = []
    for row in shaped:
        url = _address(row, host)
        if url is None:
            skipped["no_address"] += 1
        else:
            found.append(Liked(url=url, at=_seconds(row.get("timestamp"))))
    platform = PLATFORM_OF[host]
    return Content(kind=f"{platform}_export", entries=found, skipped=skipped, platform=platform)


def _address(row: object, host: str) -> str | None:
    """Find the first address of this platform in a row, under whatever label."""
    for one in _objects(row):
        for name in ("href", "value", "url", "uri"):
            told = one.get(name)
            if isinstance(told, str) and told.startswith(("http://", "https://")):
                address = scrub.address(told)
                if (urlsplit(address).hostname or "").removeprefix("www.").removeprefix("m.") == host:
                    return address
    return None


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Give every object in a value, outermost first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def mended(text: str) -> str:
    """Undo what Meta's exports do to UTF-8: they write its bytes as if they were Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
