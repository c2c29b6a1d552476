"""Names that people see, type, sort: `F-` (match), `T-` (text), `C-` (case) + 6 or 7 base32 digits + a check symbol.

No spreadsheet takes it for a number, and no mistyped character or swap of two neighbours turns it into another id.
The check symbol is a weighted sum in the field of 32 elements: it is one of the same 32 symbols, so that O/0 and I/1
can be repaired in every place; ISO 7064 mod 37,36 needs all 36 letters and digits and would forbid that.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U."""

MATCH: Final = "F"
TEXT: Final = "T"
CASE: Final = "C"
Prefix = Literal["F", "T", "C"]
MOST = 32**7 - 1

_VALUES = {symbol: value for value, symbol in enumerate(DIGITS)}
_LOOK_ALIKE = str.maketrans("OIL", "011")
_FILLING = re.compile(r"[\s\-_\u00ad\u200b-\u200d\u2010-\u2015\u2060\u2212\ufeff]+")
_SYMBOLS = re.compile(rf"[{MATCH}{TEXT}{CASE}]([{DIGITS}]{{7,8}})")
_SHORT = 6
_DOUBLED = [one << 1 if one < 16 else one << 1 ^ 0b100101 for one in range(32)]
"""Each element of the field times `a`, by x⁵ + x² + 1."""


def public_id(n: int, prefix: Prefix = MATCH) -> str:
    """Write the primary key of a match or of a drawn text, from 1 to `MOST`, as people see it."""
    if not 1 <= n <= MOST:
        raise ValueError(f"no public id for {n}")
    values = [n >> shift & 31 for shift in ((30, 25, 20, 15, 10, 5, 0) if n >> 30 else (25, 20, 15, 10, 5, 0))]
    check = 0
    for value in values:
        check = _DOUBLED[check ^ value]
    return f"{prefix}-{''.join([DIGITS[value] for value in values])}{DIGITS[check]}"


def prefix_of(text: str) -> Prefix:
    """Say what an id names by its first letter; what is unreadable is meant for a match."""
    return TEXT if _symbols(text).startswith(TEXT) else MATCH


def read_id(text: str, prefix: Prefix = MATCH) -> int | None:
    """Read an id whatever its case, spaces and dashes, with O for 0 and I or L for 1; None if it is not one of ours."""
    typed = _symbols(text)
    found = _SYMBOLS.fullmatch(typed)
    if found is None or not typed.startswith(prefix):
        return None
    values = [_VALUES[symbol] for symbol in found[1]]
    if _sum(values) or (len(values) > _SHORT + 1 and values[0] == 0):
        return None
    n = 0
    for value in values[:-1]:
        n = n * 32 + value
    return n or None


def near_ids(text: str, prefix: Prefix = MATCH) -> Iterator[int]:
    """Name the ids that one mistyped character or one swap of neighbours away could have been meant."""
    typed = _symbols(text)
    for place in range(len(prefix), min(len(typed), 9)):
        before, after = typed[:place], typed[place + 1 :]
        variants = [before + symbol + after for symbol in DIGITS]
        if after:
            variants.append(before + after[0] + typed[place] + after[1:])
        yield from (n for one in variants if (n := read_id(one, prefix)) is not None)


def _symbols(text: str) -> str:
    return _FILLING.sub("", text).upper().translate(_LOOK_ALIKE)


def _sum(values: Sequence[int]) -> int:
    """Weigh the digits with 1, a, a², … from the right, where `a` generates the field of 32 elements."""
    total = 0
    for value in values:
        total = _DOUBLED[total] ^ value
    return total
