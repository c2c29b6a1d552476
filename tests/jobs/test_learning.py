"""Texts drawn for people: which, with what probability, and what their answers tell of all texts."""

import random
from collections import Counter
from pathlib import Path

import pytest

from classifier.estimates import Sampled, estimate
from classifier.model import Model
from core.errors import InputError
from core.records import Answer
from jobs import classify, learning, modelstatus, registry, retrain
from jobs.learning import RANDOM, TOP, UNCERTAIN
from jobs.tools import Tools
from review.csvfile import write_csv
from review.incoming import take_in
from review.outgoing import export_texts, text_row
from tests.jobs.office import entry, hands, open_office, rows, watch
from tests.storage import planted

CALL = "Ayo warga {n} coblos nomor satu, pilihan kampung {m} tanggal dua delapan!"
NOTICE = "Posyandu balita RW {n} buka hari Selasa, bawa buku KIA dan kartu {m}."
WORDS = ["padi", "sawah", "kebun", "pasar", "hujan", "angin", "kopi", "jalan", "lampu", "sungai", "batu", "kayu"]


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    """An office that has scored 240 texts, a quarter of them calls."""
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    watch(tools, entry("kel-satu.test"))
    with tools.database.write() as session:
        known = planted.owners()
        for number in range(240):
            said = (CALL if number % 4 == 0 else NOTICE).format(n=_words(number), m=_words(number * 7 + 3))
            planted.save(session, known, planted.post(number, author=f"warga{number}", text=said))
    classify.run(tools)
    return tools


def _words(number: int) -> str:
    return " ".join(WORDS[(number // step) % len(WORDS)] for step in (1, 12, 144))


def answer_all(queue: learning.Queue, path: Path) -> Path:
    """Fill the file in as somebody would who reads well."""
    shown = []
    for one in queue.texts:
        row = text_row(one, "Asia/Jakarta")
        said = Answer.SOLICITATION if "coblos" in one.text else Answer.NOT
        shown.append(
            row.__class__(**{**{n: getattr(row, n) for n in row.__slots__}, "answer": said, "reviewer": "Rina"})
        )
    write_csv(shown, path, language="id")
    return path


def test_three_ways_of_drawing_share_the_queue(office: Tools) -> None:
    queue = learning.draw(office, count=50)

    assert Counter(one.strategy for one in queue.texts) == {UNCERTAIN: 30, TOP: 10, RANDOM: 10}
    assert queue.pool == 240
    assert len({one.post_version_id for one in queue.texts}) == 50
    assert {one.inclusion for one in queue.texts if one.strategy != RANDOM} == {1.0}
    assert {one.inclusion for one in queue.texts if one.strategy == RANDOM} == {10 / 200}


def test_what_is_drawn_and_how_is_kept_and_a_text_is_never_drawn_by_rule_twice(office: Tools) -> None:
    learning.draw(office, count=50)

    kept = rows(office, "draws")

    assert len(kept) == 50
    assert {row.strategy for row in kept} == set(learning.STRATEGIES)
    assert [row.pool for row in rows(office, "drawings")] == [240]


def test_the_order_of_the_file_tells_no_score(office: Tools) -> None:
    queue = learning.draw(office, count=60)

    ways = [one.strategy for one in queue.texts]

    assert ways != sorted(ways, key=learning.STRATEGIES.index)
    chances = [one.probability for one in queue.texts]
    assert chances not in (sorted(chances), sorted(chances, reverse=True))


def test_a_file_of_texts_comes_back_as_labels_once(office: Tools, tmp_path: Path) -> None:
    queue = learning.draw(office, count=40)
    path = answer_all(queue, tmp_path / "label.csv")

    dry = take_in(office, path, dry_run=True)
    before = len(rows(office, "labels"))
    first, again = take_in(office, path), take_in(office, path)

    assert (dry.texts, before) == (40, 0)
    assert (first.new, first.texts, first.labels, first.same) == (40, 40, 40, 0)
    assert (again.new, again.same, again.labels) == (0, 40, 0)
    assert {row.source for row in rows(office, "labels")} == {"queue"}
    assert not rows(office, "decisions")


def test_a_changed_label_is_dealt_with_as_asked(office: Tools, tmp_path: Path) -> None:
    queue = learning.draw(office, count=40)
    path = answer_all(queue, tmp_path / "label.csv")
    take_in(office, path)
    path.write_text(path.read_text(encoding="utf-8").replace(";bukan;", ";ajakan;"), encoding="utf-8")
    others = sum("coblos" not in one.text for one in queue.texts)

    with pytest.raises(InputError) as caught:
        take_in(office, path, on_conflict="hold")
    kept = take_in(office, path, on_conflict="keep")
    replaced = take_in(office, path, on_conflict="replace", dry_run=True)

    assert {problem.code for problem in caught.value.problems} == {"answered_before"}
    assert len(caught.value.problems) == others
    assert (kept.new, kept.changed, kept.kept, kept.same) == (0, 0, others, 40 - others)
    assert (replaced.new, replaced.changed, replaced.kept, replaced.same) == (0, others, 0, 40 - others)


def test_a_file_for_people_shows_texts_without_scores_or_accounts(office: Tools, tmp_path: Path) -> None:
    queue = learning.draw(office, count=20)

    export_texts(office, tmp_path / "label.csv", queue)

    head, *lines = (tmp_path / "label.csv").read_text(encoding="utf-8-sig").splitlines()
    assert all(line.startswith("T-") for line in lines)
    assert "%" not in "".join(line.split(";")[5] for line in lines)
    assert head.split(";")[6] == "akun"
    assert {line.split(";")[6] for line in lines} == {""}


def test_labelled_texts_are_not_drawn_again(office: Tools, tmp_path: Path) -> None:
    first = learning.draw(office, count=40)
    take_in(office, answer_all(first, tmp_path / "label.csv"))

    second = learning.draw(office, count=40)

    assert second.pool == 200
    assert not {one.post_version_id for one in first.texts} & {one.post_version_id for one in second.texts}


def test_near_duplicates_are_drawn_by_rule_once(office: Tools) -> None:
    with office.database.write() as session:
        for number in range(300, 330):
            said = f"Ayo kita semua warga kelurahan coblos nomor satu hari Rabu besok pagi ya bapak ibu {number}"
            planted.save(session, planted.owners(), planted.post(number, author="relawan", text=said))
    classify.run(office)

    queue = learning.draw(office, count=100)

    same = [
        one for one in queue.texts if "kelurahan coblos nomor satu hari Rabu" in one.text and one.strategy != RANDOM
    ]
    assert len(same) <= 1


def test_an_unknown_contest_and_an_empty_pool_are_told(office: Tools, tmp_path: Path, empty: Path) -> None:
    with pytest.raises(InputError, match="contest_not_listed"):
        learning.draw(office, contest="mars")
    nothing = open_office(tmp_path / "neu", empty)
    with pytest.raises(InputError, match="nothing_to_label"):
        learning.draw(nothing)


def test_the_answers_tell_how_many_calls_there_are(office: Tools, tmp_path: Path) -> None:
    queue = learning.draw(office, count=150)
    take_in(office, answer_all(queue, tmp_path / "label.csv"))

    (found,) = modelstatus.run(office).contests

    assert found.drawn == 150
    assert found.estimates is not None
    assert found.estimates.prevalence is not None
    assert found.estimates.prevalence.low is not None
    assert found.estimates.prevalence.high is not None
    assert found.estimates.prevalence.low - 0.02 <= 0.25 <= found.estimates.prevalence.high + 0.02


def test_every_text_has_the_inclusion_probability_that_is_kept(office: Tools) -> None:
    """Draw often; who is left to chance must come as often as the number says."""
    seen: Counter[int] = Counter()
    rounds = 120
    for _ in range(rounds):
        hands(office).pass_by(seconds=1)
        drawn = [one for one in learning.draw(office, count=50).texts if one.strategy == RANDOM]
        seen.update(one.post_version_id for one in drawn)
        assert {one.inclusion for one in drawn} == {10 / 200}

    expected = rounds * 10 / 200
    assert len(seen) > 190
    assert max(seen.values()) < expected + 6 * expected**0.5
    assert sum(seen.values()) == rounds * 10


def test_the_planted_share_lies_in_its_interval_nearly_always() -> None:
    right = 0
    for trial in range(60):
        chance = random.Random(trial)  # noqa: S311  (a trial that can be repeated)
        pool = [chance.random() < 0.1 for _ in range(2_000)]
        ruled = [n for n, label in enumerate(pool) if label][:40]
        others = [n for n in range(len(pool)) if n not in set(ruled)]
        taken = chance.sample(others, 150)
        drawn = [Sampled(stratum=TOP, inclusion=1.0, label=True, flagged=True) for _ in ruled]
        drawn += [Sampled(stratum=RANDOM, inclusion=150 / len(others), label=pool[n], flagged=False) for n in taken]
        found = estimate(drawn, chance=RANDOM, seed=trial).prevalence
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        right += found.low <= sum(pool) / len(pool) <= found.high
    assert right >= 51


def test_retraining_with_few_calls_names_the_queue(office: Tools, tmp_path: Path) -> None:
    take_in(office, answer_all(learning.draw(office, count=20), tmp_path / "label.csv"))

    assert retrain.run(office).needed > 0
