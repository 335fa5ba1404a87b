"""Where PyroBlur keeps its own files, and where its resources lie.

Everything PyroBlur writes for itself lies under `Folders`; PYROBLUR_HOME moves all of it to one place.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from pyroblur_gui.core.errors import SettingsError

HOME_VARIABLE = "PYROBLUR_HOME"
APPLICATION = "PyroBlur"


@dataclass(frozen=True)
class Folders:
    """PyroBlur's own folders. They are made when first written to, not before."""

    settings: Path
    models: Path
    data: Path
    runs: Path
    projects: Path
    cache: Path
    logs: Path

    @property
    def queue_file(self) -> Path:
        return self.data / "queue.sqlite"

    @property
    def settings_file(self) -> Path:
        return self.settings / "settings.json"


def folders() -> Folders:
    """Folders under $PYROBLUR_HOME, else where the platform keeps settings, data, caches and logs."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        root = Path(home).expanduser().resolve()
        settings, data, cache, logs = root / "settings", root / "data", root / "cache", root / "logs"
        return Folders(
            settings=settings,
            models=root / "models",
            data=data,
            runs=root / "runs",
            projects=root / "projects",
            cache=cache,
            logs=logs,
        )
    where = platformdirs.PlatformDirs(APPLICATION, appauthor=False)
    data = Path(where.user_data_dir)
    return Folders(
        settings=Path(where.user_config_dir),
        models=data / "models",
        data=data,
        runs=data / "runs",
        projects=data / "projects",
        cache=Path(where.user_cache_dir),
        logs=Path(where.user_log_dir),
    )


def check_folders() -> None:
    """Raises SettingsError where one of PyroBlur's own folders can never be: a file is in its place, or above it."""
    mine = folders()
    for folder in (mine.settings, mine.models, mine.data, mine.runs, mine.projects, mine.cache, mine.logs):
        place = next((part for part in (folder, *folder.parents) if os.path.lexists(part)), folder)
        if not place.exists() or place.is_dir():  # a link to a disk that is not there now says so when it is written to
            continue
        chosen = os.environ.get(HOME_VARIABLE)
        where = f"{chosen}, which {HOME_VARIABLE} or --home names" if chosen else str(folder)
        message = f"PyroBlur cannot keep its own files in {where}: {place} is a file, not a folder."
        hint = f"Name a folder with {HOME_VARIABLE} or --home." if chosen else "Move that file to another place."
        raise SettingsError(message, hint=hint, path=place)


def resource(*parts: str) -> Path:
    """Path of a shipped resource, given by the parts of its name: "starter", "starter.onnx".

    Looks in the packaged program (PyInstaller's folder), in the installed package (a wheel carries
    pyroblur_gui/resources), then beside the package (a checkout or an editable install).
    """
    package = Path(__file__).resolve().parent.parent
    bundle = getattr(sys, "_MEIPASS", None)
    roots = [Path(bundle) / "pyroblur_gui" / "resources"] if bundle else []
    roots += [package / "resources", package.parent / "resources"]
    for root in roots:
        candidate = root.joinpath(*parts)
        if candidate.exists():
            return candidate
    message = f"The resource {'/'.join(parts)} is missing from this installation. Install PyroBlur again."
    raise FileNotFoundError(message)


def document(name: str) -> Path:
    """A document that is shipped to be read: "guide.md", "THIRD_PARTY.md". Raises FileNotFoundError."""
    try:
        return resource("docs", name)
    except FileNotFoundError:  # a checkout has them where they are written
        top = Path(__file__).resolve().parents[2]
        for place in (top / "docs" / name, top / name):
            if place.is_file():
                return place
        raise


def translations() -> Path:
    """The folder of the shipped catalogues; one that is not there where an installation lacks them: all is English."""
    try:
        return resource("translations")
    except FileNotFoundError:
        return Path(__file__).parent / "translations"
