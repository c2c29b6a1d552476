"""What is wrong with a command line, in our own words: typer says it in English, and not to programs."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer import TyperException

from commands.shared import CONFIG, load_settings
from core.errors import TilikError, UsageError, similar

NO_COMMAND = re.compile(r"No such command (['\"])(?P<name>.*?)\1")
EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((?P<words>.*)\)", re.DOTALL)
ONE_OF = re.compile(r"is not one of (?P<known>.*?)\.?$", re.DOTALL)
NO_DATE = "does not match the formats"
QUOTED = re.compile(r"'([^']*)'")
LIMITS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
Place = Mapping[str, Any]


def usage_error(found: TyperException) -> UsageError:
    """Turn what typer found into an error with a code, and guess what was meant."""
    _speak_as_the_settings_do()
    where = _place(getattr(found, "ctx", None))
    match type(found).__name__:
        case "NoSuchOption":
            return _no_such_option(found, where)
        case "MissingParameter":
            return _missing(found, where)
        case "BadOptionUsage":
            code = "option_needs_value" if "requires" in found.message else "option_takes_no_value"
            return UsageError(code, option=_option(found), **where)
        case "BadParameter":
            return _bad_value(found, where)
        case "NoArgsIsHelpError":
            return UsageError("command_missing", **where)
    return _plain(found, where)


def _speak_as_the_settings_do() -> None:
    """Answer in the language of the settings, where nobody asked for another one."""
    file = Path(os.environ.get("TILIK_CONFIG") or CONFIG)
    if not os.environ.get("TILIK_LANG") and file.exists():
        try:
            load_settings(file)
        except TilikError:
            return


def _place(context: Any) -> Place:  # noqa: ANN401  (typer's own copy of click is private)
    if context is None:
        return {"usage": "tilik …", "command": "tilik"}
    usage = " ".join(context.get_usage().split()).removeprefix("Usage: ")
    return {"usage": usage, "command": context.command_path}


def _plain(found: TyperException, where: Place) -> UsageError:
    context: Any = getattr(found, "ctx", None)
    if (named := NO_COMMAND.search(found.message)) is not None:
        known = getattr(context.command, "commands", {}) if context else {}
        name = named["name"]
        return UsageError("command_unknown", name=name, meant=similar(name, known), **where)
    if (extra := EXTRA.search(found.message)) is not None:
        return UsageError("argument_unexpected", words=extra["words"], **where)
    if "Missing command" in found.message:
        return UsageError("command_missing", **where)
    return UsageError("usage_wrong", said=found.format_message(), **where)


def _option(found: TyperException) -> str:
    return str(getattr(found, "option_name", "") or "")


def _no_such_option(found: TyperException, where: Place) -> UsageError:
    context: Any = getattr(found, "ctx", None)
    option = _option(found)
    known = [name for one in context.command.params for name in (*one.opts, *one.secondary_opts)] if context else []
    meant = similar(option, [name for name in known if name.startswith("--")]) if option.startswith("--") else []
    return UsageError("option_unknown", option=option, meant=meant, **where)


def _missing(found: TyperException, where: Place) -> UsageError:
    parameter: Any = getattr(found, "param", None)
    if getattr(parameter, "param_type_name", "") == "option":
        return UsageError("option_missing", option=parameter.opts[0], **where)
    return UsageError("argument_missing", name=_name(parameter), **where)


def _name(parameter: Any) -> str:  # noqa: ANN401
    if parameter is None:
        return "–"
    named = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar or parameter.name
    return str(named) if parameter.param_type_name == "option" else str(named).upper()


def _bad_value(found: TyperException, where: Place) -> UsageError:
    parameter = _name(getattr(found, "param", None))
    errors = getattr(found.__cause__, "errors", list)
    cause: Mapping[str, Any] = next(iter(errors()), {})
    value = str(cause.get("input", ""))[:200]
    if (known := ONE_OF.search(found.message)) is not None:
        words = QUOTED.findall(known["known"])
        return UsageError(
            "value_not_known",
            parameter=parameter,
            value=value,
            known=", ".join(words),
            meant=similar(value, words),
            **where,
        )
    kind, bounds = str(cause.get("type", "")), cause.get("ctx") or {}
    if kind.startswith(("int_", "float_")):
        return UsageError("value_not_a_number", parameter=parameter, value=value, **where)
    limits = [f"{sign} {bounds[name]}" for name, sign in LIMITS.items() if name in bounds]
    if limits:
        return UsageError("value_out_of_range", parameter=parameter, value=value, limits=", ".join(limits), **where)
    if NO_DATE in found.message:
        return UsageError("value_not_a_date", parameter=parameter, value=value, **where)
    return UsageError("value_not_usable", parameter=parameter, value=value, said=found.message, **where)
