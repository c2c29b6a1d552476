"""Tokens and hits → what the model sees: two masked views of the words, and rules that a person can read.

A rule says where it fired, as token positions; that place becomes the span of a reason.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from classifier.lexicon import Hit, HitKind, Lexicon, mask
from classifier.text import Token, TokenKind, forget_words, tokens
from classifier.vocabulary import families, forms_by_first_word

FEATURES_VERSION = "3"
NEAR = 6
TARGETS = frozenset({HitKind.NAME, HitKind.BOX, HitKind.NUMBER, HitKind.SLOGAN, HitKind.TAG, HitKind.ANTI_TAG})
UNSEEN = frozenset({TokenKind.URL})
"""A link says nothing of a text: in life calls and news carry them alike, in written corpora only by chance."""
LETTER_SIZES = (2, 3, 4, 5)

Places = list[int]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One text, read with the lexicon of one contest."""

    text: str
    found: Sequence[Token]
    hits: Sequence[Hit]

    @cached_property
    def masked(self) -> list[Token]:
        """The words without anything that names the contest."""
        return [t for t in mask(self.found, self.hits, slogans=True) if t.kind not in UNSEEN | {TokenKind.PART}]

    @cached_property
    def plain(self) -> list[Token]:
        """The words without the candidates, but with the words of their slogans and tags."""
        return [t for t in mask(self.found, self.hits, slogans=False) if t.kind not in UNSEEN | {TokenKind.TAG}]

    @cached_property
    def targets(self) -> Places:
        """Where somebody stands whom one can vote for."""
        return [h.first for h in self.hits if h.kind in TARGETS]

    def family(self, *names: str) -> Places:
        """Say where words or phrases of these families begin."""
        found = self._families
        if len(names) == 1:
            return found.get(names[0], [])
        both = "|".join(names)  # rules ask for the same families again and again
        if both not in found:
            found[both] = sorted({place for name in names for place in found.get(name, ())})
        return found[both]

    @cached_property
    def fired(self) -> dict[str, Places]:
        """The rules that fire, and where."""
        places = {code: rule(self) for code, rule in RULES.items()} if self.found else {}
        return {code: where for code, where in places.items() if where}

    @cached_property
    def _families(self) -> dict[str, Places]:
        words = [token.text for token in self.found]
        places: dict[str, Places] = {}
        for index, word in enumerate(words):
            for form, name in forms_by_first_word().get(word, ()):
                if len(form) == 1 or tuple(words[index : index + len(form)]) == form:
                    places.setdefault(name, []).append(index)
        return {name: sorted(set(found)) for name, found in places.items()}

    def hit(self, *kinds: HitKind) -> Places:
        """Say where hits of these kinds begin."""
        return [h.first for h in self.hits if h.kind in kinds]

    def span(self, places: Iterable[int]) -> tuple[int, int]:
        """Give the place in the original text of a rule that fired at these tokens: the first one."""
        first = min(places)
        hit = next((h for h in self.hits if h.first == first), None)
        place = hit or self.found[first]
        return place.start, place.end


def read(text: str, lexicon: Lexicon) -> Reading:
    """Read a text with the lexicon of its contest."""
    found = tokens(text)
    return Reading(text=text, found=found, hits=lexicon.hits(found, text))


def words_of(view: Sequence[Token]) -> list[str]:
    """List words and word pairs of a view: first all words, then all pairs."""
    texts = [token.text for token in view]
    return texts + [f"{one} {two}" for one, two in pairwise(texts)]


@lru_cache(maxsize=65536)
def letters_of(word: str) -> tuple[str, ...]:
    """List the letter sequences of one word, with its borders."""
    padded = f" {word} "
    return tuple(padded[i : i + n] for n in LETTER_SIZES for i in range(len(padded) - n + 1))


def forget() -> None:
    """Let go of what was kept of the texts that were read: a schedule lives for months, and full stores take 180 MB."""
    letters_of.cache_clear()
    forget_words()


def near(places: Sequence[int], others: Sequence[int], *, within: int = NEAR, before: int = 0) -> Places:
    """Keep the places that have one of the others at most `within` tokens after or `before` tokens before them."""
    line = sorted(others)
    return [p for p in places if (at := bisect_left(line, p - before)) < len(line) and line[at] <= p + within]


def sorted_rules() -> tuple[str, ...]:
    """Name the rules in the order of the model's columns."""
    return tuple(sorted(RULES))


def _only(*names: str) -> "Rule":
    return lambda r: r.family(*names)


def _with_target(*names: str) -> "Rule":
    return lambda r: r.family(*names) if r.targets else []


def _hit(*kinds: HitKind) -> "Rule":
    return lambda r: r.hit(*kinds)


def _vote_verbs(reading: Reading) -> Places:
    return reading.family("vote", "support")


def _unnegated(reading: Reading) -> Places:
    denied = set(reading.family("deny_word"))
    return [v for v in _vote_verbs(reading) if not denied & {v - 1, v - 2}]


def _negated(reading: Reading) -> Places:
    denied = set(reading.family("deny_word"))
    return [v for v in _vote_verbs(reading) if denied & {v - 1, v - 2}]


def _vote_target(reading: Reading) -> Places:
    return near(_unnegated(reading), reading.targets, before=2)


def _summoned(reading: Reading) -> Places:
    """Find an invitation before a vote verb with its target: the core of an explicit call."""
    return near(reading.family("summon"), _vote_target(reading), within=8)


def _bare_vote(reading: Reading) -> Places:
    """Find a vote verb with its target and no first person before it: nobody's own choice."""
    own = set(reading.family("own"))
    return [v for v in _vote_target(reading) if not own & {v - 1, v - 2, v - 3, v - 4}]


def _opens_with_vote(reading: Reading) -> Places:
    return [v for v in _vote_target(reading) if v <= 1]


def _negated_target(reading: Reading) -> Places:
    return near(_negated(reading), reading.targets)


def _reject_target(reading: Reading) -> Places:
    return near(reading.family("reject"), reading.targets, within=4)


def _own_choice(reading: Reading) -> Places:
    return near(reading.family("own"), _vote_verbs(reading), within=4)


def _group_support(reading: Reading) -> Places:
    if not reading.targets:
        return []
    return near(reading.family("group"), reading.family("support", "declare", "vote"), within=8)


def _cheer_target(reading: Reading) -> Places:
    return near(reading.family("cheer"), reading.targets, before=4, within=4)


def _win_target(reading: Reading) -> Places:
    return near(reading.family("win"), reading.targets, before=NEAR)


def _wish_win(reading: Reading) -> Places:
    return near(reading.family("wish"), _win_target(reading), within=12, before=8)


def _ends_on_number(reading: Reading) -> Places:
    said = [i for i, t in enumerate(reading.found) if t.kind in {TokenKind.WORD, TokenKind.BALLOT, TokenKind.NUMBER}]
    return [p for p in reading.hit(HitKind.NUMBER) if said and p >= said[-1]]


def _finger_target(reading: Reading) -> Places:
    fingers = [i for i, t in enumerate(reading.found) if t.text == "xfinger"]
    return fingers if reading.targets else []


def _finger_alone(reading: Reading) -> Places:
    return [i for i, t in enumerate(reading.found) if t.text == "xfinger"] if not reading.targets else []


def _hearts_target(reading: Reading) -> Places:
    return [i for i, t in enumerate(reading.found) if t.text == "xheart"] if reading.targets else []


def _colon_or_bar(reading: Reading) -> Places:
    """See a headline's mark after its first words: 'Name: ...' or 'Town | ...'."""
    head = reading.text[:60]
    cut = min((head.find(mark) for mark in (": ", " | ", " - ") if mark in head), default=-1)
    return [0] if cut > 3 and head[0].isupper() else []


def _headline(reading: Reading) -> Places:
    """Most words with a capital, as headlines are set."""
    words = [reading.text[t.start : t.end] for t in reading.found if t.kind is TokenKind.WORD]
    titled = sum(word[:1].isupper() and not word.isupper() for word in words)
    return [0] if len(words) >= 6 and titled / len(words) >= 0.6 else []


def _question(reading: Reading) -> Places:
    marks = [i for i, t in enumerate(reading.found) if t.text == "xquestion"]
    return marks or reading.family("question_word")


def _turnout_neutral(reading: Reading) -> Places:
    return reading.family("turnout", "organiser") if not reading.targets else []


def _turnout_target(reading: Reading) -> Places:
    return reading.family("turnout", "ballot_place") if reading.targets else []


def _quoted_call(reading: Reading) -> Places:
    """Find a vote word between quotation marks, or beside a word of reporting."""
    inside = [v for v in _vote_verbs(reading) if reading.text[: reading.found[v].start].count('"') % 2]
    return inside or near(reading.family("quote"), _vote_verbs(reading), within=8, before=8)


def _ids(reading: Reading) -> dict[str, int]:
    kinds = TARGETS - {HitKind.NUMBER} | {HitKind.HANDLE}
    return {h.candidate: h.first for h in reversed(reading.hits) if h.candidate and h.kind in kinds}


def _one_side(reading: Reading) -> Places:
    return list(_ids(reading).values()) if len(_ids(reading)) == 1 else []


def _several_sides(reading: Reading) -> Places:
    return list(_ids(reading).values()) if len(_ids(reading)) > 1 else []


def _repeated_target(reading: Reading) -> Places:
    return reading.targets if len(reading.targets) > 2 else []


def _reply(reading: Reading) -> Places:
    return [0] if reading.found[0].kind is TokenKind.MENTION else []


def _tag_words(reading: Reading, family: str) -> Places:
    listed = families()[family].words
    return [i for i, t in enumerate(reading.found) if t.kind is TokenKind.PART and t.text in listed]


def _if_own(reading: Reading) -> Places:
    return near(reading.family("conditional"), reading.family("own"), within=4)


Rule = Callable[[Reading], list[int]]
RULES: dict[str, Rule] = {
    "invitation": _only("summon"),
    "vote_word": _vote_verbs,
    "target": lambda r: r.targets,
    "vote_and_target": _vote_target,
    "vote_not_own": _bare_vote,
    "opens_with_vote": _opens_with_vote,
    "invitation_vote_target": _summoned,
    "negated_vote": _negated,
    "negated_vote_target": _negated_target,
    "reject_target": _reject_target,
    "anti_tag": _hit(HitKind.ANTI_TAG),
    "anti_tag_word": lambda r: _tag_words(r, "anti_tag"),
    "promo_tag_word": lambda r: _tag_words(r, "promo_tag"),
    "contest_tag_word": lambda r: _tag_words(r, "contest_tag"),
    "own_choice": _own_choice,
    "group_voice": _only("group"),
    "group_support": _group_support,
    "promise": _with_target("promise"),
    "cheer_target": _cheer_target,
    "win_target": _win_target,
    "wish_win": _wish_win,
    "slogan": _hit(HitKind.SLOGAN),
    "campaign_tag": _hit(HitKind.TAG),
    "handle": _hit(HitKind.HANDLE),
    "party": _hit(HitKind.PARTY),
    "empty_box": _hit(HitKind.BOX),
    "number": _hit(HitKind.NUMBER),
    "ends_on_number": _ends_on_number,
    "finger_target": _finger_target,
    "finger_alone": _finger_alone,
    "hearts_target": _hearts_target,
    "support_asked": _only("ask_support"),
    "fitness_target": _with_target("fitness"),
    "change_target": _with_target("change"),
    "news_voice": _only("news_verb"),
    "survey": _only("survey"),
    "headline_mark": _colon_or_bar,
    "headline_capitals": _headline,
    "question": _question,
    "neutral_turnout": _turnout_neutral,
    "turnout_target": _turnout_target,
    "organiser": _only("organiser"),
    "office": _only("office"),
    "quoted_call": _quoted_call,
    "laugh": _only("laugh"),
    "insult": _only("insult"),
    "praise_target": _with_target("praise"),
    "if_own": _if_own,
    "other_vote": _only("nonpolitical_vote"),
    "after_vote": _only("after_vote"),
    "talk": _only("talk"),
    "address": _only("you"),
    "one_side": _one_side,
    "several_sides": _several_sides,
    "repeated_target": _repeated_target,
    "reply": _reply,
}
