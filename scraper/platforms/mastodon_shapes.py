"""The parts of Mastodon's API answers that we read. Unknown fields are ignored; a missing mandatory one is loud."""

from typing import Any

from pydantic import BaseModel, RootModel


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
        from bs4 import BeautifulSoup  # noqa: PLC0415  (half as dear as all the rest of a start)

        soup = BeautifulSoup(self.content, "lxml")
        for end in soup.find_all(["br", "p"]):
            end.append("\n") if end.name == "p" else end.replace_with("\n")
        return "\n".join(filter(None, [self.spoiler_text, soup.get_text().strip()]))


class Statuses(RootModel[list[Status]]):
    """A timeline."""


class Accounts(RootModel[list[Account]]):
    """A list of people."""


class ReducedLikers(BaseModel):
    """A list of likers of which only those on the watchlist were kept."""

    seen: int
    likers: list[Account]
