"""config.yaml: what is right is loaded, and everything that is wrong is told at once, with its line."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config import KINDS, MAX_BYTES, load
from core.errors import ConfigError
from core.settings import PhaseName, Settings

SHIPPED = Path(__file__).resolve().parents[2] / "config.yaml"
WHOLE = SHIPPED.read_text(encoding="utf-8")
Loading = Callable[[str | bytes], Settings]


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    """Load a settings file of this content."""

    def loading(content: str | bytes) -> Settings:
        path = tmp_path / "config.yaml"
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return load(path)

    return loading


def changed(old: str, new: str, whole: str = WHOLE) -> str:
    assert old in whole
    return whole.replace(old, new, 1)


def line_of(word: str, content: str) -> int:
    return next(number for number, line in enumerate(content.splitlines(), 1) if word in line)


def error_of(loading: Loading, content: str | bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        loading(content)
    return caught.value


def test_the_shipped_settings_load_from_where_they_lie() -> None:
    loaded = load(SHIPPED)

    assert loaded.contests[0].voting_day == date(2029, 11, 28)
    assert loaded.storage.data == SHIPPED.parent / "data"
    assert loaded.storage.url == f"sqlite:///{SHIPPED.parent}/tilik.db"
    assert loaded.review.exports == SHIPPED.parent / "exports"


def test_a_line_that_is_left_out_takes_the_value_that_is_shown() -> None:
    shown = load(SHIPPED)
    needed = shown.model_dump(include={"purpose", "contests"})

    bare = Settings.model_validate(needed)

    relative = {"storage", "review", "schedule", "rules"}
    assert bare.model_dump(exclude=relative) == shown.model_dump(exclude=relative)
    assert bare.schedule.cadence == shown.schedule.cadence


def test_other_addresses_and_absolute_paths_stay_as_they_are(loading: Loading) -> None:
    for url in ("postgresql://tilik@127.0.0.1/tilik", "sqlite:////var/lib/tilik.db"):
        assert loading(changed("sqlite:///tilik.db", url)).storage.url == url
    assert loading(changed("  data: data ", "  data: /var/lib/tilik ")).storage.data == Path("/var/lib/tilik")


def test_a_mark_at_the_start_of_the_file_is_not_part_of_it(loading: Loading) -> None:
    assert loading(b"\xef\xbb\xbf" + WHOLE.encode()).contests[0].id == "sindangwangi-2029"


DAY = "2029-11-28\n    phases"
SITES = "  sites: []"
SITE = "    - platform: warta\n      base_url: https://warta.example\n"
BOTH = "      microformats: true\n      posts: {path: /x, html: {items: li, id: '@id', author: b}}\n    #"
WRONG = [
    ("  workers: 2", "  worker: 2", "unknown_key", "crawl.worker", "2"),
    ("  workers: 2", "  7: 2", "unknown_key", "crawl.7", "7"),
    ("  workers: 2", "  workers: two", "not_a_number", "crawl.workers", "two"),
    ("  workers: 2", "  workers: yes", "not_a_number", "crawl.workers", "True"),
    ("  workers: 2", '  workers: "2"', "not_a_number", "crawl.workers", "2"),
    ("  workers: 2", "  workers: 0", "too_small", "crawl.workers", "0"),
    ("  workers: 2", "  workers: 9", "too_big", "crawl.workers", "9"),
    ("  workers: 2", "  workers: 2\n  workers: 3", "key_twice", "workers", None),
    ("seconds: 30", "seconds: .inf", "not_a_number", "crawl.timeout_seconds", "inf"),
    ("seconds: 30", "seconds: .nan", "not_a_number", "crawl.timeout_seconds", "nan"),
    ("visit: 200", f"visit: 0x{'f' * 4000}", "too_big", "crawl.pages_per_visit", "0x" + "f" * 198),
    ("blind: true", "blind: 7", "not_yes_or_no", "review.blind", "7"),
    ("blind: true", 'blind: "maybe"', "not_yes_or_no", "review.blind", "maybe"),
    ('  controller: "', '  #controller: "', "missing_key", "purpose.controller", None),
    ('contact: "pengawas@example.org"', 'contact: " "', "empty_text", "purpose.contact", " "),
    ("organisation: bawaslu", "organisation: x", "not_one_of", "purpose.organisation", "x"),
    ("ends: 2030-12-31", "ends: 2030-13-31", "not_a_date", "purpose.ends", "2030-13-31"),
    ("ends: 2030-12-31", "ends: soon", "not_a_date", "purpose.ends", "soon"),
    ('name: "Pilkada', 'name: 7 #"', "not_a_text", "contests.0.name", "7"),
    ('region: "99.01"', 'region: "9901"', "wrong_form", "contests.0.region", "9901"),
    ("id: sindangwangi-2029", f"id: {'a' * 61}", "too_long", "contests.0.id", "a" * 61),
    ("zone: Asia/Jakarta  ", "zone: Asia/Bogor  ", "unknown_zone", "contests.0.timezone", "Asia/Bogor"),
    (DAY, DAY.replace("11-28", "02-30"), "not_a_date", "contests.0.voting_day", "2029-02-30"),
    (DAY, DAY.replace("11-28", "11-27"), "voting_day_outside", "contests.0.voting_day", "2029-11-27"),
    ("name: quiet", "name: tenang", "not_one_of", "contests.0.phases.3.name", "tenang"),
    ("starts: 2029-05-01", "starts: 2029-09-01", "dates_reversed", "contests.0.phases.0", None),
    ("starts: 2029-08-27", "starts: 2029-08-26", "phases_overlap", "contests.0.phases", None),
    ("id: kotak-kosong ", "id: raka-melati ", "id_twice", "contests.0.candidates", None),
    ("empty_box: true", "empty_box: true\n        number: 1", "number_twice", "contests.0.candidates", None),
    ("empty_box: true", "empty_box: false", "candidate_without_name", "contests.0.candidates.1", None),
    ("servers: {}", "servers: []", "wrong_value", "platforms.mastodon.servers", None),
    ("https://plc.directory", "plc.directory", "bad_url", "platforms.bluesky.plc", "plc.directory"),
    (
        SITES,
        f"  sites:\n{SITE}      posts: {{path: '/x', landmark: a}}\n    #",
        "page_not_described",
        "platforms.sites.0",
        None,
    ),
    (SITES, f"  sites:\n{SITE}{BOTH}", "selectors_and_microformats", "platforms.sites.0", None),
    ("high: 0.80", "high: 0.3", "thresholds_reversed", "classifier", None),
    ("language: id", "language: su", "not_one_of", "review.language", "su"),
    ('at: "02:00"', 'at: "24:00"', "wrong_form", "schedule.at", "24:00"),
    ("asn: 24", 'asn: "0 25 * * *"', "bad_cron", "schedule.cadence.asn", "0 25 * * *"),
    ("quiet: 6", 'quiet: "0 2 30 2 *"', "cron_never", "schedule.phase_cadence.quiet", "0 2 30 2 *"),
    ("hours: null", 'hours: "22-05"', "wrong_form", "schedule.quiet_hours", "22-05"),
    ("zone: Asia/Jakarta\n", "zone: ../x\n", "unknown_zone", "schedule.timezone", "../x"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{code}: {new.strip()[:40]}" for _, new, code, _, _ in WRONG])
def test_what_is_wrong_is_named_with_its_place(loading: Loading, wrong: tuple[str, str, str, str, str | None]) -> None:
    old, new, code, column, value = wrong

    error = error_of(loading, changed(old, new))

    assert error.code == "config_invalid"
    assert [(one.code, one.column, one.value) for one in error.problems] == [(code, column, value)]
    assert error.problems[0].where.endswith("config.yaml")


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("  workers: 2", "  worker: 2", "workers"),
        ("  workers: 2", "  workers: 9", "8"),
        ("language: id", "language: su", "'id' or 'en'"),
    ],
)
def test_what_was_probably_meant_or_may_be_said_is_told(loading: Loading, old: str, new: str, hint: str) -> None:
    assert [one.hint for one in error_of(loading, changed(old, new)).problems] == [hint]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("crawl:\n", "crowl:\n"),
        ("  workers: 2", "  worker: 2"),
        ("ends: 2030-12-31", "ends: 2030-13-31"),
        ("name: quiet", "name: tenang"),
    ],
)
def test_the_line_is_the_line_of_the_mistake(loading: Loading, old: str, new: str) -> None:
    content = changed(old, new)

    assert [one.row for one in error_of(loading, content).problems] == [line_of(new.rstrip(), content)]


def test_the_second_of_two_equal_keys_is_the_line_that_is_named(loading: Loading) -> None:
    content = changed("  workers: 2", "  workers: 2\n  workers: 3")

    assert [one.row for one in error_of(loading, content).problems] == [line_of("  workers: 3", content)]


def test_everything_that_is_wrong_is_told_at_once(loading: Loading) -> None:
    content = WHOLE
    for old, new in (
        ("ends: 2030-12-31", "ends: 2030-02-30"),
        ("  workers: 2", "  worker: 2"),
        ("starts: 2029-08-27", "starts: 2029-08-26"),
        ("id: kotak-kosong ", "id: raka-melati "),
        ("language: id", "language: su\n  language: su"),
    ):
        content = changed(old, new, content)

    error = error_of(loading, content)

    codes = {"key_twice", "not_a_date", "phases_overlap", "id_twice", "unknown_key", "not_one_of"}
    assert {one.code for one in error.problems} == codes
    assert error.fields["count"] == len(error.problems) == len(codes)


def test_two_contests_may_not_share_an_id(loading: Loading) -> None:
    contest = WHOLE[WHOLE.index("  - id: sindangwangi") : WHOLE.index("# How politely")]

    error = error_of(loading, changed("# How politely", contest + "# How politely"))

    assert [(one.code, one.column) for one in error.problems] == [("id_twice", "contests")]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("purpose:\n  - a\n b", 3, "expected"),
        ("a: &x 1\nb: *x", 2, "alias"),
        ("a: 1\nb: !!python/object:os.system x", 2, "tag"),
        ("a: 1\n--- \nb: 2", 2, "document"),
        ("a: 1\n? [b]\n: 2", 2, "unhashable"),
        ("a: \x01", 1, "special characters"),
        ("[" * 5_000, 1, "nested"),
        ("{a: " * 5_000, 1, "nested"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(loading: Loading, content: str, line: int, reason: str) -> None:
    error = error_of(loading, content)

    assert (error.code, error.fields["line"]) == ("config_not_yaml", line)
    assert reason in str(error.fields["reason"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a" * (MAX_BYTES + 1), "config_too_large"),
        (WHOLE.encode("utf-16"), "config_unreadable"),
        (b"a: \xff", "config_unreadable"),
        (b"", "config_invalid"),
        (b"- a", "config_invalid"),
        (b"hello", "config_invalid"),
    ],
)
def test_a_file_that_cannot_be_settings_is_refused_in_few_words(loading: Loading, content: bytes, code: str) -> None:
    error = error_of(loading, content)

    assert error.code == code
    assert len(str(error)) < 500


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "config.yaml", "config_missing"), (tmp_path, "config_unreadable")):
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert (caught.value.code, caught.value.fields["file"]) == (code, path)


KEYS = sorted(set(re.findall(r"(\w+):", WHOLE)))
ODD = ["2029-02-30", "2029-11-28 25:00:00", "0x", "0b_", "._", "1e999", "-0", "~", "yes", "<<", "=", "!!int x"]
TOLD = {"fine", "config_not_yaml", "config_invalid", "not_a_number", "not_a_date", "wrong_value"}
SCALARS = st.sampled_from([*KEYS, *PhaseName, *ODD]) | st.text(max_size=8)
YAML = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda values: f"[{', '.join(values)}]")
        | st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=4).map(
            lambda pairs: f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(key=st.sampled_from(KEYS), value=YAML, whole=st.booleans())
def test_whatever_the_file_says_it_is_settings_or_a_named_error(
    loading: Loading, key: str, value: str, *, whole: bool
) -> None:
    content = re.sub(rf"\b{key}: [^\n]*", lambda _: f"{key}: {value}", WHOLE, count=1) if whole else value
    try:
        codes = {"fine"} if loading(content).contests else set[str]()
    except ConfigError as error:
        codes = {one.code for one in error.problems} or {error.code}
    assert codes <= {*KINDS.values(), *TOLD, *(case[2] for case in WRONG)}
