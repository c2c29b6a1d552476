"""tilik db: the database's schema, and copies of it."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, load_settings, tell, tools
from language import say

app = typer.Typer(no_args_is_help=True, help=say("The database: schema, backup, restore."))


@app.command()
def migrate(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Bring the database to the present schema."""
    from core.records import Did
    from jobs import deeds
    from storage.migrate import upgrade

    with tools(config, any_schema=True) as opened:
        before, after = upgrade(opened.database)
        if before != after:
            deeds.note(opened, Did.MIGRATE, f"{before or '–'} → {after}")
    if as_json:
        answer({"from": before, "to": after})
    elif before == after:
        tell("The database already has schema {schema}.", schema=after)
    else:
        tell("Database brought from schema {before} to {after}.", before=before or say("none"), after=after)


@app.command()
def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show the schema and how many rows there are."""
    from storage import collecting
    from storage.migrate import newest, version

    with tools(config, any_schema=True) as opened:
        found = version(opened.database)
        counts: dict[str, int] = {}
        if found == newest():
            with opened.database.read() as session:
                counts = collecting.totals(session)
    if as_json:
        answer({"schema": found, "newest": newest(), "rows": counts})
        return
    tell("Schema: {found} (this version of tilik: {newest})", found=found or say("none"), newest=newest())
    for name, count in counts.items():
        tell("  {name}: {count}", name=say(name), count=count)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help=say("The file to write; it must not exist."))],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a whole copy of the database to a file."""
    from core.records import Did
    from evidence.original import digest
    from jobs import deeds
    from storage.migrate import backup as write_copy
    from storage.migrate import newest, version

    with tools(config, any_schema=True) as opened:
        written = write_copy(opened.database, file)
        if version(opened.database) == newest():
            deeds.note(opened, Did.BACKUP, f"{file.name} {digest(file)}")
    answer({"file": written, "bytes": written.stat().st_size}) if as_json else tell("Written: {file}", file=written)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help=say("A file that `tilik db backup` wrote."))],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Put a copy in the place of a database that is not there."""
    from core.records import Did
    from evidence.original import digest
    from jobs import deeds
    from storage.migrate import newest, version
    from storage.migrate import restore as put_back

    put_back(load_settings(config).storage.url, file)
    with tools(config, any_schema=True) as opened:
        if version(opened.database) == newest():  # an older copy tells it when it is migrated
            deeds.note(opened, Did.RESTORE, f"{file.name} {digest(file)}")
    answer({"file": file}) if as_json else tell("Restored from {file}.", file=file)
