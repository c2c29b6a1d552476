"""Merkle trees as RFC 6962 (2.1) makes them: one digest for a list, and a short proof that a part is in it."""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\0", b"\1"
"""What stands before the bytes of a leaf and of a node, so that neither can pass for the other."""


def leaf(data: bytes) -> bytes:
    """Give the digest of a leaf."""
    return hashlib.sha256(LEAF + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the digest of a list of leaves' digests."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = _half(len(leaves))
    return _node(root(leaves[:half]), root(leaves[half:]))


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """Give what is needed beside a leaf to come to the root, from below."""
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if place < half:
        return [*path(leaves[:half], place), root(leaves[half:])]
    return [*path(leaves[half:], place - half), root(leaves[:half])]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def _half(count: int) -> int:
    """Give the largest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)
