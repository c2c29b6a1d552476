"""Side marks as a CSV file: posts to study, without a column for an answer, because no mark is a match."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from core.files import complete
from review.cells import cell
from review.csvfile import Delimiter, separator
from review.reasons import Language
from storage.marks import Marked

COLUMNS: Mapping[Language, tuple[str, ...]] = {
    "id": ("pilkada", "tanda", "platform", "akun", "waktu", "calon", "program", "teks", "tautan", "id_unggahan"),
    "en": ("contest", "mark", "platform", "account", "time", "candidate", "programme", "text", "link", "post_id"),
}
MARKS: Mapping[Language, Mapping[str, str]] = {"id": {"incumbent": "petahana"}, "en": {"incumbent": "incumbent"}}


def write_marks(
    found: Sequence[Marked],
    path: Path,
    *,
    zones: Mapping[str, str],
    language: Language,
    delimiter: Delimiter = "auto",
) -> None:
    """Write marked posts, each time in the zone of its contest; the file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with complete(path) as stream:
        stream.write("\ufeff")
        table = csv.writer(stream, delimiter=separator(delimiter, language), lineterminator="\r\n")
        table.writerow(COLUMNS[language])
        for one in found:
            zone = ZoneInfo(zones[one.contest])
            when = "" if one.posted_at is None else f"{one.posted_at.astimezone(zone):%Y-%m-%d %H.%M %Z}"
            who = (one.contest, MARKS[language][one.mark], one.platform, one.account.removeprefix("@"), when)
            what = (one.candidate or "", one.words, one.text, one.url or "", one.post)
            table.writerow([cell(value) for value in (*who, *what)])
