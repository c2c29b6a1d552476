"""The watchlist file: every mistake by row and column at once, and out again as it came in."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.records import IdentityStatus, Role, WatchEntry
from jobs import watchfile
from tests.jobs.office import settings

PLATFORMS = ("bluesky", "instagram", "mastodon")
CONTESTS = settings().contests
HEADER = ";".join(watchfile.COLUMNS)
GOOD = "bluesky;kel.test;kelurahan;Kelurahan A;Kecamatan B;99.01.01.1001;Surat camat;2029-01-02;2029-01-01;;;;;;"


def read(path: Path, *lines: str) -> list[WatchEntry]:
    path.write_text("\n".join(lines), encoding="utf-8")
    return watchfile.read(path, platforms=PLATFORMS, contests=CONTESTS)


def problems(path: Path, *lines: str) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(InputError) as caught:
        read(path, *lines)
    return [(one.code, one.row, one.column) for one in caught.value.problems]


def changed(**cells: str) -> str:
    values: Sequence[str] = GOOD.split(";")
    known = dict(zip(watchfile.COLUMNS, values, strict=True))
    return ";".join((known | cells).values())


def test_a_good_line_becomes_an_entry_whose_identity_is_unverified_until_somebody_says_so(tmp_path: Path) -> None:
    (entry,) = read(tmp_path / "w.csv", HEADER, GOOD)

    assert (entry.handle, entry.role, entry.identity) == ("kel.test", Role.KELURAHAN, IdentityStatus.UNVERIFIED)
    assert (entry.valid_from, entry.valid_to, entry.contest) == (date(2029, 1, 1), None, None)


def test_indonesian_columns_in_any_order_and_dates_as_a_spreadsheet_leaves_them_are_read(tmp_path: Path) -> None:
    (entry,) = read(
        tmp_path / "w.csv",
        "Berlaku dari,Akun,Platform,Peran,Subjek,Wilayah,Sumber",
        "1/2/2029,@kel.test,Bluesky,Kelurahan,Kelurahan A,99.01,Surat",
    )

    assert (entry.handle, entry.platform, entry.valid_from) == ("kel.test", "bluesky", date(2029, 2, 1))


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"platform": "blusky"}, "platform_unknown", "platform"),
        ({"role": "lurah"}, "role_unknown", "role"),
        ({"source": ""}, "source_missing", "source"),
        ({"subject": ""}, "cell_empty", "subject"),
        ({"valid_from": "2029-13-01"}, "date_unreadable", "valid_from"),
        ({"valid_to": "2028-01-01"}, "dates_reversed", "valid_to"),
        ({"identity": "verified"}, "verified_by_whom", "verified_by"),
        ({"identity": "mungkin"}, "identity_unknown", "identity"),
        ({"role": "campaign"}, "campaign_without_contest", "contest"),
        ({"contest": "lain"}, "contest_unknown", "contest"),
        ({"contest": "sindangwangi-2029", "candidate": "siapa"}, "candidate_unknown", "candidate"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(tmp_path: Path, cells: dict[str, str], code: str, column: str) -> None:
    assert problems(tmp_path / "w.csv", HEADER, GOOD, changed(handle="b.test", **cells)) == [(code, 3, column)]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path / "w.csv", HEADER, changed(platform="x1", source=""), GOOD, changed(valid_from="x"), GOOD)

    assert found == [
        ("source_missing", 2, "source"),
        ("platform_unknown", 2, "platform"),
        ("date_unreadable", 4, "valid_from"),
        ("row_twice", 5, "handle"),
    ]


def test_a_file_without_a_mandatory_column_or_without_a_row_is_refused(tmp_path: Path) -> None:
    assert ("column_missing", 1, "source") in problems(tmp_path / "a.csv", HEADER.replace(";source;", ";quelle;"), GOOD)
    assert [code for code, _, _ in problems(tmp_path / "b.csv", HEADER)] == ["watchlist_empty"]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=30).map(
    str.strip
)
NAMES = TEXTS.filter(lambda text: bool(text) and not text.startswith("@"))


@given(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.casefold), NAMES, st.dates(), st.sampled_from(Role))
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, handles: list[str], subject: str, day: date, role: Role
) -> None:
    path = tmp_path_factory.mktemp("watch") / "w.csv"
    entries = [
        WatchEntry(
            platform="bluesky",
            handle=handle,
            role=role,
            subject=subject,
            unit=None,
            region="99.01",
            source=subject,
            source_date=None,
            valid_from=day,
            valid_to=day,
            identity=IdentityStatus.UNVERIFIED,
            contest="sindangwangi-2029",
        )
        for handle in handles
    ]

    watchfile.write(path, entries)

    assert watchfile.read(path, platforms=PLATFORMS, contests=CONTESTS) == entries
