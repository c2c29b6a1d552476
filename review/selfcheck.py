"""A self-check of an agency in words: one HTML file with what the public sees of each account, and advice."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.records import SAW_EVERYTHING, Action, Capability
from jobs.selfcheck import Own
from jobs.tools import Tools
from language import chosen, say
from review.local import day, number
from review.report_html import TEMPLATES


def advice(one: Own) -> Iterator[str]:
    """Say what somebody who answers for this account could do; none of it is an order."""
    acts = {act.action for act in one.flagged if not act.taken_back}
    if Action.POSTED in acts:
        yield say("Read the marked posts once more. What invites to vote for or against somebody does not belong on "
                  "an official account; keep a copy before you delete it, and say openly that you did.")  # fmt: skip
    if acts - {Action.POSTED}:
        yield say("Look at the marked likes and shares. One that was not meant can be taken back; write down when and "
                  "why, for that speaks for whoever did it.")  # fmt: skip
    if not one.verified:
        yield say("Nobody has verified whose account this is. If it is not yours, tell the platform and the watchlist.")
    unseen = [way for way in (Capability.POSTS, Capability.LIKES) if not _seen(one, way)]
    if unseen:
        yield say("What tilik could not see ({what}) others may see: look at it yourself, logged out and logged in.",
                  what=", ".join(say(way) for way in unseen))  # fmt: skip
    yield say("Say who may post and like in the name of this account, and keep that list up to date.")


def _seen(one: Own, way: Capability) -> bool:
    look = one.looks.get(way)
    return look is not None and look.state in SAW_EVERYTHING


def page(tools: Tools, found: Sequence[Own]) -> str:
    """Write the whole page."""
    zone = ZoneInfo(tools.settings.schedule.timezone)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(say=say, number=number, advice=advice)
    environment.filters["day"] = lambda at: day(at.astimezone(zone).date())
    made = tools.clock.now().astimezone(zone)
    controller = tools.settings.purpose.controller
    return environment.get_template("selfcheck.html").render(
        found=found, made=day(made.date()), controller=controller, language=chosen()
    )
