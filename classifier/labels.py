"""A file of labels that a person made → labelled texts, or every problem in it at once."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.errors import InputError, Problem
from core.records import SOLICITING, Kind

LARGEST_FILE = 50_000_000
COLUMNS = ("id", "text", "label", "kind", "contest", "labeller", "source")
COLUMN_NAMES = {
    "teks": "text",
    "jenis": "kind",
    "kontes": "contest",
    "pelabel": "labeller",
    "sumber": "source",
    "penilai": "labeller",
}
YES = frozenset({"1", "ya", "y", "yes", "true", "benar", "ajakan"})
NO = frozenset({"0", "tidak", "t", "no", "n", "false", "salah", "bukan", "bukan ajakan"})
ANSWERS = "ajakan, bukan"
KIND_NAMES = {
    "ajakan_partisan": Kind.EXPLICIT_CALL,
    "ajakan_langsung": Kind.EXPLICIT_CALL,
    "dukungan_tersirat": Kind.IMPLICIT_CALL,
    "ajakan_tersirat": Kind.IMPLICIT_CALL,
    "ajakan_menolak": Kind.ANTI_CALL,
    "ajakan_netral": Kind.ELECTION_INFO,
    "info_pemilu": Kind.ELECTION_INFO,
    "kegiatan_pemerintah": Kind.GOV_POST,
    "berita": Kind.NEWS,
    "kritik": Kind.CRITICISM,
    "lain": Kind.NONPOLITICAL,
    **{kind.value: kind for kind in Kind},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One answer on a text, as a line of the file gives it."""

    text: str
    label: bool
    kind: Kind | None
    id: str | None
    contest: str | None
    labeller: str | None
    source: str | None = None


def read_labels(path: Path) -> list[LabelRow]:
    """Read a label file; when anything in it is wrong, nothing is read and all of it is told."""
    table = _table(path)
    missing = [] if "text" in table else [Problem(code="column_missing", where=path.name, column="text")]
    if not {"label", "kind"} & set(table.columns):
        missing.append(Problem(code="column_missing", where=path.name, column="label"))
    if missing:
        raise InputError("labels_not_usable", problems=missing, path=path.name)
    cells = [({c: str(row.get(c, "")).strip() for c in COLUMNS}, at) for at, row in _rows(table)]
    problems = [problem for row, at in cells for problem in _row_problems(row, at, path.name)]
    problems += [] if problems else _contradictions(cells, path.name)
    if not cells:
        problems.append(Problem(code="file_empty", where=path.name))
    if problems:
        raise InputError("labels_not_usable", problems=problems, path=path.name)
    return [_label_row(row) for row, _ in cells]


def _rows(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    for at, row in enumerate(table.to_dict("records"), start=2):
        if any(str(value).strip() for value in row.values()):
            yield at, {str(key): str(value) for key, value in row.items()}


def _table(path: Path) -> pd.DataFrame:
    text = _decoded(path)
    delimiter = _delimiter(text)
    _check_widths(text, delimiter, path.name)
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False, index_col=False, skip_blank_lines=False
        )
    except (ValueError, csv.Error) as error:  # pandas' parser errors are ValueErrors
        raise InputError("labels_not_usable", problems=[Problem(code="file_empty", where=path.name)]) from error
    names = [str(name).strip().lower() for name in table.columns]
    table.columns = pd.Index([COLUMN_NAMES.get(name, name) for name in names])
    return table.loc[:, ~table.columns.duplicated()].fillna("")


def _decoded(path: Path) -> str:
    """Read the bytes of a file as the spreadsheet wrote them: UTF-8, UTF-16 or Windows-1252."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError("file_too_large", path=path.name, most=LARGEST_FILE)
        body = path.read_bytes()
    except OSError as error:
        raise InputError("file_unreadable", path=path.name) from error
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif body[:200].count(0) > len(body[:200]) // 4:
        encodings = ["utf-16-le" if body[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("encoding_unknown", path=path.name)


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    return max((",", ";", "\t"), key=header.count)


def _check_widths(text: str, delimiter: str, name: str) -> None:
    """Find rows with more cells than the header: mostly a text with a delimiter and no quotation marks."""
    problems, header = [], 0
    try:
        for at, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            header = header or len(row)
            if len(row) > header:
                problems.append(
                    Problem(code="too_many_cells", where=name, row=at, value=str(len(row)), hint=str(header))
                )
    except csv.Error as error:
        raise InputError("file_unreadable", path=name) from error
    if problems:
        raise InputError("labels_not_usable", problems=problems, path=name)


def _row_problems(row: dict[str, str], at: int, name: str) -> Iterator[Problem]:
    if not row["text"]:
        yield Problem(code="text_empty", where=name, row=at, column="text")
    label, kind = _label(row["label"]), _kind(row["kind"])
    if row["label"] and label is None:
        yield Problem(
            code="label_unknown", where=name, row=at, column="label", value=row["label"], hint="ajakan, bukan"
        )
    if row["kind"] and kind is None:
        hint = ", ".join(Kind)
        yield Problem(code="kind_unknown", where=name, row=at, column="kind", value=row["kind"], hint=hint)
    if not row["label"] and not row["kind"]:
        yield Problem(code="label_missing", where=name, row=at, column="label", hint=ANSWERS)
    if label is not None and kind is not None and label != (kind in SOLICITING):
        yield Problem(code="label_contradicts_kind", where=name, row=at, column="label", value=row["label"], hint=kind)


def _contradictions(cells: list[tuple[dict[str, str], int]], name: str) -> list[Problem]:
    """Find a text that the same person labelled twice with different answers."""
    first: dict[tuple[str, str, str], tuple[bool, int]] = {}
    problems = []
    for row, at in cells:
        label = _label_row(row).label
        known, earlier = first.setdefault((row["text"], row["contest"], row["labeller"]), (label, at))
        if known != label:
            shown = row["text"][:60]
            problems.append(Problem(code="labelled_twice", where=name, row=at, value=shown, hint=str(earlier)))
    return problems


def _label(word: str) -> bool | None:
    word = word.lower()
    return True if word in YES else False if word in NO else None


def _kind(word: str) -> Kind | None:
    return KIND_NAMES.get(word.lower().replace(" ", "_"))


def _label_row(row: dict[str, str]) -> LabelRow:
    kind, label = _kind(row["kind"]), _label(row["label"])
    return LabelRow(
        text=row["text"],
        label=kind in SOLICITING if label is None else label,
        kind=kind,
        id=row["id"] or None,
        contest=row["contest"] or None,
        labeller=row["labeller"] or None,
        source=row["source"] or None,
    )
