"""One trained model for all tests of the classifier."""

import pytest

from classifier.base import base_examples
from classifier.model import Model, train


@pytest.fixture(scope="session")
def model() -> Model:
    return train(base_examples(), seed=1)
