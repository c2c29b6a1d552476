"""Files that were damaged on their way are refused by name, whole, in time, and do nothing else."""

import csv
import io
import json
import random
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from classifier.labels import read_labels
from classifier.model import Model
from classifier.store import MANIFEST_FILE, MODEL_FILE, load, save
from core.config import load as load_settings
from core.errors import ConfigError, InputError, ModelError, TilikError
from tests.faults.office import HOUSE
from tests.jobs.bringing import acts, bring, office
from tests.jobs.office import rows
from tests.jobs.test_importing import likers_har
from tests.scraper.brought import warc_bytes, zipped

SECONDS = 15.0
MEGABYTES = 1_000


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Damage bytes in one of the ways of disks, mail programs and editors."""
    place, size = chance.randrange(len(content)), chance.randint(1, 64)
    kind = chance.randrange(6)
    if kind == 0:
        return content[:place]
    if kind == 1:
        return content[:place] + chance.randbytes(size) + content[place + size :]
    if kind == 2:
        return content[:place] + b"\0" * size + content[place + size :]
    if kind == 3:
        return content[:place] + content[place + size :]
    if kind == 4:
        return content[:place] + chance.randbytes(size) + content[place:]
    flipped = bytearray(content)
    flipped[place] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def in_time(work: Callable[[], object]) -> object:
    """Do something, and see that it takes neither long nor much."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        return work()
    finally:
        assert time.monotonic() - began < SECONDS
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1_000


@pytest.mark.faults
def test_of_five_hundred_damaged_models_none_loads(tmp_path: Path, small_model: Model) -> None:
    folder, chance = tmp_path / "model", random.Random(500)
    save(small_model, folder)
    whole = {name: (folder / name).read_bytes() for name in (MODEL_FILE, MANIFEST_FILE)}
    for number in range(500):
        name = MODEL_FILE if number % 5 else MANIFEST_FILE
        for other, content in whole.items():
            (folder / other).write_bytes(content)
        spoilt = damaged(whole[name], chance)
        if spoilt == whole[name] or _says_the_same(spoilt, whole[name], name):
            continue
        (folder / name).write_bytes(spoilt)
        with pytest.raises(ModelError):
            in_time(lambda: load(folder))


def _says_the_same(one: bytes, other: bytes, name: str) -> bool:
    """Say whether a manifest means the same as before for what a model is: its free facts are not sealed."""
    if name != MANIFEST_FILE:
        return False
    try:
        told, was = json.loads(one), json.loads(other)
    except ValueError:
        return False
    return isinstance(told, dict) and all(
        told.get(key) == was[key] for key in ("format", "version", "sha256", "code_version", "sklearn_version")
    )


def settings_mutants() -> Iterator[str]:
    """Give the shipped settings with one line lost, doubled, cut, moved out of its column, or of another form."""
    lines = (HOUSE / "config.yaml").read_text(encoding="utf-8").splitlines()
    lined = [number for number, text in enumerate(lines) if text.strip() and not text.lstrip().startswith("#")]
    chance = random.Random(40)
    for number in chance.sample(lined, 15):
        text = lines[number]
        for other in (f"   {text}", f"{text}\n{text}", text.replace(":", "", 1), f"{text[:-1]}[", f"\t{text}"):
            yield "\n".join([*lines[:number], other, *lines[number + 1 :]])


@pytest.mark.faults
def test_of_damaged_settings_each_is_refused_by_name_or_says_what_it_says(tmp_path: Path) -> None:
    path, refused, unnamed = tmp_path / "config.yaml", 0, list[ConfigError]()
    for content in settings_mutants():
        path.write_text(content, encoding="utf-8")
        try:
            in_time(lambda: load_settings(path))
        except ConfigError as error:
            refused += 1
            unnamed += [error] * (not error.code.startswith("config_") or not all(one.where for one in error.problems))

    assert refused >= 40
    assert unnamed == []


GOOD_LABELS = [(f"Warga RT {number} diajak kerja bakti", "bukan", "gov_post") for number in range(60)]


def label_files() -> Iterator[bytes]:
    """Give label files as they come from people's machines, each with something wrong in it."""
    stream = io.StringIO()
    csv.writer(stream).writerows([("text", "label", "kind"), *GOOD_LABELS])
    good, chance = stream.getvalue(), random.Random(60)
    whole = good.encode()
    yield from (damaged(whole, chance) for _ in range(40))
    yield from (good.encode("utf-16")[:-1], good.encode("utf-16-le"), b"\xef\xbb\xbf\xef\xbb\xbf" + whole)
    yield from (whole.replace(b"\r\n", b"\r"), whole.replace(b",", b"\0"), whole.replace(b",", b"|"))
    yield from (b'"' + whole, whole + b'"', whole.replace(b"bukan", b"mungkin", 1), whole + whole)
    yield from (b"text,label\n" + b"x" * 5_000_000 + b",1\n", b"text,label\n" + b"," * 100_000)
    yield from (b"\x1f\x8b" + whole, b"PK\x03\x04" + whole, b"%PDF-1.7\n" + whole, b"\0" * 10_000, b"\n" * 100_000)
    yield from (b"text,label\n\xff\xfe,1\n", b"text;label,kind\na;1,2\n", "téks,läbel\na,1\n".encode("cp1252"))


@pytest.mark.faults
def test_of_damaged_label_files_each_is_read_whole_or_refused_whole_with_its_place(tmp_path: Path) -> None:
    path, count, refused = tmp_path / "label.csv", 0, 0
    for content in label_files():
        path.write_bytes(content)
        count += 1
        try:
            found = in_time(lambda: read_labels(path))
        except InputError:
            refused += 1
        else:
            assert isinstance(found, list | tuple)
            assert len(found) <= len(GOOD_LABELS)

    assert count >= 60
    assert refused >= 20


def archives(folder: Path) -> Iterator[Path]:
    """Give archives that are no archives any more, or that are up to no good."""
    page = ("https://www.instagram.com/api/v1/media/1/likers/", b'{"users": []}', None, "application/json")
    good = zipped(folder / "good.wacz", {"archive/data.warc.gz": warc_bytes(page), "datapackage.json": b"{}"})
    whole, chance = good.read_bytes(), random.Random(30)
    good.unlink()
    for number in range(30):
        path = folder / f"damaged{number}.wacz"
        path.write_bytes(damaged(whole, chance))
        yield path
    members = {
        "up": {"../../outside.warc.gz": warc_bytes(page)},
        "root": {"/etc/outside.warc.gz": warc_bytes(page)},
        "bomb": {"archive/data.warc": b"\0" * 300_000_000},
        "nested": {"archive/data.warc.gz": zipped(folder / "inner.zip", {"a": b"b" * 1_000}).read_bytes()},
        "empty": {},
        "many": {f"archive/{number}.warc": b"" for number in range(5_000)},
    }
    for name, content in members.items():
        yield zipped(folder / f"{name}.wacz", content, method=zipfile.ZIP_DEFLATED)


@pytest.mark.faults
def test_of_damaged_archives_each_is_read_or_refused_and_nothing_is_written_beside(tmp_path: Path, empty: Path) -> None:
    brought = tmp_path / "dibawa"
    brought.mkdir()
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))
    bring(tools, likers_har(tmp_path / "baik.har"))
    before = acts(tools)
    count = refused = 0
    for path in archives(brought):
        count += 1
        try:
            found = in_time(lambda path=path: bring(tools, path))  # type: ignore[misc]
        except TilikError:
            refused += 1
        else:
            assert isinstance(found, list)
            refused += any(done.error is not None for done in found)
        path.unlink(missing_ok=True)

    assert count >= 36
    assert refused >= 10
    assert acts(tools) == before
    assert all(tools.blobs.get(row.blob) for row in rows(tools, "captures") if row.blob)
    assert {path.name for path in tmp_path.iterdir()} == {"dibawa", "kantor", "baik.har"}
    assert not Path("/etc/outside.warc.gz").exists()
