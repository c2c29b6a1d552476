"""A model on disk: one skops file of plain arrays, and a manifest that says what it must be.

Nothing is trusted because a file lists it: no type beyond skops' own plain ones is allowed, only dictionaries of number
arrays are accepted, and every shape is checked. Whatever is wrong becomes a ModelError with a code.
"""

import hashlib
import json
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

from classifier.features import sorted_rules
from classifier.model import CHANNELS, KIND_CHANNELS, Model, Weights, code_version, installed_sklearn
from core.errors import ModelError
from core.records import Kind

MODEL_FILE: Final = "model.skops"
MANIFEST_FILE: Final = "manifest.json"
FORMAT: Final = 1
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
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{MODEL_FILE}.part"
    skops.io.dump(_arrays(model.weights), part, compression=zipfile.ZIP_DEFLATED)
    manifest = {
        "format": FORMAT,
        "version": model.version,
        "sha256": hashlib.sha256(part.read_bytes()).hexdigest(),
        **model.facts,
    }
    (folder / MANIFEST_FILE).unlink(missing_ok=True)
    part.replace(folder / MODEL_FILE)
    written = folder / f"{MANIFEST_FILE}.part"
    written.write_text(json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    written.replace(folder / MANIFEST_FILE)


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
    model = Model(weights=_weights(_content(file), file), facts=_facts(manifest))
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


def _arrays(weights: Weights) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for channel in CHANNELS:
        arrays[f"terms.{channel.name}"] = _pack(weights.terms[channel.name])
        arrays[f"idf.{channel.name}"] = weights.idf[channel.name]
    arrays["rules"] = _pack(weights.rules)
    arrays["call"] = weights.call
    arrays["scale"] = np.array([weights.bias, weights.slope, weights.offset], dtype=np.float64)
    arrays["kind_names"] = _pack([str(kind) for kind in weights.kind_names])
    arrays["kinds"] = weights.kinds
    arrays["kind_bias"] = weights.kind_bias
    return arrays


def _weights(arrays: Mapping[str, NDArray[Any]], file: Path) -> Weights:
    try:
        terms = {channel.name: _unpack(arrays[f"terms.{channel.name}"]) for channel in CHANNELS}
        bias, slope, offset = (float(value) for value in arrays["scale"])
        weights = Weights(
            terms=terms,
            idf={channel.name: arrays[f"idf.{channel.name}"] for channel in CHANNELS},
            rules=_unpack(arrays["rules"]),
            call=arrays["call"],
            bias=bias,
            slope=slope,
            offset=offset,
            kind_names=tuple(Kind(name) for name in _unpack(arrays["kind_names"])),
            kinds=arrays["kinds"],
            kind_bias=arrays["kind_bias"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError("model_inconsistent", path=str(file), part="content") from error
    _check_shapes(weights, file)
    return weights


def _check_shapes(weights: Weights, file: Path) -> None:
    """Refuse arrays that do not fit together, or that hold no finite numbers."""
    sizes = {name: len(terms) for name, terms in weights.terms.items()}
    rules, kinds = len(weights.rules), len(weights.kind_names)
    shapes = {
        "call": (weights.call, (sum(sizes.values()) + rules,)),
        "kinds": (weights.kinds, (kinds, sum(sizes[name] for name in KIND_CHANNELS) + rules)),
        "kind_bias": (weights.kind_bias, (kinds,)),
        **{f"idf.{name}": (idf, (sizes[name],)) for name, idf in weights.idf.items()},
    }
    for part, (array, shape) in shapes.items():
        if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
            raise ModelError("model_inconsistent", path=str(file), part=part)
    unique = all(len(set(terms)) == len(terms) for terms in weights.terms.values())
    finite = bool(np.isfinite([weights.bias, weights.slope, weights.offset]).all())
    if weights.rules != sorted_rules() or not kinds or not unique or not finite or weights.slope >= 0:
        raise ModelError("model_inconsistent", path=str(file), part="rules")


def _pack(words: tuple[str, ...] | list[str]) -> NDArray[Any]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _unpack(packed: NDArray[Any]) -> tuple[str, ...]:
    return tuple(packed.astype(np.uint8).tobytes().decode().split("\n"))
