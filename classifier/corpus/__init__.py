"""The written corpus that ships with tilik, as examples with the lexicon of their contest."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from classifier.lexicon import Lexicon
from core.records import SOLICITING, Kind
from core.settings import Candidate, Contest

LEXICON_OF = {
    "w1": "w12",
    "w2": "w12",
    "w3": "w34",
    "w4": "w34",
    "w5": "w5",
    "w6": "w6",
    "w7": "w7",
    "w9": "w9",
    "w11": "w11",
    "w13": "w13",
    "w14": "w14",
    "w15": "w15",
    "w16": "w16",
    "w17": "w17",
}
"""Which lexicon file names the contests of a segment; the same short name means another contest in another file."""
NO_CONTEST = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled text with the lexicon to read it with; `group` is what is never split between train and test."""

    text: str
    label: bool
    kind: Kind | None
    group: str
    lexicon: Lexicon
    weight: float = 1.0


def corpus_digest() -> str:
    """Name the corpus by its content."""
    digest = hashlib.sha256()
    for name in sorted((*(f"{s}.csv" for s in LEXICON_OF), *(f"lexicon_{x}.json" for x in set(LEXICON_OF.values())))):
        digest.update(_read(name))
    return digest.hexdigest()


def corpus_examples() -> list[Example]:
    """Read all segments."""
    return [example for segment in LEXICON_OF for example in _segment(segment)]


def _segment(segment: str) -> Iterator[Example]:
    for row in csv.DictReader(io.StringIO(_read(f"{segment}.csv").decode())):
        kind = Kind(row["kind"])
        file, key = LEXICON_OF[segment], row["contest"]
        nobodys = key == NO_CONTEST
        group = f"{segment}-{int(row['id'].split('-')[1]) % 10}" if nobodys else contest_id(file, key)
        lexicon = _some_lexicon(file, row["text"]) if nobodys else corpus_lexicons(file)[key]
        yield Example(text=row["text"], label=kind in SOLICITING, kind=kind, group=group, lexicon=lexicon)


def _some_lexicon(file: str, text: str) -> Lexicon:
    """Choose the contest with which a text about no contest is read: in life everything is read with some contest."""
    known = [lexicon for lexicon in corpus_lexicons(file).values() if lexicon.knows_candidates]
    return known[int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % len(known)]


def contest_id(file: str, key: str) -> str:
    """Name a corpus contest as settings do."""
    return f"{file}-{key}".replace("_", "-")


@cache
def corpus_lexicons(file: str) -> Mapping[str, Lexicon]:
    """Build the lexicons of one file by the short names that its segments use."""
    contests = json.loads(_read(f"lexicon_{file}.json"))
    read = {key: Lexicon(_contest(contest_id(file, key), entry)) for key, entry in contests.items() if key != "none"}
    return {NO_CONTEST: Lexicon(None), **read}


def _contest(contest: str, entry: Mapping[str, Any]) -> Contest | None:
    """Bring a corpus entry into the shape that a user writes into config.yaml."""
    numbers: set[int] = set()
    candidates = [_candidate(index, c, numbers) for index, c in enumerate(entry["candidates"])]
    candidates = [c for c in candidates if c.names or c.empty_box]
    if entry["kotak_kosong"] and not any(c.empty_box for c in candidates):
        candidates.append(Candidate(id="kotak-kosong", empty_box=True))
    if not candidates:
        return None
    return Contest(
        id=contest, name=contest, region="nasional", voting_day=date(2029, 11, 28), candidates=tuple(candidates)
    )


def _candidate(index: int, entry: Mapping[str, Any], numbers: set[int]) -> Candidate:
    number = entry["number"] if entry["number"] not in numbers else None
    if number is not None:
        numbers.add(number)
    names = tuple(entry["names"] or entry["nicknames"])
    box = any("kosong" in name or "suwung" in name for name in names)
    return Candidate.model_validate(
        {
            "id": f"c{index + 1}",
            "number": number,
            "empty_box": box or not names,
            "names": names,
            "nicknames": entry["nicknames"],
            "taglines": entry["taglines"],
            "hashtags": [*entry["hashtags"], *entry.get("anti_hashtags", [])],
            "emoji": [sign for sign in entry["colours_emoji"] if not sign[0].isalpha()],
        }
    )


def _read(name: str) -> bytes:
    return (files("classifier.corpus") / name).read_bytes()
