"""tilik audit: the record of what people opened, took along and changed."""

from typing import Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, show, tell, tools
from language import say

app = typer.Typer(no_args_is_help=True, help=say("The record of deeds: list it, check that nothing in it was changed."))


@app.command("list")
def list_(
    most: Annotated[int, typer.Option(min=1, max=100_000, help=say("How many lines, the newest first."))] = 50,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show who did what when: logins, opened cards, files that left, changes of people, models and watchlist."""
    from storage import people

    with tools(config) as opened, opened.database.read() as session:
        found = people.deeds(session, most=most)
        zone = opened.settings.schedule.timezone
    if as_json:
        answer(found)
        return
    rows = [[local(deed.at, zone), deed.who, say(deed.what), deed.detail] for deed in found]
    show(say("Record of deeds"), [say(column) for column in ("time", "who", "what", "detail")], rows)


@app.command()
def verify(
    head: Annotated[str | None, typer.Option("--head", help=say("The head that was written down before."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check that no line of the record was changed or taken out; show its head, to be kept somewhere else."""
    from core.errors import EvidenceError
    from storage import people

    with tools(config) as opened, opened.database.read() as session:
        found = people.check_chain(session)
        known = head is None or people.has_digest(session, head)
    if found.broken_at is not None:
        raise EvidenceError("record_broken", line=found.broken_at, sound=found.lines)
    if not known:
        raise EvidenceError("record_cut", head=head, lines=found.lines)
    if as_json:
        answer(found)
        return
    tell("{lines} lines, none changed. Head: {head}", lines=found.lines, head=found.head)
