"""The side mark `incumbent`: an office or a civil servant that advertises the programme of the one in office.

Such a post is no call to vote, and it must not be lost either: people study it (the study's third finding). It is
marked only where nothing in it campaigns; a vote word, a number, a tag or a slogan makes it a matter of the score.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from classifier.features import Reading, near
from classifier.lexicon import HitKind
from classifier.text import TokenKind, tokens
from core.settings import Contest

CUES = frozenset({HitKind.NUMBER, HitKind.TAG, HitKind.ANTI_TAG, HitKind.SLOGAN, HitKind.PARTY, HitKind.SIGN})
CUE_FAMILIES = ("vote", "win", "ask_support", "reject")
PEOPLE = frozenset({HitKind.NAME, HitKind.HANDLE})
BESIDE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What of whom is promoted: the words of the post, and the candidate where one is named."""

    candidate: str | None
    programme: str
    span: tuple[int, int]


class Incumbents:
    """Those in office among the candidates of a contest, and the names of their programmes."""

    def __init__(self, contest: Contest) -> None:
        self.candidates = frozenset(one.id for one in contest.candidates if one.incumbent)
        self._programmes = [words for name in contest.programmes if (words := _words(name))]
        self.any = bool(self.candidates or self._programmes)

    def promoted(self, reading: Reading) -> Promotion | None:
        """Find the programme that a text promotes; None where there is none, and where it campaigns or finds fault."""
        if not self.any or not reading.found or campaigns(reading) or _finds_fault(reading):
            return None
        named = [hit for hit in reading.hits if hit.candidate in self.candidates and hit.kind in PEOPLE]
        others = [hit for hit in reading.hits if hit.kind in PEOPLE and hit.candidate not in self.candidates]
        if others:
            return None
        who = str(named[0].candidate) if named else None
        place = self._programme(reading) or (_work(reading) if named else None)
        if place is None:
            return None
        start, end = reading.found[place[0]].start, reading.found[place[1] - 1].end
        return Promotion(candidate=who, programme=reading.text[start:end], span=(start, end))

    def _programme(self, reading: Reading) -> tuple[int, int] | None:
        """Find the name of a programme of the settings."""
        words = [token.text for token in reading.found]
        for at in range(len(words)):
            for name in self._programmes:
                if tuple(words[at : at + len(name)]) == name:
                    return at, at + len(name)
        return None


def campaigns(reading: Reading) -> bool:
    """Say whether a text has a campaign cue: a vote word, a number, a tag, a slogan, a party, an appeal, a cheer."""
    if any(hit.kind in CUES for hit in reading.hits) or reading.family(*CUE_FAMILIES):
        return True
    if any(code in reading.fired for code in ("promo_tag_word", "anti_tag_word", "finger_target", "hearts_target")):
        return True
    aimed = near(reading.family("support", "change"), reading.targets, within=BESIDE, before=BESIDE)
    words = {token.text for token in reading.found}
    return bool(aimed or words & _lists()["cheers"])


def _work(reading: Reading) -> tuple[int, int] | None:
    """Find what the one in office is praised or thanked for: a word of public works beside a word of merit."""
    places = {name: _places(reading, name) for name in ("works", "merit")}
    praised = near(places["works"], [*places["merit"], *reading.family("praise")], within=2 * BESIDE, before=2 * BESIDE)
    if not praised:
        return None
    return praised[0], _end(reading, praised[0])


def _end(reading: Reading, first: int) -> int:
    """Take the words after it that are written with a capital: "program Sindang Terang"."""
    last = first + 1
    while last < len(reading.found) and last < first + 4:
        token = reading.found[last]
        if token.kind is not TokenKind.WORD or not reading.text[token.start : token.end][:1].isupper():
            break
        last += 1
    return last


def _places(reading: Reading, name: str) -> list[int]:
    listed = _lists()[name]
    return [index for index, token in enumerate(reading.found) if token.text in listed]


def _finds_fault(reading: Reading) -> bool:
    """See criticism, a complaint, a question of when or why: that does not advertise a programme."""
    words = {token.text for token in reading.found}
    return bool(reading.family("insult") or words & _lists()["fault"])


def _words(name: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(name) if token.kind is TokenKind.WORD)


@cache
def _lists() -> dict[str, frozenset[str]]:
    text = (files("classifier") / "words" / "incumbent.txt").read_text(encoding="utf-8")
    pairs = (line.split(":", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: frozenset(_plain(words.split())) for name, words in pairs}


def _plain(words: Sequence[str]) -> Iterable[str]:
    return (token.text for word in words for token in tokens(word))
