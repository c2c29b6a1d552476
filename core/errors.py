"""Errors we name because somebody handles them differently.

TilikError              what the operator can act on; three lines for a person and an exit code
├── UsageError          the command line itself is wrong                                exit 2
├── ConfigError         config.yaml is wrong                                            exit 4
├── InputError          a file that a person gave; every problem with row and column    exit 4
├── RefusedError        robots, wall, permission: they said no, and we stop             exit 5
├── GateError           two people, identity, evidence: a case lacks what it needs      exit 5
├── FetchError          this page could not be had                                      exit 3
├── LayoutError         this page came, but is not one we know                          exit 3
├── EvidenceError       what was kept of a match is not what it was any more                exit 3
├── ModelError          no usable model, or training data that cannot make one          exit 7
├── StorageError        the database cannot be used                                     exit 7
│   └── FullError       the disk is full: a clean stop, what was stored is safe         exit 3
├── StoppedError        a person stopped it                                             exit 130
└── MissingError        a browser, a program or a file is not there                     exit 7

An error carries a code and fields; `language` makes the words.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MOST_MEANT = 3
ALIKE = 0.6
FEWEST_SIGNS = 2
"""From how few signs on a beginning is taken for a word that was not typed to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file, and where. `row` counts from 1 and includes the header."""

    code: str
    where: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    hint: str | None = None


class TilikError(Exception):
    """Something the operator can act on."""

    exit_code = 1

    def __init__(
        self, code: str, *, problems: Sequence[Problem] = (), meant: Sequence[str] = (), **fields: object
    ) -> None:
        """Name the error by its stable code; the fields fill its words; `meant` is what was probably meant."""
        super().__init__(code, fields)
        self.code = code
        self.fields = fields
        self.problems = tuple(problems)
        self.meant = tuple(meant)

    def __reduce__(self) -> "tuple[Callable[..., TilikError], tuple[object, ...]]":
        """Stay whole on the way from one process to another."""
        return _again, (type(self), self.code, self.problems, self.meant, self.fields)


def _again(
    kind: type[TilikError], code: str, problems: Sequence[Problem], meant: Sequence[str], fields: dict[str, object]
) -> TilikError:
    return kind(code, problems=problems, meant=meant, **fields)


class UsageError(TilikError):
    """The command line itself is wrong."""

    exit_code = 2


def similar(typed: str, known: Iterable[str]) -> list[str]:
    """Find what was probably meant by a word that is not known: the nearest first, none rather than a wild guess."""
    names = {name.casefold(): name for name in known}
    typed = typed.casefold()
    begun = sorted(name for name in names if len(typed) >= FEWEST_SIGNS and name.startswith(typed))
    near = difflib.get_close_matches(typed, names, n=MOST_MEANT, cutoff=ALIKE)
    return [names[name] for name in dict.fromkeys([*near, *begun])][:MOST_MEANT]


class ConfigError(TilikError):
    """config.yaml is wrong."""

    exit_code = 4


class InputError(TilikError):
    """A file that a person gave cannot be used."""

    exit_code = 4


class RefusedError(TilikError):
    """Robots, a wall or a permission: they said no."""

    exit_code = 5


class GateError(TilikError):
    """A case lacks what it needs; every single thing is named."""

    exit_code = 5


class FetchError(TilikError):
    """A page could not be had."""

    exit_code = 3


class LayoutError(TilikError):
    """A page came, but it is not one that we know."""

    exit_code = 3


class EvidenceError(TilikError):
    """What was kept of a match is not what it was any more."""

    exit_code = 3


class ModelError(TilikError):
    """There is no usable model."""

    exit_code = 7


class StorageError(TilikError):
    """The database cannot be used."""

    exit_code = 7


class FullError(StorageError):
    """The disk is full. A clean stop: what was stored before is safe, and nothing is there by half."""

    exit_code = 3


class StoppedError(TilikError):
    """A person stopped it."""

    exit_code = 130


class MissingError(TilikError):
    """Something that this machine needs is not there."""

    exit_code = 7
