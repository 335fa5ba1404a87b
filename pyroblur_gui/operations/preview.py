"""The interactive lane: answers the slider and the scrubber from a warm detector, while long jobs run elsewhere.

It is started before the window's own modules are loaded. What takes longest then is to make the networks ready, so that
begins first, in a thread that needs no Python, and all the rest is loaded beside it.
"""

import logging
import threading
from functools import cache
from typing import TYPE_CHECKING

from pydantic import JsonValue

from pyroblur_gui.blurring.spec import BlurOptions, PreviewSpec
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.interpreter import loading_modules
from pyroblur_gui.jobs.context import Context

if TYPE_CHECKING:
    from pyroblur_gui.models.detector import Detector

log = logging.getLogger(__name__)


def run(_spec: PreviewSpec, context: Context) -> dict[str, JsonValue]:
    """Answers requests until there are no more. Raises JobCancelledError."""
    prepare()
    from pyroblur_gui.operations.idle import IdleMeasuring
    from pyroblur_gui.operations.preview_answers import answer
    from pyroblur_gui.operations.scrub import Scrubber
    from pyroblur_gui.operations.warm import DETECTOR

    answered = 0
    with IdleMeasuring(DETECTOR, default=BlurOptions().model) as idle, Scrubber() as scrubber:
        while (request := context.next_request()) is not None:
            number, body = request
            with idle.busy():
                context.emit(answer(number, body, scrubber, context))
            answered += 1
    return {"answered": answered}


@cache
def prepare() -> None:
    """Once a process: begins to make ready what most first requests need, and loads what answers them beside it."""
    with loading_modules():
        _open_ahead()
        from pyroblur_gui.operations import idle, preview_answers, scrub  # noqa: F401


def _open_ahead() -> None:
    """Begins to make ready what most first requests need."""
    from pyroblur_gui.operations.warm import DETECTOR

    try:
        detector = DETECTOR.open(BlurOptions(), tiled=False)
    except PyroblurError as error:
        log.info("no detector was opened ahead: %s", error)  # whoever asks for one is told
        return
    threading.Thread(target=_make_ready, args=[detector], name="make ready", daemon=True).start()


def _make_ready(detector: "Detector") -> None:
    try:
        detector.prepare_any_size()
    except PyroblurError as error:
        log.info("no network was made ready ahead: %s", error)
