"""Memeriksa berkas perkara tanpa tilik. | Checks a dossier without tilik.

Buka semua berkas ZIP ke satu folder, lalu: | Unpack all ZIP files into one folder, then:

    python3 periksa.py

Hanya memakai pustaka baku Python. | Needs the standard library of Python only.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LIST = "daftar-berkas.json"
CUT = ".potong-"
FAILED = 3
_PIECE = re.compile(re.escape(CUT) + r"\d{3,}$")


def problems(folder: Path) -> Iterator[tuple[str, str]]:
    """Name what is missing or changed, and what nobody listed; put files together that were cut."""
    try:
        told: dict[str, Any] = json.loads((folder / LIST).read_bytes())
        listed = {str(one["name"]): (int(one["bytes"]), str(one["sha256"])) for one in told["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        yield "HILANG | MISSING", LIST
        return
    for name, (size, sha256) in sorted(listed.items()):
        path = _inside(folder, name)
        if path is None:
            yield "NAMA ASING | STRANGE NAME", name
            continue
        if not path.is_file():
            _join(path)
        if not path.is_file():
            yield "HILANG | MISSING", name
        elif path.stat().st_size != size or _sha256(path) != sha256:
            yield "BERUBAH | CHANGED", name
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = _PIECE.sub("", path.relative_to(folder).as_posix())
        if name not in listed and name != LIST and "__pycache__" not in name:
            yield "TIDAK TERDAFTAR | NOT LISTED", name


def _inside(folder: Path, name: str) -> Path | None:
    """Refuse a name that leads elsewhere."""
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) else None


def _join(path: Path) -> None:
    """Put a file together of its pieces, where all of them are there."""
    pieces = sorted(path.parent.glob(f"{path.name}{CUT}*"), key=lambda one: int(one.name.rpartition("-")[2]))
    if [int(one.name.rpartition("-")[2]) for one in pieces] != list(range(1, len(pieces) + 1)) or not pieces:
        return
    with path.open("wb") as target:
        for one in pieces:
            target.write(one.read_bytes())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def packages(folder: Path) -> Iterator[tuple[Path, int, str]]:
    """Let each package of evidence check itself, with the verifier that goes with it."""
    for verifier in sorted(folder.glob("bukti/*/verify.py")):
        command = [sys.executable, "-I", "-B", str(verifier)]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  (a file that was just compared)
        yield verifier.parent, done.returncode, done.stdout.decode("utf-8", "replace")


def main(arguments: list[str]) -> int:
    """Check the folder of this file, or the one that is named; 3 where anything is not whole."""
    say: Callable[[str], Any] = sys.stdout.write
    folder = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).resolve().parent
    broken = list(problems(folder))
    for what, name in broken:
        say(f"[{what}] {name}\n")
    checked = 0
    for place, code, told in packages(folder) if not broken else ():
        say(f"--- {place.relative_to(folder).as_posix()}\n{told}")
        checked += 1
        if code:
            broken.append(("BUKTI | EVIDENCE", place.name))
    if not broken and not checked:
        broken.append(("TANPA BUKTI | NO EVIDENCE", "bukti"))
        say("[TANPA BUKTI | NO EVIDENCE]\n")
    if broken:
        say("TIDAK UTUH. | NOT WHOLE.\n")
        return FAILED
    say(f"UTUH: {checked} bukti. SHA-256 {LIST}: {_sha256(folder / LIST)}\n")
    say("WHOLE. Cocokkan sidik itu dengan yang Anda terima lewat jalan lain. | Compare that digest.\n")
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main(sys.argv))
