"""Coverage of a contest's forms, and the campaign terms that are missing: counted, and never a person."""

import tracemalloc
from collections.abc import Iterable

import pytest

from classifier.features import read
from classifier.forms import forms_of, joined_from, remarks
from classifier.suggest import Counting, Coverage, Source, Suggestion, log_odds_z, too_ordinary
from core.settings import Contest

FIELDS = {"id": "sanggar", "name": "Sanggar", "region": "99.01", "voting_day": "2031-06-25"}
PHASES = [{"name": "campaign", "starts": "2031-04-01", "ends": "2031-06-21"}]
REY = {
    "id": "rey",
    "number": 1,
    "names": ["Reynaldi Hutomosena", "Sekar Ayuningpuri"],
    "hashtags": ["#KotaSatuHati"],
    "handles": ["@reynaldi_resmi"],
    "taglines": ["Kota Satu Hati"],
}
BAGJA = {"id": "bagja", "number": 2, "names": ["Bagja Tirtalaya"], "nicknames": ["Surya"]}
CONTEST = Contest.model_validate({**FIELDS, "phases": PHASES, "candidates": [REY, BAGJA]})
DAILY = (
    "Posyandu balita besok pagi di balai kelurahan #kabarwarga",
    "Kerja bakti membersihkan selokan #gotongroyong",
    "Harga cabai naik lagi, kata Bu Tumirah di pasar",
    "Hujan deras sejak siang #cuaca",
)

Post = tuple[str, Source]


def contest(*candidates: object, **changes: object) -> Contest:
    return Contest.model_validate({**FIELDS, "phases": PHASES, "candidates": candidates, **changes})


def count(posts: Iterable[Post], *, handles: dict[str, str] | None = None, most_terms: int = 1_000) -> Coverage:
    counting = Counting(CONTEST, handles=handles or {}, most_terms=most_terms)
    for text, source in posts:
        counting.add(read(text, counting.lexicon), source)
    return counting.coverage()


def posts(*texts: str, authors: int = 3, times: int = 4) -> list[Post]:
    """Let each text be posted by several people, each time a little otherwise."""
    return [
        (f"{text} {'ya' * number}", Source(post=hash((text, number)), author=f"orang {number % authors}"))
        for text in texts
        for number in range(times)
    ]


def daily(times: int = 40) -> list[Post]:
    return posts(*DAILY, authors=20, times=times)


def terms(found: Coverage) -> list[tuple[str, str, str]]:
    return [(one.candidate, one.field, one.term) for one in found.suggestions]


def test_an_unknown_hashtag_beside_a_candidate_is_suggested_for_that_candidate() -> None:
    found = count([*daily(), *posts("Reynaldi paling siap #SanggarJuara", "Ayo #SanggarJuara bareng Reynaldi")])

    assert terms(found) == [("rey", "hashtags", "#SanggarJuara")]
    assert found.suggestions[0] == Suggestion(
        candidate="rey",
        field="hashtags",
        term="#SanggarJuara",
        posts=8,
        authors=3,
        elsewhere=0,
        z=found.suggestions[0].z,
    )


def test_names_that_are_joined_are_suggested_as_a_nickname() -> None:
    found = count([*daily(), *posts("REYAYU menang, Reynaldi menang"), *posts("gas REYAYU", "REYAYU satu putaran")])

    assert terms(found) == [("rey", "nicknames", "REYAYU")]


def test_another_persons_name_is_never_suggested_however_often_it_stands_there() -> None:
    found = count([*daily(), *posts("Kata Darmosunoto, Reynaldi hebat", "Darmosunoto mendukung Reynaldi", times=20)])

    assert terms(found) == []


def test_a_handle_is_suggested_only_of_a_watched_campaign_account() -> None:
    told = posts("Reynaldi hadir @relawan.rey @tetangga_saya", "bersama Reynaldi @relawan.rey @tetangga_saya")

    assert terms(count([*daily(), *told])) == []
    assert terms(count([*daily(), *told], handles={"relawan.rey": "rey"})) == [("rey", "handles", "@relawan.rey")]


@pytest.mark.parametrize(("authors", "times", "suggested"), [(1, 10, False), (2, 2, False), (2, 3, True), (3, 3, True)])
def test_a_term_needs_three_posts_of_two_authors(authors: int, times: int, suggested: bool) -> None:  # noqa: FBT001
    found = count([*daily(), *posts("Reynaldi saja #SanggarJuara", authors=authors, times=times)])

    assert bool(terms(found)) is suggested


def test_one_post_that_is_edited_often_is_one_post() -> None:
    told = [(f"Reynaldi #SanggarJuara {n}", Source(post=7, author=f"orang {n}")) for n in range(9)]

    assert terms(count([*daily(), *told])) == []


def test_what_stands_everywhere_is_no_campaign_term() -> None:
    everywhere = posts("Selamat pagi #kabarwarga Reynaldi", times=5)

    assert terms(count([*daily(), *everywhere])) == []


def test_the_tag_of_a_contest_belongs_to_no_candidate() -> None:
    told = posts("Debat Reynaldi #PilkadaSanggar", "Debat Bagja #PilkadaSanggar", times=10)

    assert terms(count([*daily(), *told])) == []


def test_a_term_must_stand_beside_a_known_candidate_and_not_only_in_campaign_posts() -> None:
    campaign = [
        ("Selamat pagi #PagiCeria", Source(post=n, author=f"tim {n % 3}", campaign=True, campaigns_for="rey"))
        for n in range(9)
    ]

    assert terms(count([*daily(), *campaign])) == []


def test_known_forms_are_counted_and_never_suggested() -> None:
    campaign = Source(author="tim", campaign=True, campaigns_for="rey")
    found = count(
        [
            ("Coblos nomor 1 Reynaldi Hutomosena #KotaSatuHati", campaign),
            ("Kota Satu Hati @reynaldi_resmi", Source(author="warga")),
            ("Hujan lagi", Source(author="warga")),
            ("Selamat pagi", campaign),
        ]
    )

    counts = {one.form.written: (one.wordings, one.in_campaign) for one in found.forms}
    assert (found.wordings, found.of_campaigns, found.hit, found.hit_of_campaigns) == (4, 2, 2, 1)
    assert counts == {
        "Reynaldi Hutomosena": (1, 1),
        "Sekar Ayuningpuri": (0, 0),
        "#KotaSatuHati": (1, 1),
        "Kota Satu Hati": (1, 0),
        "@reynaldi_resmi": (1, 0),
        "1": (1, 1),
        "Bagja Tirtalaya": (0, 0),
        "Surya": (0, 0),
        "2": (0, 0),
    }


def test_a_first_name_counts_for_its_name_and_a_sign_for_itself() -> None:
    one = contest({**REY, "emoji": ["☝️", "1️⃣"]}, BAGJA)
    counting = Counting(one, handles={})
    for text in ("Reynaldi hadir", "pokoknya ☝️ Reynaldi", "gas 1️⃣", "coblos nomor 1"):
        counting.add(read(text, counting.lexicon), Source())

    counts = {count.form.written: count.wordings for count in counting.coverage().forms}
    assert (counts["Reynaldi Hutomosena"], counts["☝️"], counts["1️⃣"], counts["1"]) == (2, 1, 1, 2)


def test_a_form_that_mostly_means_something_else_is_named() -> None:
    found = count(posts("Salat subuh, Pak Surya jadi imam", "Warung Bu Surya buka", times=15))

    assert [one.form.written for one in too_ordinary(found.forms)] == ["Surya"]


def test_a_form_that_campaigns_use_is_not_ordinary() -> None:
    found = count(posts("Coblos Pak Surya nomor 2", "Pilih Pak Surya ya", times=15))

    assert too_ordinary(found.forms) == []


def test_memory_is_bounded_however_many_terms_there_are() -> None:
    counting = Counting(CONTEST, handles={}, most_terms=500)
    tracemalloc.start()

    for number in range(4_000):
        text = f"Reynaldi #SanggarJuara #unik{number} kata{'abcdefghij'[number % 10] * (number % 7 + 1)}huruf"
        counting.add(read(text, counting.lexicon), Source(post=number, author=str(number)))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(counting._terms) <= 500  # noqa: SLF001
    assert terms(counting.coverage()) == [("rey", "hashtags", "#SanggarJuara")]
    assert peak < 30_000_000


def test_more_posts_make_a_difference_more_certain() -> None:
    assert 0 < log_odds_z(3, 50, 0, 950) < log_odds_z(30, 500, 0, 9_500)
    assert log_odds_z(5, 100, 50, 1_000) == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize("word", ["reysekar", "reynaldisekar", "naldisekar", "hutosekar", "sekarrey"])
def test_names_of_a_pair_are_known_in_one_word(word: str) -> None:
    assert joined_from(word, CONTEST.candidates[0])


@pytest.mark.parametrize("word", ["sekarang", "reybagja", "kabar", "reynaldi", "darmosekarto"])
def test_other_words_are_not_joined_names(word: str) -> None:
    assert not joined_from(word, CONTEST.candidates[0])


def codes(one: Contest, *others: Contest) -> list[tuple[str, str | None, str | None]]:
    return [(remark.code, remark.form, remark.other) for remark in remarks(one, [one, *others])]


def test_sound_settings_are_left_alone() -> None:
    assert codes(contest(REY, {"id": "b", "number": 2, "names": ["Bagja Tirtalaya"]})) == []


def test_what_is_missing_or_shared_is_said() -> None:
    one = contest(
        {"id": "a", "number": 1, "names": ["Arga Natawijaya"], "nicknames": ["A", "!!", "Kang Ar"]},
        {"id": "b", "names": ["Bagja Tirtalaya"], "nicknames": ["Kang Ar", "Surya"]},
        phases=[],
    )

    assert codes(one) == [
        ("dates_missing", None, None),
        ("number_missing", None, None),
        ("form_shared", "Kang Ar", "b"),
        ("form_one_letter", "A", None),
        ("form_empty", "!!", None),
        ("form_ordinary", "Surya", None),
    ]


def test_a_name_that_two_candidates_have_is_said() -> None:
    one = contest(
        {"id": "a", "number": 1, "names": ["Arga Natawijaya", "Dewi Kencanasari"]},
        {"id": "b", "number": 2, "names": ["Bagja Tirtalaya", "Dewi Anjarwati"]},
    )

    assert codes(one) == [("form_shared", "dewi", "b")]


def test_a_race_against_the_empty_box_needs_no_number() -> None:
    assert codes(contest({"id": "a", "names": ["Arga Natawijaya"]}, {"id": "k", "empty_box": True})) == []


def test_contests_of_one_day_are_told_what_they_share() -> None:
    one = contest({"id": "a", "number": 1, "names": ["Arga Natawijaya"], "nicknames": ["RAJA"]})
    other = contest({"id": "g", "number": 1, "names": ["Gilang"], "nicknames": ["Raja"]}, id="gubernur")

    assert codes(one, other) == [
        ("number_shared_with", "1", "gubernur"),
        ("form_shared_with", "RAJA", "gubernur"),
        ("form_ordinary", "RAJA", None),
    ]


def test_every_form_of_the_settings_is_listed() -> None:
    assert [(form.field, form.words) for form in forms_of(CONTEST)][:3] == [
        ("names", "reynaldi hutomosena"),
        ("names", "sekar ayuningpuri"),
        ("taglines", "kota satu hati"),
    ]
