"""A research dataset as a folder: rows, tables, what each column means, methods, and the digest of every file.

In a table no cell stands for fewer than five accounts.
"""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.errors import InputError
from core.files import sync_folder
from core.unfinished import unfinished_folder
from jobs.dataset import FEWEST, Row, Source
from language import say
from review import tables
from review.cells import cell
from review.codebook import COLUMNS, codebook
from review.local import number
from review.tables import Shown

SUPPRESSED = f"<{FEWEST}"
BY: Mapping[str, tuple[str, ...]] = {
    "by_week": ("contest", "week", "phase"),
    "by_place": ("contest", "place", "role"),
    "by_candidate": ("contest", "target", "direction", "role"),
    "by_kind": ("contest", "kind", "action"),
    "by_answer": ("contest", "answer", "reason"),
}
"""The tables of flagged acts, and what each counts them by."""
GROUPS = sorted({name for keys in BY.values() for name in keys})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a dataset came to: the rows of each file."""

    folder: Path
    rows: Mapping[str, int]


def write(source: Source, folder: Path, *, reason: str) -> Written:
    """Write the dataset; it is there whole or not at all.

    Raises InputError `folder_not_empty` where something is there already, `file_not_written` where the system refuses.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError("folder_not_empty", folder=str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with unfinished_folder(folder.parent, folder.name) as beside:
            made = beside / "dataset"
            made.mkdir(mode=0o700)
            rows = _fill(source, made, reason)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise InputError("file_not_written", path=str(folder), cause=error.strerror or str(error)) from error
    return Written(folder=folder, rows=rows)


def _fill(source: Source, folder: Path, reason: str) -> dict[str, int]:
    counted = _Counted()
    rows = {
        "accounts.csv": _table(folder / "accounts.csv", source.accounts()),
        "acts.csv": _table(folder / "acts.csv", counted.watch(source.acts())),
        "texts.csv": _table(folder / "texts.csv", source.texts()),
        "draws.csv": _table(folder / "draws.csv", source.draws()),
        "labels.csv": _table(folder / "labels.csv", source.labels()),
    }
    for name, frame in _frames(source, counted):
        frame.to_csv(folder / f"{name}.csv", index=False)
        rows[f"{name}.csv"] = len(frame)
    (folder / "codebook.csv").write_text(codebook(rows, with_words=source.with_texts), encoding="utf-8")
    (folder / say("METHODS.md")).write_text(_methods(source, reason), encoding="utf-8")
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    manifest = {"made_at": source.tools.clock.now().isoformat(), "tilik": source.tools.version, "sha256": digests}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o600)
        _sync(path)
    return rows


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _table(path: Path, rows: Iterable[Row]) -> int:
    """Stream rows into a CSV file; its head is there also without any."""
    count, head = 0, [name for name in COLUMNS[path.name] if name != "words"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for row in rows:
            if not count:
                head = list(row)
                writer.writerow(head)
            writer.writerow([_plain(value) for value in row.values()])
            count += 1
        if not count:
            writer.writerow(head)
    return count


def _plain(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return int(value)
        case str():
            return cell(str(value))
        case _:
            return value


class _Counted:
    """Counts flagged acts and their accounts while the rows stream by."""

    def __init__(self) -> None:
        self.acts: dict[tuple[object, ...], int] = {}
        self.accounts: dict[tuple[object, ...], set[object]] = {}

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Let rows through."""
        for row in rows:
            if row["band"] not in (None, "low"):
                for name, keys in BY.items():
                    group = (name, *(row[key] for key in keys))
                    self.acts[group] = self.acts.get(group, 0) + 1
                    self.accounts.setdefault(group, set()).add(row["account"])
            yield row

    def frame(self, name: str) -> pd.DataFrame:
        """Make a table; what fewer than five accounts did is said to be so, and no more."""
        lines = [(*group[1:], acts, len(self.accounts[group])) for group, acts in self.acts.items() if group[0] == name]
        keys = list(BY[name])
        frame = pd.DataFrame(lines, columns=[*keys, "acts", "accounts"]).astype({"acts": object, "accounts": object})
        few = frame["accounts"].astype("Int64") < FEWEST
        frame.loc[few, ["acts", "accounts"]] = SUPPRESSED
        shown = frame[keys].fillna("").astype(str)
        return pd.concat([shown, frame[["acts", "accounts"]]], axis=1).sort_values(keys, ignore_index=True)


def _frames(source: Source, counted: _Counted) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in BY:
        yield f"table_{name}", counted.frame(name)
    yield "prevalence", _prevalence(source)
    reviewers = {name for pair in source.gathered.decided.pairs for name in (pair.one, pair.other)}
    shown = Shown(accounts={}, reviewers={name: source.names.of("labeller", name) for name in reviewers})
    yield "agreement", tables.agreements(source.gathered.decided.pairs, shown)
    yield "coverage", tables.coverage_by_platform(source.gathered.covered, source.gathered.known)


def _prevalence(source: Source) -> pd.DataFrame:
    """Tell what weighted labels show of all texts: shares with intervals, and on how many answers they rest."""
    rows = [
        (one.contest, measure, found.value, found.low, found.high, one.estimates.answered, one.estimates.by_chance)
        for one in source.model.contests
        if one.estimates is not None
        for measure in tables.MEASURES
        if (found := getattr(one.estimates, measure)) is not None
    ]
    names = ["contest", "measure", "value", "low", "high", "answered", "by_chance"]
    return pd.DataFrame(rows, columns=names)


def _methods(source: Source, reason: str) -> str:
    """Say how all of it came about, what could be seen, and what it cannot tell."""
    settings, covered = source.tools.settings, source.gathered.covered
    days = sum(covered.days.values())
    seen = sum(count for (_, state), count in covered.days.items() if tables.SEEN_AS[state] == tables.WHOLE)
    drawn = [one for one in source.model.contests if one.drawn]
    lines: Sequence[str] = (
        f"# {say('How this dataset came about')}",
        "",
        say("Made on {day} by {controller} with tilik {version}. Reason given: {reason}",
            day=source.tools.today, controller=settings.purpose.controller,
            version=source.tools.version, reason=reason),
        say("Settings by their digest: {digest}. Model: {model}; flags begin at {review}.",
            digest=source.tools.config_sha256[:12], model=source.model.version, review=number(source.model.review)),
        "",
        f"## {say('What could be seen')}",
        "",
        say("Of {all} account-days {seen} were seen whole. coverage.csv says it by platform and direction; where "
            "nobody could look, finding nothing means nothing.", all=number(days), seen=number(seen)),
        say("Only public pages were read, logged out, as robots.txt allows; what people saw themselves was brought in "
            "by them. Only accounts of a watchlist are told of, and of others only how many."),
        "",
        f"## {say('How texts were drawn and labelled')}",
        "",
        say("draws.csv gives for each drawn text the probability with which it had to get in (1 where a rule chose "
            "it). To speak of all texts, weigh each label with one over that probability; prevalence.csv does so, with "
            "intervals by resampling within the way of drawing."),
        *(say("{contest}: {count} texts drawn.", contest=one.contest, count=one.drawn) for one in drawn),
        say("Agreement of two people, raw and as Cohen's kappa, stands in agreement.csv."),
        "",
        f"## {say('What it cannot tell')}",
        "",
        say("A score is a machine's; a flag is an indikasi and no finding. A like says neither who held the phone nor "
            "why, and platforms seldom tell when it was given: time_told is 0 then, and the week is the sight's."),
        say("Accounts, texts and people go by keyed pseudonyms, days by their weeks, places by no smaller one than "
            "{few} accounts share; a cell of a table that fewer share says {suppressed}. That is no anonymity: who "
            "knows a public like may find its row. Do not publish the rows, and do not try to name anybody.",
            few=FEWEST, suppressed=SUPPRESSED),
    )  # fmt: skip
    return "\n".join(lines) + "\n"
