"""The columns of a review file in Indonesian and English; every writer and the reader take them from here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.records import Action, Answer
from review.cells import cell
from review.ids import MATCH, Prefix, public_id
from review.reasons import ANSWERS, REASONS, Language

COLUMNS: Mapping[Language, tuple[str, ...]] = {
    "id": (
        *("id", "keputusan", "alasan", "catatan", "peninjau"),
        *(
            "skor",
            "akun",
            "kecamatan",
            "jenis",
            "waktu",
            "tenggat",
            "sisa_hari",
            "teks",
            "kata_kunci",
            "tautan",
            "bukti",
        ),
        *("id_unggahan", "sidik"),
    ),
    "en": (
        *("id", "decision", "reason", "note", "reviewer"),
        *("score", "account", "district", "kind", "time", "due", "days_left", "text", "keywords", "link", "evidence"),
        *("post_id", "fingerprint"),
    ),
}

_ACTIONS: Mapping[Language, Mapping[Action, str]] = {
    "id": {
        Action.POSTED: "mengunggah",
        Action.LIKED: "menyukai",
        Action.REPOSTED: "membagikan ulang",
        Action.QUOTED: "mengutip",
        Action.COMMENTED: "mengomentari",
    },
    "en": {action: action.value for action in Action},
}
_TEXT: Mapping[Language, str] = {"id": "teks", "en": "text"}
_SEEN: Mapping[Language, str] = {"id": "terlihat", "en": "seen"}
_BETWEEN: Mapping[Language, str] = {"id": "antara {first} dan {last}", "en": "between {first} and {last}"}
_NO_LONGER: Mapping[Language, str] = {
    "id": "{when}; tidak ada lagi sejak {gone}",
    "en": "{when}; no longer there since {gone}",
}
_UNSEEN_TEXT: Mapping[Language, str] = {"id": "(teks tidak terlihat)", "en": "(text not shown)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One match as a reviewer gets it, or one text: then `of` says so, and nobody did anything (`action` is None).

    `match` is the number that the id is written with. Times are aware; `zone` is where they are read.

    `due` is the last day by the careful count, `days_left` how many days before it the file was made: 0 on that day.
    `post_id` is the post's identity (its URI, or platform:key; never a bare number). `score` is None in a blind file,
    `text` where the platform did not show it. An answer stands there only when the file continues a review.
    """

    match: int
    account: str
    action: Action | None
    acted_at: datetime | None
    captured_at: datetime
    zone: str
    text: str | None
    post_id: str
    district: str | None = None
    keywords: tuple[str, ...] = ()
    link: str | None = None
    evidence: str | None = None
    score: float | None = None
    acted_from: datetime | None = None
    acted_to: datetime | None = None
    absent_since: datetime | None = None
    due: date | None = None
    days_left: int | None = None
    answer: Answer | None = None
    reason: str | None = None
    note: str | None = None
    reviewer: str | None = None
    of: Prefix = MATCH


def fingerprint(shown_id: str, post_id: str, text: str | None) -> str:
    """Make the mark that ties an id to what its row shows: `s` + 8 hex digits."""
    parts = [shown_id, post_id] if text is None else [shown_id, post_id, text]
    mixed = "\0".join(parts).encode("utf-8", "surrogatepass")
    return "s" + hashlib.blake2b(mixed, digest_size=4).hexdigest()


def cells(row: ReviewRow, language: Language) -> list[str]:
    """Write a row as the cells of its columns, safe for every spreadsheet."""
    shown_id = public_id(row.match, row.of)
    return [
        shown_id,
        ANSWERS[language][row.answer] if row.answer else "",
        REASONS[row.reason].words[language] if row.reason else "",
        cell(row.note) if row.note else "",
        cell(row.reviewer) if row.reviewer else "",
        "" if row.score is None else f"{min(max(round(row.score * 100), 1), 99)}%",  # no machine is certain
        cell(row.account.removeprefix("@")),
        cell(row.district) if row.district else "",
        _ACTIONS[language][row.action] if row.action else _TEXT[language],
        _time(row, language),
        str(row.due) if row.due else "",
        "" if row.days_left is None else str(row.days_left),
        cell(_UNSEEN_TEXT[language] if row.text is None else row.text),
        cell(", ".join(row.keywords)),
        cell(row.link or ""),
        cell(row.evidence) if row.evidence else "",
        cell(row.post_id),
        fingerprint(shown_id, row.post_id, row.text),
    ]


def _time(row: ReviewRow, language: Language) -> str:
    """Say when it was done, as exactly as the platform tells, else when we saw it; and since when it is gone."""
    if row.acted_at is not None:
        when = _local(row.acted_at, row.zone)
    elif row.acted_from is not None and row.acted_to is not None:
        first, last = _local(row.acted_from, row.zone), _local(row.acted_to, row.zone)
        when = _BETWEEN[language].format(first=first, last=last)
    else:
        when = f"{_SEEN[language]} {_local(row.captured_at, row.zone)}"
    if row.absent_since is None:
        return when
    return _NO_LONGER[language].format(when=when, gone=_local(row.absent_since, row.zone))


def _local(moment: datetime, zone: str) -> str:
    at = moment.astimezone(ZoneInfo(zone))
    return f"{at.year}-{at.month:02}-{at.day:02} {at.hour:02}.{at.minute:02} {at.tzname()}"  # strftime costs thrice
