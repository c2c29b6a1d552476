"""Which matches a second person reviews too: the same ones in every file, on every page and after every restart."""

import hashlib


def in_second_sample(match_id: int, share: float) -> bool:
    """Say whether a match belongs to the share (0 to 1) that two people review; a greater share keeps the smaller."""
    drawn = int.from_bytes(hashlib.blake2b(str(match_id).encode(), digest_size=8, person=b"second").digest())
    return drawn < share * 2**64
