"""Keys of official APIs: read from the environment, sent to their own host, and taken out of whatever comes back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from scraper.adapter import Adapter, Credential
from scraper.fetch.guard import destination

HIDDEN = "[key]"
VARIABLE = re.compile(r"TILIK_[A-Z]+_(KEY|TOKEN)")
"""How the environment variables of all keys are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key with the terms of its use. It shows itself nowhere."""

    credential: Credential
    secret: str = field(repr=False)

    def headers(self, url: str, *, plain_allowed: bool = False) -> Mapping[str, str]:
        """Give the header that carries the key, for an address of its own host over https; else nothing."""
        place = destination(url)
        if self.credential.host.lower() not in {place.host, place.key}:
            return {}
        if place.scheme != "https" and not plain_allowed:
            return {}
        return {self.credential.header: self.credential.form.replace("{key}", self.secret)}

    def hide(self, text: str) -> str:
        """Take the key out of a text: some APIs repeat it in the address of the next page."""
        for spelled in self._spellings():
            text = text.replace(spelled, HIDDEN)
        return text

    def hide_bytes(self, body: bytes) -> bytes:
        """Take the key out of a body."""
        for spelled in self._spellings():
            body = body.replace(spelled.encode(), HIDDEN.encode())
        return body

    def _spellings(self) -> Iterable[str]:
        secret = self.secret
        return dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/")))


def key_of(adapter: Adapter, environ: Mapping[str, str]) -> Key | None:
    """Read an adapter's key; None where there is none, or where it could not stand in a header."""
    credential = adapter.credential
    secret = environ.get(credential.variable, "").strip() if credential is not None else ""
    if credential is None or not secret or not all(32 < ord(character) < 127 for character in secret):
        return None
    return Key(credential=credential, secret=secret)


def keys_of(adapters: Iterable[Adapter], environ: Mapping[str, str]) -> dict[str, Key]:
    """Read the keys that this machine has, by platform."""
    if not any(VARIABLE.fullmatch(name) for name in environ):
        return {}  # no adapter has to be loaded to learn that
    read = ((adapter.platform, key_of(adapter, environ)) for adapter in adapters)
    return {platform: key for platform, key in read if key is not None}
