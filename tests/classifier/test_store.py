"""A model on disk: it comes back as it was, and nothing else is ever taken for one."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.svm import LinearSVC

from classifier.base import base_examples, base_model
from classifier.corpus import corpus_digest
from classifier.lexicon import Lexicon
from classifier.model import Model, train
from classifier.store import MANIFEST_FILE, MODEL_FILE, load, save
from classifier.vocabulary import words_digest
from core.errors import ModelError
from core.settings import Classifier

TEXTS = ["Ayo coblos nomor 2!", "Posyandu besok pagi", "", "kotak kosong menang"]


@pytest.fixture(scope="module")
def small() -> Model:
    return train(base_examples()[:600], seed=3)


@pytest.fixture
def folder(small: Model, tmp_path: Path) -> Path:
    save(small, tmp_path / "model")
    return tmp_path / "model"


def test_a_saved_model_scores_as_before(small: Model, folder: Path) -> None:
    loaded = load(folder)

    assert loaded.version == small.version
    assert loaded.facts == small.facts
    scores = [m.score_all(TEXTS, Lexicon(None), Classifier()) for m in (small, loaded)]
    assert scores[0] == scores[1]


def test_the_whole_base_model_is_small(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path)

    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 5_000_000


def test_the_manifest_says_how_the_model_came_to_be(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text())

    assert manifest["sha256"] == hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
    assert {manifest["corpus_sha256"], manifest["words_sha256"]} == {corpus_digest(), words_digest()}
    assert {"seed", "sklearn_version", "code_version", "data_digest", "labels", "metrics"} <= manifest.keys()


def replace_model(folder: Path, body: bytes) -> None:
    """Put other bytes in the place of the model, and make the manifest agree with them."""
    (folder / MODEL_FILE).write_bytes(body)
    change_manifest(folder, sha256=hashlib.sha256(body).hexdigest())


def change_manifest(folder: Path, **fields: object) -> None:
    path = folder / MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def replace_content(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the arrays of the model and write a manifest that agrees."""
    content = skops.io.load(folder / MODEL_FILE, trusted=[])
    changed = change(content)
    part = folder / "changed"
    skops.io.dump(content if changed is None else changed, part)
    replace_model(folder, part.read_bytes())


def rezip(folder: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write the archive anew with changed members."""
    source = folder / MODEL_FILE
    part = folder / "rezipped"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(part, "w") as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
    replace_model(folder, part.read_bytes())


def body_of(folder: Path) -> bytes:
    return (folder / MODEL_FILE).read_bytes()


def put(key: str, value: object) -> Callable[[Path], None]:
    return lambda folder: replace_content(folder, lambda content: content.update({key: value}))


def schema(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    def edit(name: str, body: bytes) -> bytes:
        if name != "schema.json":
            return body
        tree = json.loads(body)
        change(tree)
        return json.dumps(tree).encode()

    rezip(folder, edit)


CORRUPTIONS: dict[str, Callable[[Path], object]] = {
    "no model": lambda f: (f / MODEL_FILE).unlink(),
    "no manifest": lambda f: (f / MANIFEST_FILE).unlink(),
    "manifest is no JSON": lambda f: (f / MANIFEST_FILE).write_text("{"),
    "manifest is a list": lambda f: (f / MANIFEST_FILE).write_text("[]"),
    "manifest is binary": lambda f: (f / MANIFEST_FILE).write_bytes(b"\xff\xfe\x00"),
    "manifest is nested without end": lambda f: (f / MANIFEST_FILE).write_text("[" * 100_000),
    "manifest without sha256": lambda f: change_manifest(f, sha256=None),
    "other scikit-learn": lambda f: change_manifest(f, sklearn_version="0.1"),
    "other normalisation": lambda f: change_manifest(f, code_version="0"),
    "other format": lambda f: change_manifest(f, format=99),
    "other version": lambda f: change_manifest(f, version="0" * 16),
    "one byte changed": lambda f: (f / MODEL_FILE).write_bytes(body_of(f)[:-1] + b"!"),
    "cut in half": lambda f: replace_model(f, body_of(f)[: len(body_of(f)) // 2]),
    "empty": lambda f: replace_model(f, b""),
    "noise": lambda f: replace_model(f, bytes(range(256)) * 40),
    "a pickle": lambda f: replace_model(f, b"\x80\x04}\x94\x8c\x05model\x94K\x01s."),
    "a pickle that calls": lambda f: replace_model(f, b"cposix\nsystem\n(S'true'\ntR."),
    "an empty archive": lambda f: replace_model(f, b"PK\x05\x06" + b"\0" * 18),
    "damaged in the middle": lambda f: replace_model(f, body_of(f)[:2000] + b"\0" * 500 + body_of(f)[2500:]),
    "no schema": lambda f: rezip(f, lambda name, body: None if name == "schema.json" else body),
    "schema is no JSON": lambda f: rezip(f, lambda name, body: b"{" if name == "schema.json" else body),
    "schema is empty": lambda f: rezip(f, lambda name, body: b"{}" if name == "schema.json" else body),
    "an array is missing": lambda f: rezip(f, lambda name, body: body if name == "schema.json" else None),
    "an array is noise": lambda f: rezip(f, lambda name, body: body if name == "schema.json" else b"noise"),
    "an unknown loader": lambda f: schema(f, lambda tree: tree.update({"__loader__": "SomethingNode"})),
    "a foreign type": lambda f: schema(f, lambda tree: tree.update({"__class__": "system", "__module__": "os"})),
    "a list instead of a dictionary": lambda f: replace_content(f, lambda _: [1, 2]),
    "an estimator": lambda f: replace_content(f, lambda _: LinearSVC()),
    "a word instead of an array": put("listed.call", "weights"),
    "objects in an array": put("listed.call", np.array([None, {}], dtype=object)),
    "weights too short": put("listed.call", np.zeros(3, dtype=np.float32)),
    "weights of another kind": put("listed.kinds", np.zeros((2, 2), dtype=np.float64)),
    "no number": put("listed.kind_bias", np.array([np.nan] * 12, dtype=np.float32)),
    "a kind nobody knows": put("listed.kind_names", np.frombuffer(b"mystery", dtype=np.uint8)),
    "rules nobody knows": put("listed.rules", np.frombuffer(b"mystery", dtype=np.uint8)),
    "words that are no text": put("listed.terms.masked", np.array([255, 254], dtype=np.uint8)),
    "a scale too many": put("listed.scale", np.zeros(4)),
    "a curve upside down": put("listed.scale", np.array([0.0, 1.0, 0.0])),
    "changed weights that fit": lambda f: replace_content(
        f, lambda content: content.update({"unlisted.call": content["unlisted.call"] + np.float32(1)})
    ),
    "a part left out": lambda f: replace_content(
        f, lambda content: {k: v for k, v in content.items() if k != "unlisted.call"}
    ),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_broken_model_is_refused(folder: Path, name: str) -> None:
    CORRUPTIONS[name](folder)

    with pytest.raises(ModelError):
        load(folder)


def test_an_archive_that_unpacks_without_end_is_refused(folder: Path) -> None:
    part = folder / "bomb"
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * 120_000_000)
    replace_model(folder, part.read_bytes())

    with pytest.raises(ModelError, match="model_too_large"):
        load(folder)


def test_the_base_model_is_trained_once_and_a_broken_cache_is_trained_anew(tmp_path: Path) -> None:
    first = base_model(tmp_path)
    (folder,) = tmp_path.iterdir()
    written = (folder / MODEL_FILE).stat().st_mtime_ns

    assert base_model(tmp_path).version == first.version
    assert (folder / MODEL_FILE).stat().st_mtime_ns == written

    (folder / MODEL_FILE).write_bytes(b"broken")
    assert base_model(tmp_path).version == first.version
    assert load(folder).version == first.version
