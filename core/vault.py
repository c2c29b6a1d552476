"""Secrets that the system keeps: read from its keyring where somebody asks for that, else from the environment."""

from collections.abc import Mapping, Sequence
from importlib import import_module

from core.errors import MissingError

VARIABLE, SERVICE = "TILIK_KEYRING", "tilik"
SECRETS = (
    *("TILIK_INSTAGRAM_TOKEN", "TILIK_FACEBOOK_TOKEN", "TILIK_X_TOKEN", "TILIK_YOUTUBE_KEY"),
    *("TILIK_SMTP_USER", "TILIK_SMTP_PASSWORD", "TILIK_BACKUP_PASSPHRASE"),
)
"""What may lie in the keyring, each under the name of its variable; a variable that is set goes before it."""


def with_secrets(environ: Mapping[str, str], names: Sequence[str] = SECRETS) -> Mapping[str, str]:
    """Give the environment with what the keyring adds; MissingError where it was asked for and cannot be read."""
    if environ.get(VARIABLE, "").strip().lower() not in {"1", "yes", "true"}:
        return environ
    try:
        keyring, errors = import_module("keyring"), import_module("keyring.errors")
    except ModuleNotFoundError as error:
        raise MissingError("keyring_missing", variable=VARIABLE) from error
    try:
        found = {name: keyring.get_password(SERVICE, name) for name in names if not environ.get(name)}
    except errors.KeyringError as error:
        raise MissingError("keyring_unreadable", reason=type(error).__name__) from error
    return {**environ, **{name: value for name, value in found.items() if value}}
