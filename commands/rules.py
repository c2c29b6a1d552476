"""tilik rules: the rule packs that ship and those of the office, what they say of a match, and who vouches for them."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands.opinions import MatchArgument
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, load_settings, show, tell, tools
from language import say

if TYPE_CHECKING:
    from core.rules import Pack
    from jobs.assessing import Told
    from jobs.rulebooks import Volume
    from review.ruling import Spoken

app = typer.Typer(no_args_is_help=True, help=say("Rules as data: who decides, on what basis, and until when."))
SHORT = 12

PackArgument = Annotated[str, typer.Argument(help=say("The id of a pack or overlay, as rules list shows it."))]


@app.command("list")
def list_(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List the packs and overlays with version, place, time and signature, and which contest they hold for today."""
    from jobs.rulebooks import shelf
    from review.ruling import banner

    with tools(config) as opened:
        books = shelf(opened.settings.rules.folder)
        signed = _signed(opened)
        used = {
            volume.sha256: contest.id
            for contest in opened.settings.contests
            if (book := books.book(contest, opened.today)) is not None
            for volume in book.volumes
        }
    told = [_volume(one, signed, used.get(one.sha256)) for one in books.volumes]
    if as_json:
        answer(told)
        return
    columns = ("id", "version", "region", "from", "to", "contest", "signed by")
    rows = [[one[name] for name in ("id", "version", "jurisdiction", "valid_from", "valid_to", "contest", "signed_by")]
            for one in told]  # fmt: skip
    show(say("Rules"), [say(column) for column in columns], rows)
    if any(one["signed_by"] is None for one in told):
        tell("{text}", text=banner())


def _signed(opened: Any) -> dict[str, str]:  # noqa: ANN401  (the tools of a job)
    from storage import rules

    with opened.database.read() as session:
        found = rules.signatures(session)
    return {digest: f"{one.name}, {one.position}, {one.signed_on}" for digest, one in found.items()}


def _volume(one: "Volume", signed: dict[str, str], contest: str | None) -> dict[str, Any]:
    rules, inside = one.rules, one.verified_by
    by = f"{inside.name}, {inside.position}, {inside.date}" if inside else signed.get(one.sha256)
    return {
        "id": rules.id,
        "version": rules.version,
        "sha256": one.sha256,
        "jurisdiction": rules.jurisdiction,
        "valid_from": rules.valid_from,
        "valid_to": rules.valid_to,
        "contest": contest,
        "signed_by": by,
        "file": one.path,
    }


@app.command("show")
def show_(
    pack: PackArgument,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what a pack says: acts, roles and phases, their class, who decides, and each deadline with its source."""
    from core.rules import Pack

    with tools(config) as opened:
        found, signed = _find(opened.settings.rules.folder, pack), _signed(opened)
    told = _volume(found, signed, None)
    if as_json:
        answer({**told, "content": found.rules.model_dump(mode="json", by_alias=True)})
        return
    tell("{id} {version}, SHA-256 {sha256}: {file}", **told)
    if isinstance(found.rules, Pack):
        _show_pack(found.rules)
    else:
        for change in found.rules.changes:
            tell("  {entry}: {note}", entry=change.entry, note=_both(change.note))
    tell("{text}", text=_vouched(told["signed_by"]))


def _vouched(by: str | None) -> str:
    from review.ruling import banner

    return banner() if by is None else say("Signed by {who}.", who=by)


def _both(words: Any) -> str:  # noqa: ANN401  (words of a pack, or none)
    from review.ruling import text_of

    return text_of(words) if words is not None else "–"


def _show_pack(pack: "Pack") -> None:
    from review.ruling import basis_words, class_words, phase_words, text_of

    tell("{text}", text=text_of(pack.title))
    rows = [
        [
            entry.id if route is entry else "",
            ", ".join(_act(one) for one in entry.acts) if route is entry else "",
            ", ".join(say(one) for one in entry.roles) if route is entry else "",
            ", ".join(phase_words(one) for one in entry.phases) if route is entry else "",
            class_words(route.rule_class),
            text_of(pack.addressees[route.addressee]),
            "; ".join(basis_words(one) for one in route.basis),
        ]
        for entry in pack.entries
        for route in (entry, *entry.further)
    ]
    columns = ("entry", "acts", "roles", "phases", "class", "addressee", "basis")
    show(say("What it says"), [say(column) for column in columns], rows)
    spans = [[text_of(one.words), one.days, _count(one.count), basis_words(one.basis)] for one in pack.deadlines]
    show(say("Deadlines"), [say(column) for column in ("what", "days", "counted as", "basis")], spans)


def _act(code: str) -> str:
    return {"followed": say("followed"), "attended": say("attended")}.get(code) or say(code)


def _count(code: str) -> str:
    return say("calendar days") if code == "calendar" else say("working days")


def _find(folder: Path, name: str) -> "Volume":
    from core.errors import InputError, similar
    from jobs.rulebooks import shelf

    volumes = shelf(folder).volumes
    found = next((one for one in volumes if one.rules.id == name), None)
    if found is None:
        known = sorted({one.rules.id for one in volumes})
        raise InputError("rules_unknown", pack=name, known=", ".join(known), meant=similar(name, known))
    return found


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help=say("A file of rules; without one, all that ship and the office's."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check files of rules: every mistake by its line; and say what is missing for the contests of the settings."""
    from jobs.rulebooks import HOLIDAYS, shelf, volume

    settings = load_settings(config)
    if file is not None and file.name != HOLIDAYS:
        found = volume(file)
        told = {"file": file, "id": found.rules.id, "sha256": found.sha256}
        answer(told) if as_json else tell("{file} is in order: {id}, SHA-256 {sha256}", **told)
        return
    books = shelf(settings.rules.folder)
    years = sorted({contest.voting_day.year for contest in settings.contests})
    missing = [year for year in years if year not in books.calendar.years]
    undated = [contest.id for contest in settings.contests if contest.designation is None]
    unruled = [contest.id for contest in settings.contests if books.book(contest, contest.voting_day) is None]
    if as_json:
        answer({"files": [one.path for one in books.volumes], "years_without_holidays": missing,
                "contests_without_designation": undated, "contests_without_rules": unruled})  # fmt: skip
        return
    tell("{count} files of rules are in order.", count=len(books.volumes))
    for contest in undated:
        tell("{contest}: the day of designation is not in the settings (designation): both phases are shown.",
             contest=contest)  # fmt: skip
    for contest in unruled:
        tell("{contest}: no pack holds for it.", contest=contest)
    for year in missing:
        tell("The holidays of {year} are not entered: working days may be counted wrongly.", year=year)


@app.command()
def sign(
    pack: PackArgument,
    by: Annotated[str, typer.Option("--by", help=say("The name of who vouches for the legal content."))],
    position: Annotated[str, typer.Option(help=say("Their position."))],
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help=say("The day of it; today if left out."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Note that a named person has checked the legal content of a pack: of this very file, and no later one."""
    from jobs import assessing

    with tools(config) as opened:
        found = _find(opened.settings.rules.folder, pack)
        day: date = on.date() if on is not None else opened.today
        row = assessing.sign(opened, found, name=by, position=position, day=day)
    if as_json:
        answer(row)
        return
    said = {"pack": row.pack, "version": row.version, "sha256": row.sha256[:SHORT], "name": row.name}
    tell("{pack} {version} (SHA-256 {sha256}) is signed by {name}, {position}, {day}.",
         **said, position=row.position, day=row.signed_on)  # fmt: skip


@app.command()
def assess(match: MatchArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Assess a match anew by the rules that hold now; what was said of it before is kept."""
    from jobs import assessing
    from review.ids import read_id

    with tools(config) as opened:
        number = read_id(match)
        assessing.again(opened, match, number)
        _tell_match(opened, match, number, as_json=as_json)


@app.command()
def phase(
    match: MatchArgument,
    side: Annotated[Literal["before", "after"], typer.Option("--set", help=say("before or after designation."))],
    reason: Annotated[str, typer.Option(help=say("Why; it is kept with it, and in the record of deeds."))],
    by: Annotated[str | None, typer.Option("--by", help=say("Who says so."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say on which side of the designation an act lies, where the computed phase is wrong or unknown."""
    from core.rules import Side
    from jobs import assessing
    from review.ids import read_id

    with tools(config) as opened:
        number = read_id(match)
        assessing.set_phase(opened, match, number, phase=Side(side), reason=reason, who=by or opened.who)
        _tell_match(opened, match, number, as_json=as_json)


def _tell_match(opened: Any, match: str, number: int | None, *, as_json: bool) -> None:  # noqa: ANN401  (the tools)
    from jobs import assessing
    from review.ruling import clock_told, remarks, spoken

    with opened.database.read() as session:
        told = assessing.told(session, opened, number or 0)
    if as_json:
        rows = [one.row for one in told.rulings]
        packs = [{"pack": one.pack, "version": one.version, "sha256": one.sha256} for one in told.rulings]
        answer({"id": match, "assessments": [{**_plain(row), **pack} for row, pack in zip(rows, packs, strict=True)],
                "rules": spoken(told), "clock": clock_told(told.clock), "remarks": list(remarks(told))})  # fmt: skip
        return
    tell_rules(told)


def _plain(row: Any) -> dict[str, Any]:  # noqa: ANN401  (a record)
    from commands.shared import plain

    found = plain(row)
    return found if isinstance(found, dict) else {}


def tell_rules(told: "Told") -> None:
    """Say what rules say of a match, and what time is left."""
    from review.ruling import clock_lines, remarks, spoken

    for one in spoken(told):
        _tell_one(one)
    for line in (*remarks(told), *(clock_lines(told.clock) if told.clock else ())):
        tell("{text}", text=line)


def _tell_one(one: "Spoken") -> None:
    tell("Rules (indikasi): {rule_class}; addressee: {addressee} ({phase}).",
         rule_class=one.first.rule_class, addressee=one.first.addressee, phase=one.phase)  # fmt: skip
    for route in (one.first, *one.further):
        if route is not one.first:
            tell("  {rule_class}; addressee: {addressee}.", rule_class=route.rule_class, addressee=route.addressee)
        for basis in route.basis:
            tell("  {text}", text=basis)
        if route.note:
            tell("  {text}", text=route.note)
    tell("  {text}", text=one.pack)
    if one.banner is not None:
        tell("  {text}", text=one.banner)
