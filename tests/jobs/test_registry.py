"""The model versions of an installation: which one is in use, what becomes of broken files, the way back."""

from pathlib import Path

import pytest

from classifier.model import Model
from core.errors import InputError, ModelError
from jobs import registry
from jobs.tools import Tools
from tests.jobs.office import hands, moved, open_office


@pytest.fixture
def tools(tmp_path: Path, empty: Path) -> Tools:
    return open_office(tmp_path, empty)


@pytest.fixture
def other_model(small_model: Model) -> Model:
    return moved(small_model, 0.25)


def use(tools: Tools, *models: Model) -> None:
    for model in models:
        registry.enter(tools, model, promote=True)
        hands(tools).pass_by(minutes=1)


def spoil(folder: Path) -> None:
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-20] + b"x" * 20)


def test_the_model_that_was_promoted_last_is_in_use_and_one_step_back_is_possible(
    tools: Tools, small_model: Model, other_model: Model
) -> None:
    use(tools, small_model, other_model)

    assert registry.active(tools).version.version == other_model.version
    assert registry.rollback(tools).version == small_model.version
    assert registry.active(tools).version.version == small_model.version


def test_a_model_whose_file_is_broken_is_named_and_the_one_before_it_is_used(
    tools: Tools, small_model: Model, other_model: Model
) -> None:
    use(tools, small_model, other_model)
    spoil(tools.models / other_model.version)

    used = registry.active(tools)

    assert (used.version.version, used.broken) == (small_model.version, (other_model.version,))
    with pytest.raises(ModelError):
        registry.promote(tools, other_model.version)


def test_where_no_model_can_be_used_that_is_said(tools: Tools, small_model: Model) -> None:
    use(tools, small_model)
    spoil(tools.models / small_model.version)

    with pytest.raises(ModelError, match="no_usable_model"):
        registry.active(tools)


def test_there_is_no_way_back_from_the_first_model_and_none_to_an_unknown_one(tools: Tools, small_model: Model) -> None:
    use(tools, small_model)

    with pytest.raises(InputError, match="nothing_to_roll_back"):
        registry.rollback(tools)
    with pytest.raises(InputError, match="model_unknown"):
        registry.promote(tools, "zzz")


def test_a_model_is_named_by_its_first_characters(tools: Tools, small_model: Model, other_model: Model) -> None:
    use(tools, small_model, other_model)

    assert registry.promote(tools, small_model.version[:8]).version == small_model.version


def test_a_model_that_was_entered_without_promotion_is_not_used(
    tools: Tools, small_model: Model, other_model: Model
) -> None:
    use(tools, small_model)

    assert not registry.enter(tools, other_model, promote=False).active
    assert registry.active(tools).version.version == small_model.version
