"""Options of a command, made from the fields of its pydantic model: nothing is declared a second time.

A field's json_schema_extra["option"] is the option's name, its description the help, its limits and its enum the
checks, its group the panel in the help. An option that was not given is not passed on, so that the model's default
holds. What a text means as a list or as values by class is decided here, what is allowed by the model.
"""

import inspect
import types
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import typer
from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from pyroblur_gui.blurring.spec import ANY_CLASS

Model = TypeVar("Model", bound=BaseModel)

PANELS = {
    "find": "What to find",
    "track": "Between frames",
    "cover": "How to cover it",
    "write": "How to write the result",
    "check": "Proof",
}


class _Form(StrEnum):
    """How a field is written on a command line."""

    PLAIN = "plain"
    LIST = "list"  # NAME,NAME
    BY_CLASS = "by class"  # 0.3 or face=0.2,license_plate=0.4


def with_options(
    model: type[Model], *, groups: frozenset[str] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator of a command: its keyword parameter `options`, a `model`, becomes one option a field.

    groups: only fields of these groups. A value that the model refuses is a usage error naming the option.
    """
    fields = {
        name: field
        for name, field in model.model_fields.items()
        if "option" in _extra(field) and (groups is None or _extra(field).get("group") in groups)
    }

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**given: object) -> None:
            chosen = {name: given.pop(name) for name in fields}
            command(**given, options=_build(model, fields, chosen))

        signature = inspect.signature(command)
        own = [parameter for name, parameter in signature.parameters.items() if name != "options"]
        made = [_parameter(name, field) for name, field in fields.items()]
        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *made)]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {"return": None}
        run.__doc__, run.__name__ = command.__doc__, command.__name__
        return run

    return decorate


def _build(model: type[Model], fields: dict[str, FieldInfo], chosen: dict[str, object]) -> Model:
    values = {name: _read(fields[name], value) for name, value in chosen.items() if value is not None}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = _option(fields[str(first["loc"][0])]) if first["loc"] else None
        message = str(first["msg"]).removeprefix("Value error, ")
        raise typer.BadParameter(message, param_hint=option) from error


def _read(field: FieldInfo, value: object) -> object:
    match _form(field):
        case _Form.LIST:
            return tuple(part.strip() for part in str(value).split(",") if part.strip())
        case _Form.BY_CLASS:
            return _by_class(str(value), _option(field))
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
            raise typer.BadParameter(message, param_hint=option) from error
    return values


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    limits = {type(limit): limit for limit in field.metadata}
    low, high = limits.get(Ge), limits.get(Le)
    default = _default_text(field)
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
    kind: Any = _type(field)  # Any: a type that is known at run time only
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
    origins = {get_origin(kind) for kind in _alternatives(field.annotation)}
    if tuple in origins:
        return _Form.LIST
    return _Form.BY_CLASS if dict in origins else _Form.PLAIN


def _alternatives(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _default_text(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default is False or default in ({}, ()):
        return ""
    return ",".join(default) if isinstance(default, tuple) else str(default)


def _metavar(field: FieldInfo) -> str | None:
    match _form(field):
        case _Form.LIST:
            return "NAME,..."
        case _Form.BY_CLASS:
            return "C|CLASS=C,..."
        case _Form.PLAIN:
            return None


def _panel(field: FieldInfo) -> str:
    group = str(_extra(field).get("group", ""))
    return PANELS.get(group, group.capitalize() or "Options")


def _option(field: FieldInfo) -> str:
    return str(_extra(field)["option"])


def _extra(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}
