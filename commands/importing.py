"""tilik import: what people bring."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, PARTLY, ConfigOption, JsonOption, note, plain, print_json, show, tell, tools
from language import say
from language.failures import in_one_line

if TYPE_CHECKING:
    from core.records import Interaction, Post
    from jobs.findings import Findings
    from jobs.importing import Done
    from jobs.watchlist import People

FilesArgument = Annotated[list[Path], typer.Argument(help=say("Files, or folders of files."), metavar="FILE…|DIR")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help=say("Read and show, keep nothing."))]
CustodianOption = Annotated[str | None, typer.Option("--custodian", help=say("Who keeps the original files."))]
OwnerOption = Annotated[str | None, typer.Option("--owner", help=say("Whose data export it is: the account's name."))]

UrlOption = Annotated[str | None, typer.Option("--url", help=say("The address of a saved page that does not tell it."))]


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command("import")(import_)


def import_(
    files: FilesArgument,
    dry_run: DryRunOption = False,
    custodian: CustodianOption = None,
    owner: OwnerOption = None,
    url: UrlOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take in what people recorded: HAR, Zeeschuimer, WARC, saved pages, own data exports, observations."""
    from jobs import importing
    from jobs.watchlist import People
    from storage import watching

    wishes = importing.Wishes(dry_run=dry_run, custodian=custodian, owner=owner, url=url)
    found = importing.files(files)
    if url is not None and len(found) != 1:
        raise typer.BadParameter(say("--url is the address of one saved page."), param_hint="--url")
    with tools(config) as opened:
        done = list(importing.run(opened, found, wishes))
        with opened.database.read() as session:
            people = People.of(watching.watchlist(session))
        _nothing_useful(done)
        told = told_of(people, done, dry_run=dry_run)
    print_json(told) if as_json else _show(done, told, dry_run=dry_run)
    if any(one.error for one in done):
        raise typer.Exit(PARTLY)


def _nothing_useful(done: "list[Done]") -> None:
    """Raise where not one file could be used."""
    from core.errors import InputError, Problem

    failed = [one for one in done if one.error is not None]
    if not done:
        raise InputError("import_nothing")
    if len(failed) < len(done):
        return
    if len(failed) == 1 and failed[0].error is not None:
        raise failed[0].error
    problems = [Problem(code="file_not_usable", where=one.path.name, hint=_why(one)) for one in failed]
    raise InputError("import_all_failed", problems=problems, count=len(failed))


def _why(one: "Done") -> str:
    return in_one_line(one.error) if one.error else ""


def told_of(people: "People", done: "list[Done]", *, dry_run: bool) -> dict[str, object]:
    """Say what the files show, for programs: people who are not watched are a number."""
    found = [one.findings for one in done if one.findings is not None]
    posts = [_post(post, people, kept=kept, dry_run=dry_run) for one in found for post, kept in one.posts]
    acts = [_act(act) for one in found for act in one.acts]
    skipped: Counter[str] = Counter()
    for one in done:
        skipped.update(one.skipped)
    stored = [one.stored for one in done if one.stored is not None]
    told = {
        "ok": True,
        "posts": posts,
        "interactions": acts,
        "skipped": skipped,
        "counts": counts_of(done, posts=len(posts), acts=len(acts)),
        "files": [_file(one) for one in done],
        "warnings": [word for one in done for word in one.warnings],
        "error": None,
    }
    if not dry_run:
        new = {"posts": sum(one.posts for one in stored), "interactions": sum(one.interactions for one in stored)}
        told["stored"] = {**new, "looks": sum(one.looks for one in stored)}
    shown = plain(told)
    assert isinstance(shown, dict)  # noqa: S101  (a mapping stays one)
    return shown


def unread(found: "Iterable[Findings]") -> dict[str, int]:
    """Count the pages that show nothing of what was looked for, by what stands there instead."""
    from core.records import SAW_EVERYTHING

    states = sum((one.states for one in found), Counter())
    return {state: count for state, count in sorted(states.items()) if state not in SAW_EVERYTHING}


def lists_of(found: "Iterable[Findings]") -> list[dict[str, object]]:
    """Say how much was seen of each list, for programs."""
    return [
        {
            "platform": look.platform,
            "direction": look.capability,
            "post": look.post.uri if look.post else None,
            "account": look.account.handle if look.account else None,
            "seen": look.seen,
            "claimed": look.claimed,
            "complete": look.complete,
            "state": look.state,
        }
        for one in found
        for look in one.looks
        if look.post is not None or look.account is not None
    ]


def counts_of(done: "list[Done]", *, posts: int, acts: int) -> dict[str, object]:
    """Count what was found: entries, people who are not watched, and how much was seen of each list."""
    found = [one.findings for one in done if one.findings is not None]
    platforms = Counter(post.ref.platform for one in found for post, _ in one.posts)
    return {
        "posts": posts,
        "interactions": acts,
        "people_not_watched": sum(one.people_not_watched for one in found),
        "entries": sum(one.entries for one in done),
        "recognised": sum(one.recognised for one in done),
        "skipped": sum(sum(one.skipped.values()) for one in done),
        "posts_of_watched": sum(kept for one in found for _, kept in one.posts),
        "unread": unread(found),
        "lists": lists_of(found),
        "posts_by_platform": platforms,
        "files_by_kind": Counter(one.kind for one in done if one.kind is not None),
    }


def _post(post: "Post", people: "People", *, kept: bool, dry_run: bool) -> dict[str, object]:
    """Say what a post is; of one that is not kept a dry run alone shows the words."""
    account = people.find(post.author) if post.author else None
    return {
        "platform": post.ref.platform,
        "uri": post.ref.uri,
        "url": post.ref.url,
        "author": {"handle": account.handle, "key": account.key} if account else None,
        "text": post.text if kept or dry_run else None,
        "posted_at": post.posted_at,
        "likes": post.likes,
        "stored": kept and not dry_run,
    }


def _act(act: "Interaction") -> dict[str, object]:
    return {
        "platform": act.post.platform,
        "account": act.actor.handle,
        "action": act.action,
        "post": act.post.uri,
        "acted_at": act.acted_at,
        "basis": act.basis,
    }


def _file(one: "Done") -> dict[str, object]:
    state = "failed" if one.error else "known" if one.stored and not _changed(one) else "read"
    return {
        "name": one.path.name,
        "kind": one.kind,
        "sha256": one.sha256,
        "state": state,
        "entries": one.entries,
        "recognised": one.recognised,
        "skipped": one.skipped,
        "error": {"code": one.error.code, "message": in_one_line(one.error)} if one.error else None,
    }


def _changed(one: "Done") -> bool:
    return one.stored is not None and not (one.stored.known and one.stored.run_id is None)


def _show(done: "list[Done]", told: "dict[str, object]", *, dry_run: bool) -> None:
    """Say it to a person: what each file is and holds, what was left out and why, what is kept."""
    columns = [say(name) for name in ("file", "kind of file", "entries", "known to us", "left out")]
    rows = [[one.path.name, say(one.kind), one.entries, one.recognised, _left_out(one)] for one in done if one.kind]
    show(say("What was brought"), columns, rows)
    for one in done:
        if one.error:
            note("{name}: {why}", name=one.path.name, why=_why(one))
        elif one.stored and not _changed(one):
            tell("{name} was imported before; nothing has changed.", name=one.path.name)
        for word in one.warnings:
            note("{name}: {why}", name=one.path.name, why=say(word))
    _show_lists(done)
    counts = told["counts"]
    assert isinstance(counts, dict)  # noqa: S101  (told_of made it)
    tell(
        "{posts} posts and {acts} interactions of watched accounts seen; {people} other people are counted only.",
        posts=counts["posts_of_watched"],
        acts=counts["interactions"],
        people=counts["people_not_watched"],
    )
    show_unread(counts["unread"])
    if dry_run:
        tell("Nothing was kept: this was a dry run.")
        return
    stored = told["stored"]
    assert isinstance(stored, dict)  # noqa: S101  (told_of made it)
    tell("Kept: {posts} new posts, {acts} new interactions.", posts=stored["posts"], acts=stored["interactions"])


def show_unread(states: Mapping[str, int]) -> None:
    """Say which pages show nothing: that is never the same as nothing being there."""
    for instead, count in states.items():
        tell("{count} pages show nothing: {state}.", count=count, state=say(instead))


def _left_out(one: "Done") -> str:
    return ", ".join(f"{count} × {say(reason)}" for reason, count in sorted(one.skipped.items())) or "–"


def _show_lists(done: "list[Done]") -> None:
    looks = [look for one in done if one.findings for look in one.findings.looks if look.post or look.account]
    if not looks:
        return
    rows = [
        [
            look.platform,
            say(look.capability),
            look.post.url or look.post.uri if look.post else look.account.handle if look.account else "–",
            f"{look.seen} / {'?' if look.claimed is None else look.claimed}",
            say(look.state),
        ]
        for look in looks
    ]
    columns = [say(name) for name in ("platform", "what", "of", "seen / claimed", "state")]
    show(say("How much was seen"), columns, rows)
