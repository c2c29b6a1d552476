"""How a person is named who took a step of a case."""

from core.cases import Known
from language import say


def named(who: str, known: Known) -> str:
    """Write a name, and say plainly where nothing stands behind it but that somebody typed it."""
    return who if known is Known.LOGIN else say("{who} (only a typed name)", who=who)
