"""tilik db: the database's schema, and copies of it."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, load_settings, person, tell, tools
from language import say

if TYPE_CHECKING:
    from core.settings import Settings

PASSPHRASE = "TILIK_BACKUP_PASSPHRASE"  # noqa: S105  (the name of a variable)

app = typer.Typer(no_args_is_help=True, help=say("The database: schema, backup, restore."))


@app.command()
def migrate(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Bring the database to the present schema."""
    from core.deeds import Did
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
    encrypt: Annotated[
        bool,
        typer.Option("--encrypt", help=say("One sealed file of everything: database, evidence, settings, models.")),
    ] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a whole copy of the database to a file, or with --encrypt everything, sealed with a passphrase."""
    from jobs import backup as job
    from storage.migrate import backup as write_copy

    with tools(config, any_schema=True) as opened:
        if encrypt:
            written = job.seal(opened, config, file, _passphrase(twice=True))
        else:
            written = write_copy(opened.database, file)
            job.note(opened, written)
    answer({"file": written, "bytes": written.stat().st_size}) if as_json else tell("Written: {file}", file=written)
    if encrypt and not as_json:
        tell("Without the passphrase nobody reads it, nor does anybody who lost it. Keep the two apart.")


def _passphrase(*, twice: bool) -> str:
    """Take the passphrase from the environment, else ask for it; it never stands in a command line."""
    from core.errors import InputError
    from core.vault import with_secrets

    given = with_secrets(os.environ).get(PASSPHRASE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise InputError("passphrase_missing", variable=PASSPHRASE)
    return str(typer.prompt(say("Passphrase of the copy"), hide_input=True, confirmation_prompt=twice))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help=say("A file that `tilik db backup` wrote."))],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Put a copy in the place of a database that is not there; a sealed one with all that belongs to it."""
    from core.clock import SystemClock
    from jobs.backup import note_restored
    from storage.migrate import restore as put_back
    from storage.sealed import is_sealed

    if is_sealed(file):
        _restore_sealed(file, config, as_json=as_json)
        return
    url = load_settings(config).storage.url
    put_back(url, file)
    note_restored(url, file, by=person(), now=SystemClock().now())
    answer({"file": file}) if as_json else tell("Restored from {file}.", file=file)


def _restore_sealed(file: Path, config: Path, *, as_json: bool) -> None:
    from core.clock import SystemClock
    from jobs import backup as job

    passphrase = _passphrase(twice=False)
    where = (load_settings(config) if config.exists() else _settings_of(file, config, passphrase)).storage
    done = job.restore(file, passphrase, url=where.url, data=where.data, config=config)
    job.note_restored(where.url, file, by=person(), now=SystemClock().now())
    if as_json:
        answer({"file": file, "restored": done})
        return
    tell("Restored from {file}.", file=file)
    tell("{files} files; record of deeds: {lines} lines, none changed. Head: {head}", files=done.files,
         lines=done.lines, head=done.head)  # fmt: skip
    if done.settings is not None:
        tell("Its settings: {file}", file=done.settings)


def _settings_of(file: Path, config: Path, passphrase: str) -> "Settings":
    """Read the settings that come with a copy, on a machine that has none; their paths begin where they will lie."""
    from jobs import backup as job

    config.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tilik-", dir=config.parent) as folder:
        beside = Path(folder) / config.name
        beside.write_bytes(job.settings_in(file, passphrase))
        found = load_settings(beside)
    home, there = config.resolve().parent, Path(folder).resolve()
    url = found.storage.url.replace(str(there), str(home))
    data = home / found.storage.data.relative_to(there) if found.storage.data.is_relative_to(there) else None
    storage = found.storage.model_copy(update={"url": url, "data": data or found.storage.data})
    return found.model_copy(update={"storage": storage})
