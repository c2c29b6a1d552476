"""One file that nobody reads without its passphrase: pieces whose order, number and end are part of the seal.

    8 bytes   TILIKBAK
    4 bytes   version (1), log2 of scrypt's N, r, p
    16 bytes  salt
    7 bytes   beginning of every nonce
    1 byte    log2 of the size of a piece
    8 bytes   length of what is inside, big-endian
    32 bytes  HMAC-SHA256 of all that stands before, with the second half of the key
    pieces    AES-256-GCM of one piece each, tag behind it; the last may be shorter

The key is scrypt of the passphrase (UTF-8, NFC): 64 bytes, the first half seals, the second half checks the head. The
nonce of a piece is its beginning, its number (4 bytes) and 1 for the last piece, 0 before it (STREAM, Hoang et al.
2015); the head is authenticated with every piece. So a wrong passphrase, a cut, a flip and a swap are told before
anything of a piece is used, and only one piece is ever in memory.
"""

import hashlib
import hmac
import os
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from core.errors import InputError, MissingError, StorageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"TILIKBAK"
VERSION: Final = 1
COST: Final = 17
"""log2 of scrypt's N: 128 MiB and half a second on an office laptop."""
MOST_COST: Final = 20
PIECE: Final = 18
"""log2 of 256 KiB."""
SHORTEST: Final = 12
TAG: Final = 16
_PLAIN = struct.Struct(">8s4B16s7sBQ")
HEAD: Final = _PLAIN.size + 32


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the pieces."""

    raw: bytes
    prefix: bytes
    piece: int
    length: int

    @property
    def pieces(self) -> int:
        """Say how many pieces there are; even nothing is one."""
        return max(1, -(-self.length // self.piece))

    @property
    def whole(self) -> int:
        """Say how long the whole file is."""
        return HEAD + self.length + TAG * self.pieces


def is_sealed(path: Path) -> bool:
    """Say whether a file is one of these, by its first bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def seal(target: BinaryIO, content: Iterable[bytes], length: int, passphrase: str) -> None:
    """Write a stream of `length` bytes, sealed. InputError where the passphrase is too short."""
    if len(passphrase) < SHORTEST:
        raise InputError("passphrase_short", shortest=SHORTEST)
    salt, prefix = os.urandom(16), os.urandom(7)
    plain = _PLAIN.pack(MAGIC, VERSION, COST, 8, 1, salt, prefix, PIECE, length)
    key, check = _keys(passphrase, salt, cost=(COST, 8, 1))
    head = Head(plain + hmac.new(check, plain, hashlib.sha256).digest(), prefix, 1 << PIECE, length)
    target.write(head.raw)
    cipher = _cipher(key)
    last = head.pieces - 1
    pieces = enumerate(_cut(content, head.piece, head.pieces))
    target.writelines(cipher.encrypt(_nonce(head, number, last), piece, head.raw) for number, piece in pieces)


def _cut(content: Iterable[bytes], size: int, count: int) -> Iterator[bytes]:
    """Cut a stream into pieces of one size, so many as were announced."""
    waiting, given = bytearray(), 0
    for part in content:
        waiting += part
        while len(waiting) >= size and given < count - 1:
            yield bytes(waiting[:size])
            del waiting[:size]
            given += 1
    yield bytes(waiting)


def unsealed(path: Path, passphrase: str) -> Iterator[bytes]:
    """Give what is inside, piece by piece, each proven before it is given.

    InputError names what is wrong: `backup_passphrase`, `backup_cut`, `backup_changed`.
    """
    try:
        with path.open("rb") as stream:
            head, key = _opened(stream, path, passphrase)
            size = path.stat().st_size
            if size < head.whole:
                raise InputError("backup_cut", file=path, missing=head.whole - size)
            if size > head.whole:
                raise InputError("backup_changed", file=path, piece=head.pieces + 1)
            yield from _pieces(stream, path, head, _cipher(key))
    except OSError as error:
        raise StorageError("backup_unreadable", file=path, reason=error.strerror or error) from error


def _pieces(stream: BinaryIO, path: Path, head: Head, cipher: "AESGCM") -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (an extra)

    last = head.pieces - 1
    for number in range(head.pieces):
        try:
            yield cipher.decrypt(_nonce(head, number, last), stream.read(head.piece + TAG), head.raw)
        except InvalidTag as error:
            raise InputError("backup_changed", file=path, piece=number + 1) from error


def _opened(stream: BinaryIO, path: Path, passphrase: str) -> tuple[Head, bytes]:
    raw = stream.read(HEAD)
    if len(raw) < HEAD:
        raise InputError("backup_cut", file=path, missing=HEAD - len(raw))
    magic, version, cost, block, lanes, salt, prefix, piece, length = _PLAIN.unpack(raw[: _PLAIN.size])
    if magic != MAGIC or version != VERSION:
        raise InputError("backup_of_other_version", file=path, version=version)
    if not 10 <= cost <= MOST_COST or (block, lanes) != (8, 1) or not 10 <= piece <= 24:
        raise InputError("backup_changed", file=path, piece=0)
    key, check = _keys(passphrase, salt, cost=(cost, block, lanes))
    if not hmac.compare_digest(hmac.new(check, raw[: _PLAIN.size], hashlib.sha256).digest(), raw[_PLAIN.size :]):
        raise InputError("backup_passphrase", file=path)
    return Head(raw, prefix, 1 << piece, length), key


def _nonce(head: Head, number: int, last: int) -> bytes:
    return head.prefix + number.to_bytes(4, "big") + (b"\1" if number == last else b"\0")


def _keys(passphrase: str, salt: bytes, *, cost: tuple[int, int, int]) -> tuple[bytes, bytes]:
    n, r, p = cost
    secret = unicodedata.normalize("NFC", passphrase).encode()
    both = hashlib.scrypt(secret, salt=salt, n=1 << n, r=r, p=p, maxmem=(128 * r << n) + (1 << 21), dklen=64)
    return both[:32], both[32:]


def _cipher(key: bytes) -> "AESGCM":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError as error:
        raise MissingError("seal_missing", module=error.name) from error
    return AESGCM(key)
