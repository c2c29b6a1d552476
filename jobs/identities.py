"""NIP and NIK: kept encrypted, opened for a dossier alone, each keeping and each use in the record of deeds.

The numbers themselves stand in no log, no list, no file for review and no error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.cases import DIGITS, By, Known, Number
from core.deeds import Did
from core.errors import InputError
from core.records import Role
from jobs import cases
from jobs.tools import Tools
from storage import people
from storage.database import Session
from storage.vault import VARIABLE, Vault, newest

__all__ = ["VARIABLE", "Kept", "held", "keep", "use", "vault_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A number that is kept, by everything but itself."""

    kind: Number
    who: str
    at: str
    known: Known


def vault_of(tools: Tools, environ: Mapping[str, str]) -> Vault:
    """Open this installation's vault: with the passphrase of the environment, else with the key beside the data."""
    folder: Path = tools.settings.storage.data
    return Vault(folder=folder, passphrase=environ.get(VARIABLE) or None)


def keep(tools: Tools, vault: Vault, case_id: int, numbers: Mapping[Number, str], *, by: By, shown: str) -> None:
    """Keep numbers of a case's person. InputError for one of another length, and where the subject is no person."""
    by = replace(by, who=cases.themselves(tools, by.who, by.known))
    clean = {kind: "".join(value.split()).replace(".", "").replace("-", "") for kind, value in numbers.items()}
    for kind, value in clean.items():
        if not (value.isascii() and value.isdigit() and len(value) == DIGITS[kind]):
            raise InputError("identity_form", kind=kind.upper(), digits=DIGITS[kind])
    now = tools.clock.now()
    with tools.database.write() as session:
        case = cases.find(session, case_id, shown)
        if case.row.role is not Role.ASN:
            raise InputError("identity_of_institution", case=shown)
        for kind, value in clean.items():
            vault.put(session, case_id, kind, value, by=by, at=now)
            detail = f"{shown} {kind} {by.known}"
            people.record(session, who=by.who, what=Did.IDENTITY_KEEP, detail=detail, at=now)


def use(tools: Tools, vault: Vault, case_id: int, *, by: By, shown: str, why: str) -> dict[Number, str]:
    """Open the numbers of a case, and say in the record who did and for what. StorageError where the key is another."""
    with tools.database.write() as session:
        found = vault.open(session, case_id)
        for kind in found:
            detail = f"{shown} {kind}; {why} {by.known}"
            people.record(session, who=by.who, what=Did.IDENTITY_USE, detail=detail, at=tools.clock.now())
    return found


def held(session: Session, case_id: int) -> list[Kept]:
    """Say which numbers are kept, by whom and since when; not what they are."""
    rows = newest(session, case_id)
    return [
        Kept(kind=kind, who=row.who, at=row.added_at.isoformat(), known=Known(row.known)) for kind, row in rows.items()
    ]
