"""The digest of a day in words: a text file beside the review files, and the same by e-mail."""

import os
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from core.deeds import Did
from core.files import write_whole
from core.unfinished import clear
from core.vault import with_secrets
from jobs import mailing
from jobs.digest import Digest, Near
from jobs.tools import Tools
from language import chosen, say
from storage import people

LOCALES = {"id": "id_ID", "en": "en_GB"}
WHO = "tilik"


def write(tools: Tools, found: Digest) -> Path:
    """Write the digest of a day; a later one of the same day takes its place."""
    path = tools.settings.review.exports / f"ringkasan-{found.day}.txt"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear(path.parent)
    write_whole(path, ("\ufeff" + in_words(tools, found)).encode())
    return path


def send_once(tools: Tools, found: Digest) -> bool:
    """Send the digest to everybody of the settings, once a day; say whether it was sent now."""
    mail = tools.settings.mail
    midnight = datetime.combine(found.day, time(), ZoneInfo(tools.settings.schedule.timezone))
    with tools.database.read() as session:
        sent = people.count_since(session, Did.DIGEST, midnight, who=WHO)
    if not mail.to or sent:
        return False
    subject = say("tilik, {day}: {new} new, {waiting} waiting", day=found.day, new=found.new, waiting=found.waiting)
    mailing.send(mail, subject, in_words(tools, found), clock=tools.clock, environ=with_secrets(os.environ))
    with tools.database.write() as session:
        people.record(session, who=WHO, what=Did.DIGEST, detail=str(len(mail.to)), at=tools.clock.now())
    return True


def in_words(tools: Tools, found: Digest) -> str:
    """Put a digest into words."""
    return "\r\n".join(_lines(tools, found)) + "\r\n"


def _lines(tools: Tools, found: Digest) -> Iterator[str]:
    locale = LOCALES[chosen()]
    yield say("tilik: {day}", day=format_date(found.day, "full", locale=locale))
    yield say("What the machine ranks is an indikasi; people decide.")
    yield ""
    yield say("{new} new matches since yesterday.", new=found.new)
    yield say("{waiting} wait for an answer, {second} for a second person; {conflicts} were answered differently.",
              waiting=found.waiting, second=found.second, conflicts=found.conflicts)  # fmt: skip
    yield from _due(found, tools.settings.rules.soon_days)
    yield say("Seen today: {seen} directions of accounts; not seen: {unseen}.",
              seen=found.seen, unseen=sum(found.unseen.values()))  # fmt: skip
    yield from (f"  {number} {say(state)}" for state, number in sorted(found.unseen.items()))
    if found.todo:
        yield say("For you to look at: {count}.", count=sum(found.todo.values()))
        yield from (f"  {number} {say(step)}" for step, number in sorted(found.todo.items()))
    zone = ZoneInfo(tools.settings.schedule.timezone)
    for host in found.paused:
        until = format_datetime(host.blocked_until, "d MMM HH.mm", tzinfo=zone, locale=locale)
        yield say("{host} is left alone until {until} ({reason}).",
                  host=host.host, until=until, reason=say(host.reason) if host.reason else "–")  # fmt: skip
    for one in found.alarms:
        yield say("Look at {platform}: {alarm}.", platform=one.platform, alarm=say(one.alarm))
    for silent in found.closing:
        yield say("{contest} falls silent on {day}: {open} of {count} campaign accounts are not read whole yet.",
                  contest=silent.contest, day=format_date(silent.quiet, "d MMMM", locale=locale),
                  open=silent.open, count=silent.accounts)  # fmt: skip
    if found.seals_pending:
        yield say("PENDING: {count} seals have no time stamp of an authority yet.", count=found.seals_pending)
    if found.seal is None:
        yield say("The record of deeds is not sealed yet.")
    else:
        yield say("Record of deeds, seal {number}, line {line}, head: {head}",
                  number=found.seal.number, line=found.seal.line, head=found.seal.head)  # fmt: skip
    if found.removal_due:
        yield say("Data are due for removal: tilik purge --dry-run")
    for near in found.near:
        yield _near(found, near, locale)


def _due(found: Digest, days: int) -> Iterator[str]:
    """Say what is due soon and what is over: of matches, and of the handling of cases."""
    for contest, due in found.due.items():
        yield say("{contest}: due within {days} days: {soon} that wait, {agreed} confirmed; time over: {over} and "
                  "{agreed_over}.", contest=contest, days=days, soon=due.soon,
                  agreed=due.confirmed_soon, over=due.over, agreed_over=due.confirmed_over)  # fmt: skip
    for contest, handled in found.handling.items():
        yield say("{contest}: handling of cases, counted carefully: {soon} due within {days} days, {over} over.",
                  contest=contest, soon=handled.soon, days=days,
                  over=handled.over)  # fmt: skip
        if handled.unstated:
            yield say("{contest}: {count} of these are counted from their entry: nobody stated on which day it "
                      "happened.", contest=contest, count=handled.unstated)  # fmt: skip


def _near(found: Digest, near: Near, locale: str) -> str:
    left = (near.day - found.day).days
    what = say(near.what) if near.phase is None else f"{say(near.what)} {say(near.phase)}"
    day = format_date(near.day, "d MMMM", locale=locale)
    where = near.contest or "tilik"
    return say("{where}: {what}, {day}, {left} days left.", where=where, what=what, day=day, left=left)
