"""tilik schedule next: whose time has come, and when the next is due."""

from typing import TYPE_CHECKING

from commands import coverage
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.due import Turn


def next_(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show whose time has come, by role, when the next is due, and what is still to be read whole."""
    from jobs import closing
    from jobs.due import resting, turns
    from jobs.looks import looks
    from storage import watching

    with tools(config) as opened, opened.database.read() as session:
        watched = looks(watching.watchlist(session, day=opened.today))
        found, closes = turns(session, opened, watched), closing.progress(session, opened, watched)
        rests, zone = resting(opened), opened.settings.schedule.timezone
    if as_json:
        told = [coverage.told_closing(one) for one in closes]
        answer({"roles": found, "quiet_hours": bool(rests), "closing": told})
        return
    columns = [say(column) for column in ("role", "accounts", "due now", "next look")]
    show(say("Whose time has come"), columns, [_row(one, zone) for one in found])
    if rests:
        tell("These are quiet hours: nobody is visited before {at}.", at=local(opened.clock.now() + rests, zone))
    coverage.show_closing(closes)


def _row(one: "Turn", zone: str) -> list[object]:
    return [say(one.role), one.accounts, one.due, local(one.next, zone) if one.next else "–"]
