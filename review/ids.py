"""The name of a match that people see, type and sort: `F-` + 6 or 7 base32 digits + 1 check symbol.

No spreadsheet takes it for a number, and no mistyped character or swap of two neighbours turns it into another id.
The check symbol is a weighted sum in the field of 32 elements: it is one of the same 32 symbols, so that O/0 and I/1
can be repaired in every place; ISO 7064 mod 37,36 needs all 36 letters and digits and would forbid that.
"""

import re
from collections.abc import Iterator, Sequence

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U."""

PREFIX = "F"
MOST = 32**7 - 1

_VALUES = {symbol: value for value, symbol in enumerate(DIGITS)}
_LOOK_ALIKE = str.maketrans("OIL", "011")
_FILLING = re.compile(r"[\s\-_\u00ad\u200b-\u200d\u2010-\u2015\u2060\u2212\ufeff]+")
_SYMBOLS = re.compile(rf"{PREFIX}([{DIGITS}]{{7,8}})")
_SHORT = 6


def public_id(n: int) -> str:
    """Write the primary key of a match, from 1 to `MOST`, as people see it."""
    if not 1 <= n <= MOST:
        raise ValueError(f"no public id for {n}")
    values: list[int] = []
    while n or len(values) < _SHORT:
        n, digit = divmod(n, 32)
        values.insert(0, digit)
    check = _sum([*values, 0])
    return f"{PREFIX}-" + "".join(DIGITS[value] for value in [*values, check])


def read_id(text: str) -> int | None:
    """Read an id whatever its case, spaces and dashes, with O for 0 and I or L for 1; None if it is not one of ours."""
    found = _SYMBOLS.fullmatch(_symbols(text))
    if found is None:
        return None
    values = [_VALUES[symbol] for symbol in found[1]]
    if _sum(values) or (len(values) > _SHORT + 1 and values[0] == 0):
        return None
    n = 0
    for value in values[:-1]:
        n = n * 32 + value
    return n or None


def near_ids(text: str) -> Iterator[int]:
    """Name the ids that one mistyped character or one swap of neighbours away could have been meant."""
    typed = _symbols(text)
    for place in range(len(PREFIX), min(len(typed), 9)):
        before, after = typed[:place], typed[place + 1 :]
        variants = [before + symbol + after for symbol in DIGITS]
        if after:
            variants.append(before + after[0] + typed[place] + after[1:])
        yield from (n for n in map(read_id, variants) if n is not None)


def _symbols(text: str) -> str:
    return _FILLING.sub("", text).upper().translate(_LOOK_ALIKE)


def _sum(values: Sequence[int]) -> int:
    """Weigh the digits with 1, a, a², … from the right, where `a` generates the field of 32 elements."""
    total = 0
    for value in values:
        total <<= 1
        if total & 32:
            total ^= 0b100101  # x⁵ + x² + 1
        total ^= value
    return total
