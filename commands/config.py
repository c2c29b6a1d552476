"""tilik config: which settings hold, where each comes from, and whether the file is right."""

import json
import os
import sys

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, load_settings, print_json, show, tell
from language import say

app = typer.Typer(no_args_is_help=True, help=say("The settings: show, check, where the file is, schema."))


@app.command("show")
def show_settings(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show every setting that holds, and where it comes from: a variable, a row of the file, or the default."""
    from core.origins import settings_with_origins

    load_settings(config)
    found = settings_with_origins(config, os.environ)
    if as_json:
        answer({"file": config.resolve(), "settings": found})
        return
    rows = []
    for one in found:
        said = one.variable or (say("row {row}", row=one.row) if one.row is not None else say("default"))
        rows.append([one.name, json.dumps(one.value, ensure_ascii=False), said])
    show(str(config.resolve()), [say("setting"), say("value"), say("comes from")], rows)


@app.command()
def check(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Check the settings; every mistake is named with its line and what to do."""
    load_settings(config)
    answer({"file": config.resolve()}) if as_json else tell("{file} has no mistakes.", file=config)


@app.command()
def path(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Say which settings file is read."""
    found = config.resolve()
    if as_json:
        answer({"file": found, "exists": found.exists()})
    else:
        sys.stdout.write(f"{found}\n")


@app.command()
def schema(as_json: JsonOption = False) -> None:
    """Print the JSON schema of the settings, with which editors help while config.yaml is written."""
    from core.settings import Settings

    found = Settings.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    answer(found) if as_json else print_json(found)
