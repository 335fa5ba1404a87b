"""The worker's door: a child process that finds operations by name and runs one job after another.

Nothing heavy is imported here: an inference engine or a codec loads when the first job that needs it comes.
"""

import sys
from pathlib import Path

from pyroblur_gui.core import log
from pyroblur_gui.jobs.child import serve, serve_alone
from pyroblur_gui.operations.announcement import announce
from pyroblur_gui.operations.catalogue import OPERATIONS


def main(arguments: list[str]) -> int:
    """`arguments`: the prefix of the names of shared pictures, chosen by the parent (jobs/process.py).

    Or a sitting's name and a job's folder, for a worker without a parent (jobs/lone_worker.py).
    """
    match arguments:
        case [blocks]:
            log.set_up("worker")
            return serve(OPERATIONS, blocks=blocks)
        case [sitting, folder]:
            log.set_up("worker")
            return serve_alone(OPERATIONS, Path(folder), sitting=sitting, announce=announce)
        case _:
            sys.stderr.write("The worker is started by PyroBlur itself; run `pyroblur --help` for what you can do.\n")
            return 2
