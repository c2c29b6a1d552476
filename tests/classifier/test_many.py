"""Very many texts: on several processes the scores are those of one, in the order of the texts."""

from datetime import date
from pathlib import Path

import pytest

from classifier.many import CHUNK, Ask, Judge, as_it_is, score_many
from classifier.model import Model
from classifier.store import save
from core.errors import ModelError
from core.settings import Candidate, Classifier, Contest


def contest(name: str, *candidates: str) -> Contest:
    return Contest(
        id=name,
        name=name,
        region="nasional",
        voting_day=date(2029, 11, 28),
        candidates=tuple(Candidate(id=f"{name}-{n}", number=n, names=(c,)) for n, c in enumerate(candidates, start=1)),
    )


SUKARASA = contest("sukarasa", "Wirajaya Kusumah", "Dewanto Prasaja")
TANJUNG = contest("tanjung", "Sulastri Hanggoro", "Marbun Siregar")


@pytest.fixture(scope="module")
def judge(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    folder = tmp_path_factory.mktemp("judge")
    save(model, folder)
    return Judge(model=folder, contests=(SUKARASA, TANJUNG), thresholds=Classifier())


def test_several_processes_say_what_one_says_in_the_same_order(judge: Judge) -> None:
    asked = [Ask(f"Ayo coblos {'Wirajaya' if n % 3 else 'Sulastri'} tanggal {n % 28}!") for n in range(4 * CHUNK + 7)]

    alone = [answer for chunk in score_many(asked, judge, as_it_is, workers=1) for answer in chunk]
    shared = [answer for chunk in score_many(asked, judge, as_it_is, workers=2) for answer in chunk]

    assert shared == alone
    assert len(alone) == len(asked)


def test_of_several_contests_the_one_that_a_text_is_about_counts(judge: Judge) -> None:
    asked = [Ask("Ayo coblos Sulastri!"), Ask("Ayo coblos Wirajaya!"), Ask("Ayo coblos Wirajaya!", "tanjung")]

    (answers,) = score_many(asked, judge, as_it_is)

    assert [(answer.contest, answer.score.target) for answer in answers] == [
        ("tanjung", "tanjung-1"),
        ("sukarasa", "sukarasa-1"),
        ("tanjung", None),
    ]


def test_nothing_asked_is_nothing_answered(judge: Judge) -> None:
    assert list(score_many([], judge, as_it_is)) == []


def test_a_model_that_cannot_be_used_is_told_before_any_process_starts(tmp_path: Path) -> None:
    nowhere = Judge(model=tmp_path, contests=(), thresholds=Classifier())

    with pytest.raises(ModelError, match="model_missing"):
        next(score_many([Ask("teks")] * (4 * CHUNK), nowhere, as_it_is, workers=2))
