"""The worker behind previews, which is started before anything else of the window."""

import os

from pyroblur_gui.blurring.spec import PreviewSpec
from pyroblur_gui.core.system import BEHIND_WINDOW_VARIABLE
from pyroblur_gui.jobs.interactive import InteractiveLane


def preview_lane() -> InteractiveLane:
    """With its worker started ahead of the first request: it loads its libraries while the window is being made."""
    os.environ[BEHIND_WINDOW_VARIABLE] = "1"
    lane = InteractiveLane(PreviewSpec())
    lane.warm_up()
    return lane
