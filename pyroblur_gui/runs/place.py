"""Where runs are kept: in PyroBlur's own store, or wherever MLFLOW_TRACKING_URI or the settings say.

Light: it knows the address only. tracking.py writes there, embedded.py reads what is a file of this computer.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from pyroblur_gui.core.errors import RunStoreError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.settings import Settings, SettingsFile

URI_VARIABLE = "MLFLOW_TRACKING_URI"
EXPERIMENT_VARIABLE = "MLFLOW_EXPERIMENT_NAME"
EXPERIMENT = "PyroBlur"
LOCK_S = 60.0
_SQLITE = "sqlite:///"
_THIS = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Place:
    """uri: as MLflow takes it; it may hold a password. is_own: PyroBlur's store in the user's data folder."""

    uri: str
    is_own: bool
    experiment: str = EXPERIMENT

    @property
    def database(self) -> Path | None:
        """The SQLite file, where the store is one."""
        if not self.uri.startswith(_SQLITE):
            return None
        return Path(unquote(self.uri.removeprefix(_SQLITE).partition("?")[0]))

    @property
    def other_host(self) -> str:
        """The computer that runs are sent to; "" while they stay on this one."""
        host = urlsplit(self.uri).hostname or ""
        return "" if host in _THIS else host

    @property
    def title(self) -> str:
        """The address without name and password, as it is shown and kept."""
        parts = urlsplit(self.uri)
        if parts.hostname is None:
            return self.uri
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit((parts.scheme, f"{parts.hostname}{port}", parts.path, "", ""))


def own_folder() -> Path:
    return folders().data / "mlflow"


def artifacts_folder() -> Path:
    """Where PyroBlur's own store keeps curves, tables and weights."""
    return own_folder() / "artifacts"


def from_environment() -> str:
    """The address that MLFLOW_TRACKING_URI holds, which wins over the setting; "" without it."""
    return os.environ.get(URI_VARIABLE, "").strip()


def here() -> Place:
    """The store that is used now: the variable's, else the setting's, else PyroBlur's own."""
    chosen = from_environment() or SettingsFile(folders().settings_file, Settings).peek().tracking_address
    experiment = os.environ.get(EXPERIMENT_VARIABLE, "").strip() or EXPERIMENT
    if chosen:
        return Place(chosen, is_own=False, experiment=experiment)
    return Place(f"{_SQLITE}{own_folder() / 'runs.db'}", is_own=True, experiment=experiment)


@contextmanager
def alone() -> Iterator[None]:
    """Only one process of this user writes runs at a time: no run is logged twice, no store made by two at once.

    Raises RunStoreError when another holds it for a minute. A killed process holds nothing: the lock is SQLite's.
    """
    path = own_folder() / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(path, timeout=LOCK_S, isolation_level=None)
    except (OSError, sqlite3.Error) as exc:
        message = f"The runs cannot be written in {path.parent}: {exc}."
        raise RunStoreError(message, hint="Check that you may write there.", path=path) from exc
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as exc:
            message = "Another PyroBlur is writing runs."
            raise RunStoreError(message, hint="Wait for it, then try again.", path=path) from exc
        yield
    finally:
        lock.close()
