"""What the window remembers between two starts without being asked: its place, its layout, the options last used."""

from pydantic import BaseModel, ConfigDict, JsonValue

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.settings import SettingsFile
from pyroblur_gui.models import production

FILE_NAME = "window.json"


class WindowState(BaseModel):
    """geometry, splitters: Qt's own bytes as base64, by name. options: what differs from the defaults."""

    model_config = ConfigDict(frozen=True, extra="allow")

    geometry: str = ""
    splitters: dict[str, str] = {}
    options: dict[str, JsonValue] = {}
    is_advanced_open: bool = False
    last_folder: str = ""
    tab: str = "blur"


def window_state_file() -> SettingsFile[WindowState]:
    return SettingsFile(folders().settings / FILE_NAME, WindowState)


def program_defaults() -> BlurOptions:
    """What the options are before anybody chose anything: with the model that was promoted, if one was."""
    return BlurOptions(model=production.default_model())


def differences(options: BlurOptions, defaults: BlurOptions) -> dict[str, JsonValue]:
    """The options that are not at their defaults, as JSON values."""
    mine, usual = options.model_dump(mode="json"), defaults.model_dump(mode="json")
    return {name: value for name, value in mine.items() if value != usual[name]}


def options_from(differing: dict[str, JsonValue], defaults: BlurOptions) -> BlurOptions:
    """The defaults with what differs put on top; a value that is not valid (any more) is left out."""
    options = defaults
    for name, value in differing.items():
        try:
            options = BlurOptions.model_validate({**options.model_dump(mode="json"), name: value})
        except ValueError:
            continue
    return options
