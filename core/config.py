"""config.yaml → Settings. Everything that is wrong is named at once, each with its line and what to do."""

import difflib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from core.errors import ConfigError, InputError, Problem
from core.overrides import Override, overrides, put_in
from core.settings import Settings
from core.tokens import looks_like_secret

MAX_BYTES = 1_000_000
DEEPEST = 30
LONGEST_SHOWN = 200
Lines = Mapping[tuple[str | int, ...], int]
M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """The safe loader, which also refuses what a small file could grow endless with: aliases and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):  # type: ignore[no-untyped-call,unused-ignore]
            raise yaml.composer.ComposerError(None, None, "an alias (*name)", mark)
        if self.depth > DEEPEST:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)  # type: ignore[no-untyped-call,unused-ignore]
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002  (as there)
        """Give a scalar that cannot be what it looks like (2029-02-30) as text, so that it is named with the rest."""
        try:
            return super().construct_object(node, deep)  # type: ignore[no-untyped-call,unused-ignore]
        except (ValueError, LookupError, AttributeError, OverflowError):
            return node.value


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check a settings file; the paths in it are relative to its folder, and the environment goes before it.

    Raises ConfigError, with one Problem for every thing that is wrong.
    """
    given = overrides(environment or {})
    content, lines, problems = _content(path)
    try:
        settings = Settings.model_validate(put_in(content, given))
    except ValidationError as error:
        problems += [_at_its_variable(_problem(path, found, lines), given) for found in _causes(error.errors())]
    else:
        if not problems:
            return _resolved(settings, path.resolve().parent)
    raise ConfigError("config_invalid", file=path, count=len(problems), problems=problems)


def read(path: Path, kind: Callable[[Any], type[M]]) -> M:
    """Read and check a file of rules as the settings are read; `kind` says from its content what it should be.

    Raises InputError, with one Problem for every thing that is wrong.
    """
    content, lines, problems = _content(path)
    model = kind(content)
    try:
        told = model.model_validate(content)
    except ValidationError as error:
        problems += [_problem(path, one, lines, model) for one in _causes(error.errors())]
    else:
        if not problems:
            return told
    raise InputError("rules_invalid", file=path, count=len(problems), problems=problems)


def _content(path: Path) -> tuple[Any, Lines, list[Problem]]:
    """Read what a file says, in which row each of it stands, and what stands there twice or is a secret."""
    node = _compose(path)
    if node is None:
        return {}, {}, []
    loader = _Loader("")
    try:
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from error
    finally:
        loader.dispose()
    return content, dict(_lines(node)), [*_said_twice(node, path), *_secrets(node, path)]


def rows(path: Path) -> Lines:
    """Say in which row of the file each of its settings stands."""
    node = _compose(path)
    return dict(_lines(node)) if node is not None else {}


def fingerprint(path: Path, environment: Mapping[str, str]) -> str:
    """Give the SHA-256 of the file, and of what the environment changes in it."""
    changed = "".join(f"\n{one.variable}={environment[one.variable]}" for one in overrides(environment))
    return hashlib.sha256(path.read_bytes() + changed.encode()).hexdigest()


def _at_its_variable(problem: Problem, given: Sequence[Override]) -> Problem:
    """Name the variable instead of the file, where it is the variable that is wrong."""
    for one in given:
        place = ".".join(one.place)
        if problem.column == place or (problem.column or "").startswith(f"{place}."):
            return replace(problem, where=one.variable, row=None)
    return problem


def _compose(path: Path) -> yaml.Node | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError("config_too_large", file=path, limit=MAX_BYTES)
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError("config_missing", file=path) from error
    except OSError as error:
        raise ConfigError("config_unreadable", file=path, reason=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise ConfigError("config_unreadable", file=path, reason=f"{error.encoding}: {error.reason}") from error
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from error
    except yaml.YAMLError as error:  # a control character has no line
        raise ConfigError("config_not_yaml", file=path, line=1, reason=error) from error


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> ConfigError:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return ConfigError("config_not_yaml", file=path, line=line, reason=error.problem)


def _lines(node: yaml.Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*path, str(key.value))
            yield from _lines(value, place)
            yield place, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _lines(value, (*path, number))


def _said_twice(node: yaml.Node, path: Path) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        seen = set[str]()
        for key, value in node.value:
            if key.value in seen:
                yield Problem(code="key_twice", where=str(path), row=key.start_mark.line + 1, column=str(key.value))
            seen.add(key.value)
            yield from _said_twice(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _said_twice(value, path)


def _secrets(node: yaml.Node, path: Path) -> Iterator[Problem]:
    """Name the places where a secret seems to stand, and never the secret."""
    for place, one in _scalars(node):
        if looks_like_secret(one.value):
            yield Problem(code="looks_like_secret", where=str(path), row=one.start_mark.line + 1, column=place or None)


def _scalars(node: yaml.Node, place: str = "") -> Iterator[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        yield place, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, f"{place}.{key.value}".lstrip("."))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _scalars(value, f"{place}.{number}")


KINDS = {
    "extra_forbidden": "unknown_key",
    "missing": "missing_key",
    "enum": "not_one_of",
    "literal_error": "not_one_of",
    "string_pattern_mismatch": "wrong_form",
    "string_type": "not_a_text",
    "string_too_short": "empty_text",
    "bool_type": "not_yes_or_no",
    "bool_parsing": "not_yes_or_no",
    "too_short": "empty_list",
    "finite_number": "not_a_number",
    "string_too_long": "too_long",
    "invalid_key": "unknown_key",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_big",
}
"""What pydantic calls a mistake → what we call it. The checks of `core.settings` bring their own names."""


def _code(kind: str) -> str:
    if kind in KINDS:
        return KINDS[kind]
    if kind.startswith(("int_", "float_")):
        return "not_a_number"
    if kind.startswith(("date_", "datetime_")):
        return "not_a_date"
    return "wrong_value" if "_type" in kind or "_parsing" in kind else kind


def _problem(path: Path, found: dict[str, Any], lines: Lines, model: type[BaseModel] = Settings) -> Problem:
    place, code = tuple(found["loc"]), _code(found["type"])
    nearest = place
    while nearest not in lines and nearest:
        nearest = nearest[:-1]
    value, details = found["input"], found.get("ctx", {})
    bounds = (details.get(name) for name in ("expected", "pattern", "gt", "ge", "lt", "le"))
    hint = next((str(bound) for bound in bounds if bound is not None), found["msg"])
    return Problem(
        code=code,
        where=str(path),
        row=lines.get(nearest, 1),
        column=".".join(map(str, place)) or None,
        value=None if isinstance(value, dict | list | tuple | BaseModel) or code == "missing_key" else _shown(value),
        hint=_similar_key(place, model) if code == "unknown_key" else hint,
    )


def _shown(value: object) -> str:
    text = hex(value) if isinstance(value, int) and abs(value) >= 2**63 else str(value)  # Python writes no longer ones
    return text[:LONGEST_SHOWN]


def _causes(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Leave out lists that only look too short because one of their entries is wrong."""
    places = [tuple(error["loc"]) for error in errors]
    return [
        dict(error)
        for error, place in zip(errors, places, strict=True)
        if error["type"] != "too_short" or not any(other[: len(place)] == place != other for other in places)
    ]


def _similar_key(place: tuple[str | int, ...], model: type[BaseModel]) -> str | None:
    """Find the key that was probably meant."""
    known = sorted(_known_keys(model))
    return next(iter(difflib.get_close_matches(str(place[-1]), known, n=1)), None)


def _known_keys(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[str]:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    for field in model.model_fields.values():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in seen:
                keys |= _known_keys(inner, seen | {model})
    return keys


def _resolved(settings: Settings, folder: Path) -> Settings:
    """Make the paths absolute, so that a job started from another folder finds the same files."""
    url = settings.storage.url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_absolute():
        url = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    brought = settings.imports.folder
    authorities = (
        one.model_copy(update={"certificate": folder / one.certificate}) for one in settings.seals.authorities
    )
    return settings.model_copy(
        update={
            "storage": settings.storage.model_copy(update={"url": url, "data": folder / settings.storage.data}),
            "review": settings.review.model_copy(update={"exports": folder / settings.review.exports}),
            "rules": settings.rules.model_copy(update={"folder": folder / settings.rules.folder}),
            "imports": settings.imports.model_copy(update={"folder": brought and folder / brought}),
            "seals": settings.seals.model_copy(update={"authorities": tuple(authorities)}),
        }
    )
