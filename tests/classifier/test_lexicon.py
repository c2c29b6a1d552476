"""The contest lexicon: who is meant, where, and how the text looks without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.features import read
from classifier.lexicon import HitKind, Lexicon, mask
from classifier.text import tokens
from core.settings import Candidate, Contest

CONTEST = Contest.model_validate(
    {
        "id": "tirtasari",
        "name": "Tirtasari",
        "region": "32",
        "voting_day": "2029-11-28",
        "candidates": [
            {
                "id": "arga",
                "number": 1,
                "names": ["Arga Natawijaya", "Mirah Kencana"],
                "nicknames": ["Raja"],
                "hashtags": ["#ArgaMirahJaya"],
                "taglines": ["Air Mengalir Rakyat Makmur"],
                "handles": ["@arga_official"],
                "parties": ["Partai Melati"],
                "emoji": ["🌾"],
            },
            {"id": "tole", "number": 2, "names": ["Toleransio Budiman"], "hashtags": ["#TolakToleransio"]},
            {"id": "kosong", "empty_box": True},
        ],
    }
)
LEXICON = Lexicon(CONTEST)


def hits(text: str) -> list[tuple[str, str | None, str]]:
    return [(hit.kind, hit.candidate, text[hit.start : hit.end]) for hit in LEXICON.hits(tokens(text), text)]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("dukung arga natawijaya", (HitKind.NAME, "arga", "arga natawijaya")),
        ("dukung Mirah", (HitKind.NAME, "arga", "Mirah")),
        ("argamirah menang", (HitKind.NAME, "arga", "argamirah")),
        ("pasti argamirahmenang", (HitKind.TAG, "arga", "argamirahmenang")),
        ("gas nomor 2", (HitKind.NUMBER, "tole", "nomor 2")),
        ("gas nomor 7", (HitKind.NUMBER, None, "nomor 7")),
        ("air mengalir rakyat makmur!", (HitKind.SLOGAN, "arga", "air mengalir rakyat makmur")),
        ("#ArgaMirahJaya", (HitKind.TAG, "arga", "#ArgaMirahJaya")),
        ("#ToleransioKeren", (HitKind.TAG, "tole", "#ToleransioKeren")),
        ("#TolakToleransio", (HitKind.ANTI_TAG, "tole", "#TolakToleransio")),
        ("halo @arga_official", (HitKind.HANDLE, "arga", "@arga_official")),
        ("coblos kolom kosong", (HitKind.BOX, "kosong", "kolom kosong")),
        ("kader partai melati", (HitKind.PARTY, "arga", "partai melati")),
        ("panen 🌾", (HitKind.SIGN, "arga", "🌾")),
        ("pilih 𝐌𝐢𝐫𝐚𝐡", (HitKind.NAME, "arga", "𝐌𝐢𝐫𝐚𝐡")),
    ],
)
def test_a_form_is_found_with_its_candidate_and_place(text: str, hit: tuple[HitKind, str | None, str]) -> None:
    assert hit in hits(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("harga raja ampat naik", False), ("coblos pak raja", True), ("kami bersama raja nomor 1", True)],
)
def test_an_ordinary_word_is_a_name_only_in_context(text: str, *, found: bool) -> None:
    assert any(hit[2].endswith("raja") for hit in hits(text)) is found


def test_a_masked_text_names_nobody() -> None:
    text = "Ayo coblos Arga Natawijaya - Mirah Kencana no 1 #ArgaMirahJaya"
    found = tokens(text)

    masked = [token.text for token in mask(found, LEXICON.hits(found, text), slogans=True)]

    assert masked[:4] == ["ayo", "coblos", "xcand", "xno"]
    assert "xtagcand" in masked


def test_an_empty_lexicon_still_knows_the_empty_box_and_numbers() -> None:
    text = "kotak kosong atau nomor 2"
    kinds = [hit.kind for hit in Lexicon(None).hits(tokens(text), text)]

    assert kinds == [HitKind.BOX, HitKind.NUMBER]


def test_the_digest_follows_the_candidates() -> None:
    renamed = CONTEST.model_copy(update={"candidates": (Candidate(id="arga", names=("Lain Orang",)),)})

    assert Lexicon(CONTEST).digest == LEXICON.digest
    assert Lexicon(renamed).digest != LEXICON.digest


WORDS = st.sampled_from(["ayo", "jangan", "pilih", "Arga", "mirah", "no 1", "02", "#ArgaMenang", "kami", "?", '"'])


@given(st.lists(WORDS, max_size=25))
def test_rules_fire_at_tokens_that_exist(pieces: list[str]) -> None:
    text = " ".join(pieces)
    reading = read(text, LEXICON)

    for places in reading.fired.values():
        assert all(0 <= place < len(reading.found) for place in places)
        start, end = reading.span(places)
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ayo coblos Arga", "invitation_vote_target"),
        ("jangan pilih Arga", "negated_vote_target"),
        ("saya pilih Arga", "own_choice"),
        ("kami warga Tirtasari siap dukung Arga", "group_support"),
        ("gunakan hak pilih, jangan golput", "neutral_turnout"),
        ("semoga Arga menang", "wish_win"),
        ("gas terus nomor 1", "ends_on_number"),
        ("Arga bilang apa?", "question"),
        ("katanya dibayar buat pilih Arga", "quoted_call"),
        ("Arga atau Toleransio", "several_sides"),
    ],
)
def test_a_rule_fires_where_it_should(text: str, rule: str) -> None:
    assert rule in read(text, LEXICON).fired
