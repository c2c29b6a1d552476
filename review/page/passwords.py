"""Passwords: kept as argon2id hashes, never shown, never sent anywhere."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import InputError

SHORTEST = 10
LONGEST = 200

_hasher = PasswordHasher()  # argon2id with the library's present parameters (RFC 9106, low memory)


def hashed(password: str, *, name: str) -> str:
    """Turn a new password into its hash. Raises InputError where it is too short, or the person's own name."""
    if len(password) < SHORTEST:
        raise InputError("password_short", shortest=SHORTEST)
    if len(password) > LONGEST or password.casefold().strip() == name.casefold().strip():
        raise InputError("password_weak")
    return _hasher.hash(password)


def fits(known: str | None, password: str) -> bool:
    """Say whether a password is the one of this hash; as slow where there is nobody of that name."""
    try:
        _hasher.verify(known or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _nobody() -> str:
    return _hasher.hash("a hash that no password fits")
