"""Options of a command, made from the fields of its pydantic model: nothing is declared a second time.

A field's json_schema_extra["option"] is the option's name, its description the help, its limits and its enum the
checks, its group the panel in the help. An option that was not given is not passed on, so that the model's default
holds. What a text means as a list or as values by class is decided here, what is allowed by the model.
"""

import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import typer
from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from pyroblur_gui.core.classes import ANY_CLASS
from pyroblur_gui.core.fields import hints_of
from pyroblur_gui.core.translation import translated

Model = TypeVar("Model", bound=BaseModel)

PANELS = {
    "find": "What to find",
    "track": "Between frames",
    "cover": "How to cover it",
    "write": "How to write the result",
    "check": "Proof",
    "choose": "What to take",
    "split": "How to divide it",
    "source": "What to ask the source for",
    "accuracy": "What to compare",
    "run": "What runs the models",
    "speed": "What to time",
}


class _Form(StrEnum):
    """How a field is written on a command line."""

    PLAIN = "plain"
    LIST = "list"  # NAME,NAME
    BY_CLASS = "by class"  # 0.3 or face=0.2,license_plate=0.4
    SHARES = "shares"  # 70/20/10
    PAIRS = "pairs"  # theirs=ours, as often as wanted


def with_options(
    model: type[Model], *, groups: frozenset[str] | None = None, defaults: Mapping[str, object] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator of a command: its keyword parameter `options`, a `model`, becomes one option a field.

    groups: only fields of these groups. defaults: values of fields that are not given, where the command has others
    than the model, or what gives them when the command runs. A value that the model refuses is a usage error
    naming the option.
    """
    others = defaults or {}
    fields = {
        name: field
        for name, field in model.model_fields.items()
        if "option" in hints_of(field) and (groups is None or hints_of(field).get("group") in groups)
    }

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**given: object) -> None:
            chosen = {name: given.pop(name) for name in fields}
            command(**given, options=_build(model, fields, chosen, others))

        signature = inspect.signature(command)
        own = [parameter for name, parameter in signature.parameters.items() if name != "options"]
        shown = {name: value for name, value in others.items() if not callable(value)}
        made = [_parameter(name, field, shown.get(name)) for name, field in fields.items()]
        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *made)]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {"return": None}
        run.__doc__, run.__name__ = command.__doc__, command.__name__
        return run

    return decorate


def _build(
    model: type[Model], fields: dict[str, FieldInfo], chosen: dict[str, object], others: Mapping[str, object]
) -> Model:
    given = {name: _read(fields[name], value) for name, value in chosen.items() if value is not None}
    usual = {name: value() if callable(value) else value for name, value in others.items() if name not in given}
    values = {**usual, **given}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = _option(fields[str(first["loc"][0])]) if first["loc"] else None
        message = str(first["msg"]).removeprefix("Value error, ")
        raise typer.BadParameter(translated(message), param_hint=option) from error


def _read(field: FieldInfo, value: object) -> object:
    match _form(field):
        case _Form.LIST:
            return tuple(part.strip() for part in str(value).split(",") if part.strip())
        case _Form.BY_CLASS:
            return _by_class(str(value), _option(field))
        case _Form.SHARES:
            return tuple(str(value).split("/"))
        case _Form.PAIRS:
            return _pairs(cast("list[str]", value), _option(field))
        case _Form.PLAIN:
            return value


def _by_class(text: str, option: str) -> dict[str, float]:
    """Values by class of "0.3" (every class) or of "face=0.2,license_plate=0.4"."""
    values: dict[str, float] = {}
    for part in text.split(","):
        label, equals, number = part.rpartition("=")
        try:
            values[label.strip() if equals else ANY_CLASS] = float(number)
        except ValueError as error:
            message = f"{part!r} is neither a number nor CLASS=NUMBER."
            raise typer.BadParameter(translated(message), param_hint=option) from error
    return values


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    """Names by names of "theirs=ours", several with commas between; ours may be empty."""
    pairs: dict[str, str] = {}
    for text in (part for whole in texts for part in _parts(whole)):
        theirs, equals, ours = text.partition("=")
        if not equals or not theirs.strip():
            message = f"{text!r} is not THEIRS=OURS."
            raise typer.BadParameter(translated(message), param_hint=option)
        pairs[theirs.strip()] = ours.strip()
    return pairs


def _parts(text: str) -> Iterator[str]:
    """The pairs of "a=b,c, d=e": "a=b" and "c, d=e", because their names may hold commas."""
    held = ""
    for part in text.split(","):
        held = f"{held},{part}" if held else part
        if "=" in held:
            yield held
            held = ""
    if held.strip():
        yield held


def _parameter(name: str, field: FieldInfo, other: object) -> inspect.Parameter:
    limits = {type(limit): limit for limit in field.metadata}
    low, high = limits.get(Ge), limits.get(Le)
    default = _default_text(field) if other is None else str(other)
    settings = typer.Option(
        _option(field),
        help=field.description or field.title,
        show_default=default if default else False,
        rich_help_panel=_panel(field),
        metavar=_metavar(field),
        min=cast("float | None", low.ge) if low else None,
        max=cast("float | None", high.le) if high else None,
    )
    # Optional, so that "not given" can be told from every value.
    kind: Any = list[str] if _form(field) is _Form.PAIRS else _type(field)  # Any: known at run time only
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, settings]
    )


def _type(field: FieldInfo) -> type:
    """The type that typer checks: the field's own where that is an enum, a number or a switch, else text."""
    kinds = [kind for kind in _alternatives(field.annotation) if kind is not type(None)]
    if len(kinds) == 1 and isinstance(kinds[0], type) and issubclass(kinds[0], StrEnum | int | float):
        return kinds[0]
    return str


def _form(field: FieldInfo) -> _Form:
    kinds = {get_origin(kind): get_args(kind) for kind in _alternatives(field.annotation)}
    if tuple in kinds:
        return _Form.SHARES if set(kinds[tuple]) == {int} else _Form.LIST
    if dict in kinds:
        return _Form.PAIRS if kinds[dict] == (str, str) else _Form.BY_CLASS
    return _Form.PLAIN


def _alternatives(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _default_text(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default is False or default in ({}, ()):
        return ""
    if isinstance(default, tuple):
        return ("/" if _form(field) is _Form.SHARES else ",").join(map(str, default))
    return str(default)


def _metavar(field: FieldInfo) -> str | None:
    match _form(field):
        case _Form.LIST:
            return "NAME,..."
        case _Form.BY_CLASS:
            return "C|CLASS=C,..."
        case _Form.SHARES:
            return "N/N/N"
        case _Form.PAIRS:
            return "THEIRS=OURS,..."
        case _Form.PLAIN:
            return None


def _panel(field: FieldInfo) -> str:
    group = str(hints_of(field).get("group", ""))
    return PANELS.get(group, group.capitalize() or "Options")


def _option(field: FieldInfo) -> str:
    return str(hints_of(field)["option"])
