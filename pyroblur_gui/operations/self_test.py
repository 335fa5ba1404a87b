"""Tries in a worker, on this machine, what PyroBlur is for: a drawn clip is covered, and the result is looked at.

No photograph is shipped for that: the clip is drawn as made-up training pictures are, with a face and a plate that
the shipped models find. Whoever reads the result sees which part of an installation is broken.
"""

import io
import math
import os
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import JsonValue

from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec
from pyroblur_gui.core.classes import MAIN_CLASSES
from pyroblur_gui.core.errors import JobCancelledError, PyroblurError
from pyroblur_gui.core.paths import resource
from pyroblur_gui.datasets.sources.synthetic import Order
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.operations.spec import Check, SelfTestSpec, SelfTestStep

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]  # height x width x 3, RGB

ORDER = Order(seed=6, number=10, size=480, shows=frozenset(MAIN_CLASSES), background=None)
FRAMES, RATE = 12, 12
STEP_PX = 2  # the camera moves by so much from frame to frame
LEAST_CHANGE = 12.0  # mean difference of covered pixels, of 255
MOST_CHANGE = 6.0  # of all others, which are encoded a second time


class SelfTestError(PyroblurError):
    """A part of this installation does not do what it should."""

    code = "self_test"


def run(spec: SelfTestSpec, context: Context) -> dict[str, JsonValue]:
    """{"process": the worker's number, "checks": one of each step that was come to}. Raises JobCancelledError."""
    del spec
    checks: list[Check] = []
    with tempfile.TemporaryDirectory(prefix="pyroblur-self-test-") as folder:
        trial = _Trial(Path(folder), context)
        steps: dict[SelfTestStep, Callable[[], str]] = {
            SelfTestStep.RESOURCES: trial.find_resources,
            SelfTestStep.CLIP: trial.draw,
            SelfTestStep.COVER: trial.cover,
            SelfTestStep.OUTPUT: trial.look_at_output,
        }
        for number, (name, step) in enumerate(steps.items()):
            context.check_cancelled()
            context.emit(Progress(stage=name, done=number, total=len(steps), unit="checks"))
            checks.append(tried(name, step))
            if not checks[-1].has_passed:  # the next ones build on it
                break
    return {"process": os.getpid(), "checks": [check.model_dump(mode="json") for check in checks]}


def tried(name: SelfTestStep, step: Callable[[], str]) -> Check:
    """A step's check: what it told, or why it failed."""
    try:
        return Check(name=name, has_passed=True, text=step())
    except JobCancelledError:
        raise
    except PyroblurError as error:
        return Check(name=name, has_passed=False, text=f"{error.message} {error.hint}".strip())
    except Exception as error:  # noqa: BLE001 - whatever is broken here is what somebody wants to know
        return Check(name=name, has_passed=False, text=f"{type(error).__name__}: {error}")


class _Trial:
    """The steps, each of which builds on the one before."""

    def __init__(self, folder: Path, context: Context) -> None:
        self._context = context
        self._source = folder / "drawn.mp4"
        self._target = folder / "covered.mp4"
        self._edges: list[tuple[float, float, float, float]] = []  # of what is drawn, in the first frame

    def find_resources(self) -> str:
        """Files that other parts of the program read from the installation."""
        for parts in (("starter", "starter.onnx"), ("models.toml",), ("report.html.j2",), ("icons", "pyroblur.svg")):
            resource(*parts)
        recipes = len(list(resource("recipes").glob("*.toml")))
        if not recipes:
            message = "There are no recipes in this installation."
            raise SelfTestError(message, hint="Install PyroBlur again.")
        return f"models, reports, icons and {recipes} recipes are there"

    def draw(self) -> str:
        import av
        import numpy as np
        from PIL import Image

        from pyroblur_gui.datasets.sources.drawing.painting import paint

        data, boxes = paint(ORDER)
        with Image.open(io.BytesIO(data)) as image:
            picture = np.asarray(image.convert("RGB"))
        self._edges = [(left, top, right, bottom) for _, left, top, right, bottom in boxes]
        width, height = (_even(side - FRAMES * STEP_PX) for side in (picture.shape[1], picture.shape[0]))
        with av.open(os.fspath(self._source), "w") as container:
            stream = cast("Any", container.add_stream("libx264", rate=Fraction(RATE), options={"crf": "16"}))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for number in range(FRAMES):
                shift = number * STEP_PX
                view = np.ascontiguousarray(picture[shift : shift + height, shift : shift + width])
                container.mux(stream.encode(av.VideoFrame.from_ndarray(view, format="rgb24")))
            container.mux(stream.encode())
        return f"{FRAMES} frames of {width} x {height} pixels drawn and encoded"

    def cover(self) -> str:
        from pyroblur_gui.operations import blur

        spec = BlurSpec(source=self._source, target=self._target, options=BlurOptions())
        result = blur.run(spec, self._context)
        found = cast("dict[str, int]", result["detections"])
        missing = [label for label in MAIN_CLASSES if not found.get(label)]
        if missing:
            message = f"The model {spec.options.model} finds no {' and no '.join(missing)} in the drawn clip."
            raise SelfTestError(message, hint="Install PyroBlur again; the model's file may be damaged.")
        told = ", ".join(f"{found[label]} x {label}" for label in MAIN_CLASSES)
        return f"model {result['model']} on {result['engine']}: {told}"

    def look_at_output(self) -> str:
        """Decodes both clips and compares them where something was drawn, and where nothing was."""
        import numpy as np

        before, after = _decoded(self._source), _decoded(self._target)
        if len(after) != FRAMES or any(one.shape != other.shape for one, other in zip(before, after, strict=True)):
            message = f"The covered clip has {len(after)} frames, or frames of another size: {FRAMES} were expected."
            raise SelfTestError(message)
        least, most = math.inf, 0.0
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            change = np.abs(one.astype(np.int16) - other.astype(np.int16)).mean(axis=2)
            height, width = change.shape
            is_far = np.ones(change.shape, bool)
            shift = number * STEP_PX
            for edges in self._edges:
                left, top, right, bottom = (edge - shift for edge in edges)
                if min(left, top) < 0 or right > width or bottom > height:
                    continue
                inside = change[round(top) : round(bottom), round(left) : round(right)]
                least = min(least, float(inside.mean()))
            for edges in self._edges:
                left, top, right, bottom = (edge - shift for edge in edges)
                wide, high = right - left, bottom - top
                rows = slice(max(0, round(top - high)), max(0, round(bottom + high)))
                is_far[rows, max(0, round(left - wide)) : max(0, round(right + wide))] = False
            most = max(most, float(change[is_far].mean()) if is_far.any() else 0.0)
        if least < LEAST_CHANGE:
            message = f"A drawn face or plate is not covered: its pixels changed by {least:.1f} of 255 only."
            raise SelfTestError(message)
        if most > MOST_CHANGE:
            message = f"Pixels that should have stayed as they were changed by {most:.1f} of 255."
            raise SelfTestError(message)
        return (
            f"{len(after)} frames decoded; covered pixels changed by {least:.0f} or more of 255, others by {most:.1f}"
        )


def _decoded(clip: Path) -> "list[Picture]":
    import av

    with av.open(os.fspath(clip)) as container:
        return cast("list[Picture]", [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def _even(side: int) -> int:
    return side - side % 2
