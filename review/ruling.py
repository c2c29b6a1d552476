"""What rules say of a match, in words: class, basis, addressee, what is left of its time. It is an indikasi."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from core.cases import CaseState
from core.rules import Citation, Further, RuleClass, Side, Words
from jobs.assessing import Ruling, Told
from jobs.clocks import Clock
from jobs.handling import Handling
from language import chosen, say
from review.named import named
from storage.cases import Move

LOCALES = {"id": "id_ID", "en": "en_GB"}
SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route in words: what it comes under, who decides, where that stands."""

    rule_class: str
    addressee: str
    basis: Sequence[str]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a pack said of a match, in words. `banner` stands wherever nobody has signed for it."""

    phase: str
    role: str | None
    first: Route
    further: Sequence[Route]
    pack: str
    banner: str | None


def banner() -> str:
    """Say that nobody vouches for a pack yet."""
    return say("Not verified by a lawyer yet: this is data with sources, no legal advice.")


def class_words(name: RuleClass) -> str:
    """Name a class."""
    return {
        RuleClass.ETHICS: say("ethics (before designation)"),
        RuleClass.DISCIPLINE: say("heavy discipline (from designation)"),
        RuleClass.VILLAGE: say("sanction by the bupati under the Village Act"),
        RuleClass.CRIMINAL: say("possible criminal route"),
        RuleClass.INFORMATION: say("for information only"),
        RuleClass.STUDY: say("legal class open: to be studied"),
        RuleClass.NEVER: say("never assessed"),
        RuleClass.SILENT: say("the pack says nothing of it: to be studied"),
    }[name]


def phase_words(side: Side) -> str:
    """Name the side of the designation on which an act lies."""
    return {
        Side.BEFORE: say("before designation"),
        Side.AFTER: say("from designation on"),
        Side.UNKNOWN: say("on which side of the designation is unknown"),
    }[side]


def text_of(words: Words) -> str:
    """Take a text of a pack in the language of the reader."""
    return words.id if chosen() == "id" else words.en


def basis_words(basis: Citation) -> str:
    """Write a citation with how sure it is."""
    sure = {
        "text": say("wording read"),
        "press": say("press copy"),
        "mem": say("from memory, to be verified"),
        "guess": say("proposal"),
    }[basis.sure]
    where = f"{basis.instrument}, {basis.article}" if basis.article else basis.instrument
    return f"{where} [{sure}: {basis.source}]"


def spoken(told: Told) -> list[Spoken]:
    """Put all that was said of a match into words, the milder phase first."""
    return [_spoken(one) for one in told.rulings]


def _spoken(one: Ruling) -> Spoken:
    silent = Route(rule_class=class_words(one.row.rule_class), addressee="–", basis=(), note="")
    return Spoken(
        phase=phase_words(one.row.phase),
        role=say(one.row.role) if one.row.role else None,
        first=_route(one, one.entry) if one.entry else silent,
        further=[_route(one, further) for further in one.entry.further] if one.entry else [],
        pack=f"{one.pack} {one.version}, SHA-256 {one.sha256[:SHORT]}",
        banner=None if one.signed else banner(),
    )


def _route(one: Ruling, route: Further) -> Route:
    return Route(
        rule_class=class_words(route.rule_class),
        addressee=text_of(one.addressees[route.addressee]),
        basis=[basis_words(basis) for basis in route.basis],
        note=text_of(route.note),
    )


def left_words(left: int) -> str:
    """Say how many days are left; over is said of the careful count, never of the law."""
    if left < 0:
        return say("over since {days} days, counted carefully", days=-left)
    return say("last day: today") if left == 0 else say("{days} days left", days=left)


def remarks(told: Told) -> Iterator[str]:
    """Say what has to be known beside: who set the phase, and what is missing."""
    if told.phase is not None:
        yield say("{who} set the phase: {phase}. Reason: {reason}",
                  who=told.phase.who, phase=phase_words(told.phase.phase), reason=told.phase.reason)  # fmt: skip
    elif not told.designated:
        yield say("The day of designation is not in the settings (designation): both phases are shown.")
    if len({one.row.phase for one in told.rulings}) > 1:
        yield say("The act may lie on either side of the designation; the milder reading stands first.")
    if told.broken is not None:
        yield say("The office's rules cannot be read, so no deadline is shown. See: tilik rules check")
    elif not told.rulings:
        yield say("No rule was applied to this match yet.")


def clock_told(clock: Clock | None) -> dict[str, Any] | None:
    """Say for programs what runs for a match."""
    if clock is None:
        return None
    return {
        "captured_at": clock.moments.captured_at,
        "first_opened_at": clock.moments.first_opened_at,
        "confirmed_at": clock.moments.confirmed_at,
        "last_day": clock.last_day,
        "days_left": clock.left,
        "urgency": clock.urgency,
        "deadlines": [
            {"id": one.deadline.id, "last_day": one.last_day, "days_left": one.left, "years_missing": one.missing}
            for one in clock.running
        ],
    }


def clock_lines(clock: Clock) -> Iterator[str]:
    """Say what runs for a match, the deadline that leads first."""
    if not clock.opened:
        yield say("Nobody had opened it before: counted from its capture until somebody has.")
    for one in clock.running:
        yield say("{what}: until {day}, {left} ({basis})",
                  what=text_of(one.deadline.words), day=_day(one.last_day), left=left_words(one.left),
                  basis=basis_words(one.deadline.basis))  # fmt: skip
        yield from _holidays(one.missing)


def handling_lines(found: Iterable[Handling]) -> Iterator[str]:
    """Say what runs for the handling of a case, the first to end first; what is over is said to be."""
    for one in found:
        yield say("{what} ({state}): until {day}, {left} ({basis})",
                  what=text_of(one.deadline.words), state=say(one.state), day=_day(one.last_day),
                  left=left_words(one.left), basis=basis_words(one.deadline.basis))  # fmt: skip
        yield from _holidays(one.missing)


def counted_lines(found: Iterable[Handling]) -> Iterator[str]:
    """Say what the count rests on: a day that the office states, and who entered it when, or the entry alone."""
    lines = (_counted(one) for one in found)
    yield from dict.fromkeys(lines)


def _counted(one: Handling) -> str:
    told = {"what": step_words(one.state), "entered": _day(one.entered), "who": named(one.by.who, one.by.known)}
    if one.stated_on is None:
        return say("{what}: counted from its entry here, {entered}, by {who}; nobody stated on which day it happened.",
                   **told)  # fmt: skip
    return say("{what}: {day}, entered {entered} by {who}. The day is what the office states; tilik knows only when "
               "it was entered.", day=_day(one.stated_on), **told)  # fmt: skip


def step_words(state: CaseState) -> str:
    """Name a step by what an office does: a finding or a report is registered."""
    return say("registered") if state in {CaseState.FINDING, CaseState.REPORT} else say(state)


def stated_words(move: Move) -> str | None:
    """Say on which day a step happened, where the office states one."""
    if move.stated_on is None:
        return None
    return say("{what}: {day}, as the office states", what=step_words(move.state), day=_day(move.stated_on))


def first_words(found: Sequence[Handling]) -> str | None:
    """Say what is left until the first deadline, and what that is counted from; nothing where nothing runs."""
    if not found:
        return None
    left, day = left_words(found[0].left), found[0].stated_on
    if day is None:
        return say("{left} (from its entry)", left=left)
    return say("{left} (from {day}, as stated)", left=left, day=_day(day))


def handling_told(found: Iterable[Handling]) -> list[dict[str, Any]]:
    """Say the same for programs."""
    return [
        {
            "id": one.deadline.id,
            "from": one.state,
            "begins": one.begins,
            "stated_on": one.stated_on,
            "entered_on": one.entered,
            "entered_by": one.by.who,
            "known": one.by.known,
            "last_day": one.last_day,
            "days_left": one.left,
            "urgency": one.urgency,
            "years_missing": list(one.missing),
        }
        for one in found
    ]


def _day(day: date) -> str:
    return format_date(day, "d MMMM y", locale=LOCALES[chosen()])


def _holidays(years: Sequence[int]) -> Iterator[str]:
    for year in years:
        yield say("The holidays of {year} are not entered: working days may be counted wrongly.", year=year)
