"""Covers one photo or clip."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from pydantic import JsonValue

from pyroblur_gui.blurring.spec import BlurSpec, Tiling
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.system import give_way_to_window
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.media.probe import probe
from pyroblur_gui.operations.warm import DETECTOR


def run(spec: BlurSpec, context: Context) -> dict[str, JsonValue]:
    """Returns what blurring/outcome.py tells of the file. Raises PyroblurError, JobCancelledError."""
    give_way_to_window()
    with ThreadPoolExecutor(1, "ready") as pool:
        pool.submit(_make_ready, spec)
        # Compiling a network lets go of Python's lock: what covers a file is imported beside it.
        from pyroblur_gui.blurring.pipeline import cover

        return cover(spec, context, detectors=DETECTOR)


def _make_ready(spec: BlurSpec) -> None:
    """Has the detector at hand by the time the first frame is; what goes wrong here is told where it is wanted."""
    options = spec.options
    with suppress(PyroblurError):
        if not spec.source.is_file():
            return  # a pipe or a device is refused, not read: it may never end
        facts = probe(spec.source)
        if facts.video is None or facts.video.sample_aspect_ratio not in {None, 1} or options.tiling is Tiling.ON:
            return  # which size its pictures have turns out later
        detector = DETECTOR.open(options, tiled=False)
        detector.prepare(*detector.preferred_size(facts.width, facts.height))
