"""What looks like a key, a token or a password: such a text never belongs into settings, which are copied and shown."""

import re

KNOWN = re.compile(
    r"^(Bearer\s+\S{16,}|EAA[A-Za-z0-9]{30,}|IG(QV|AA)[\w-]{30,}|AIza[\w-]{30,}|AAAA[\w%-]{60,}|gh[pousr]_\w{30,}"
    r"|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{20,}|ya29\.[\w-]{20,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----.*)$",
    re.DOTALL,
)
"""How the keys of official APIs and of common services begin."""
LONG = re.compile(r"^[A-Za-z0-9+/_=-]{32,}$")


def looks_like_secret(text: str) -> bool:
    """Say whether a text looks like a secret: by its beginning, or as long letters and digits that make no word."""
    word = text.strip()
    if KNOWN.match(word):
        return True
    if not LONG.match(word) or "/" in word.strip("/") or re.fullmatch(r"[0-9a-f-]{36}", word):
        return False
    kinds = (any(c.islower() for c in word), any(c.isupper() for c in word), sum(c.isdigit() for c in word) > 3)
    return all(kinds) and len(set(word)) > 16
