"""The parts of Mastodon's API answers that we read. Unknown fields are ignored; a missing mandatory one is loud."""

from typing import Any

from pydantic import BaseModel, RootModel

from scraper.platforms.microformats import paragraphs

PUBLIC = frozenset({"public", "unlisted"})
NOBODY = {"id": "", "acct": "", "url": "", "uri": ""}
"""Stands for whoever nobody watches."""


class Account(BaseModel):
    """Somebody on the server, or on another one (`acct` holds an @ then)."""

    id: str
    acct: str
    url: str
    uri: str | None = None


class Status(BaseModel):
    """A post, or with `reblog` a boost of one."""

    id: str
    uri: str
    url: str | None = None
    account: Account
    content: str
    spoiler_text: str | None = None
    created_at: str
    edited_at: str | None = None
    favourites_count: int
    visibility: str
    reblog: "Status | None" = None
    media_attachments: Any = None

    @property
    def pictures(self) -> tuple[str, ...]:
        """The addresses of its images."""
        attached = self.media_attachments if isinstance(self.media_attachments, list) else []
        images = [one.get("url") for one in attached if isinstance(one, dict) and one.get("type") == "image"]
        return tuple(address for address in images if isinstance(address, str))

    @property
    def text(self) -> str:
        """The words, with the content warning first and each paragraph on its own line."""
        return "\n".join(filter(None, [self.spoiler_text, paragraphs(self.content)]))


class Statuses(RootModel[list[Status]]):
    """A timeline."""


class Thread(BaseModel):
    """What stands around a post: what it answers, and what answers it. `seen` is there once others were left out."""

    ancestors: list[Status]
    descendants: list[Status]
    seen: int | None = None


class Accounts(RootModel[list[Account]]):
    """A list of people."""


class ReducedLikers(BaseModel):
    """A list of likers of which only those on the watchlist were kept."""

    seen: int
    likers: list[Account]


def thin(status: dict[str, Any]) -> dict[str, Any]:
    """Keep of a post what is read; of one that was boosted not who wrote it, of one that is not public no word."""
    kept = {name: status.get(name) for name in Status.model_fields}
    kept["media_attachments"] = _thin_pictures(status.get("media_attachments"))
    if status.get("visibility") not in PUBLIC:  # somebody saw it with an account of theirs
        kept |= {"content": "", "spoiler_text": None, "media_attachments": []}
    account = status["account"]
    if isinstance(account, dict):
        kept["account"] = {name: account.get(name) for name in Account.model_fields}
    reblog = status.get("reblog")
    if isinstance(reblog, dict):
        kept["reblog"] = thin(reblog) | {"account": NOBODY}
    return kept


def _thin_pictures(attached: object) -> list[dict[str, object]]:
    """Keep of what is attached the kind and the address."""
    found = attached if isinstance(attached, list) else []
    return [{name: one.get(name) for name in ("type", "url")} for one in found if isinstance(one, dict)]
