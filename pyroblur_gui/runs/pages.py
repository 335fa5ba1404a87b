"""Whether MLflow's own pages are at hand: mlflow-skinny, which PyroBlur brings, has the server and not the pages.

Light: MLflow is looked for, not imported.
"""

import importlib.util
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pyroblur_gui.core.system import is_installed

PARTS = ("flask", "werkzeug")
INDEX = ("server", "js", "build", "index.html")


def are_installed() -> bool:
    if not all(is_installed(part) for part in PARTS):
        return False
    found = importlib.util.find_spec("mlflow")
    folders = found.submodule_search_locations if found is not None else None
    return any(Path(folder).joinpath(*INDEX).is_file() for folder in folders or ())


def how_to_install() -> str:
    """The command that brings the pages, of the version whose store this is."""
    try:
        return f"pip install mlflow=={version('mlflow-skinny')}"
    except PackageNotFoundError:
        return "pip install mlflow"
