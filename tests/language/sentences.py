"""Every sentence that the program says to people: what is given to `say`, and the help of the commands."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module

import typer
from jinja2 import Environment, nodes

from language.names import NAMES
from tests.language.code import HOUSE, Source, name_of, sources, words

SPEAKERS = frozenset({"say", "tell", "note"})
EDGES = ("cli.py", "commands/", "review/", "language/")


def spoken() -> Iterator[tuple[Source, ast.Call]]:
    """Find every call that says something."""
    for source in sources():
        if source.name.startswith(EDGES):
            yield from ((source, call) for call in source.calls() if _is_spoken(call))


def _is_spoken(call: ast.Call) -> bool:
    return name_of(call) in SPEAKERS and bool(call.args) and not _is_method_of_something(call.func)


def _is_method_of_something(function: ast.expr) -> bool:
    """Tell `reader.note` from `language.say`."""
    return isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id == "language"
    )


@cache
def sentences() -> dict[str, str]:
    """Give every sentence, with a place where it stands."""
    found = {text: source.where(call) for source, call in spoken() for text in _texts(source, call)}
    return {**found, **{text: place for place, text in docstrings()}, **dict(in_templates())}


def in_templates() -> Iterator[tuple[str, str]]:
    """Give what the templates of the page say, each with its place."""
    for path in sorted((HOUSE / "review").rglob("*.html")):
        parsed = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        for call in parsed.find_all(nodes.Call):
            said = call.args[0] if call.args else None
            named = isinstance(call.node, nodes.Name) and call.node.name == "say"
            if named and isinstance(said, nodes.Const) and said.value not in NAMES:
                yield str(said.value), f"{path.relative_to(HOUSE).as_posix()}:{call.lineno}"


def _texts(source: Source, call: ast.Call) -> set[str]:
    return {text for text in words(source, call.args[0]) | _looped(source, call) if text and not text.isspace()}


def _looped(source: Source, call: ast.Call) -> set[str]:
    """Read the list that `[say(name) for name in (…)]` goes through."""
    said, at = call.args[0], source.parents.get(call)
    while isinstance(said, ast.Name) and isinstance(at, ast.expr):
        for loop in at.generators if isinstance(at, ast.ListComp | ast.GeneratorExp) else ():
            if isinstance(loop.target, ast.Name) and loop.target.id == said.id:
                return _items(source, loop.iter)
        at = source.parents.get(at)
    return set()


def _items(source: Source, listed: ast.expr) -> set[str]:
    return words(source, listed) if isinstance(listed, ast.Tuple | ast.List | ast.Name) else set()


@cache
def docstrings() -> tuple[tuple[str, str], ...]:
    """Give the help of every command, as `cli` translates it."""
    return tuple(_docstrings(import_module("cli")._make()))


def _docstrings(app: typer.Typer) -> Iterator[tuple[str, str]]:
    for command in app.registered_commands:
        function = command.callback
        if function is not None:
            yield f"{function.__module__}.{function.__name__}", (function.__doc__ or "").strip()
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _docstrings(group.typer_instance)


def untranslated_help() -> Iterator[str]:
    """Find help that is a bare text instead of `say(…)`."""
    for source in sources():
        for call in source.calls() if source.name.startswith(EDGES) else ():
            values = (given.value for given in call.keywords if given.arg == "help")
            yield from (source.where(value) for value in values if isinstance(value, ast.Constant | ast.JoinedStr))
