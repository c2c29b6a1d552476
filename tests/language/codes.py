"""Every code of an error or a problem, found where it is made, also through the helpers that make it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import core.errors
from core.errors import TilikError
from tests.language.code import Function, Source, argument, name_of, parameters, sources, words

ERRORS = frozenset(
    name for name, kind in vars(core.errors).items() if isinstance(kind, type) and issubclass(kind, TilikError)
)


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Something that turns the text at `position` into a code; `fields` is None where nobody can see them."""

    of: str
    position: int
    parameter: str
    template: str = "{}"
    fields: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """A code, where it is made, and what comes with it."""

    code: str
    of: str
    where: str
    fields: frozenset[str] | None


FIRST: Mapping[str, Maker] = {
    **{name: Maker(of=name, position=0, parameter="code") for name in ERRORS},
    "Problem": Maker(of="Problem", position=0, parameter="code"),
    "PydanticCustomError": Maker(of="Problem", position=0, parameter="error_type"),
}


@cache
def made() -> tuple[Made, ...]:
    """Find all codes of all rooms."""
    return tuple(one for source in sources() for one in _made_in(source))


def codes_of(*kinds: str) -> set[str]:
    """Give the codes of some kinds of errors, or of problems."""
    return {one.code for one in made() if one.of in kinds}


def unseen() -> Iterator[str]:
    """Name the places whose code cannot be read off the program."""
    for source in sources():
        for call in source.calls():
            maker = FIRST.get(name_of(call))
            if maker is not None and next(_made_by(source, call, maker), None) is None:
                yield source.where(call)


def _made_in(source: Source) -> Iterator[Made]:
    for call in source.calls():
        maker = FIRST.get(name_of(call))
        if maker is not None:
            yield from _made_by(source, call, replace(maker, fields=_fields(call)))


def _made_by(source: Source, call: ast.Call, maker: Maker) -> Iterator[Made]:
    """Read the code that a call is given; where it is a parameter itself, read all calls of that function."""
    code = argument(call, maker.position, maker.parameter)
    for text in words(source, code):
        made_code = maker.template.format(text)
        yield Made(code=made_code, of=maker.of, where=source.where(call), fields=maker.fields)
    for name, template in _parameters_in(code):
        function = next((one for one in source.scopes(call) if isinstance(one, Function)), None)
        if function is None or name not in parameters(function):
            continue
        place = parameters(function).index(name)
        further = replace(maker, position=place, parameter=name, template=maker.template.format(template))
        for other, another in _calls_of(source, function):
            yield from _made_by(other, another, further)


def _parameters_in(code: ast.expr | None) -> Iterator[tuple[str, str]]:
    """See the names a code is made of, and what stands around them."""
    if isinstance(code, ast.Name):
        yield code.id, "{}"
    elif isinstance(code, ast.JoinedStr):
        inside = (part.value for part in code.values if isinstance(part, ast.FormattedValue))
        template = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in code.values)
        yield from ((value.id, template) for value in inside if isinstance(value, ast.Name))


def _calls_of(source: Source, function: Function) -> Iterator[tuple[Source, ast.Call]]:
    """Find the calls of a function wherever it is imported; a method is called in its own file."""
    is_method = isinstance(source.parents.get(function), ast.ClassDef)
    inside = set(ast.walk(function))
    for other in sources():
        if other is source or (not is_method and other.imports(source.module, function.name)):
            calls = (call for call in other.calls() if name_of(call) == function.name and call not in inside)
            yield from ((other, call) for call in calls if isinstance(call.func, ast.Attribute) is is_method)


def _fields(call: ast.Call) -> frozenset[str] | None:
    names = {given.arg for given in call.keywords}
    if None in names or name_of(call) == "PydanticCustomError":
        return None
    return frozenset(str(name) for name in names - {"problems"})
