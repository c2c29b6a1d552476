"""What a dossier cannot prove, by act, platform and the way in which it was seen; it is printed, always."""

from collections.abc import Iterator

from core.cases import Known
from core.records import Action, ActorBasis, CoverageState, Mode, Role, Timing
from jobs.dossier import Facts, One
from language import say
from review.dossier.paper import moment


def unknowns(facts: Facts) -> list[str]:
    """List what cannot be proven: of the case first, then of each act."""
    return list(dict.fromkeys([*_of_case(facts), *(line for one in facts.ones for line in _of_act(facts, one))]))


def _of_case(facts: Facts) -> Iterator[str]:
    yield say("Who held the device and used the account when it happened.")
    if facts.case.row.role is not Role.ASN:
        yield say("Which official answers for the account: it has to be asked. No act is any single person's.")
    if Known.TYPED in _known(facts):
        yield say("Who sat at the keyboard where a step was taken, or something added, under a name only typed.")
    if any(one.stated_on is not None for one in facts.case.moves):
        yield say("On which day a step was taken where the office states one: tilik knows only when it was entered.")
    yield say("What was said or done in closed groups, in messages, or in stories that have vanished.")
    seen = sum(one.state in {CoverageState.OK, CoverageState.EMPTY} for one in facts.covered)
    days = len(facts.covered)
    if seen < days:
        told = {"missing": days - seen, "days": days}
        yield say("What happened on {missing} of {days} account-days that were not seen whole.", **told)


def _known(facts: Facts) -> Iterator[Known]:
    for one in facts.case.moves:
        yield one.known
        if one.consent is not None:
            yield one.consent.known
    yield from (one.known for one in facts.case.entries)
    yield facts.made_by.known


def _of_act(facts: Facts, one: One) -> Iterator[str]:
    """Say what this act leaves open."""
    item, name = one.item, facts.shown.match(one.item.match_id)
    yield f"{name}: {_meant(Action(item.action))}"
    yield from (f"{name}: {line}" for line in (*_time(facts, one), *_wording(one), *_actor(one), *_sight(one)))


def _meant(action: Action) -> str:
    match action:
        case Action.LIKED:
            return say("Whether the like was given on purpose, by mistake, or by somebody else who held the device.")
        case Action.REPOSTED:
            return say("Whether sharing it was meant as approval.")
        case Action.QUOTED:
            return say("Whether quoting it was meant as approval, as criticism, or as news.")
        case Action.COMMENTED:
            return say("Whether the comment was meant in earnest, as sarcasm, or as a quotation.")
        case Action.POSTED:
            return say("Who wrote the post, and with whom it was agreed.")


def _time(facts: Facts, one: One) -> Iterator[str]:
    item, platform = one.item, one.item.platform
    if item.acted_at is not None:
        return
    if item.acted_from is not None and item.acted_to is not None:
        told = {"first": moment(item.acted_from, facts.zone), "last": moment(item.acted_to, facts.zone)}
        yield say("The exact moment: the platform tells it in words only; it lies between {first} and {last}.", **told)
        return
    seen = moment(item.first_seen_at, facts.zone)
    if item.action == Action.LIKED:
        yield say("When the like was given: {platform} does not tell; it was seen first on {when}.",
                  platform=platform, when=seen)  # fmt: skip
    else:
        yield say("When it happened: {platform} does not tell; it was seen first on {when}.",
                  platform=platform, when=seen)  # fmt: skip


def _wording(one: One) -> Iterator[str]:
    timing = one.item.timing
    if timing == Timing.UNKNOWN:
        yield say("Which wording stood there when it happened; the one that was seen is printed.")
    elif timing == Timing.LATER:
        yield say("Which wording stood there when it happened: only a later one is known.")
    if one.item.picture_text_id is not None:
        yield say("What the picture says: its words were read by a machine and may be wrong.")


def _actor(one: One) -> Iterator[str]:
    basis = one.act.basis
    if basis == ActorBasis.SEEN:
        yield say("That it was this account: a person says that they saw it.")
    elif basis != ActorBasis.ID or one.act.key is None:
        yield say("That the account is the same as before: it was known by its name, not by its lasting number.")


def _sight(one: One) -> Iterator[str]:
    if one.act.mode in {Mode.IMPORT, Mode.ATTENDED}:
        told = {"who": one.act.custodian or say("nobody named")}
        yield say("What else the page held: a person brought it, it is kept by {who}; no machine fetched it.", **told)
    if one.package.unsealed:
        yield say("Since when exactly it was kept: no seal covers it yet.")
    if all(held.row.level != "page" for held in one.held):
        yield say("How the public page looked: it could not be kept, only what the platform answered.")
