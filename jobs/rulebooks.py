"""The rule packs that ship and those of the office, checked, with what holds where and when."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import config
from core.deadlines import Calendar
from core.errors import ConfigError, InputError
from core.rules import Holidays, Overlay, Pack, Signature, best
from core.settings import Contest

SHIPPED = Path(__file__).resolve().parents[1] / "rules"
HOLIDAYS = "holidays.yaml"
Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A file of rules, known by the SHA-256 of its bytes."""

    path: Path
    sha256: str
    rules: Pack | Overlay

    @property
    def verified_by(self) -> Signature | None:
        """Say who signed in the file itself."""
        return self.rules.verified_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What holds in a place at a time: a pack with its overlays laid over it, and the files that it is made of."""

    pack: Pack
    volumes: Sequence[Volume]

    @property
    def name(self) -> str:
        """Name it by its parts."""
        return "+".join(volume.rules.id for volume in self.volumes)

    @property
    def version(self) -> str:
        """Name its version by those of its parts."""
        return "+".join(volume.rules.version for volume in self.volumes)

    @property
    def sha256(self) -> str:
        """Name its content: the digest of the file, or of the digests of several."""
        digests = [volume.sha256 for volume in self.volumes]
        return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Say of which files it is made, and whether each was signed in itself."""
        return [
            {
                "id": one.rules.id,
                "version": one.rules.version,
                "sha256": one.sha256,
                "signed": one.verified_by is not None,
            }
            for one in self.volumes
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All files of rules. The office's stand before those that ship, and go before them where both hold."""

    volumes: Sequence[Volume]
    calendar: Calendar

    def book(self, contest: Contest, day: date) -> Rulebook | None:
        """Find what holds for a contest on a day; None where nothing does."""
        packs = {id(one.rules): one for one in self.volumes if isinstance(one.rules, Pack)}
        pack = best((one.rules for one in packs.values() if isinstance(one.rules, Pack)),
                    contest.regime, contest.region, day)  # fmt: skip
        if pack is None:
            return None
        used = [packs[id(pack)]]
        for volume in self._over(pack, contest, day):
            if isinstance(volume.rules, Overlay):
                pack = volume.rules.over(pack)
                used.append(volume)
        return Rulebook(pack=pack, volumes=used)

    def _over(self, pack: Pack, contest: Contest, day: date) -> list[Volume]:
        """Choose the overlays of a pack that hold, of those with one id the first, the widest first."""
        found: dict[str, Volume] = {}
        for volume in self.volumes:
            rules = volume.rules
            if isinstance(rules, Overlay) and rules.base == pack.id and rules.holds(contest.region, day):
                found.setdefault(rules.id, volume)
        return sorted(found.values(), key=lambda one: (one.rules.narrowness, one.rules.valid_from))


def shelf(folder: Path) -> Shelf:
    """Read the rules that ship and those of an office; a file that has not changed is not read again.

    Raises InputError with everything that is wrong in the first file that cannot be used.
    """
    return _shelf(tuple(_stamps(folder)), tuple(_stamps(SHIPPED)))


def shelf_if_readable(folder: Path) -> Shelf | None:
    """Read the rules for figures that do without; where they cannot be read, `tilik rules check` says why."""
    with suppress(InputError, ConfigError):
        return shelf(folder)
    return None


def _stamps(folder: Path) -> Iterator[Stamp]:
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        state = path.stat()
        yield str(path), state.st_mtime_ns, state.st_size


@lru_cache(maxsize=4)
def _shelf(own: tuple[Stamp, ...], shipped: tuple[Stamp, ...]) -> Shelf:
    paths = [Path(name) for name, _, _ in (*own, *shipped)]
    volumes = [volume(path) for path in paths if path.name != HOLIDAYS]
    _lie_on_something(volumes)
    lists = [config.read(path, lambda _: Holidays) for path in paths if path.name == HOLIDAYS]
    return Shelf(volumes=volumes, calendar=Calendar.of(lists))


def volume(path: Path) -> Volume:
    """Read one file of rules: an overlay names its base."""
    rules: Pack | Overlay = config.read(path, _kind)
    return Volume(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), rules=rules)


def _kind(content: Any) -> type[Pack] | type[Overlay]:  # noqa: ANN401  (whatever a file says)
    return Overlay if isinstance(content, Mapping) and "base" in content else Pack


def _lie_on_something(volumes: Sequence[Volume]) -> None:
    for over in volumes:
        if isinstance(over.rules, Overlay):
            bases = [one.rules for one in volumes if isinstance(one.rules, Pack) and one.rules.id == over.rules.base]
            missing = [name for base in bases for name in over.rules.misses(base)]
            if not bases or missing:
                raise InputError(
                    "rules_without_base", file=over.path, base=over.rules.base, entries=", ".join(missing) or "–"
                )
