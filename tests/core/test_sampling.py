"""The second review's sample is the same for everybody, and as large as asked."""

from core.sampling import in_second_sample, place_by_chance


def test_the_sample_is_about_the_share_that_was_asked_for() -> None:
    drawn = sum(in_second_sample(match, 0.1) for match in range(1, 20_001))

    assert 1_850 <= drawn <= 2_150


def test_no_share_draws_nothing_and_the_whole_draws_all() -> None:
    assert not any(in_second_sample(match, 0.0) for match in range(1, 1_000))
    assert all(in_second_sample(match, 1.0) for match in range(1, 1_000))


def test_a_greater_share_keeps_the_smaller_one() -> None:
    small = {match for match in range(1, 5_000) if in_second_sample(match, 0.1)}

    assert all(in_second_sample(match, 0.25) for match in small)


def test_the_sample_never_changes_between_versions() -> None:
    assert [match for match in range(1, 60) if in_second_sample(match, 0.1)] == [
        1,
        7,
        8,
        16,
        23,
        32,
        36,
        42,
        43,
        52,
        58,
    ]


def test_every_reviewer_has_an_order_of_their_own_that_stays() -> None:
    orders = {
        name: sorted(range(1, 100), key=lambda match: place_by_chance(match, name)) for name in ("Ani", "Budi", None)
    }

    assert orders["Ani"] != orders["Budi"] != orders[None] != list(range(1, 100))
    assert orders["Ani"][:5] == [42, 77, 20, 48, 25]
