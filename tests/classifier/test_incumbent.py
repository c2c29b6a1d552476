"""An office that advertises the incumbent's programme is marked for study; a campaign, news and criticism are not."""

import pytest

from classifier.features import read
from classifier.incumbent import Incumbents, Promotion, campaigns
from classifier.lexicon import Lexicon
from core.settings import Contest

CONTEST = Contest.model_validate(
    {
        "id": "tirtasari",
        "name": "Tirtasari",
        "region": "99.01",
        "voting_day": "2031-06-25",
        "programmes": ["Tirtasari Terang", "Kartu Sauyunan"],
        "candidates": [
            {
                "id": "wira",
                "number": 1,
                "names": ["Wira Kencanawungu", "Sari Melurasih"],
                "nicknames": ["Kang Wira"],
                "hashtags": ["#WiraSari"],
                "taglines": ["Maju Sauyunan"],
                "incumbent": True,
            },
            {"id": "bagja", "number": 2, "names": ["Bagja Tirtalaya", "Dewi Anjarwati"]},
        ],
    }
)
LEXICON, INCUMBENTS = Lexicon(CONTEST), Incumbents(CONTEST)


def promotion(text: str) -> Promotion | None:
    return INCUMBENTS.promoted(read(text, LEXICON))


PROMOTING = (
    ("Alhamdulillah, berkat program Bupati Wira Kencanawungu jalan lingkungan RW 04 sudah mulus.", "wira"),
    ("Terima kasih Bapak Bupati Wira Kencanawungu atas bantuan beras untuk warga kelurahan kami.", "wira"),
    ("Penyaluran Kartu Sauyunan tahap dua di aula kecamatan, hari Selasa pukul 08.00.", None),
    ("Ayo warga manfaatkan layanan Tirtasari Terang, lampu jalan gratis sampai ke gang.", None),
    ("Peresmian puskesmas baru oleh Bupati Wira Kencanawungu, wujud kepedulian bagi warga Cibalong.", "wira"),
    ("Hatur nuhun Kang Wira, bantuan rutilahu tos karaos ku warga.", "wira"),
    ("Matur suwun Bupati Wira, bantuan pupuk lan irigasi wis karasa manfaate.", "wira"),
    ("Di bawah kepemimpinan Bupati Wira Kencanawungu pembangunan jembatan Cilimus terwujud.", "wira"),
)
NOT_PROMOTING = (
    "Bupati Wira Kencanawungu menghadiri rapat paripurna DPRD hari ini.",
    "Bupati Wira Kencanawungu melantik 40 pejabat di pendopo.",
    "Program Kartu Sauyunan gagal, bantuannya tidak sampai ke warga.",
    "Padahal katanya ada program Bupati Wira, terima kasih ya jalannya masih rusak.",
    "Kapan bantuan dari Bupati Wira cair? Terima kasih.",
    "Posyandu balita besok pagi di balai kelurahan, bawa buku KIA.",
    "Terima kasih warga RW 03 atas kerja bakti membangun jalan.",
    "Terima kasih Kang Bagja Tirtalaya atas bantuan sembako untuk warga.",
    "Berkat program Bupati Wira dan Bagja Tirtalaya jalan kami mulus.",
)
CAMPAIGNING = (
    "Berkat program Bupati Wira Kencanawungu jalan mulus. Nomor 1 jawabannya!",
    "Penyaluran Kartu Sauyunan tahap dua. Jangan lupa coblos yang sudah terbukti.",
    "Terima kasih Bupati Wira atas bantuan beras #WiraSari",
    "Tirtasari Terang sampai ke desa, maju sauyunan!",
    "Terima kasih Bapak Bupati Wira atas bantuannya, lanjutkan dua periode.",
    "Bantuan Bupati Wira nyata, mohon doa dan dukungan untuk beliau.",
    "Berkat program Kang Wira jalan mulus ☝️",
    "Program Bupati Wira terwujud, semoga beliau terpilih lagi.",
)


@pytest.mark.parametrize(("text", "candidate"), PROMOTING)
def test_the_incumbents_programme_is_marked(text: str, candidate: str | None) -> None:
    found = promotion(text)

    assert found is not None
    assert found.candidate == candidate
    assert text[slice(*found.span)] == found.programme


@pytest.mark.parametrize("text", NOT_PROMOTING)
def test_news_criticism_thanks_to_others_and_daily_work_are_not_marked(text: str) -> None:
    assert promotion(text) is None


@pytest.mark.parametrize("text", CAMPAIGNING)
def test_a_campaign_cue_leaves_the_text_to_its_score(text: str) -> None:
    assert campaigns(read(text, LEXICON))
    assert promotion(text) is None


def test_the_marked_words_are_the_programme_as_it_is_written() -> None:
    found = promotion("Lampu jalan gratis dari TIRTASARI TERANG untuk RW 02")

    assert found is not None
    assert found.programme == "TIRTASARI TERANG"


def test_nobody_is_marked_where_the_settings_name_no_incumbent() -> None:
    bare = CONTEST.model_copy(
        update={
            "programmes": (),
            "candidates": tuple(one.model_copy(update={"incumbent": False}) for one in CONTEST.candidates),
        }
    )

    incumbents = Incumbents(bare)

    assert not incumbents.any
    assert all(incumbents.promoted(read(text, Lexicon(bare))) is None for text, _ in PROMOTING)
