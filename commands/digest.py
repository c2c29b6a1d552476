"""tilik digest: what a day brought, in numbers."""

from typing import Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, tell, tools
from language import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(digest)


def digest(
    send: Annotated[bool, typer.Option("--send", help=say("Send it by e-mail too, once a day."))] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write what the day brought, in numbers: new, waiting, not seen, for people to look at, days that come soon."""
    from jobs import digest as job
    from review import digest as words

    with tools(config) as opened:
        found = job.gather(opened)
        path = words.write(opened, found)
        sent = send and words.send_once(opened, found)
        text = words.in_words(opened, found)
    if as_json:
        facts = {name: getattr(found, name) for name in found.__slots__ if name != "paused"}
        answer({**facts, "paused": [host.host for host in found.paused], "file": path, "sent": sent})
        return
    tell("{text}", text=text.replace("\r\n", "\n"))
    tell("Written to {file}.", file=path)
    if send:
        tell("Sent by e-mail." if sent else "Not sent: nobody is named in the settings, or it was sent today already.")
