"""A model on disk: one skops file of plain arrays, and a manifest that says what it must be.

Nothing is trusted because a file lists it: no type beyond skops' own plain ones is allowed, only dictionaries of number
arrays are accepted, and every shape is checked. Whatever is wrong becomes a ModelError with a code.
"""

import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import skops.io
from numpy.typing import NDArray
from skops.io.exceptions import UntrustedTypesFoundException

from classifier.columns import CHANNELS, VIEWS, Vocabulary
from classifier.features import sorted_rules
from classifier.model import PLANES, Model, code_version, installed_sklearn
from classifier.plane import Weights
from core.errors import ModelError
from core.files import write_whole
from core.records import Kind

MODEL_FILE: Final = "model.skops"
MANIFEST_FILE: Final = "manifest.json"
FORMAT: Final = 2
TRUSTED: Final[tuple[str, ...]] = ()
"""Types beyond skops' built-in plain ones that a model may hold: none."""
LARGEST_UNPACKED: Final = 100_000_000
UNREADABLE = (
    *(ValueError, TypeError, LookupError, AttributeError, ImportError, OSError, EOFError, RuntimeError, MemoryError),
    *(AssertionError, ArithmeticError, zipfile.BadZipFile, zlib.error, struct.error, UntrustedTypesFoundException),
)
"""What a damaged archive makes zipfile, json, numpy and skops raise."""


def save(model: Model, folder: Path) -> None:
    """Write a model; the manifest comes last, so that a crash leaves nothing that loads."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"{MODEL_FILE}.part"
    skops.io.dump(_arrays(model.weights), part, compression=zipfile.ZIP_DEFLATED)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    manifest = {
        "format": FORMAT,
        "version": model.version,
        "sha256": hashlib.sha256(part.read_bytes()).hexdigest(),
        **model.facts,
    }
    (folder / MANIFEST_FILE).unlink(missing_ok=True)
    part.replace(folder / MODEL_FILE)
    write_whole(
        folder / MANIFEST_FILE, json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True).encode("utf-8")
    )


def load(folder: Path) -> Model:
    """Read a model that this code wrote; refuse every other one."""
    manifest = read_manifest(folder)
    file = folder / MODEL_FILE
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ModelError("model_missing", path=str(file)) from error
    if hashlib.sha256(body).hexdigest() != manifest["sha256"]:
        raise ModelError("model_altered", path=str(file))
    content = _content(file)
    model = Model(weights={name: _weights(content, name, file) for name in PLANES}, facts=_facts(manifest))
    if model.version != manifest["version"]:
        raise ModelError("model_altered", path=str(file))
    return model


def _facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key not in {"format", "version", "sha256"}}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a saved model says of itself; ModelError where it is of another version of tilik."""
    path = folder / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError("model_missing", path=str(path)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError("manifest_unreadable", path=str(path)) from error
    if not isinstance(manifest, dict):
        raise ModelError("manifest_unreadable", path=str(path))
    wanted = {"format": FORMAT, "code_version": code_version(), "sklearn_version": installed_sklearn()}
    for key, value in wanted.items():
        if manifest.get(key) != value:
            raise ModelError("model_of_other_version", field=key, found=str(manifest.get(key)), expected=str(value))
    if not isinstance(manifest.get("sha256"), str) or not isinstance(manifest.get("version"), str):
        raise ModelError("manifest_unreadable", path=str(path))
    return manifest


def _content(file: Path) -> dict[str, NDArray[Any]]:
    """Unpack the arrays, after a look at what the archive would become."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise ModelError("model_too_large", path=str(file), most=LARGEST_UNPACKED)
        strange = [name for name in skops.io.get_untrusted_types(file=file) if name not in TRUSTED]
        if strange:
            raise ModelError("model_untrusted", path=str(file), types=", ".join(sorted(strange)))
        content = skops.io.load(file, trusted=list(TRUSTED))
    except UNREADABLE as error:
        raise ModelError("model_unreadable", path=str(file)) from error
    plain = type(content) is dict and all(
        isinstance(key, str) and type(value) is np.ndarray and value.dtype.kind in "fu"
        for key, value in content.items()
    )
    if not plain:
        raise ModelError("model_inconsistent", path=str(file), part="types")
    return dict(content)


def _arrays(planes: Mapping[str, Weights]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for name, weights in planes.items():
        for channel in CHANNELS:
            arrays[f"{name}.terms.{channel}"] = _pack(weights.vocabulary.terms[channel])
            arrays[f"{name}.idf.{channel}"] = weights.vocabulary.idf[channel]
        arrays[f"{name}.rules"] = _pack(weights.vocabulary.rules)
        arrays[f"{name}.call"] = weights.call
        arrays[f"{name}.scale"] = np.array([weights.bias, weights.slope, weights.offset], dtype=np.float64)
        arrays[f"{name}.kind_names"] = _pack([str(kind) for kind in weights.kind_names])
        arrays[f"{name}.kinds"] = weights.kinds
        arrays[f"{name}.kind_bias"] = weights.kind_bias
    return arrays


def _weights(arrays: Mapping[str, NDArray[Any]], name: str, file: Path) -> Weights:
    try:
        bias, slope, offset = (float(value) for value in arrays[f"{name}.scale"])
        vocabulary = Vocabulary(
            terms={channel: _unpack(arrays[f"{name}.terms.{channel}"]) for channel in CHANNELS},
            idf={channel: arrays[f"{name}.idf.{channel}"] for channel in CHANNELS},
            rules=_unpack(arrays[f"{name}.rules"]),
        )
        weights = Weights(
            vocabulary=vocabulary,
            call=arrays[f"{name}.call"],
            bias=bias,
            slope=slope,
            offset=offset,
            kind_names=tuple(Kind(kind) for kind in _unpack(arrays[f"{name}.kind_names"])),
            kinds=arrays[f"{name}.kinds"],
            kind_bias=arrays[f"{name}.kind_bias"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError("model_inconsistent", path=str(file), part="content") from error
    _check_shapes(weights, file)
    return weights


def _check_shapes(weights: Weights, file: Path) -> None:
    """Refuse arrays that do not fit together, or that hold no finite numbers."""
    vocabulary = weights.vocabulary
    sizes = {name: len(terms) for name, terms in vocabulary.terms.items()}
    rules, kinds = len(vocabulary.rules), len(weights.kind_names)
    shapes = {
        "call": (weights.call, (sum(sizes.values()) + rules,)),
        "kinds": (weights.kinds, (kinds, sizes[VIEWS[0].name] + rules)),
        "kind_bias": (weights.kind_bias, (kinds,)),
        **{f"idf.{name}": (idf, (sizes[name],)) for name, idf in vocabulary.idf.items()},
    }
    for part, (array, shape) in shapes.items():
        if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
            raise ModelError("model_inconsistent", path=str(file), part=part)
    unique = all(len(set(terms)) == len(terms) for terms in vocabulary.terms.values())
    finite = bool(np.isfinite([weights.bias, weights.slope, weights.offset]).all())
    if vocabulary.rules != sorted_rules() or not kinds or not unique or not finite or weights.slope >= 0:
        raise ModelError("model_inconsistent", path=str(file), part="rules")


def _pack(words: tuple[str, ...] | list[str]) -> NDArray[Any]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _unpack(packed: NDArray[Any]) -> tuple[str, ...]:
    return tuple(packed.astype(np.uint8).tobytes().decode().split("\n"))
