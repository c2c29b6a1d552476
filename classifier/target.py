"""Whom a text aims at and in which direction, read off the text: no model and no kind is asked.

A text is walked sentence by sentence. A vote verb, a word of refusal or a denial sets what the next name gets ("jangan
pilih A, pilih B" is one vote against A and one for B); a name with neither is only named. What speaks for somebody
counts more than what speaks against somebody else: who attacks A to get votes for B aims at B.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from classifier.features import Reading
from classifier.lexicon import Hit, HitKind
from classifier.text import TokenKind
from classifier.vocabulary import families
from core.records import SOLICITING, Kind

Direction = Literal["for", "against"]
NUMBER_SHARED = "number_in_several_contests"
MOST_HITS = 200
REACH = 8
"""Tokens that a verb governs, and that a name may stand behind what is said of it."""
NEAR, CLOSE = 4, 3
STRONG, WEAK = 4, 1

AIMED = {HitKind.NAME: 3, HitKind.BOX: 3, HitKind.NUMBER: 3, HitKind.HANDLE: 1}
AIMED |= {HitKind.TAG: 2, HitKind.ANTI_TAG: 2, HitKind.SLOGAN: 2}
"""What can name a target, and how much it counts where nothing is said of anybody. A party never does: coalitions
stand behind several candidates, and behind those of several contests."""
NAMES = frozenset({HitKind.NAME, HitKind.BOX, HitKind.NUMBER, HitKind.HANDLE})
CHEERED = frozenset({HitKind.TAG, HitKind.SLOGAN, HitKind.NUMBER})


def _lists() -> dict[str, frozenset[str]]:
    text = (files("classifier") / "words" / "aims.txt").read_text(encoding="utf-8")
    pairs = (line.split(":", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: frozenset(words.split()) for name, words in pairs}


_WORDS = _lists()
NOT_THIS = _WORDS["not_this"]
DENIALS = NOT_THIS | _WORDS["denials"]
FIGHT, OPENING = "lawan", frozenset(("", "ayo", "mari", "kita"))
BETTER_THAN = (frozenset(("lebih", "luwih", "leuwih")), frozenset(("baik", "apik", "becik", "alus", "hade")))
WHAT_FOR = re.compile(r"\b(?:buat|untuk|kanggo|keur) (?:apa|opo|naon)\b|\bngapain\b")
_STOP = re.compile(r"[.;!?\n…]")
PLAIN = ("", " ")
_PAUSE = re.compile(r"[,()|–—]| - ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Whom a text aims at (a candidate's id), in which direction, and what must be said about that."""

    target: str | None
    direction: Direction | None
    remark: str | None = None
    said: bool = False
    """Whether the text says the direction in words, and does not only cheer a number, a tag or a slogan."""

    def direction_of(self, kind: Kind) -> Direction | None:
        """Give the direction of a text that a model calls of this kind: the text's own words come first."""
        if self.said or kind not in SOLICITING:
            return self.direction
        return "against" if kind is Kind.ANTI_CALL else self.direction or "for"


def aim(reading: Reading, *, shared_numbers: Container[int] = ()) -> Aim:
    """Read target and direction; a number that another contest of the same days has too belongs to nobody."""
    named = [hit for hit in reading.hits if hit.candidate is not None and hit.kind in AIMED][:MOST_HITS]
    sure = [hit for hit in named if hit.kind is not HitKind.NUMBER or _number(reading, hit) not in shared_numbers]
    remark = NUMBER_SHARED if len(sure) < len(named) and not sure else None
    if not named:
        return Aim(target=None, direction=None)
    walk = _Walk(reading=reading, named={hit.first: hit for hit in reversed(named)})
    walk.all()
    doubtful = {hit.first for hit in named} - {hit.first for hit in sure}
    said = [(str(hit.candidate), sign) for hit, sign in walk.said if hit.first not in doubtful]
    target, direction = _decide(said, sure)
    if direction is None and walk.said:  # what was said of the shared number was said of somebody
        direction = "for" if max(sign for _, sign in walk.said) > 0 else "against"
    in_words = any(abs(sign) >= STRONG for _, sign in walk.said)
    return Aim(target=target, direction=direction, remark=remark, said=in_words)


def _number(reading: Reading, hit: Hit) -> int:
    return reading.found[hit.first].value or 0


def _decide(said: Sequence[tuple[str, int]], named: Sequence[Hit]) -> tuple[str | None, Direction | None]:
    """Weigh what was said of each: the one most spoken for, else the one most spoken against, else the one named."""
    total: Counter[str] = Counter()
    for candidate, sign in said:
        total[candidate] += sign
    against = Counter({one: -value for one, value in total.items() if value < 0})
    favoured = Counter({one: value for one, value in total.items() if value > 0})
    if favoured:
        return _most(favoured), "for"
    if against:
        return _most(against), "against"
    weights: Counter[str] = Counter()
    for hit in named:
        weights[str(hit.candidate)] += AIMED[hit.kind]
    return _most(weights), None


def _most(counts: Counter[str]) -> str | None:
    best = counts.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


@dataclass(slots=True, kw_only=True)
class _State:
    """What holds at one word of a sentence: what the next name gets, and what was denied or named before."""

    sign: int = 0
    since: int = -99
    spent: bool = True
    denied: int = -99
    not_this: int = -99
    letting: bool = False
    last: Hit | None = None
    here: bool = False  # the last name stands in this clause
    refused: bool = False

    def set(self, sign: int, at: int) -> None:
        self.sign, self.since, self.spent = sign, at, False
        self.denied = self.not_this = -99

    def pause(self) -> None:
        """Forget at a comma what a verb or a denial governs."""
        self.sign, self.since, self.spent, self.here = 0, -99, True, False
        self.denied = self.not_this = -99
        self.letting = False


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One way through a text; `said` collects what was said of whom: +STRONG for, -STRONG against, WEAK a cheer."""

    reading: Reading
    named: dict[int, Hit]
    said: list[tuple[Hit, int]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    verbs: frozenset[int] = frozenset()
    refusals: frozenset[int] = frozenset()
    wins: frozenset[int] = frozenset()
    passed: frozenset[int] = frozenset()

    def all(self) -> None:
        """Walk through all sentences."""
        self.words = [token.text for token in self.reading.found]
        self.verbs = frozenset(self.reading.family("vote", "support"))
        self.refusals = frozenset(i for i in self.reading.family("reject") if self.words[i] != "jangan")
        self.wins = frozenset(self.reading.family("win"))
        parts = (i for i, t in enumerate(self.reading.found) if t.kind is TokenKind.PART and i not in self.named)
        self.passed = frozenset(parts)
        for sentence in self._sentences():
            if any(at in sentence for at in self.named):  # what names nobody is said of nobody
                self._sentence(sentence)

    def _sentences(self) -> Iterator[range]:
        first = 0
        for at in range(1, len(self.words)):
            gap = self._gap(at)
            if (gap not in PLAIN and _STOP.search(gap)) or self.reading.found[at - 1].kind is TokenKind.MARK:
                yield range(first, at)
                first = at
        yield range(first, len(self.words))

    def _gap(self, at: int) -> str:
        found = self.reading.found
        return self.reading.text[found[at - 1].end : found[at].start] if at else ""

    def _written(self, at: int) -> str:
        token = self.reading.found[at]
        return self.reading.text[token.start : token.end].lower()

    def _pauses(self, at: int) -> bool:
        gap = self._gap(at)
        return gap not in PLAIN and _PAUSE.search(gap) is not None

    def _sentence(self, sentence: range) -> None:
        state, at = _State(), sentence.start
        idiom = self._is_who_else(sentence)
        while at < sentence.stop:
            if at > sentence.start and self._pauses(at):
                self._leftover(state, at)
                state.pause()
            hit = self.named.get(at)
            if hit is not None:
                self._name(hit, state, sentence, idiom=idiom)
                at = max(hit.last, at + 1)
            else:
                if at not in self.passed:
                    self._word(at, state, sentence)
                at += 1
        self._leftover(state, sentence.stop)

    def _is_who_else(self, sentence: range) -> bool:
        """Know "siapa lagi kalau bukan A": its denial is none."""
        pairs = pairwise(sentence)
        return any(self.words[one] == "siapa" and self.words[two] in _WORDS["again"] for one, two in pairs)

    def _word(self, at: int, state: _State, sentence: range) -> None:
        word = self.words[at]
        if self._denies(at, sentence):
            state.denied = at
            if word in NOT_THIS or word == "lain":
                state.not_this = at
        elif word in _WORDS["no_denial"] and at - state.denied <= NEAR:
            state.denied = state.not_this = -99
        elif word in _WORDS["let"] and at - state.denied <= 2:
            state.letting = True
        elif at in self.verbs or word in _WORDS["passive"]:
            state.set(self._verb_sign(at, state, sentence), at)
        elif self._refuses(at, sentence):
            state.set(STRONG if at - state.denied <= CLOSE - 1 else -STRONG, at)
        elif word == FIGHT:
            state.sign = 0
        else:
            self._turn(at, state)

    def _turn(self, at: int, state: _State) -> None:
        """Take words that set a direction only beside others: wanted, deceived, better, worse, but, except."""
        word = self.words[at]
        denied = at - state.denied <= NEAR
        if word in _WORDS["wanted"] or (word == "saat" and self._written(at) in _WORDS["wanted"]):
            state.set(-STRONG if denied else WEAK, at)
        elif word in _WORDS["deceived"] and denied:
            state.set(-STRONG, at)
        elif word == "ada" and self.words[at - 1] == "masih":
            state.set(WEAK, at)
        elif word in _WORDS["better"] or (word in BETTER_THAN[1] and self.words[at - 1] in BETTER_THAN[0]):
            state.set(STRONG, at)
        elif word == "suara" and _WORDS["given_to"] & set(self.words[at + 1 : at + 4]):
            state.set(-STRONG if denied else STRONG, at)
        elif word in _WORDS["worse"]:
            state.set(-STRONG, at)
        elif word in _WORDS["but"] and state.refused:
            state.set(STRONG, at)
        elif word == "selain":
            state.set(STRONG if state.sign < 0 else -STRONG, at)

    def _denies(self, at: int, sentence: range) -> bool:
        word, following = self.words[at], self.words[at + 1 : at + 3]
        if word == "saja":  # Javanese "aja" is written like Indonesian "aja"
            return at == sentence.start or self._pauses(at)
        if word == "lain":  # Sundanese "not", Indonesian "other"
            titled = at + 2 in self.named and following[0] in families()["person_title"].words
            return at + 1 in self.named or titled
        if word == "tidak" and following[:1] == ["ada"]:
            return True
        return word in DENIALS

    def _verb_sign(self, at: int, state: _State, sentence: range) -> int:
        """See whether the verb is denied, or asked so that the answer can only be no."""
        first = max(sentence.start, at - 3)
        before = self.words[first:at]
        doubted = self.words[sentence.stop - 1] == "xquestion" and {"masih", "yakin"} & set(before)
        written = self.reading.text[self.reading.found[first].start : self.reading.found[at].start].lower()
        if doubted or WHAT_FOR.search(written):
            return -STRONG
        if _WORDS["once"] & set(before):
            return 0
        return -STRONG if at - state.denied <= NEAR else STRONG

    def _refuses(self, at: int, sentence: range) -> bool:
        """Tell "lawan A!" from "A lawan B", and "sudah cukup A" from "cukup A"."""
        word, before = self.words[at], self.words[at - 1] if at > sentence.start else ""
        if word == FIGHT:
            return before in OPENING
        if word == "cukup" and before in _WORDS["done"]:
            return True
        return word in _WORDS["refusals"] or at in self.refusals

    def _name(self, hit: Hit, state: _State, sentence: range, *, idiom: bool) -> None:
        """Give a name what holds here, or what is said right after it."""
        sign = self._given(hit, state, idiom=idiom)
        after = self._said_after(hit, state, sentence)
        if after and (not sign or state.letting or after < -STRONG):
            sign = after
        if not sign and hit.kind in CHEERED:
            sign = WEAK
        if sign:
            self.said.append((hit, sign))
            state.refused = state.refused or sign < 0
        state.last, state.here = hit, True

    def _given(self, hit: Hit, state: _State, *, idiom: bool) -> int:
        if hit.kind is HitKind.ANTI_TAG:
            return -STRONG
        if hit.kind in NAMES and hit.first - state.not_this <= CLOSE:
            state.not_this = state.denied = -99
            return STRONG if idiom else -STRONG
        if state.sign and hit.first - state.since <= REACH:
            state.spent, state.since = True, hit.first
            return state.sign
        return 0

    def _said_after(self, hit: Hit, state: _State, sentence: range) -> int:
        """Read "A menang", "A kalah"; "jangan biarkan A menang" turns it round."""
        turned = -1 if state.letting else 1
        following = self.words[hit.last : hit.last + 2]
        if len(following) > 1 and following[0] == "xquestion" and following[1] in DENIALS:
            return -2 * STRONG
        stop = hit.last + CLOSE if following[:1] == ["xquestion"] else min(hit.last + NEAR, sentence.stop)
        for at in range(hit.last, min(stop, len(self.words))):
            if at in self.named or (self._pauses(at) and not (at == hit.last and at in self.wins)):
                break
            if self.words[at] in DENIALS:
                turned = -turned
            elif self.words[at] in _WORDS["loses"]:
                return -STRONG * turned
            elif self.words[at] in _WORDS["wins"] or at in self.wins:
                return STRONG * turned
        return -STRONG if state.letting else 0

    def _calls_at_the_end(self, state: _State, end: int) -> bool:
        """See "…, ayo menangkan": an appeal that ends on its verb means who was named before."""
        return state.since == end - 1 - (self.words[end - 1] == "xexclaim") and self.words[state.since - 1] in OPENING

    def _leftover(self, state: _State, end: int) -> None:
        """Give a verb that found no name after it to the name before it: "A jangan dipilih", "B pilihan kita"."""
        if state.spent or not state.sign or state.last is None or not 0 <= state.since - state.last.last <= 2 * REACH:
            return
        elsewhere = _WORDS["other"] & set(self.words[state.since : end])
        if state.sign < 0:
            self.said.append((state.last, STRONG if elsewhere else state.sign))
        elif (state.here and state.since - state.last.last <= NEAR) or self._calls_at_the_end(state, end):
            self.said.append((state.last, state.sign))
        state.spent = True
