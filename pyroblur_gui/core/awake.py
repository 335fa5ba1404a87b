"""Keeps the computer from falling asleep over a long job, where the system lets a program ask for that."""

import contextlib
import logging
from collections.abc import Iterator

log = logging.getLogger(__name__)


@contextlib.contextmanager
def kept_awake() -> Iterator[bool]:
    """Tells whether the computer stays awake meanwhile; the screen may go dark. Ends by itself with the process.

    Linux is asked over the session's D-Bus (GNOME, KDE and their like), macOS and Windows by their own ways. A computer
    without a desktop has nobody to ask, and seldom sleeps by itself.
    """
    from wakepy import keep  # noqa: PLC0415 - in the workers that need it

    mode = keep.running(on_fail="pass")
    mode.__enter__()
    if not mode.active:
        log.info("%s", mode.result.get_failure_text(style="inline"))
    try:
        yield mode.active
    finally:
        try:
            mode.__exit__(None, None, None)
        except RuntimeError as exc:  # the desktop's session has ended meanwhile, and with it what was asked of it
            log.info("the computer may sleep again, but it could not be told so: %s", exc)
