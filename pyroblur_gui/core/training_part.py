"""Whether this program can train, and what a user can do where it cannot. Light: every worker loads it."""

import sys
from pathlib import Path

from pyroblur_gui.core.paths import folders, resource
from pyroblur_gui.core.system import is_installed

PACK = "pack"  # what is shipped for a training pack, among the resources; and the pack itself, in the user's data
SHIPPED_FILE = "shipped.json"


def has_training() -> bool:
    """Whether the Python that this runs in can train by itself. Nothing is imported."""
    return is_installed("torch") and is_installed("ultralytics")


def pack_folder() -> Path:
    """Where the training pack is kept."""
    return folders().data / PACK


def can_make_pack() -> bool:
    """Whether this installation brings along what a training pack is made with."""
    try:
        resource(PACK, SHIPPED_FILE)
    except FileNotFoundError:
        return False
    return True


def training_hint() -> str:
    """What a user can do who lacks the training part, or whose training part is damaged."""
    is_pack = Path(sys.prefix).is_relative_to(pack_folder())
    if is_pack or can_make_pack():
        return "Get the training pack, or have it mended: in the tab Training, or with `pyroblur pack install`."
    return "Install the training part: pip install 'pyroblur[train]'"
