"""What a case is made of: where it stands in Bawaslu's practice, what is added to it, and how it may move.

The words of its states and fields are those of the offices that use them; they are proper nouns of the procedure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands; only people move it."""

    INFORMATION = "informasi-awal"
    INQUIRY = "penelusuran"
    PLENARY = "pleno"
    FINDING = "temuan"
    REPORT = "laporan"
    FORWARDED = "diteruskan"
    STOPPED = "dihentikan"


FOLLOWS: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.INFORMATION: frozenset({CaseState.INQUIRY, CaseState.STOPPED}),
    CaseState.INQUIRY: frozenset({CaseState.PLENARY, CaseState.REPORT, CaseState.STOPPED}),
    CaseState.PLENARY: frozenset({CaseState.INQUIRY, CaseState.FINDING, CaseState.REPORT, CaseState.STOPPED}),
    CaseState.FINDING: frozenset({CaseState.FORWARDED, CaseState.STOPPED}),
    CaseState.REPORT: frozenset({CaseState.FORWARDED, CaseState.STOPPED}),
    CaseState.FORWARDED: frozenset(),
    CaseState.STOPPED: frozenset(),
}
"""Where a case may go from where it stands."""
BY_TWO = frozenset({CaseState.PLENARY, CaseState.FINDING, CaseState.REPORT, CaseState.FORWARDED})
"""What a second, different person has to agree to before it holds."""
ENDED = frozenset({CaseState.FORWARDED, CaseState.STOPPED})


class Known(StrEnum):
    """How it is known who took a step: by their password, or only because somebody typed this name."""

    LOGIN = "login"
    TYPED = "typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does something with a case, and how that is known."""

    who: str
    known: Known = Known.TYPED


class EntryKind(StrEnum):
    """What somebody adds to a case. Nothing that was added is ever changed; it can be taken back."""

    NOTE = "note"
    WITNESS = "witness"
    REPLY = "reply"
    EXCULPATORY = "exculpatory"
    FIELD = "field"


class Relief(StrEnum):
    """What speaks for the person: the first three are read from the database, the others somebody has to say."""

    UNLIKED = "unliked"
    EDITED = "edited_later"
    DELETED = "post_deleted"
    APOLOGY = "apology"
    RETIRED = "no_longer_in_service"
    ACCIDENT = "accident"
    OTHER = "other_fact"


SAID = frozenset({Relief.DELETED, Relief.APOLOGY, Relief.RETIRED, Relief.ACCIDENT, Relief.OTHER})
"""What a person may say of it."""


class Number(StrEnum):
    """A number of the state's by which a person is known: kept encrypted, and read into the dossier only."""

    NIP = "nip"
    NIK = "nik"


DIGITS: Mapping[Number, int] = {Number.NIP: 18, Number.NIK: 16}

FIELDS = (
    *("nomor_lhp", "pengawas_tahapan", "pengawas_nama", "pengawas_jabatan", "pengawas_surat_tugas"),
    *("pengawas_alamat", "pengawas_telepon", "pengawas_surel"),
    *("kegiatan_bentuk", "kegiatan_tujuan", "kegiatan_sasaran", "kegiatan_waktu_tempat"),
    *("uraian_hasil", "uraian_dugaan", "fakta_analisa", "potensi_sengketa"),
    *("terlapor_jabatan", "terlapor_instansi", "terlapor_alamat", "terlapor_status"),
    *("pelapor_nama", "pelapor_alamat", "pelapor_telepon", "pelapor_identitas"),
    *("nomor_temuan", "tanggal_diketahui", "nomor_penerusan", "tanggal_penerusan", "rekomendasi"),
)
"""What an officer fills in of the forms; whatever nobody filled in stands there as `diisi petugas`."""
LONGEST = 4_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


NUMBER = re.compile(r"(?<![\w/.-])\d(?:[ .-]?\d){15,17}(?![\w/-])")


def holds_a_number(text: str) -> bool:
    """Say whether a text seems to hold a NIP or NIK: 16 or 18 digits by themselves; digits of an address are none."""
    found = (sum(sign.isdigit() for sign in one) for one in NUMBER.findall(text))
    return any(digits in DIGITS.values() for digits in found)


def plain(text: str) -> str:
    """Take out of a text what no document can hold."""
    return CONTROL.sub("", text)


def same_person(one: str, other: str) -> bool:
    """Say whether two names are the same person's, whatever their case and spaces: in doubt they are."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    """Write a name so that nobody becomes two people by writing it otherwise."""
    return "".join(name.casefold().split())
