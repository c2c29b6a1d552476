"""What every room's tests share."""

import pytest
from hypothesis import settings

from classifier.base import base_examples
from jobs import labelling, retrain

settings.register_profile("tilik", deadline=None)  # a busy machine is not a mistake
settings.load_profile("tilik")


@pytest.fixture
def quarter_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new models learn from every fourth shipped text: what happens to labels is the same, five times as fast."""
    quarter = base_examples()[::4]
    for room in (labelling, retrain):
        monkeypatch.setattr(room, "base_examples", lambda: quarter)
