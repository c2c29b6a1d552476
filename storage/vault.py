"""Numbers of the state's (NIP, NIK), encrypted (AES-256-GCM): the key lies beside the data, or comes from a passphrase.

The key is bound to this installation, each number to its case: a row that was moved to another case does not open.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from core.cases import By, Number
from core.errors import MissingError, StorageError
from core.files import write_whole
from storage.case_tables import identities
from storage.database import Session

KEY, SALT = "identity.key", "identity.salt"
VARIABLE = "TILIK_IDENTITY_PASSPHRASE"
SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024, "dklen": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Opens and closes the numbers of one installation."""

    folder: Path
    passphrase: str | None = None

    def put(self, session: Session, case_id: int, kind: Number, value: str, *, by: By, at: datetime) -> None:
        """Keep a number; an older one of its kind stays below it, encrypted."""
        key, nonce = self._key(make=True), secrets.token_bytes(12)
        row = {
            "case_id": case_id,
            "kind": kind,
            "key": _name(key),
            "nonce": nonce,
            "sealed": _cipher(key).encrypt(nonce, value.encode(), _bound(case_id, kind)),
            "who": by.who,
            "known": by.known,
            "added_at": at,
        }
        session.execute(insert(identities).values(**row))

    def open(self, session: Session, case_id: int) -> dict[Number, str]:
        """Give the numbers of a case. StorageError where this key does not open them."""
        rows = newest(session, case_id)
        key = self._key(make=False) if rows else b""
        return {kind: _opened(key, row, kind) for kind, row in rows.items()}

    def _key(self, *, make: bool) -> bytes:
        if self.passphrase:
            salt = self._file(SALT, make=make)
            return hashlib.scrypt(self.passphrase.encode(), salt=salt, **SCRYPT)
        return self._file(KEY, make=make)

    def _file(self, name: str, *, make: bool) -> bytes:
        path = self.folder / name
        try:
            if make and not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_whole(path, secrets.token_bytes(32))
            return path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError("identity_key_unreadable", file=path, reason=reason) from error


def newest(session: Session, case_id: int) -> dict[Number, Any]:
    """Give the newest row of each kind of number, still encrypted."""
    query = select(identities).where(identities.c.case_id == case_id).order_by(identities.c.id)
    return {Number(row.kind): row for row in session.execute(query)}


def _opened(key: bytes, row: Any, kind: Number) -> str:  # noqa: ANN401  (a row has no narrower type)
    try:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (comes with the extra seal)
    except ImportError as error:
        raise MissingError("extra_missing", module="cryptography", extra="seal") from error
    try:
        return str(_cipher(key).decrypt(row.nonce, row.sealed, _bound(row.case_id, kind)).decode())
    except InvalidTag as error:
        raise StorageError("identity_not_opened", key=row.key, now=_name(key)) from error


def _cipher(key: bytes) -> Any:  # noqa: ANN401  (its type comes with the extra)
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
    except ImportError as error:
        raise MissingError("extra_missing", module="cryptography", extra="seal") from error
    return AESGCM(key)


def _bound(case_id: int, kind: Number) -> bytes:
    return f"tilik identity {case_id} {kind}".encode()


def _name(key: bytes) -> str:
    return hashlib.sha256(b"tilik identity key\0" + key).hexdigest()[:16]
