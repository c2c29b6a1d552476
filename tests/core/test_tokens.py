"""Settings in which a key or a password seems to stand are refused, and the message does not repeat it."""

from pathlib import Path

import pytest

from core.config import load
from core.errors import ConfigError
from core.tokens import looks_like_secret

ROOT = Path(__file__).resolve().parents[2]
INVENTED = "EAA" + "Zq8kLmN3vWx7RtYuIo9PaSdFg5HjKlZx1CvBnM"


@pytest.mark.parametrize(
    "text",
    [
        INVENTED,
        "AIza" + "Sy0rekaan-" * 4,
        "Bearer " + "rekaan0123456789",
        "glpat-" + "rekaan0123456789xyz",
        "-----BEGIN PRIVATE KEY-----\nrekaan",
        "qW3eR7tY9uI1oP5aS2dF4gH6jK8lZ0xC",
    ],
)
def test_what_looks_like_a_secret_is_known(text: str) -> None:
    assert looks_like_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "Panitia Pengawas Kabupaten Sindangwangi",
        "https://graph.facebook.com/v26.0",
        "sindangwangi-pemilihan-bupati-dan-wakil-bupati-2029",
        "#SindangwangiCaangBersamaRakaDanMelati2029",
        "PanitiaPengawasPemilihanUmumKecamatan",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "/srv/tilik/Data2029/Kabupaten/Sindangwangi",
        "Surat tugas nomor 118/PM.00.02/K.JB-07/09/2029",
    ],
)
def test_names_addresses_and_letters_are_none(text: str) -> None:
    assert not looks_like_secret(text)


def test_settings_with_a_secret_are_refused_and_do_not_show_it(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("account_id: null", f"account_id: {INVENTED}"), encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(path)

    (problem,) = caught.value.problems
    assert (problem.code, problem.column) == ("looks_like_secret", "platforms.instagram.account_id")
    assert INVENTED not in repr(caught.value.problems)
