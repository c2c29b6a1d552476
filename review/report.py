"""A report in the language of the reader: what is told in which order, coverage before anything that was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from classifier.estimates import FEWEST_BY_CHANCE
from core.settings import Candidate, Contest
from jobs.report import Gathered
from language import chosen, say
from review import evenness, tables
from review.card import first_band
from review.local import number
from review.reasons import REASONS
from review.ruling import banner
from review.tables import SIGHTS, Column, Shown, Table, column

PHASES: Mapping[str, str] = {
    "preparation": "preparation",
    "registration": "registration",
    "campaign": "campaigning",
    "quiet": "quiet days",
    "voting": "voting day",
    "after": "after the vote",
}
MEASURES: Mapping[str, str] = {
    "prevalence": "calls among all texts",
    "precision": "flags that are right",
    "recall": "calls that are flagged",
}
PHASES_TABLE = "phases"
"""What the settings say, whether or not anything was found."""
UNITS: Mapping[str, str] = {
    tables.FEW: "units with fewer than five accounts",
    tables.UNSTATED: "unit not stated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with sentences and tables; a part without rows says in its sentences what is missing."""

    code: str
    title: str
    text: tuple[str, ...]
    tables: tuple[Table, ...] = ()

    @property
    def missing(self) -> bool:
        """Say whether there is nothing to tell yet."""
        return not any(len(table.frame) for table in self.tables if table.code != PHASES_TABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the writers put into a file; `names_because` says why it names accounts, if it does."""

    title: str
    controller: str
    first: date
    last: date
    zone: str
    made_at: datetime
    version: str
    banner: str
    about: tuple[str, ...]
    parts: tuple[Part, ...]
    contests: tuple[Contest, ...]
    names_because: str | None = None


def report(gathered: Gathered, secret: bytes, *, names_because: str | None = None) -> Report:
    """Put what was gathered into words and tables; accounts go by codes unless somebody said why not."""
    shown = Shown.of(gathered, secret, named=names_because is not None)
    return Report(
        title=say("Report of {controller}", controller=gathered.controller),
        controller=gathered.controller,
        first=gathered.period.first,
        last=gathered.period.last,
        zone=gathered.period.zone.key,
        made_at=gathered.made_at,
        version=gathered.version,
        banner=say("What the machine says is an indication. A human decides."),
        about=(*_about(names_because), _sealed(gathered)),
        parts=(
            _coverage(gathered, shown),
            _time(gathered),
            _units(gathered),
            _kinds(gathered),
            _candidates(gathered, shown),
            _evenness(gathered),
            _decisions(gathered),
            _clocks(gathered),
            _agreement(gathered, shown),
            _model(gathered),
            _unseen(gathered, shown),
        ),
        contests=gathered.contests,
        names_because=names_because,
    )


def _about(names_because: str | None) -> list[str]:
    first = say("A match is an act of a watched account on a text that the model flags. It is an indication, no "
                "finding. What is ranked low is not counted.")  # fmt: skip
    order = say("Rows stand in the order of codes, names and days. Nothing in this report ranks anybody.")
    if names_because is None:
        named = say("Accounts go by codes that this installation alone can resolve; texts are not shown.")
    else:
        named = say("This report names accounts. Reason given: {reason}", reason=names_because)
    return [first, order, named]


def _sealed(gathered: Gathered) -> str:
    """Print the key and the head of the record, so that they are known outside this machine."""
    seal = gathered.seal
    if seal is None:
        return say("The record of deeds is not sealed yet.")
    return say("Record of deeds, seal {number}, line {line}, head: {head}; key of this installation: {key}",
               number=seal.number, line=seal.line, head=seal.head, key=seal.key)  # fmt: skip


def _coverage(gathered: Gathered, shown: Shown) -> Part:
    frame = tables.coverage_by_time(gathered.covered, gathered.period)
    whole, part, hidden, unlooked = (int(frame[name].sum()) for name in SIGHTS)
    every = whole + part + hidden + unlooked
    text = [say("No account was on the watchlist in this period: nothing could be seen.")]
    if every:
        text = [
            say("Of {all} account-days {whole} were seen whole and {part} in part; {hidden} could not be seen, and at "
                "{unlooked} nobody looked.", all=number(every), whole=number(whole), part=number(part),
                hidden=number(hidden), unlooked=number(unlooked)),
            say("An account-day is one account on one day in one direction: its posts, its likes, or the likers of its "
                "posts. Where nobody could look, finding nothing means nothing."),
        ]  # fmt: skip
    sights = tuple(column(code) for code in SIGHTS)
    places = (column("platform"), column("direction", words=say))
    by_account = tables.coverage_by_account(gathered.covered, gathered.known, shown)
    found = (
        _table("coverage", say("Account-days over time"), (column("from"), *sights), frame if every else frame[:0]),
        _table("coverage_by_platform", say("Account-days by platform"), (*places, *sights),
               tables.coverage_by_platform(gathered.covered, gathered.known)),
        _table("coverage_by_account", say("Days by account"), (_account(shown), *places, *sights), by_account),
    )  # fmt: skip
    return Part(code="coverage", title=say("What could be seen"), text=tuple(text), tables=found)


def _table(code: str, title: str, columns: tuple[Column, ...], frame: pd.DataFrame) -> Table:
    return Table(code=code, title=title, columns=columns, frame=frame)


def _account(shown: Shown) -> Column:
    return column("account", words=shown.account_words)


def _time(gathered: Gathered) -> Part:
    dated = gathered.dated
    count = sum(dated.days.values())
    untold = sum(number for (_, _, told), number in dated.days.items() if not told)
    text = [_no_matches()]
    if count:
        text = [say("{count} matches belong to this period.", count=number(count))]
    if untold:
        text.append(say("{count} of them stand on the day on which they were seen, because the platform does not tell "
                        "when the act was.", count=number(untold)))  # fmt: skip
    if dated.before or dated.after:
        text.append(say("{before} more belong to days before it and {after} to days after it.",
                        before=number(dated.before), after=number(dated.after)))  # fmt: skip
    columns = (column("from"), *map(column, ("matches", "time_told", "time_unknown")))
    rows = None if count else 0  # a line of noughts would say more than anybody knows
    found = [
        _table(f"time_{one.id}", say("Matches over time: {contest}", contest=one.name), columns,
               tables.matches_by_time(dated, one.id, gathered.period)[:rows])
        for one in gathered.contests
    ]  # fmt: skip
    phases = (column("contest"), column("phase", words=_phase), column("from"), column("to"))
    found.append(_table(PHASES_TABLE, say("Phases of the election"), phases, tables.phases(gathered.contests)))
    return Part(code="time", title=say("Matches over time"), text=tuple(text), tables=tuple(found))


def _phase(code: str) -> str:
    return say(PHASES[code])


def _units(gathered: Gathered) -> Part:
    units = tables.units_of(gathered.known, pooled=gathered.pooled)
    text = [say("The unit is the office that the watchlist names. More accounts in a unit make more matches.")]
    if not gathered.matches:
        text.append(_no_matches())
    columns = (column("unit", words=_unit), *map(column, ("accounts", "matches", *tables.STANDINGS)))
    found = _table("units", say("Matches by unit"), columns, tables.matches_by_unit(gathered.matches, units))
    return Part(code="units", title=say("By kecamatan or office"), text=tuple(text), tables=(found,))


def _unit(name: str) -> str:
    return say(UNITS[name]) if name in UNITS else name


def _kinds(gathered: Gathered) -> Part:
    frame = tables.matches_by_kind(gathered.matches)
    acts = tuple(Column(code=code, head=say(code)) for code in frame.columns[1:-1])
    columns = (column("kind", words=say), *acts, column("total"))
    text = say("The kind is the model's guess of what a text does.") if gathered.matches else _no_matches()
    found = _table("kinds", say("Matches by kind of text and act"), columns, frame)
    return Part(code="kinds", title=say("By kind and act"), text=(text,), tables=(found,))


def _no_matches() -> str:
    return say("No match belongs to this period.")


def _candidates(gathered: Gathered, shown: Shown) -> Part:
    aims = tables.aims(gathered.contests)
    frame = tables.accounts_by_candidate(gathered.matches, list(aims), shown)
    named = _aim_words(several=len(gathered.contests) > 1)
    heads = tuple(Column(code=code, head=named(*aims[code]) if code in aims else code) for code in frame.columns[1:])
    text = say("How many matches of an account rest on texts that aim at a candidate, for or against. Campaigns write "
               "and official accounts like or share: this is no measure of anybody's support.")  # fmt: skip
    found = _table("accounts_by_candidate", say("Accounts and candidates"), (_account(shown), *heads), frame)
    return Part(
        code="candidates",
        title=say("Accounts and candidates"),
        text=(text if gathered.matches else _no_matches(),),
        tables=(found,),
    )


def _evenness(gathered: Gathered) -> Part:
    sides = evenness.sides(gathered)
    names = {one.id: _candidate(one) for contest in gathered.contests for one in contest.candidates}
    nothing = not any(one.campaigning or one.flags for one in sides)
    text = [say("No account that campaigns is watched, and nothing is flagged yet.")]
    if not nothing:
        alike = say("No candidate is treated unlike the others, as far as these numbers tell.")
        text = list(evenness.skews(sides, names)) or [alike]
    columns = (
        *(column("contest"), column("candidate", words=lambda code: names.get(code, code)), column("campaigning")),
        *(column("seen", share=True), *map(column, ("flags", "solicitation", "rejections"))),
        column("rejected", share=True),
    )
    found = _table("evenness", say("Candidates side by side"), columns, evenness.frame([] if nothing else sides))
    return Part(code="evenness", title=say("Even-handedness"), text=tuple(text), tables=(found,))


def _aim_words(*, several: bool) -> Callable[[Contest, Candidate | None, str | None], str]:
    def words(contest: Contest, candidate: Candidate | None, direction: str | None) -> str:
        if candidate is None:
            who = say("names nobody")
        else:
            who = _candidate(candidate)
            who = say("{who}: {direction}", who=who, direction=say(direction or "direction not told"))
        return f"{contest.name}: {who}" if several else who

    return words


def _candidate(candidate: Candidate) -> str:
    if candidate.empty_box:
        return say("empty box")
    return f"{candidate.number}. {candidate.names[0]}" if candidate.number else candidate.names[0]


def _decisions(gathered: Gathered) -> Part:
    frame = tables.decisions(gathered.decided)
    columns = (column("answer", words=say), column("reason", words=_reason), column("matches"))
    count = int(frame["matches"].sum())
    text = say("Nobody has decided anything of this period yet.")
    if count:
        text = say("{count} matches of this period have an answer. The latest counts, or that of a third person who "
                   "settled it.", count=number(count))  # fmt: skip
    found = _table("decisions", say("Answers and their reasons"), columns, frame)
    return Part(code="decisions", title=say("Decisions"), text=(text,), tables=(found,))


def _reason(code: str) -> str:
    return REASONS[code].words[chosen()] if code in REASONS else code


def _clocks(gathered: Gathered) -> Part:
    """Say what time runs, by whose count, and whether anybody vouches for the rules."""
    names = {one.id: one.name for one in gathered.contests}
    text = [
        say("{contest}: due within {days} days: {soon} that wait, {agreed} confirmed; time over: {over} and "
            "{agreed_over}.", contest=names.get(contest, contest), days=gathered.soon_days, soon=number(due.soon),
            agreed=number(due.confirmed_soon), over=number(due.over), agreed_over=number(due.confirmed_over))
        for contest, due in gathered.due.items()
    ]  # fmt: skip
    text.append(say("Counted carefully, from the first human sight, or from capture where nobody has looked. Whether "
                    "something is out of time by the law is for people to say."))  # fmt: skip
    for one in gathered.packs:
        rules = say("Rules applied: {pack} {version}, SHA-256 {sha256}.",
                    pack=one.pack, version=one.version, sha256=one.sha256[:12])  # fmt: skip
        text.append(rules if one.signed else f"{rules} {banner()}")
    return Part(code="clocks", title=say("Time and rules"), text=tuple(text), tables=())


def _agreement(gathered: Gathered, shown: Shown) -> Part:
    people = (column("one", words=shown.reviewer_words), column("other", words=shown.reviewer_words))
    shares = (column("raw", share=True), column("raw_low", share=True), column("raw_high", share=True))
    columns = (*people, column("both"), *shares, *map(column, ("kappa", "kappa_low", "kappa_high")))
    text = say("No two people have answered the same match yet: how far they agree is not known.")
    if gathered.decided.pairs:
        text = say("What a third person settled is left out. Cohen's kappa is agreement beyond chance: 1 is full, 0 is "
                   "none. It has no value where both always gave one answer.")  # fmt: skip
    found = _table("agreement", say("Agreement of two reviewers"), columns,
                   tables.agreements(gathered.decided.pairs, shown))  # fmt: skip
    return Part(code="agreement", title=say("Agreement"), text=(text,), tables=(found,))


def _model(gathered: Gathered) -> Part:
    title, model = say("How good the model is"), gathered.model
    if model is None:
        return Part(code="model", title=title, text=(say("No model is in use here yet: nothing is flagged by one."),))
    text = [
        say("Model {version} is in use; flags begin at {review}.", version=model.version, review=number(model.review)),
        first_band(model.measured),
        *(
            say("{contest}: {count} of {needed} labels on texts drawn by chance; too few to speak of all texts.",
                contest=one.contest, count=one.estimates.by_chance if one.estimates else 0, needed=FEWEST_BY_CHANCE)
            for one in model.contests
            if one.estimates is None or one.estimates.prevalence is None
        ),
    ]  # fmt: skip
    shares = tuple(column(code, share=True) for code in ("value", "low", "high"))
    measures = (column("contest"), column("measure", words=_measure), *shares)
    moved = (column("contest"), column("psi"), column("hashtags"), column("unlisted", share=True))
    found = (
        _table("model", say("What labels show"), measures, tables.quality(model)),
        _table("drift", say("Whether texts have changed"), moved, tables.drift(model)),
    )
    return Part(code="model", title=title, text=tuple(text), tables=found)


def _measure(code: str) -> str:
    return say(MEASURES[code])


def _unseen(gathered: Gathered, shown: Shown) -> Part:
    said = (column("direction", words=say), column("state", words=say))
    who = (_account(shown), column("platform"), *said, column("note", words=say), column("day"))
    walls = (column("platform"), *said, column("looks"))
    todo = (
        *map(column, ("platform",)),
        said[0],
        *(column(code, words=say) for code in ("why", "step")),
        column("pages"),
    )
    found = (
        _table("unseen", say("Accounts that could not be seen"), who, tables.unseen(gathered, shown)),
        _table("walls", say("Looks that did not see everything"), walls, tables.walls(gathered)),
        _table("waiting", say("Pages that wait for a person"), todo, tables.waiting(gathered)),
    )
    text = []
    if gathered.unread:
        text.append(say("Texts of {count} posts on which watched accounts acted could not be read: no match can come "
                        "of them.", count=number(gathered.unread)))  # fmt: skip
    if not text and not any(len(table.frame) for table in found):
        text.append(say("No look failed, and no page waits for a person."))
    return Part(code="unseen", title=say("What could not be seen"), text=tuple(text), tables=found)
