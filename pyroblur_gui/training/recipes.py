"""Recipes: those that PyroBlur brings with it, and the user's own beside its settings."""

import json
import tomllib
from pathlib import Path

from pydantic import ValidationError

from pyroblur_gui.core.errors import RecipeError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders, resource
from pyroblur_gui.training.spec import Hyperparameters, Recipe

DEFAULT = "faces-plates"
ENDING = ".toml"


def own_folder() -> Path:
    return folders().settings / "recipes"


def names() -> list[str]:
    """The default first, then those that PyroBlur brings, then the user's own. A user's own hides one of its name."""
    shipped = sorted(path.stem for path in resource("recipes").glob(f"*{ENDING}"))
    own = sorted(path.stem for path in own_folder().glob(f"*{ENDING}"))
    return list(dict.fromkeys([DEFAULT, *shipped, *own]))


def recipe(name: str) -> Recipe:
    """The recipe of that name, or in that .toml file. Raises RecipeError when there is none or it is not valid."""
    if Path(name).suffix == ENDING:
        return read(Path(name))
    if name in names():
        own = own_folder() / f"{name}{ENDING}"
        return read(own if own.is_file() else resource("recipes") / own.name)
    message = f"There is no recipe named {name}."
    raise RecipeError(message, hint=f"There are: {', '.join(names())}.")


def read(path: Path) -> Recipe:
    """A recipe from its file. Raises RecipeError, which names the entry that is wrong."""
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        message = f"The recipe {path.name} cannot be read: {exc}."
        raise RecipeError(message, hint="Check the file, or take another recipe.", path=path) from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"The recipe {path.name} is not valid: {where}: {_reason(first['msg'])}"
        raise RecipeError(message, hint="Correct the entry; the guide lists all of them.", path=path) from exc


def keep(recipe: Recipe) -> Path:
    """Writes the user's own recipe; replaces one of its name. Raises OutputError."""
    path = own_folder() / f"{recipe.name}{ENDING}"
    with PartFile(path) as part:
        part.path.write_text(as_toml(recipe), encoding="utf-8")
        part.commit()
    return path


def as_toml(recipe: Recipe) -> str:
    """The recipe as its file: only what differs from the defaults."""
    head = recipe.model_dump(mode="json", exclude={"hyperparameters"}, exclude_defaults=True)
    chosen = recipe.hyperparameters.model_dump(mode="json", exclude_defaults=True)
    lines = [f"{name} = {_value(value)}" for name, value in head.items()]
    if chosen:
        lines += ["", "[hyperparameters]", *(f"{name} = {_value(value)}" for name, value in chosen.items())]
    return "\n".join(lines) + "\n"


def changed(recipe: Recipe, settings: dict[str, str]) -> Recipe:
    """The recipe with hyperparameters replaced by what --set gave as text. Raises RecipeError naming the entry."""
    unknown = sorted(set(settings) - set(Hyperparameters.model_fields))
    if unknown:
        message = f"There is no hyperparameter named {unknown[0]}."
        raise RecipeError(message, hint=f"There are: {', '.join(Hyperparameters.model_fields)}.")
    try:
        values = recipe.hyperparameters.model_dump(mode="json") | settings
        return recipe.model_copy(update={"hyperparameters": Hyperparameters.model_validate(values)})
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        message = f"{first['loc'][0]}: {_reason(first['msg'])}"
        raise RecipeError(message, hint="See `pyroblur train --help` for what each value may be.") from exc


def _reason(message: str) -> str:
    """What is wrong with a value, as a sentence's end."""
    return f"{message.removeprefix('Value error, ').rstrip('.')}."


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)
