"""The words of bands for people. In JSON and in files for programs the codes stay: high, review, low.

Until the threshold of `high` is measured on local labels, the band promises nothing but an order: it says what to read
first, and no more. Every place that shows a band to people takes its words from here.
"""

from core.records import Band
from language import say


def band_words(band: Band, *, high_is_measured: bool) -> str:
    """Put a band into words."""
    if band is Band.HIGH and not high_is_measured:
        return say("read first")
    return say(band)


def waiting_words(state: str, *, high_is_measured: bool) -> str:
    """Put a state of the review into words: a decision, or a band that waits for one."""
    if state == f"waiting_{Band.HIGH}" and not high_is_measured:
        return say("waiting: read first")
    return say(state)
