"""The worker's door: a child process that finds operations by name and runs one job after another.

Nothing heavy is imported here: an inference engine or a codec loads when the first job that needs it comes.
"""

import sys

from pyroblur_gui.core import log
from pyroblur_gui.jobs.child import serve
from pyroblur_gui.operations.catalogue import OPERATIONS


def main(arguments: list[str]) -> int:
    """`arguments`: the prefix of the names of shared pictures, chosen by the parent (jobs/process.py)."""
    if len(arguments) != 1:
        sys.stderr.write("The worker is started by PyroBlur itself; run `pyroblur --help` for what you can do.\n")
        return 2
    log.set_up("worker")
    return serve(OPERATIONS, blocks=arguments[0])
