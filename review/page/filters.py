"""What somebody wants to see of the queue, as it stands in the address: a link can be kept, sent and gone back to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from core.records import Action, Answer, Standing
from storage.walking import Key, Order, Wanted
from storage.watching import Watched

VIEWS: Mapping[str, Standing] = {
    "terbuka": Standing.OPEN,
    "kedua": Standing.SECOND,
    "konflik": Standing.CONFLICT,
    "selesai": Standing.DECIDED,
}
ORDERS: Mapping[str, Order] = {
    "tenggat": "clock",
    "tertinggi": "highest",
    "ragu": "uncertain",
    "terbaru": "newest",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The words of the address, as they are; empty leaves open."""

    tampilan: str = "terbuka"
    urut: str = "tenggat"
    kecamatan: str = ""
    akun: str = ""
    jenis: str = ""
    calon: str = ""
    pilkada: str = ""
    jawaban: str = ""
    dari: str = ""
    sampai: str = ""
    rendah: str = ""

    @classmethod
    def read(cls, query: QueryParams) -> "Filter":
        """Take from an address what we know; anything else in it says nothing."""
        given = {one.name: query.get(one.name, "").strip()[:200] for one in fields(cls)}
        allowed: Sequence[tuple[str, Mapping[str, object]]] = (
            ("tampilan", VIEWS),
            ("urut", ORDERS),
            ("jenis", dict.fromkeys(Action)),
            ("jawaban", dict.fromkeys(Answer)),
        )
        for name, known in allowed:
            if given[name] not in known:
                del given[name]
        return cls(**{name: value for name, value in given.items() if value})

    def address(self, **changes: object) -> str:
        """Write the query of an address; what says nothing is left out."""
        own = {name: str(value) for name, value in changes.items() if name in Filter.__slots__}
        more = {name: value for name, value in changes.items() if name not in Filter.__slots__}
        wanted, nothing = replace(self, **own), Filter()
        said = {name: getattr(wanted, name) for name in Filter.__slots__}
        said = {name: value for name, value in said.items() if value != getattr(nothing, name)}
        return urlencode(said | {name: value for name, value in more.items() if value not in (None, "")})

    def wanted(self, reviewer: str, people: "Listed", zone: str) -> Wanted:
        """Say it to the database."""
        accounts = people.of_unit(self.kecamatan) if self.kecamatan else None
        if self.akun:
            named = people.of_handle(self.akun)
            accounts = named if accounts is None else accounts & named
        return Wanted(
            standing=VIEWS[self.tampilan],
            reviewer=reviewer,
            answer=Answer(self.jawaban) if self.jawaban else None,
            low=bool(self.rendah),
            accounts=accounts,
            action=Action(self.jenis) if self.jenis else None,
            target=self.calon or None,
            contest=self.pilkada or None,
            since=_midnight(self.dari, zone, later=0),
            until=_midnight(self.sampai, zone, later=1),
            order=ORDERS[self.urut],
        )


def _midnight(day: str, zone: str, *, later: int) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None


def key_in(text: str) -> Key | None:
    """Read where a stretch begins; None where it says nothing."""
    chance, _, rest = text.partition(":")
    match_id, _, due = rest.partition(":")
    try:
        return Key(float(chance), int(match_id), datetime.fromtimestamp(int(due), UTC) if due else None)
    except (ValueError, OverflowError, OSError):
        return None


def key_out(key: Key) -> str:
    """Write where a stretch begins."""
    due = "" if key.due_at is None else f":{int(key.due_at.timestamp())}"
    return f"{key.probability!r}:{key.match_id}{due}"


@dataclass(frozen=True, slots=True)
class Listed:
    """The watchlist as filters need it."""

    entries: Sequence[Watched]

    @property
    def units(self) -> list[str]:
        """List the kecamatan."""
        return sorted({one.entry.unit for one in self.entries if one.entry.unit})

    def of_unit(self, unit: str) -> frozenset[int]:
        """Give the accounts of a kecamatan."""
        return frozenset(one.account.id for one in self.entries if one.entry.unit == unit)

    def of_handle(self, handle: str) -> frozenset[int]:
        """Give the accounts of a name."""
        name = handle.removeprefix("@").casefold()
        return frozenset(one.account.id for one in self.entries if one.account.handle.casefold() == name)

    def unit_of(self, account_id: int) -> str | None:
        """Say in which kecamatan an account is."""
        return next((one.entry.unit for one in self.entries if one.account.id == account_id), None)
