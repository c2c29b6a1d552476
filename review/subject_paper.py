"""The answer to a person who asks what is held of them, in plain words: what, why, since when, who saw it, how long."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jobs.subject import Answered, Held
from jobs.tools import Tools
from language import say
from review.certificate import CLASSES
from review.ids import public_id
from review.local import day, number
from review.paper import Chapter, Listed, Paper, moment, written


def page(tools: Tools, answered: Answered) -> str:
    """Write it as one HTML page."""
    zone = tools.settings.schedule.timezone
    purpose = tools.settings.purpose
    about = [
        say("Asked about: {name}. Answered on {when}.", name=answered.asked, when=moment(answered.made_at, zone)),
        say("Who keeps it: {controller}. Ground: {basis}. Until: {ends}. Questions and corrections: {contact}.",
            controller=purpose.controller, basis=purpose.basis, ends=day(purpose.ends), contact=purpose.contact),
        say("What a program finds is an indikasi. Only people decide, and only what they decided counts."),
    ]  # fmt: skip
    chapters = [chapter for one in answered.held for chapter in _about(one, answered, zone)]
    if not answered.held:
        chapters = [_nothing(answered, zone)]
    made = say("Made by tilik {version} on {when}.", version=tools.version, when=moment(answered.made_at, zone))
    return written(Paper(title=say("What is held of you"), about=about, chapters=[*chapters, _rights()], made=made))


def without_staff(answered: Answered) -> Answered:
    """Give the people of the office numbers in the place of their names."""
    known: dict[str, str] = {}

    def hide(name: str | None) -> str | None:
        if name is None:
            return None
        return known.setdefault(name, say("officer {number}", number=len(known) + 1))

    held = [
        replace(
            one,
            added_by=[hide(name) for name in one.added_by],
            listings=[replace(row, verified_by=hide(row.verified_by)) for row in one.listings],
            verdicts=[replace(row, reviewer=hide(row.reviewer) or "") for row in one.verdicts],
            opened=[replace(row, who=hide(row.who) or "") for row in one.opened],
            exports=[replace(row, written_by=hide(row.written_by) or "") for row in one.exports],
            corrections=[
                replace(row, corrected_by=hide(row.corrected_by) or "", undone_by=hide(row.undone_by))
                for row in one.corrections
            ],
            holds=[replace(row, held_by=hide(row.held_by) or "") for row in one.holds],
        )
        for one in answered.held
    ]
    return replace(answered, held=held)


def _nothing(answered: Answered, zone: str) -> Chapter:
    text = [say("Nothing is held of this account: it is not on the watchlist, and no act of it is stored.")]
    if answered.purged_at is not None:
        text.append(say("It was once; everything was removed on {when}.", when=moment(answered.purged_at, zone)))
    if answered.hidden:
        told = say("{count} posts of an author of this name are kept because a watched account reacted to them. The "
                   "author stands there as a keyed hash, never by name.", count=number(answered.hidden))  # fmt: skip
    else:
        told = say("No post is kept either whose author would be this account. Authors who are not watched are kept "
                   "as a keyed hash only; it was made of the name that you gave and compared.")  # fmt: skip
    return Chapter(title=say("What is held"), text=[*text, told])


def _about(held: Held, answered: Answered, zone: str) -> list[Chapter]:
    return [
        _why(held, zone),
        _what(held, zone),
        _matches(held, zone),
        _seen_by(held, zone),
        _corrected(held, zone),
        _until(held, answered),
    ]


def _why(held: Held, zone: str) -> Chapter:
    rows = [
        [
            say(one.role),
            one.subject,
            one.source + (f" ({day(one.source_date)})" if one.source_date else ""),
            f"{day(one.valid_from)} – {day(one.valid_to) if one.valid_to else '…'}",
            say(one.identity) + (f" ({one.verified_by})" if one.verified_by else ""),
            f"{moment(one.added_at, zone)}, {by or say('not recorded')}",
            moment(one.removed_at, zone),
        ]
        for one, by in zip(held.listings, held.added_by, strict=True)
    ]
    heads = ("role", "subject", "source", "from – to", "identity", "added", "taken off")
    table = Listed(title=say("Entries of the watchlist"), heads=[say(head) for head in heads], rows=rows)
    text = [say("Account {handle} on {platform}.", handle=held.account.handle, platform=held.account.platform)]
    former = [name for name in held.names if name != held.account.handle]
    if former:
        text.append(say("Other names it had: {names}.", names=", ".join(former)))
    return Chapter(title=say("Why this account is watched"), text=text, tables=[table])


def _what(held: Held, zone: str) -> Chapter:
    some = held.amounts
    text = [
        say("It was looked at {count} times, from {first} to {last}; only what everybody can see, never logged in.",
            count=number(some.looks), first=moment(some.first_look, zone), last=moment(some.last_look, zone)),
        say("Kept: {posts} own posts, {captures} answers of the platform.",
            posts=number(some.posts), captures=number(some.captures)),
    ]  # fmt: skip
    rows = [[say(action), number(count)] for action, count in some.acts.items()]
    table = Listed(title=say("Acts that are kept"), heads=[say("what"), say("count")], rows=rows)
    return Chapter(title=say("What is held"), text=text, tables=[table])


def _matches(held: Held, zone: str) -> Chapter:
    rows = [
        [
            public_id(one.match_id),
            say(one.action),
            moment(one.acted_at, zone) if one.acted_at else say("time unknown"),
            one.post,
            say(one.standing) + (f" ({say(one.answer)})" if one.answer else ""),
            number(one.evidence),
        ]
        for one in held.matches
    ]
    heads = ("id", "act", "when", "post", "standing", "evidence")
    said = [
        [public_id(one.match_id), one.reviewer, say(one.answer), say(one.reason) if one.reason else "–",
         moment(one.decided_at, zone), say("taken back") if one.taken_back else "–"]
        for one in held.verdicts
    ]  # fmt: skip
    judged = ("id", "who", "answer", "reason", "when", "taken back")
    tables = [
        Listed(title=say("Matches"), heads=[say(head) for head in heads], rows=rows),
        Listed(title=say("Decisions"), heads=[say(head) for head in judged], rows=said),
    ]
    text = [] if rows else [say("No act of this account was ever flagged.")]
    return Chapter(title=say("What was flagged, and what people decided"), text=text, tables=tables)


def _seen_by(held: Held, zone: str) -> Chapter:
    opened = [[one.who, say(one.what), one.detail or "–", moment(one.at, zone)] for one in held.opened]
    went = [[say(one.kind), one.written_by, moment(one.written_at, zone), one.sha256] for one in held.exports]
    tables = [
        Listed(title=say("Who opened it"), heads=[say(one) for one in ("who", "what", "id", "when")], rows=opened),
        Listed(title=say("Files that it went into"),
               heads=[*(say(one) for one in ("kind", "who", "when")), "SHA-256"], rows=went),
    ]  # fmt: skip
    text = [] if opened or went else [say("Nobody opened a card of it on the page, and no file holds it.")]
    return Chapter(title=say("Who saw it, and where it went"), text=text, tables=tables)


def _corrected(held: Held, zone: str) -> Chapter:
    rows = [
        [
            say(one.reason),
            day(one.since) if one.since else say("from the beginning"),
            one.note or "–",
            f"{one.corrected_by}, {moment(one.corrected_at, zone)}",
            f"{one.undone_by}, {moment(one.undone_at, zone)}: {one.undone_reason}" if one.undone_at else "–",
        ]
        for one in held.corrections
    ]
    heads = [say(head) for head in ("reason", "since", "note", "who", "undone")]
    text = [] if rows else [say("Nothing was corrected.")]
    table = Listed(title=say("Corrections"), heads=heads, rows=rows)
    return Chapter(title=say("What was put right"), text=text, tables=[table])


def _until(held: Held, answered: Answered) -> Chapter:
    rows = [[say(CLASSES[name]), day(first)] for name, first in answered.removal_from.items()]
    text = [say("The first day on which each kind may be removed; a decision that comes later moves it.")]
    text += [say("Held for a procedure: {reason}", reason=one.reason) for one in held.holds]
    table = Listed(title=say("How long"), heads=[say("what"), say("from")], rows=rows)
    return Chapter(title=say("How long it is kept"), text=text, tables=[table])


def _rights() -> Chapter:
    text = [
        say("You may ask what is held, have a mistake corrected, and say what speaks for you; it is kept and handed "
            "on with everything else."),
        say("If the account is not yours, or you are no civil servant any more, say so with a document: the matches "
            "are then withdrawn, and whoever received a file is told."),
    ]  # fmt: skip
    return Chapter(title=say("What you can do"), text=text)


def told(answered: Answered) -> dict[str, Any]:
    """Give it for programs; files by what they are, without the numbers of everybody else in them."""
    held: list[dict[str, Any]] = []
    for one in answered.held:
        fields = {name: getattr(one, name) for name in Held.__slots__ if name != "exports"}
        held.append({**fields, "exports": exports_told(one.exports)})
    rest = {name: getattr(answered, name) for name in Answered.__slots__ if name != "held"}
    return {**rest, "held": held}


def exports_told(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Give files for programs."""
    names = ("id", "kind", "file", "sha256", "written_by", "written_at", "gone_at")
    return [{name: getattr(one, name) for name in names} for one in rows]
