"""The rooms' own code as syntax: its files, its functions, and what a name may stand for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("core", "scraper", "classifier", "evidence", "storage", "jobs", "review", "commands", "language", "demo")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file, read."""

    name: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(repr=False)

    def where(self, node: ast.AST) -> str:
        """Name a place as editors understand it."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def calls(self) -> Iterator[ast.Call]:
        """All calls of the file."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def scopes(self, node: ast.AST) -> Iterator[Function | ast.Module]:
        """Name the functions around a place, innermost first, and the file last."""
        at: ast.AST | None = node
        while at is not None:
            if isinstance(at, Function | ast.Module):
                yield at
            at = self.parents.get(at)

    @property
    def module(self) -> str:
        """The name under which other files import it."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def imports(self, module: str, name: str) -> bool:
        """Say whether the file takes this name from that module."""
        taken = (node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) and node.module == module)
        return any(alias.name == name for node in taken for alias in node.names)


@cache
def sources() -> tuple[Source, ...]:
    """Read every file of the program."""
    paths = [HOUSE / "cli.py", *(path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py")))]
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Source:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return Source(name=path.relative_to(HOUSE).as_posix(), tree=tree, parents=parents)


def name_of(call: ast.Call) -> str:
    """Give the last name of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def parameters(function: Function) -> list[str]:
    """List a function's parameters as a caller gives them."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [one.arg for one in every if one.arg not in ("self", "cls")]


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    """Find the argument that a call gives for a parameter."""
    named = next((given.value for given in call.keywords if given.arg == keyword), None)
    return call.args[position] if named is None and position < len(call.args) else named


def assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """Find what a scope puts under a name."""
    for node in ast.walk(scope):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            yield from [node.value] if node.value is not None else []
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _matching(target, node.value, name)


def _matching(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, given in zip(target.elts, value.elts, strict=False):
            yield from _matching(inner, given, name)


Seen = frozenset[tuple[int, str]]
"""Names that were followed already, each with its scope."""


def words(source: Source, expression: ast.expr | None, seen: Seen = frozenset()) -> set[str]:
    """Collect the texts that an expression may become; what it is compared with is none of them."""
    if isinstance(expression, ast.Constant):
        return {expression.value} if isinstance(expression.value, str) else set()
    return set().union(*(words(source, part, known) for part, known in _parts(source, expression, seen)))


def _parts(source: Source, expression: ast.expr | None, seen: Seen) -> Iterator[tuple[ast.expr | None, Seen]]:
    """Give what an expression may become, one step further."""
    match expression:
        case None | ast.Compare() | ast.JoinedStr():
            return
        case ast.IfExp(body=body, orelse=orelse):
            yield from ((body, seen), (orelse, seen))
        case ast.Dict(values=values):
            yield from ((value, seen) for value in values)
        case ast.Subscript(value=value):
            yield value, seen
        case ast.Name(id=name):
            yield from _named(source, expression, name, seen)
        case ast.Call(func=ast.Name(id=name), args=given):
            yield from ((one, seen) for one in given)
            yield from _returned(source, name, seen)
        case _:
            yield from ((child, seen) for child in _children(expression))


def _children(expression: ast.expr) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(expression):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.comprehension):
            yield child.iter


def _named(source: Source, node: ast.expr, name: str, seen: Seen) -> Iterator[tuple[ast.expr | None, Seen]]:
    for scope in source.scopes(node):
        values = list(assigned(scope, name))
        if values:
            mark = (id(scope), name)
            yield from ((value, seen | {mark}) for value in values if mark not in seen)
            return


def _returned(source: Source, name: str, seen: Seen) -> Iterator[tuple[ast.expr | None, Seen]]:
    mark = (0, name)
    for made in ast.walk(source.tree) if mark not in seen else ():
        if isinstance(made, Function) and made.name == name:
            yield from ((node.value, seen | {mark}) for node in ast.walk(made) if isinstance(node, ast.Return))
