"""The user's settings: declared once, kept as one JSON file, read without ever losing what cannot be understood.

The settings dialog, its checks and its help are made from the fields below (the same conventions as
blurring/spec.py: title is the label, description the help, json_schema_extra holds group and widget).
"""

import contextlib
import json
import os
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pyroblur_gui.core.errors import SettingsError
from pyroblur_gui.core.translation import Language

TRACKING_SCHEMES = ("http", "https", "sqlite", "postgresql", "mysql", "mssql")
VERSION = 1
VERSION_KEY = "version"
Document = dict[str, Any]
M = TypeVar("M", bound=BaseModel)
Migration = Callable[[Document], Document]

# From version n to n + 1. A changed or renamed key needs one, and each has a test.
MIGRATIONS: Mapping[int, Migration] = {}


class ColorScheme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def _check_pattern(pattern: str) -> str:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    except ValueError as error:
        message = "A curly bracket in the name pattern is not closed."
        raise ValueError(message) from error
    if names != {"stem", "ext"} or not pattern.endswith(".{ext}"):
        message = "The name pattern must contain {stem} once or more, end with .{ext} and use no other {names}."
        raise ValueError(message)
    if re.search(r'[/\\:*?"<>|\x00-\x1f]', pattern):
        message = 'The name pattern must not contain / \\ : * ? " < > |.'
        raise ValueError(message)
    if pattern == "{stem}.{ext}":
        message = "The name pattern must add something to the name, so that the source is never written over."
        raise ValueError(message)
    return pattern


def _check_tracking(address: str | None) -> str | None:
    address = (address or "").strip()
    if not address:
        return None
    try:
        parts = urlsplit(address)
        has_place = bool(parts.hostname or (parts.scheme == "sqlite" and parts.path.strip("/")))
        has_password = parts.password is not None
    except ValueError:
        has_place = has_password = False
    if _scheme(address) not in TRACKING_SCHEMES or not has_place:
        message = f"{address} is no tracking address: write http://HOST:PORT of an MLflow server, or sqlite:///FILE."
        raise ValueError(message)
    if has_password:
        message = "Leave the password out of the tracking address: MLflow takes it from MLFLOW_TRACKING_PASSWORD."
        raise ValueError(message)
    return address


def _check_address(address: str) -> str:
    address = address.strip()
    if address and not re.fullmatch(r"https://[^\s/]+(/\S*)?", address):
        message = "The address of updates must begin with https://, or be empty."
        raise ValueError(message)
    return address


def _scheme(address: str) -> str:
    """Of an address such as postgresql+psycopg2://..., "postgresql"."""
    return address.partition("://")[0].partition("+")[0].lower()


class Settings(BaseModel):
    """What the user chose for good. Keys that this version does not know are kept and written back."""

    model_config = ConfigDict(frozen=True, extra="allow")

    language: Language = Field(
        default=Language.SYSTEM,
        title="Language",
        description="Of the window and of reports. System: what the system speaks, English where PyroBlur does not.",
        json_schema_extra={"group": "window"},
    )
    scheme: ColorScheme = Field(
        default=ColorScheme.SYSTEM,
        title="Appearance",
        description="Light, dark, or whatever the system uses at the moment.",
        json_schema_extra={"group": "window"},
    )
    show_live: bool = Field(
        default=True,
        title="Show the frame being worked on",
        description="Shows covered frames while a video is worked on. Costs a little speed.",
        json_schema_extra={"group": "window"},
    )
    alert_when_done: bool = Field(
        default=True,
        title="Ask for attention when all is done",
        description="Marks the window in the task bar when the last file is done and another window is in front; the "
        "end of a training is also told by a notification.",
        json_schema_extra={"group": "window"},
    )
    output_folder: Path | None = Field(
        default=None,
        title="Output folder",
        description="Where results are written. Empty: beside each source file.",
        json_schema_extra={"group": "output", "widget": "folder", "empty": "Beside each source file"},
    )
    name_pattern: Annotated[str, AfterValidator(_check_pattern)] = Field(
        default="{stem}_blurred.{ext}",
        title="Name of results",
        description="{stem} stands for the source's name and {ext} for its ending.",
        json_schema_extra={"group": "output"},
    )
    start_when_added: bool = Field(
        default=False,
        title="Start as soon as files are added",
        description="Added files are covered at once with the options of the moment.",
        json_schema_extra={"group": "output"},
    )
    tracking_address: Annotated[str | None, AfterValidator(_check_tracking)] = Field(
        default=None,
        title="Tracking address",
        description="An MLflow server (http://HOST:PORT) or store that trainings are logged in. Empty: PyroBlur's own "
        "folder, and nothing leaves this machine. The variable MLFLOW_TRACKING_URI wins over it.",
        json_schema_extra={"group": "runs", "empty": "In PyroBlur's own folder"},
    )
    update_address: Annotated[str, AfterValidator(_check_address)] = Field(
        default="",
        title="Address of updates",
        description="What Help, Check for updates asks: a page that begins with https:// and answers with JSON, as "
        "GitHub does for a project's newest release. Nothing asks it by itself. Empty: there is none.",
        json_schema_extra={"group": "help"},
    )
    was_welcomed: bool = Field(
        default=False,
        title="Welcome was shown",
        description="The three steps of the welcome are shown at the first start.",
        json_schema_extra={"hidden": True},
    )
    blur_defaults: dict[str, JsonValue] = Field(
        default_factory=dict,
        title="Defaults of the options",
        description="Options that differ from the program's own defaults, by name.",
        json_schema_extra={"hidden": True},
    )


@dataclass(frozen=True)
class Loaded(Generic[M]):
    """What was read. `message` is for the user, empty when all was well."""

    value: M
    message: str = ""


class SettingsFile(Generic[M]):
    """One frozen model kept as one JSON file: versioned, migrated, written atomically.

    A file that cannot be understood is moved aside, never written over; a single bad value falls back to its default
    and the file as it was is kept beside the new one.
    """

    def __init__(
        self, path: Path, model: type[M], *, version: int = VERSION, migrations: Mapping[int, Migration] = MIGRATIONS
    ) -> None:
        self._path = path
        self._model = model
        self._version = version
        self._migrations = migrations

    def load(self) -> Loaded[M]:
        """Never raises for what the file holds; an unreadable disk gives the defaults and a message."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Loaded(self._model())
        except (OSError, UnicodeDecodeError) as error:
            return self._start_again(f"could not be read ({error})")
        try:
            document = json.loads(text)
        except ValueError:
            return self._start_again("is damaged")
        if not isinstance(document, dict):
            return self._start_again("is damaged")
        version = document.pop(VERSION_KEY, self._version)
        if not isinstance(version, int) or isinstance(version, bool) or version < 0:
            return self._start_again("has no valid version")
        return self._read(document, version)

    def peek(self) -> M:
        """What the file holds as far as it is valid, for who only reads: nothing is moved aside or mended."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return self._model()
        if not isinstance(document, dict):
            return self._model()
        document.pop(VERSION_KEY, None)
        return self._accept(document)[0]

    def save(self, value: M) -> None:
        """Raises SettingsError when the file cannot be written; the old one is then still whole."""
        document = {VERSION_KEY: self._version, **value.model_dump(mode="json")}
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            message = f"The settings could not be saved in {self._path}: {error.strerror or error}."
            raise SettingsError(message, hint="Check that the folder is writable.", path=self._path) from error

    def _read(self, document: Document, version: int) -> Loaded[M]:
        for step in range(version, self._version):
            if step in self._migrations:
                document = self._migrations[step](document)
        value, refused = self._accept(document)
        if version > self._version:
            kept = self._copy_aside(f"version-{version}")
            return Loaded(value, f"{self._path.name} is of a newer PyroBlur. It was kept as {kept.name}.")
        if refused:
            kept = self._copy_aside("before")
            names = ", ".join(sorted(refused))
            return Loaded(
                value, f"These settings were not valid and are back to their defaults: {names}. See {kept.name}."
            )
        return Loaded(value)

    def _accept(self, document: Document) -> tuple[M, set[str]]:
        """The model from what is valid, and the keys that are not."""
        refused: set[str] = set()
        while True:
            try:
                return self._model.model_validate({k: v for k, v in document.items() if k not in refused}), refused
            except ValidationError as error:
                wrong = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]} - refused
                if not wrong:  # a rule over the whole: nothing to single out
                    return self._model(), set(document)
                refused |= wrong

    def _start_again(self, reason: str) -> Loaded[M]:
        aside = self._aside("damaged")
        try:
            self._path.rename(aside)
        except OSError:
            return Loaded(self._model(), f"{self._path} {reason}. PyroBlur uses its defaults.")
        return Loaded(self._model(), f"{self._path.name} {reason}. PyroBlur uses its defaults; see {aside.name}.")

    def _copy_aside(self, why: str) -> Path:
        aside = self._aside(why)
        try:
            aside.write_bytes(self._path.read_bytes())
        except OSError:
            return self._path
        return aside

    def _aside(self, why: str) -> Path:
        moment = datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S")
        return self._path.with_name(f"{self._path.stem}.{why}-{moment}{self._path.suffix}")
