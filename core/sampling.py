"""Which matches a second person reviews too, and in which order: the same in every file, on every page, always."""

import hashlib


def in_second_sample(match_id: int, share: float) -> bool:
    """Say whether a match belongs to the share (0 to 1) that two people review; a greater share keeps the smaller."""
    drawn = int.from_bytes(hashlib.blake2b(str(match_id).encode(), digest_size=8, person=b"second").digest())
    return drawn < share * 2**64


def place_by_chance(match_id: int, reviewer: str | None) -> str:
    """Give the key by which a blind file is ordered: it tells nothing of a match, and each reviewer has another."""
    return hashlib.blake2b(f"{reviewer or ''} {match_id}".encode(), digest_size=8, person=b"order").hexdigest()
