"""Takes out of questions what belongs to the person who asked: cookies, tokens, keys, their own account.

An address keeps its parameters except those that name a secret; a form keeps only those that an adapter can need.
"""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, unquote_plus, urlencode, urlsplit, urlunsplit

from core.records import Exchange

SECRET_WORDS = (
    "token", "secret", "session", "cookie", "csrf", "xsrf", "password", "passwd", "credential", "signature",
    "bogus", "gnarly", "jazoest", "fb_dtsg", "lsd", "jwt", "sid", "apikey", "api_key", "viewer", "device_id", "machine",
    "odin", "verifyfp", "guest_id", "fbclid", "igsh", "signed", "hmac", "nonce", "ticket", "x-amz",
)  # fmt: skip
"""A parameter whose name contains one of these is never kept."""
SECRET_NAMES = frozenset({"av", "key", "sig", "oh", "oe", "_signature", "sign", "pass", "pwd", "uid", "web_id"})
"""Nor one that has exactly one of these names: keys, signatures, and who asked."""
FORM_NAMES = frozenset(
    {
        "variables", "doc_id", "query_hash", "query_id", "queryId", "features", "operationName",
        "fb_api_req_friendly_name", "id", "ids", "shortcode", "media_id", "aweme_id", "item_id", "post_id",
        "feedback_id", "feedbackTargetID", "first", "after", "count", "cursor", "max_id", "min_id", "page",
    }
)  # fmt: skip
DEEPEST = 40
LONGEST = 200_000

_WORDS = "|".join([r"auth(?!or(?!i[sz]))", *map(re.escape, SECRET_WORDS)])
_NAME = re.compile(_WORDS)
_INSIDE = re.compile(rf"(?:{_WORDS})[\w\-\[\].]*\s*[=:]|(?:^|[?&;,{{\s])(?:__\w+|{'|'.join(SECRET_NAMES)})\s*[=:]")
_JWT = re.compile(r"eyJ[\w\-]{6,}\.[\w\-]{6,}")


def exchange(seen: Exchange) -> Exchange:
    """Give the same exchange without what belongs to the person who asked."""
    return replace(seen, url=address(seen.url), asked=question(seen.asked))


def names_a_secret(name: str) -> bool:
    """Say whether a parameter, header or field of this name may not be kept."""
    plain = _unfolded(name).casefold().strip()
    return plain in SECRET_NAMES or plain.startswith("__") or _NAME.search(plain) is not None


def address(url: str) -> str:
    """Write an address without user, fragment and secret parameters; an address that is none is not kept at all."""
    try:
        parts = urlsplit(url.encode("utf-8", "replace").decode().replace("\0", "").strip())
        host = parts.netloc.rpartition("@")[2]
        path = parts.path if not _tells(unquote(parts.path)) else ""
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return ""
    kept = [(name, cleaned) for name, value in pairs if (cleaned := _value(name, value)) is not None]
    query = parts.query if kept == pairs else urlencode(kept)
    return urlunsplit((parts.scheme, host, path, query, "")).strip()


def question(asked: str | None) -> str | None:
    """Keep of a question's body what says which post or account it was about; None where nothing of it does."""
    if not asked or len(asked) > LONGEST:
        return None
    whole = _parsed(asked)
    if isinstance(whole, dict | list):
        return json.dumps(_clean(whole), ensure_ascii=False)
    try:
        pairs = parse_qsl(asked, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return None
    kept = [(n, cleaned) for n, value in pairs if n in FORM_NAMES and (cleaned := _value(n, value)) is not None]
    return urlencode(kept) or None


def _value(name: str, value: str, depth: int = 0) -> str | None:
    """Give a parameter's value without the secrets inside it; None where it may not be kept."""
    if depth > 3 or names_a_secret(name):
        return None
    inner = _parsed(value)
    if isinstance(inner, dict | list):
        cleaned = _clean(inner)
        return value if cleaned == inner else json.dumps(cleaned, ensure_ascii=False)
    return None if _tells(value) else value


def _parsed(text: str) -> object:
    if text[:1] not in {"{", "["} and not text[:1].isspace():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _clean(value: object, depth: int = 0) -> object:
    """Drop the secret fields of JSON, however deep they stand; what stands deeper than any question is dropped."""
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {k: _clean(inner, depth + 1) for k, inner in value.items() if not names_a_secret(k)}
    if isinstance(value, list):
        return [_clean(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        inner = _parsed(value)
        if isinstance(inner, dict | list):
            return json.dumps(_clean(inner, depth + 1), ensure_ascii=False)
        return None if _tells(value) else value
    return value


def _tells(text: str) -> bool:
    """Say whether a text has a secret in it: a parameter inside a parameter, or a token that needs no name."""
    plain = _unfolded(text)
    if _JWT.search(plain) is not None:
        return True
    return _INSIDE.search(re.sub(r"[\\\"']", "", plain).casefold()) is not None


def _unfolded(text: str) -> str:
    """Undo encodings inside encodings, as far as anybody nests them."""
    for _ in range(4):
        once = unquote_plus(text)
        if once == text:
            return once
        text = once
    return text
