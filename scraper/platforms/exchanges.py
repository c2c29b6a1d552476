"""What somebody's own browser asked: of which site, and with which variables of a GraphQL question."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.records import Exchange

ALIASES = ("www.", "m.")
"""Names in front of a host under which the same site answers."""


def asked_of(url: str, *sites: str) -> bool:
    """Say whether an address belongs to one of these sites, under whichever of its names; a port must be the same."""
    host = _host(url)
    return bool(host) and host in {_host(site) for site in sites}


def served(exchange: Exchange) -> bool:
    """Say whether anything was served: a redirect, or "not changed since", shows no page."""
    return exchange.status not in {0, 204} and not 300 <= exchange.status < 400


def variables(exchange: Exchange) -> dict[str, Any]:
    """Give the variables of a GraphQL question: from its form, its JSON, or its address; empty where it had none."""
    text = _field(exchange, "variables")
    found = _object(text) if isinstance(text, str) else text
    return found if isinstance(found, dict) else {}


def named(exchange: Exchange) -> str:
    """Give the name by which Meta's own pages call a GraphQL question; empty where it had none."""
    name = _field(exchange, "fb_api_req_friendly_name")
    return name if isinstance(name, str) else ""


def _field(exchange: Exchange, name: str) -> object:
    asked = exchange.asked or ""
    if asked.lstrip().startswith("{"):
        whole = _object(asked)
        return whole.get(name) if isinstance(whole, dict) else None
    for text in (asked, urlsplit(exchange.url).query):
        values = parse_qs(text).get(name)
        if values:
            return values[0]
    return None


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _host(url: str) -> str:
    try:
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:  # no address at all
        return ""
    for alias in ALIASES:
        host = host.removeprefix(alias)
    return host.removesuffix(":443")
