"""The worker behind previews, which is started before anything else of the window."""

import logging
import os

from pyroblur_gui.core.system import BEHIND_WINDOW_VARIABLE
from pyroblur_gui.jobs.launch import Launched, launch

KIND = "preview"

log = logging.getLogger(__name__)


async def launch_preview() -> Launched | None:
    """Its worker, on its way to being ready. None where it cannot be started: the first request tells why."""
    os.environ[BEHIND_WINDOW_VARIABLE] = "1"
    try:
        return await launch(KIND)
    except OSError as error:
        log.warning("the worker of previews could not be started: %s", error)
        return None
