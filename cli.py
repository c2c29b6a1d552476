"""tilik's command line: the commands put together, and what a person sees when one of them cannot do its work."""

import gc
import os
import sys
from typing import Annotated, Literal

import typer

import language
from core.errors import TilikError

LESS_OFTEN = (100_000, 50, 100)
"""When to look for circular garbage: nothing of what a start makes is any, and looking cost a tenth of it."""


def _language_of(arguments: list[str]) -> None:
    """Choose the language before the commands are made: their help is in it."""
    for place, word in enumerate(arguments):
        value = word.partition("=")[2] or next(iter(arguments[place + 1 :]), "")
        if word.partition("=")[0] == "--lang" and value in ("id", "en"):
            language.choose("id" if value == "id" else "en")


def _make() -> typer.Typer:
    from commands import (
        audit,
        browser,
        capture,
        contest,
        crawl,
        db,
        digest,
        evidence,
        importing,
        judge,
        labels,
        marks,
        models,
        opinions,
        page,
        pictures,
        platforms,
        report,
        review,
        schedule,
        start,
        watchlist,
        worker,
    )

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
    page.register(review.app)
    opinions.register(review.app)
    app.add_typer(review.app, name="review")
    report.register(app)
    app.add_typer(page.people, name="people")
    app.add_typer(audit.app, name="audit")
    app.add_typer(marks.app, name="marks")
    app.add_typer(evidence.app, name="evidence")
    app.add_typer(labels.app, name="label")
    models.register(app)
    app.add_typer(models.app, name="models")
    app.add_typer(schedule.app, name="schedule")
    app.add_typer(worker.app, name="worker")
    app.add_typer(db.app, name="db")
    _translate(app)

    @app.callback()
    def _root(
        lang: Annotated[
            Literal["id", "en"] | None, typer.Option("--lang", help=language.say("Language: id or en."))
        ] = None,
    ) -> None:
        """Take options that hold for every command."""

    return app


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
    for stream in (sys.stdout, sys.stderr):  # an office console may know no emoji: show something rather than fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    gc.set_threshold(*LESS_OFTEN)
    _language_of(sys.argv)
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
        _make()()
    except TilikError as error:
        from commands.failure import report

        return report(error, as_json="--json" in sys.argv)
    except KeyboardInterrupt:
        return 130
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    main()
