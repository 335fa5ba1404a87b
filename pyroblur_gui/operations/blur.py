"""Covers one photo or clip."""

from pydantic import JsonValue

from pyroblur_gui.blurring.pipeline import cover
from pyroblur_gui.blurring.spec import BlurSpec
from pyroblur_gui.core.system import give_way_to_window
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.operations.warm import DETECTOR


def run(spec: BlurSpec, context: Context) -> dict[str, JsonValue]:
    """Returns what blurring/outcome.py tells of the file. Raises PyroblurError, JobCancelledError."""
    give_way_to_window()
    return cover(spec, context, detectors=DETECTOR)
