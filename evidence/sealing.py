"""A seal: a statement over new evidence and the head of the record, this installation's signature, time stamps.

Pure over bytes. `cryptography` and `rfc3161-client` are imported where they are needed: the extra `seal` brings them.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from core.errors import MissingError
from evidence import merkle

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from rfc3161_client import TimeStampResponse

FORMAT = "tilik-seal-1"
BEGINNING = "0" * 64
"""What stands before the first seal."""
NEEDED = ("cryptography", "rfc3161_client")
QUERY_TYPE, ANSWER_TYPE = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A piece of evidence as the record tells of it: its row's digest, and the line that says so with its digest."""

    number: int
    row: str
    line: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What a seal covers: the last line of the record, and the evidence since the seal before."""

    line: int
    digest: str
    evidence: Sequence[Kept]

    def leaves(self) -> list[bytes]:
        """Give the leaves of its tree: the head of the record first, then the evidence in its order."""
        return [
            merkle.leaf(head_words(self.line, self.digest)),
            *(merkle.leaf(kept_words(one)) for one in self.evidence),
        ]


def head_words(line: int, digest: str) -> bytes:
    """Write the leaf of the record's head."""
    return f"record {line} {digest}".encode()


def kept_words(one: Kept) -> bytes:
    """Write the leaf of a piece of evidence."""
    return f"evidence {one.number} {one.row} {one.line} {one.digest}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who makes a seal, and which authorities are to confirm when."""

    key: str
    controller: str
    tilik: str
    authorities: Sequence[str]


def statement(number: int, before: str, covered: Covered, maker: Maker, made_at: datetime) -> bytes:
    """Write what is signed, in its one form; `before` is the SHA-256 of the statement before it."""
    whole = {
        "format": FORMAT,
        "number": number,
        "before": before,
        "made_at": moment(made_at),
        "controller": maker.controller,
        "tilik": maker.tilik,
        "key": maker.key,
        "record": {"line": covered.line, "digest": covered.digest},
        "leaves": 1 + len(covered.evidence),
        "root": merkle.root(covered.leaves()).hex(),
        "authorities": list(maker.authorities),
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def moment(at: datetime) -> str:
    """Write a moment as statements hold it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(content: bytes) -> str:
    """Give the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def require() -> None:
    """Raise MissingError where the packages that sign and stamp are not installed."""
    for name in NEEDED:
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            raise MissingError("seal_packages", module=error.name) from error


def new_key() -> bytes:
    """Make a key (P-384) as its file holds it."""
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415  (an extra)
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP384R1())
    return key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())


def _read_key(pem: bytes) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        key = forms.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise MissingError("seal_key_broken", reason=error) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != ec.SECP384R1.name:
        raise MissingError("seal_key_broken", reason="P-384")
    return key


def public_key(pem: bytes) -> str:
    """Give the public half of a key's file, as PEM. Raises MissingError `seal_key_broken`."""
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415

    key = _read_key(pem).public_key()
    return key.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(public: str) -> str | None:
    """Name a public key by the SHA-256 of its DER form, without any package; None where it is not PEM to the letter."""
    try:
        der = base64.b64decode("".join(public.split("\n")[1:-2]), validate=True)
    except (binascii.Error, ValueError):
        return None
    body = "".join(f"{line}\n" for line in wrap(base64.b64encode(der).decode(), 64))
    whole = f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n"
    return digest(der) if public == whole else None


def sign(pem: bytes, content: bytes) -> bytes:
    """Sign bytes: ECDSA over their SHA-256, in DER, as `openssl dgst` reads it."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return _read_key(pem).sign(content, ec.ECDSA(hashes.SHA256()))


def is_signed(public: str, signature: bytes, content: bytes) -> bool:
    """Say whether a signature is that of this key over these bytes."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        key = forms.load_pem_public_key(public.encode())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to an authority, and the number that its answer must repeat."""

    content: bytes
    nonce: int


def query(content: bytes) -> Query:
    """Ask when these bytes were there: only their SHA-256 goes out."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415

    made = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    return Query(content=made.as_bytes(), nonce=int(made.nonce or 0))


def why_not(answer: bytes, content: bytes, certificates: bytes, *, nonce: int | None = None) -> str | None:
    """Say why an answer does not confirm these bytes; None where it does."""
    from rfc3161_client import PKIStatus, decode_timestamp_response  # noqa: PLC0415

    try:
        found = decode_timestamp_response(answer)
        granted = PKIStatus(found.status) is PKIStatus.GRANTED
        info = found.tst_info if granted else None
    except (ValueError, TypeError):
        return "stamp_broken"
    if info is None:
        return "stamp_refused"
    if nonce is not None and info.nonce != nonce:
        return "stamp_nonce"
    if info.message_imprint.message != hashlib.sha256(content).digest():
        return "stamp_other"
    return _why_untrusted(found, content, certificates)


def _why_untrusted(found: "TimeStampResponse", content: bytes, certificates: bytes) -> str | None:
    """Say whether the certificates that were given stand behind an answer, at the moment that it names."""
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415

    roots, between = _trusted(certificates)
    if not roots:
        return "stamp_certificate"
    try:
        VerifierBuilder(roots=roots, intermediates=between).build().verify_message(found, content)
    except (VerificationError, ValueError, TypeError):
        return "stamp_untrusted"
    return None


def stamped_at(answer: bytes) -> datetime:
    """Read which moment an answer that was checked before confirms."""
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415

    return decode_timestamp_response(answer).tst_info.gen_time.astimezone(UTC)


def _trusted(pem: bytes) -> "tuple[list[x509.Certificate], list[x509.Certificate]]":
    """Tell the certificates that are trusted by themselves from those between; a lone one is trusted as it is."""
    from cryptography import x509  # noqa: PLC0415

    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        return [], []
    roots = [one for one in found if one.issuer == one.subject]
    return (roots, [one for one in found if one not in roots]) if roots else (found, [])


def kept_of(words: str | None) -> tuple[int, str, str] | None:
    """Read what a line of the record says of evidence: number, digest of the row, SHA-256 of the manifest."""
    parts = (words or "").split(" ")
    if len(parts) != 3 or not parts[0].isdecimal():
        return None
    return int(parts[0]), parts[1], parts[2]


def read_statement(text: str) -> dict[str, Any] | None:
    """Read a statement; None where it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    shaped = isinstance(found, dict) and found.get("format") == FORMAT and isinstance(found.get("record"), dict)
    return found if shaped else None


def proof(covered: Covered, place: int) -> dict[str, Any]:
    """Say how one leaf leads to the root; the head of the record is leaf 0."""
    leaves = covered.leaves()
    return {"place": place, "count": len(leaves), "path": [one.hex() for one in merkle.path(leaves, place)]}


def pending(statement_of: dict[str, Any], answered: Iterable[str]) -> list[str]:
    """List the authorities that a seal still waits for."""
    known = set(answered)
    return [str(one) for one in statement_of.get("authorities", ()) if one not in known]
