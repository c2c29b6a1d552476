"""What speaks for the person: read from the database, said by people. The section is printed even where it is empty."""

from collections.abc import Iterator

from core.cases import EntryKind
from core.records import Answer, Timing
from jobs.dossier import Facts, One
from language import say
from review.dossier.paper import day, moment
from review.reasons import REASONS


def relief(facts: Facts) -> list[str]:
    """List it; where nothing is known, that is what it says."""
    found = [line for one in facts.ones for line in _of_act(facts, one)]
    found += _said(facts)
    return found or [say("nothing of the kind is known")]


def _of_act(facts: Facts, one: One) -> Iterator[str]:
    name, item = facts.shown.match(one.item.match_id), one.item
    if item.absent_since is not None:
        told = {"match": name, "when": moment(item.absent_since, facts.zone)}
        yield say("{match}: it is no longer there; a look that showed everything missed it first on {when}.", **told)
    if one.act.post_gone_at is not None:
        told = {"match": name, "when": moment(one.act.post_gone_at, facts.zone)}
        yield say("{match}: the post is not there any more, noted on {when}.", **told)
    later = [wording for wording in one.act.wordings if wording.id > item.post_version_id]
    edited = [wording.edited_at for wording in one.act.wordings if wording.edited_at is not None]
    if later or edited:
        count = len(one.act.wordings)
        yield say("{match}: the post was edited; {count} wordings of it are known.", match=name, count=count)
        yield from _other_wordings(facts, one)
    if item.timing == Timing.LATER:
        yield say("{match}: the wording that was judged may not have been there when it happened.", match=name)
    yield from _other_answers(facts, one)


def _other_wordings(facts: Facts, one: One) -> Iterator[str]:
    name = facts.shown.match(one.item.match_id)
    for wording in one.act.wordings:
        if wording.id != one.item.post_version_id:
            told = {"match": name, "when": moment(wording.seen_at, facts.zone), "text": wording.text}
            yield say("{match}: another wording, seen on {when}: “{text}”", **told)


def _other_answers(facts: Facts, one: One) -> Iterator[str]:
    """Tell who did not see a call in it, also those who were overruled or changed their mind."""
    name = facts.shown.match(one.item.match_id)
    for said in one.judgements:
        if said.row.answer is Answer.SOLICITATION:
            continue
        known = REASONS.get(said.row.reason or "")
        why = known.words["id"] if known else "–"
        told = {"match": name, "who": said.row.reviewer, "answer": say(said.row.answer), "why": why}
        yield say("{match}: {who} answered otherwise once: {answer} ({why}).", **told)


def _said(facts: Facts) -> Iterator[str]:
    for entry in facts.case.of(EntryKind.EXCULPATORY):
        told = {"kind": say(entry.name or ""), "text": entry.text, "when": day(entry.dated) if entry.dated else "–"}
        yield say("{kind}: {text} ({when}; source: {source})", **told, source=entry.source or "–")
    for entry in facts.case.of(EntryKind.REPLY):
        told = {"when": day(entry.dated), "source": entry.source or "–"}
        yield say("The person has answered on {when} (source: {source}); the reply stands under “Hak jawab”.", **told)
