"""tilik's command line: the commands put together, and what a person sees when one of them cannot do its work."""

import gc
import os
import sys
from types import TracebackType
from typing import Annotated, Any, Literal

import typer

import language
from core.errors import MissingError, StoppedError, TilikError, UsageError
from core.logged import is_logged

COMPLETING = "_TILIK_COMPLETE"
"""The variable with which a shell asks what fits; `tilik completion` writes it into its scripts."""

PRIVATE = 0o077
"""Whatever tilik writes is its owner's alone, whatever the system would allow."""

LESS_OFTEN = (20_000, 10, 10)
"""When to look for circular garbage: nothing of what a start makes is any, and looking cost a tenth of it.

Seldom, not hardly ever: what a schedule's round leaves behind has grown old by its end.
"""

GLOBAL = {"--lang": True, "--quiet": False, "--no-color": False}
"""Options of every command, and whether a value follows; they may stand before the command or behind it."""

EXTRAS = {
    "argon2": "page",
    "cryptography": "seal",
    "docx": "dossier",
    "docxtpl": "dossier",
    "multipart": "page",
    "procrastinate": "postgres",
    "psycopg": "postgres",
    "psycopg_pool": "postgres",
    "rfc3161_client": "seal",
    "starlette": "page",
    "uvicorn": "page",
}
"""What comes with which extra of the package; the core works without."""

INNER = {"--json": False, "--config": True, "-c": True}
"""Options of every single command that people type before it as well."""


def _language_of(arguments: list[str]) -> None:
    """Choose the language before the commands are made: their help is in it."""
    for place, word in enumerate(arguments):
        value = word.partition("=")[2] or next(iter(arguments[place + 1 :]), "")
        if word.partition("=")[0] == "--lang" and value in ("id", "en"):
            language.choose("id" if value == "id" else "en")


def _in_order(words: list[str]) -> list[str]:
    """Put the options of every command before it, and what stands before it but belongs to it behind it."""
    end = words.index("--") if "--" in words else len(words)
    before, middle, behind = list[str](), list[str](), list[str]()
    rest = iter(words[:end])
    for word in rest:
        name, given, _ = word.partition("=")
        to_front, to_back = name in GLOBAL, name in INNER and not middle
        taken = before if to_front else behind if to_back else middle
        taken.append(word)
        if not given and (GLOBAL | INNER if to_front or to_back else {}).get(name):
            taken.extend([value] if (value := next(rest, None)) is not None else [])
    return [*before, *middle, *behind, *words[end:]]


def _make() -> typer.Typer:
    app = typer.Typer(
        name="tilik",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=language.say(
            "Watches what official kelurahan and ASN accounts do in public on social media.\n\n"
            "What it finds is an indikasi; a human decides."
        ),
    )
    _add_collecting(app)
    _add_deciding(app)
    _add_running(app)
    _translate(app)
    _take_globals(app)
    return app


def _add_collecting(app: typer.Typer) -> None:
    """Add what is done first: set up, say who is watched, collect, judge."""
    from commands import (
        browser,
        capture,
        contest,
        crawl,
        digest,
        importing,
        judge,
        pictures,
        platforms,
        start,
        watchlist,
    )

    start.register(app)
    platforms.register(app)
    app.add_typer(browser.app, name="browser")
    app.add_typer(watchlist.app, name="watchlist")
    app.add_typer(contest.app, name="contest")
    app.add_typer(crawl.app, name="crawl")
    capture.register(app)
    digest.register(app)
    importing.register(app)
    judge.register(app)
    app.add_typer(pictures.app, name="pictures")


def _add_deciding(app: typer.Typer) -> None:
    """Add what people do with what was found, and what the model learns from them."""
    from commands import (
        audit,
        case,
        dataset,
        evidence,
        labels,
        marks,
        models,
        opinions,
        page,
        report,
        review,
        rules,
        selfcheck,
        subject,
    )

    page.register(review.app)
    opinions.register(review.app)
    app.add_typer(review.app, name="review")
    report.register(app)
    app.add_typer(dataset.app, name="dataset")
    selfcheck.register(app)
    app.add_typer(page.people, name="people")
    app.add_typer(audit.app, name="audit")
    app.add_typer(subject.app, name="subject")
    app.add_typer(rules.app, name="rules")
    app.add_typer(marks.app, name="marks")
    app.add_typer(evidence.app, name="evidence")
    app.add_typer(case.app, name="case")
    app.add_typer(labels.app, name="label")
    models.register(app)
    app.add_typer(models.app, name="models")


def _add_running(app: typer.Typer) -> None:
    """Add what keeps it running: schedule, workers, database, settings."""
    from commands import completion, config, db, purge, schedule, worker

    app.add_typer(schedule.app, name="schedule")
    app.add_typer(worker.app, name="worker")
    app.add_typer(db.app, name="db")
    purge.register(app)
    app.add_typer(purge.app, name="hold")
    app.add_typer(config.app, name="config")
    completion.register(app)


def _take_globals(app: typer.Typer) -> None:
    """Let the program take the options that hold for every command."""

    @app.callback()
    def _root(
        *,
        lang: Annotated[
            Literal["id", "en"] | None, typer.Option("--lang", help=language.say("Language: id or en."))
        ] = None,
        quiet: Annotated[
            bool, typer.Option("--quiet", help=language.say("Show results and alarms only, no progress."))
        ] = False,
        no_color: Annotated[bool, typer.Option("--no-color", help=language.say("Show no colours."))] = False,
    ) -> None:
        """Take options that hold for every command."""
        from commands import shared

        if lang is not None:
            language.choose(lang)
        shared.Said.answered, shared.Said.logged = False, is_logged()
        shared.errors.quiet = quiet
        shared.Screen.colourless = shared.errors.no_color = no_color or bool(os.environ.get("NO_COLOR"))


def _translate(app: typer.Typer) -> None:
    """Put the help of every command into the chosen language."""
    for command in app.registered_commands:
        if command.callback is not None and command.help is None:
            command.help = language.say((command.callback.__doc__ or "").strip())
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _translate(group.typer_instance)


def main() -> None:
    """Run a command; a TilikError is three lines for a person, anything else is a bug with its traceback."""
    os.umask(PRIVATE)
    for stream in (sys.stdout, sys.stderr):  # an office console may know no emoji: show something rather than fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    gc.set_threshold(*LESS_OFTEN)
    sys.argv[1:] = _in_order(sys.argv[1:])
    _language_of(sys.argv)
    if "--json" in sys.argv:
        sys.excepthook = _bug
    stdout = sys.stdout
    try:
        code = _run()
        stdout.flush()
    except BrokenPipeError:  # somebody piped us into `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        code = 0
    sys.exit(code if sys.stdout is stdout else 0)  # typer replaces the pipe that nobody reads, and calls it an error


def _run() -> int:
    try:
        program: Any = typer.main.get_command(_make())
        for option in program.params:  # typer's own two speak English only; `tilik completion` says the same
            option.hidden = option.name in {"install_completion", "show_completion"}
        ended = program(standalone_mode=False, complete_var=COMPLETING)
    except TilikError as error:
        return _told(error)
    except ModuleNotFoundError as error:
        return _told(_missing(error))
    except typer.TyperException as error:
        return _misused(error)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except SystemExit as end:
        return int(end.code or 0)
    code = ended if isinstance(ended, int) else 0
    return _stopped() if code == StoppedError.exit_code else code


def _missing(error: ModuleNotFoundError) -> TilikError:
    """Take a module that comes with an extra for what it is: not installed here. Any other is a bug of ours."""
    module = (error.name or "").split(".")[0]
    if module not in EXTRAS:
        raise error
    return MissingError("extra_missing", module=module, extra=EXTRAS[module])


def _stopped() -> int:
    """Tell programs that somebody stopped it, where they have no answer yet; people know."""
    from commands.shared import Said

    awaited = "--json" in sys.argv and not Said.answered
    return _told(StoppedError("stopped")) if awaited else StoppedError.exit_code


def _told(error: TilikError) -> int:
    from commands.failure import report

    return report(error, as_json="--json" in sys.argv)


def _bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell programs of a mistake of ours as they expect to be told; people who look for it get the traceback."""
    _told(TilikError("bug", kind=kind.__name__))
    sys.__excepthook__(kind, error, trace)


def _misused(error: typer.TyperException) -> int:
    """Say what is wrong with the command line; a group that is named alone shows its help instead."""
    from commands.usage import usage_error

    if type(error).__name__ == "NoArgsIsHelpError" and "--json" not in sys.argv:
        typer.echo(error.format_message(), err=True)
        return UsageError.exit_code
    return _told(usage_error(error))


if __name__ == "__main__":
    main()
