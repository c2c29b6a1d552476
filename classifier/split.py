"""Which examples are kept for the test, for ever: by a hash of their group, never by chance."""

import hashlib
from collections.abc import Sequence

from classifier.corpus import Example

TEST_SHARE = 0.2


def is_frozen_test(group: str, *, share: float = TEST_SHARE) -> bool:
    """Say whether a group (an author, a contest) belongs to the test; the answer never changes."""
    number = int.from_bytes(hashlib.sha256(f"frozen-test|{group}".encode()).digest()[:8])
    return number < share * 2**64


def frozen_split(examples: Sequence[Example], *, share: float = TEST_SHARE) -> tuple[list[Example], list[Example]]:
    """Divide examples into what may be learnt from and what only ever tests."""
    learn = [example for example in examples if not is_frozen_test(example.group, share=share)]
    test = [example for example in examples if is_frozen_test(example.group, share=share)]
    return learn, test
