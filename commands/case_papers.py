"""tilik case note, fill, identity, export, templates: what is added to a case, and the papers that leave with it."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.proving import proven
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, tell, tools
from core.cases import EntryKind, Relief
from language import say

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help=say("The id of a case (C-…)."))]
ByOption = Annotated[str, typer.Option("--by", help=say("Who does it."))]
DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add these commands to those of case."""
    app.command("note")(add_note)
    for command in (fill, identity, export, templates):
        app.command()(command)


def number_of(typed: str) -> int:
    """Read the id of a case; InputError where it is none."""
    from core.errors import InputError
    from review.ids import CASE, read_id

    number = read_id(typed, CASE)
    if number is None:
        raise InputError("case_unknown", case=typed)
    return number


def add_note(
    case: CaseArgument,
    by: ByOption,
    text: Annotated[str, typer.Argument(help=say("What is to be kept."))] = "",
    kind: Annotated[
        EntryKind, typer.Option("--kind", help=say("note, witness, reply (right of reply), exculpatory."))
    ] = EntryKind.NOTE,
    name: Annotated[str | None, typer.Option("--name", help=say("A witness's name."))] = None,
    relief: Annotated[Relief | None, typer.Option("--fact", help=say("Which exculpatory fact it is."))] = None,
    source: Annotated[str | None, typer.Option("--source", help=say("Where it comes from."))] = None,
    day: Annotated[datetime | None, typer.Option("--date", formats=DAY, help=say("Of which day it is."))] = None,
    address: Annotated[str | None, typer.Option("--address", help=say("A witness's address."))] = None,
    take_back: Annotated[
        int | None, typer.Option("--take-back", help=say("The number of something that was added, to take back."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add a note, a witness, the reply of the person, or what speaks for them; nothing that was added is changed."""
    from jobs import cases
    from review.dossier.making import SHOWN
    from storage.cases import Entry

    with tools(config) as opened:
        number = number_of(case)
        who, known = proven(opened, by)
        entry = Entry(
            case_id=number, kind=kind, text=text, who=who, known=known, added_at=opened.clock.now(),
            name=relief.value if relief is not None and kind is EntryKind.EXCULPATORY else name,
            source=source, dated=day.date() if day else None, address=address, takes_back=take_back,
        )  # fmt: skip
        number = cases.add(opened, entry, SHOWN)
    answer({"case": case, "number": number}) if as_json else tell("Added as number {number}.", number=number)


def fill(
    case: CaseArgument,
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE…", help=say("Fields of the forms."))],
    by: ByOption,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Fill in fields of the forms; what nobody fills in stands there as “diisi petugas”."""
    from dataclasses import replace

    from core.errors import InputError
    from jobs import cases
    from review.dossier.making import SHOWN
    from storage.cases import Entry

    pairs = [one.partition("=") for one in values]
    bad = next((name for name, equals, _ in pairs if not equals), None)
    if bad is not None:
        raise InputError("case_field_form", field=bad)
    with tools(config) as opened:
        number, now = number_of(case), opened.clock.now()
        who, known = proven(opened, by)
        entry = Entry(case_id=number, kind=EntryKind.FIELD, text="", who=who, known=known, added_at=now)
        for name, _, text in pairs:
            cases.add(opened, replace(entry, name=name, text=text), SHOWN)
    answer({"case": case, "filled": [name for name, _, _ in pairs]}) if as_json else tell(
        "{count} fields are filled in.", count=len(pairs)
    )


def identity(
    case: CaseArgument,
    by: ByOption,
    nip: Annotated[bool, typer.Option("--nip", help=say("Ask for the NIP."))] = False,
    nik: Annotated[bool, typer.Option("--nik", help=say("Ask for the NIK."))] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Keep NIP or NIK of the person, encrypted; it is asked for and never typed behind the command."""
    import os

    from core.cases import By, Number
    from core.errors import InputError
    from jobs import identities
    from review.dossier.making import SHOWN

    wanted = [kind for kind, asked in ((Number.NIP, nip), (Number.NIK, nik)) if asked]
    if not wanted:
        raise InputError("identity_which")
    with tools(config) as opened:
        number = number_of(case)
        who, known = proven(opened, by)
        numbers = {kind: _asked(kind.upper()) for kind in wanted}
        vault = identities.vault_of(opened, os.environ)
        identities.keep(opened, vault, number, numbers, by=By(who=who, known=known), shown=SHOWN.case(number))
    answer({"case": case, "kept": wanted}) if as_json else tell(
        "Kept encrypted: {kinds}. It is read into the dossier only.", kinds=", ".join(one.upper() for one in wanted)
    )


def _asked(name: str) -> str:
    """Take a number from the keyboard without showing it, or from a pipe: a command line is written down somewhere."""
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True, err=True))
    return sys.stdin.readline()


def export(
    case: CaseArgument,
    by: ByOption,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help=say("The folder that receives the dossier."))],
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="FOLDER", help=say("The office's own templates."))
    ] = None,
    part_size: Annotated[
        float, typer.Option("--part-size", help=say("How large a ZIP file may be, in megabytes."))
    ] = 20.0,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write the dossier in Indonesian: forms as DOCX and PDF, and ZIP files with the evidence and its checker."""
    import os
    from dataclasses import replace

    from jobs import identities
    from jobs.dossier import Asked
    from review.dossier import making

    with tools(config) as opened:
        number = number_of(case)
        who, known = proven(opened, by)
        asked = Asked(case_id=number, by=who, known=known, vault=identities.vault_of(opened, os.environ))
        made = making.make(opened, asked, making.Wishes(templates=templates, part_size=part_size))
        files = making.save(replace(opened, who=who), made, to)
    if as_json:
        answer({"case": made.case, "files": files, "parts": made.parts, "digest": made.digest})
        return
    tell("{count} files written: {target}", count=len(files), target=files[0].parent)
    tell("SHA-256 of daftar-berkas.json: {digest}", digest=made.digest)
    tell("Whoever receives it unpacks all ZIP files into one folder and runs: python3 periksa.py")


def templates(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help=say("Where the templates go."))],
    as_json: JsonOption = False,
) -> None:
    """Copy the templates of the forms into a folder, so that the office can change them in its own words."""
    from core.errors import InputError
    from core.files import write_whole
    from review.dossier import forms

    try:
        to.mkdir(parents=True, exist_ok=True)
        made = forms.copied(to, write_whole)
    except OSError as error:
        raise InputError("file_not_written", path=str(to), cause=error.strerror or str(error)) from error
    if as_json:
        answer({"files": made})
        return
    tell("{count} files written: {target}", count=len(made), target=to)
    tell("What is there already was left as it is. Use them with: tilik case export … --templates {target}", target=to)
