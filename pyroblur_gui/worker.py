"""The worker's door: a child process that finds operations by name and runs one job after another.

Nothing heavy is imported here: an inference engine or a codec loads when the first job that needs it comes.
"""

import atexit
import os
import sys
import threading
from pathlib import Path

from pyroblur_gui.core import log
from pyroblur_gui.jobs.child import serve, serve_alone
from pyroblur_gui.jobs.launch import AHEAD
from pyroblur_gui.operations.catalogue import OPERATIONS


def main(arguments: list[str]) -> int:
    """`arguments`: the prefix of the names of shared pictures, chosen by the parent (jobs/launch.py), then, where that
    is known, the kind of the first job.

    Or a sitting's name and a job's folder, for a worker without a parent (jobs/lone_worker.py).
    """
    match arguments:
        case [blocks]:
            log.set_up("worker")
            return _leave(serve(OPERATIONS, blocks=blocks))
        case [blocks, option, kind] if option == AHEAD and kind in OPERATIONS:
            log.set_up("worker")
            return _leave(serve(OPERATIONS, blocks=blocks, ahead=kind))
        case [sitting, folder]:
            from pyroblur_gui.operations.announcement import announce  # noqa: PLC0415 - knows trainings

            log.set_up("worker")
            return _leave(serve_alone(OPERATIONS, Path(folder), sitting=sitting, announce=announce))
        case _:
            sys.stderr.write("The worker is started by PyroBlur itself; run `pyroblur --help` for what you can do.\n")
            return 2


def _leave(status: int) -> int:
    """Ends at once: taking apart an interpreter with codecs and networks in it takes a third of a second.

    Whatever registered for the end is called. A thread that may still be at work is waited for as ever.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if not all(thread.daemon for thread in others):
        return status
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a windowed program on Windows has none
            stream.flush()
    os._exit(status)
