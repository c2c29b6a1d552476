"""A research dataset: enough to reckon with, nobody by name, and what it says of all texts is what was planted."""

import csv
import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, update

from classifier.model import Model
from core.errors import InputError
from core.records import SOLICITING, Answer, Role, Standing
from demo.election import planted as planted_election
from jobs import classify, learning, registry
from jobs.asof import office_as_of
from jobs.dataset import FEWEST, Pseudonyms, Source, places
from jobs.learning import RANDOM
from jobs.tools import Tools
from review import dataset
from review.codebook import COLUMNS, meaning
from review.csvfile import write_csv
from review.dataset import SUPPRESSED
from review.incoming import take_in
from review.outgoing import text_row
from storage.dataset import Watched
from storage.judged_tables import matches
from tests.jobs.conftest import empty, small_model  # noqa: F401  (fixtures of the next room)
from tests.jobs.office import entry, hands, open_office, watch
from tests.jobs.planting import flag, liked, published
from tests.storage import planted

TRUTH = {post.text: post.kind in SOLICITING for post in planted_election().posts if post.text}
KELURAHAN = [f"kel-rahasia{number}.test" for number in range(7)]


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:  # noqa: F811
    """An office that has scored the texts of the demo, and seven kelurahan that liked one of them."""
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    region = "99.01.01.1001"
    watch(tools, *(entry(handle, region=region) for handle in KELURAHAN))
    watch(tools, entry("tim.test", Role.CAMPAIGN, contest="sindangwangi-2029", candidate="raka-melati"))
    with tools.database.write() as session:
        known = planted.owners()
        for number, text in enumerate(TRUTH):
            planted.save(session, known, planted.post(number, author=f"warga{number}", text=text))
    classify.run(tools)
    return tools


def labelled(tools: Tools, path: Path, *, count: int = 120) -> learning.Queue:
    """Draw texts and answer them as the truth says."""
    queue = learning.draw(tools, count=count)
    shown = []
    for one in queue.texts:
        said = Answer.SOLICITATION if TRUTH[one.text] else Answer.NOT
        row = text_row(one, "Asia/Jakarta")
        fields = {name: getattr(row, name) for name in row.__slots__}
        shown.append(row.__class__(**{**fields, "answer": said, "reviewer": "Rina Rahasia"}))
    write_csv(shown, path, language="id")
    take_in(tools, path)
    return queue


def written(tools: Tools, folder: Path, *, salt: str = "", texts: bool = False) -> Path:
    with tools.database.read() as session:
        source = Source(tools, session, Pseudonyms(tools.secret, salt), with_texts=texts)
        dataset.write(source, folder, reason="Penelitian")
    return folder


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def likes(tools: Tools, handles: Sequence[str], uri: str = "at://tim/1") -> None:
    published(tools, "tim.test", [uri])
    for handle in handles:
        liked(tools, handle, uri)
    flag(tools, uri)


def test_the_share_of_calls_that_was_planted_in_the_demo_is_recovered(office: Tools, tmp_path: Path) -> None:
    queue = labelled(office, tmp_path / "label.csv")
    folder = written(office, tmp_path / "data")
    truth = sum(TRUTH.values()) / len(TRUTH)

    (found,) = [row for row in table(folder, "prevalence.csv") if row["measure"] == "prevalence"]

    assert float(found["low"]) <= truth <= float(found["high"])
    assert float(found["high"]) - float(found["low"]) < 0.3
    naive = sum(TRUTH[one.text] for one in queue.texts) / len(queue.texts)
    assert abs(float(found["value"]) - truth) < abs(naive - truth)


def test_what_the_folder_says_of_all_texts_can_be_reckoned_from_its_rows(office: Tools, tmp_path: Path) -> None:
    labelled(office, tmp_path / "label.csv")
    folder = written(office, tmp_path / "data")

    labels = {row["text"]: int(row["label"]) for row in table(folder, "labels.csv")}
    draws = table(folder, "draws.csv")
    weights = [(1 / float(row["inclusion"]), labels[row["text"]]) for row in draws]

    (found,) = [row for row in table(folder, "prevalence.csv") if row["measure"] == "prevalence"]
    assert sum(w * label for w, label in weights) / sum(w for w, _ in weights) == pytest.approx(float(found["value"]))
    assert int(found["by_chance"]) == sum(row["strategy"] == RANDOM for row in draws)
    assert {row["text"] for row in draws} <= {row["text"] for row in table(folder, "texts.csv")}


def test_no_file_holds_a_handle_a_name_or_the_words_of_a_text(office: Tools, tmp_path: Path) -> None:
    likes(office, KELURAHAN)
    labelled(office, tmp_path / "label.csv")

    folder = written(office, tmp_path / "data")

    everything = "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    for secret in ("rahasia", "tim.test", "at://", "Kelurahan kel", *TRUTH):
        assert secret.lower() not in everything.lower()
    with_words = written(office, tmp_path / "with-words", texts=True)
    assert {row["words"].removeprefix("'") for row in table(with_words, "texts.csv")} >= set(list(TRUTH)[:1])


@pytest.mark.parametrize(("count", "told"), [(FEWEST, True), (FEWEST - 1, False)])
def test_a_cell_that_fewer_than_five_accounts_share_is_not_told(
    office: Tools, tmp_path: Path, count: int, *, told: bool
) -> None:
    likes(office, KELURAHAN[:count])

    folder = written(office, tmp_path / "data")

    for name in dataset.BY:
        for row in table(folder, f"table_{name}.csv"):
            assert (row["acts"], row["accounts"]) == ((str(count),) * 2 if told else (SUPPRESSED,) * 2), name


def test_a_place_is_told_as_exactly_as_five_accounts_share_it() -> None:
    regions = ["99.01.01.1001"] * 3 + ["99.01.01.1002"] * 2 + ["99.01.02.1001"] * 2 + ["99.02.01.1001"] * 4
    watched = {
        number: Watched(account_id=number, platform="bluesky", role=Role.KELURAHAN, region=region)
        for number, region in enumerate(regions)
    }

    found = places(watched)

    assert [found.get(number) for number in range(5)] == ["99.01.01"] * 5
    assert [found.get(number) for number in (5, 6)] == ["99.01"] * 2
    assert [found.get(number) for number in range(7, 11)] == [None] * 4


def test_pseudonyms_stay_the_same_until_another_salt_is_given(office: Tools, tmp_path: Path) -> None:
    likes(office, KELURAHAN)

    one, same, other = (
        {row["account"] for row in table(written(office, tmp_path / name, salt=salt), "acts.csv")}
        for name, salt in (("a", ""), ("b", ""), ("c", "baru"))
    )

    assert one == same
    assert one.isdisjoint(other)
    assert {row["account"] for row in table(tmp_path / "a", "accounts.csv")} >= one


def test_every_column_of_every_file_is_explained_and_every_file_has_its_digest(office: Tools, tmp_path: Path) -> None:
    likes(office, KELURAHAN)
    folder = written(office, tmp_path / "data", texts=True)

    explained = {(row["file"], row["column"]): row["meaning"] for row in table(folder, "codebook.csv")}
    for name in COLUMNS:
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            head = next(csv.reader(stream))
        assert head == list(COLUMNS[name]), name
        assert all(explained[name, column] == meaning(name, column) != "" for column in head)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    digests = {p.name: sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.name != "manifest.json"}
    assert manifest["sha256"] == digests


def test_what_is_there_is_never_overwritten_and_what_fails_leaves_nothing(office: Tools, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")

    with pytest.raises(InputError, match="folder_not_empty"):
        written(office, taken)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="file_not_written"):
        written(office, tmp_path / "file" / "data")

    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_old_state_is_told_as_it_was(office: Tools, tmp_path: Path) -> None:
    likes(office, KELURAHAN)
    hands(office).pass_by(days=2)
    likes(office, KELURAHAN, "at://tim/2")

    with office_as_of(office, date(2029, 10, 1)) as then:
        folder = written(then, tmp_path / "then")

    assert (len(table(folder, "acts.csv")), len(table(written(office, tmp_path / "now"), "acts.csv"))) == (7, 14)


def test_a_match_of_an_account_that_was_wrongly_listed_is_told_nowhere(office: Tools, tmp_path: Path) -> None:
    likes(office, KELURAHAN)
    with office.database.write() as session:
        numbers = session.scalars(select(matches.c.id)).all()
        session.execute(update(matches).values(standing=Standing.WITHDRAWN))

    folder = written(office, tmp_path / "data")

    assert len(numbers) == len(KELURAHAN)
    assert {(row["band"], row["standing"], row["probability"]) for row in table(folder, "acts.csv")} == {("", "", "")}
    assert table(folder, "table_by_kind.csv") == []
