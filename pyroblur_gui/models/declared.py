"""What somebody says of an ONNX file that says nothing of itself: NAME.toml beside NAME.onnx declares how it is read.

    layout = "objectness"             # see card.Layout
    classes = ["face"]                # in the order of the outputs
    input_size = 640

So detectors of others are run, compared and used like PyroBlur's own, without code.
"""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.models.card import Layout

ENDING = ".toml"
HOW_TO_DECLARE = "Correct the entry: the guide, under Models of others, shows a declaration."


class Declaration(BaseModel):
    """input_size: longest side of the input in pixels, where the graph does not fix it; pictures are letterboxed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    layout: Literal[Layout.YOLO, Layout.OBJECTNESS, Layout.BOXES]
    classes: tuple[str, ...] = Field(min_length=1)
    input_size: int = Field(default=640, ge=32, le=8192)
    stride: int = Field(default=32, ge=1, le=256)
    licence: str = ""
    summary: str = ""


def declaration_of(model: Path) -> Declaration | None:
    """The declaration beside a model file; None where there is none. Raises ModelError, which names what is wrong."""
    path = model.with_suffix(ENDING)
    if not path.is_file():
        return None
    try:
        return Declaration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"The declaration {path} cannot be read: {error}."
        raise ModelError(message, hint=HOW_TO_DECLARE, path=path) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"The declaration {path} is not valid: {where}: {first['msg']}."
        raise ModelError(message, hint=HOW_TO_DECLARE, path=path) from error
