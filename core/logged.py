"""Whether what a process says goes into a log: then it tells codes and numbers, never names, texts or addresses."""

import os

VARIABLE = "TILIK_LOGGED"
"""Set by whoever starts tilik with its output in a log, as the page does."""


def is_logged() -> bool:
    """Say whether nobody reads along."""
    return bool(os.environ.get(VARIABLE))
