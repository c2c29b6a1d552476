"""What `tilik platforms` says can be collected, and what `tilik doctor` says of written permissions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands import checks
from core.settings import Permission
from tests.commands.desk import Desk, typed
from tests.jobs.office import settings

EIGHT = ["bluesky", "mastodon", "instagram", "facebook", "tiktok", "threads", "x", "youtube"]
SITE = """
  sites:
    - platform: papan
      base_url: https://papan.example
      posts:
        path: "/warga/{handle}"
        landmark: main
        html: {items: article, id: "@id", url: "a@href", author: .nama}
"""


ANYWHERE = pytest.mark.usefixtures("anywhere")


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder without any settings, on a machine without any key."""
    monkeypatch.chdir(tmp_path)
    for name in ("TILIK_INSTAGRAM_TOKEN", "TILIK_FACEBOOK_TOKEN", "TILIK_X_TOKEN", "TILIK_YOUTUBE_KEY", "TILIK_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def listed() -> dict[str, Any]:
    return {one["platform"]: one for one in typed("platforms", "--json").data["platforms"]}


@ANYWHERE
def test_all_eight_and_any_site_are_listed_without_a_settings_file() -> None:
    found = listed()

    assert list(found) == [*EIGHT, "site"]
    assert all(one["capabilities"] for one in found.values())


@ANYWHERE
def test_what_only_a_person_sees_is_in_no_mode_of_the_machine() -> None:
    found = listed()

    for platform in ("instagram", "facebook"):
        assert found[platform]["capabilities"]["likers"] == ["attended", "import"]
        assert found[platform]["needs_permission"] is True
    assert found["bluesky"]["needs_permission"] is False
    assert "auto" in found["bluesky"]["capabilities"]["likes"]
    assert not any("auto" in modes for modes in found["x"]["capabilities"].values())


@ANYWHERE
def test_threads_says_that_nobody_recorded_a_page_of_it() -> None:
    assert "no recorded page" in listed()["threads"]["remark"]


@ANYWHERE
def test_a_key_is_present_or_not_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    before = listed()["youtube"]["key"]
    monkeypatch.setenv("TILIK_YOUTUBE_KEY", "kunci-rekaan-123")

    ran = typed("platforms", "--json")

    assert before == {"variable": "TILIK_YOUTUBE_KEY", "present": False}
    assert '"variable": "TILIK_YOUTUBE_KEY", "present": true' in ran.out
    assert "kunci-rekaan-123" not in ran.out + typed("platforms").out


def test_a_configured_site_stands_under_its_own_name_with_what_it_has(desk: Desk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("review: {language", f"{SITE.strip(chr(10))}\nreview: {{language"), "utf-8")

    found = {one["platform"]: one for one in desk.run("platforms", "--json").data["platforms"]}

    assert found["papan"]["capabilities"] == {"posts": ["auto", "attended", "import"]}
    assert list(found)[-2:] == ["site", "papan"]


@ANYWHERE
def test_settings_that_were_named_must_be_there() -> None:
    assert typed("platforms", "--config", "lain.yaml", "--json").code == 4


@ANYWHERE
def test_people_read_the_directions_in_their_language() -> None:
    english, indonesian = typed("platforms").out, typed("--lang", "id", "platforms").out

    assert "likes given" in english
    assert "suka yang diberikan" in indonesian
    assert "siapa yang menyukai" in indonesian


def permission(days: int, host: str = "www.instagram.com") -> Permission:
    today = datetime.now(UTC).astimezone().date()
    until = today + timedelta(days=days)
    return Permission(host=host, basis="Surat rekaan 9", granted_by="Rekaan", valid_until=until)


@pytest.mark.parametrize(("days", "state", "words"), [(-3, "warn", "Expired"), (5, "warn", "ends in"), (90, "ok", "")])
def test_doctor_points_out_a_permission_that_ended_or_ends_soon(days: int, state: str, words: str) -> None:
    office = settings().model_copy(update={"permissions": (permission(days),)})

    (check,) = checks._permissions(office)  # noqa: SLF001  the other checks need a browser and a database

    assert (check.state, words in check.remedy) == (state, True)
    assert "Opens: instagram" in check.found


def test_doctor_says_of_each_permission_what_it_opens() -> None:
    hosts = ("www.tiktok.com", "x.com", "papan.example")
    office = settings().model_copy(update={"permissions": tuple(permission(90, host) for host in hosts)})

    found = [check.found.partition("Z. ")[0] for check in checks._permissions(office)]  # noqa: SLF001

    assert "Opens: tiktok (posts, text of a liked post)" in found[0]
    assert "Opens nothing: x" in found[1]
    assert "robots.txt" in found[2]
