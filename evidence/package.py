"""A package that can be given away: the evidence of a match, how to check it and how to look at it."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from core.files import write_whole
from core.unfinished import unfinished_folder
from evidence import verify

TEXTS = Path(__file__).with_name("texts")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a package says of itself; `key` is the fingerprint of the key that signed its seals, if any did."""

    match: str
    controller: str
    made_at: datetime
    key: str | None = None


def package(
    manifests: Sequence[bytes],
    get: Callable[[str], bytes],
    *,
    about: About,
    proofs: Sequence[bytes | None] = (),
    seals: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Put a package together: a folder for each manifest, the verifier, and what to do, in two languages.

    `proofs` lead from the manifests to the `seals`; None for what is not sealed yet.
    """
    files: dict[str, bytes] = {}
    folders: list[str] = []
    for manifest, proof in zip_longest(manifests, proofs):
        said = json.loads(manifest)
        folder = _free(str(said["level"]), folders)
        files[f"{folder}/{verify.MANIFEST}"] = manifest
        if proof is not None:
            files[f"{folder}/{verify.PROOF}"] = proof
        files.update({f"{folder}/{one['name']}": get(one["sha256"]) for one in said["files"]})
    listed = "\n".join(
        f"  {hashlib.sha256(manifest).hexdigest()}  {folder}/{verify.MANIFEST}"
        for folder, manifest in zip(folders, manifests, strict=True)
    )
    for name in ("BACA-INI.txt", "README.txt"):
        text = (TEXTS / name).read_text(encoding="utf-8")
        words = {"match": about.match, "controller": about.controller, "digests": listed}
        words |= {"made_at": f"{about.made_at:%Y-%m-%d %H:%M %Z}", "key": about.key or "–"}
        files[name] = text.format_map(words).encode()
    files.update(seals or {})
    files["verify.py"] = Path(verify.__file__).read_bytes()
    files[verify.SUMS] = verify.sums_of(files)
    return files


def _free(level: str, taken: list[str]) -> str:
    """Name the folder of a piece of evidence: its level, with a number where there is one already."""
    count = sum(name.partition("-")[0] == level for name in taken)
    taken.append(level if count == 0 else f"{level}-{count + 1}")
    return taken[-1]


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a package as a folder, whole or not at all. OSError."""
    with unfinished_folder(folder.parent, folder.name) as beside:
        made = beside / folder.name
        for name, content in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(made / name, content)
        made.rename(folder)


def write_zip(files: Mapping[str, bytes], path: Path, *, made_at: datetime) -> None:
    """Write a package as a zip file, whole or not at all. OSError."""
    stamp = made_at.timetuple()[:6]
    with unfinished_folder(path.parent, path.name) as beside:
        made = beside / path.name
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in sorted(files.items()):
                packed.writestr(zipfile.ZipInfo(f"{path.stem}/{name}", stamp), content, zipfile.ZIP_DEFLATED)
        write_whole(path, made.read_bytes())
