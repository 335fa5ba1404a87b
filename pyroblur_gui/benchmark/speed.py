"""How fast models are: every engine, device, precision, input size and batch that works here, warm, one after another.

A batch is so many pictures in one array, and its time that from handing it in to having the last picture's boxes; a
network whose file takes one picture at a time is given them one by one, and the result says so. A last row times what
blurring does: pictures one by one, with several under way that share the processor. The picture is noise of 4:3 with
the longest side of the input, so that scaling, padding and reading the output count as they do when blurring.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import psutil

from pyroblur_gui.benchmark.gpu import GpuWatch
from pyroblur_gui.benchmark.result import SpeedResult
from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.benchmark.times import times_of
from pyroblur_gui.core.errors import EngineError, PyroblurError
from pyroblur_gui.core.system import give_back_memory
from pyroblur_gui.core.training_part import has_training
from pyroblur_gui.models import choice
from pyroblur_gui.models.batching import Batching
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.choice import AS_CHOSEN, AUTO, TORCH, Candidate, Choice
from pyroblur_gui.models.composite import Part
from pyroblur_gui.models.detector import Detector, Picture
from pyroblur_gui.models.engine import BatchEngine, Engine
from pyroblur_gui.models.loading import joined, members, start

WARM_PICTURES = 3
WARM_SHARE = 0.25  # of the time that is measured
LEAST = 3  # batches
ONE_BY_ONE = "The model's file takes one picture at a time: these were handed in one by one."


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run one model. size: longest side of the input, of the largest where it has several networks.

    is_own: each network takes its own input size, as when blurring; else all take this one.
    """

    model: str
    candidate: Candidate
    size: int
    is_own: bool = True


def ways(models: Sequence[str], options: BenchmarkOptions) -> list[Way]:
    """Every way to run these that this machine may have. Raises ModelError."""
    found: list[Way] = []
    for name in models:
        parts = [model for model, _ in members(name)]
        has_checkpoint = all(model.checkpoint is not None for model in parts)
        candidates = choice.candidates(has_checkpoint=has_checkpoint)
        if has_checkpoint and has_training():
            candidates.append(Candidate(TORCH, "cpu", "f32"))
        asked = [each for each in candidates if _is_asked(each, options)]
        sizes = options.sizes or (max(model.card.input_size for model in parts),)
        is_own = not options.sizes
        found += [Way(name, each, size, is_own=is_own) for size in sizes for each in dict.fromkeys(asked)]
    return found


def measure_speed(
    found: Sequence[Way], options: BenchmarkOptions, *, step: Callable[[], None]
) -> Iterator[SpeedResult]:
    """A result for each way and batch; one that does not work says why. step: between them; may raise to stop."""
    for way in found:
        step()
        try:
            yield from _measure(way, options, step)
        except (PyroblurError, MemoryError) as error:
            text = error.message if isinstance(error, PyroblurError) else "The memory is not enough."
            yield _row(way, 1, error=text)


def _measure(way: Way, options: BenchmarkOptions, step: Callable[[], None]) -> Iterator[SpeedResult]:
    yield from _timed(way, options, step, is_streamed=False)
    yield from _timed(way, options, step, is_streamed=True)


def _timed(
    way: Way, options: BenchmarkOptions, step: Callable[[], None], *, is_streamed: bool
) -> Iterator[SpeedResult]:
    give_back_memory()
    before, began = psutil.Process().memory_info().rss, time.perf_counter()
    gates: list[Batching] = []
    detector = _opened(way, None if is_streamed else gates)
    load_s = time.perf_counter() - began
    try:
        picture = np.random.default_rng(0).integers(0, 256, (way.size * 3 // 4, way.size, 3), np.uint8)
        confidence = {label: detector.threshold(label) for label in detector.classes}
        first = _once(detector, picture, confidence, 1)
        for batch in (detector.in_flight,) if is_streamed else options.batches:
            step()
            _repeat(detector, picture, confidence, batch, seconds=options.seconds * WARM_SHARE, least=WARM_PICTURES)
            with GpuWatch(way.candidate.device) as gpu:
                began = time.perf_counter()
                found = _repeat(detector, picture, confidence, batch, seconds=options.seconds, least=LEAST)
                wall_s = time.perf_counter() - began
            times = times_of(found, wall_s)
            yield _row(way, batch).model_copy(
                update={
                    "is_streamed": is_streamed,
                    "times": times.model_copy(update={"pictures_s": round(len(found) * batch / wall_s, 3)}),
                    "load_s": round(load_s, 3),
                    "first_ms": round(first, 3),
                    "memory_bytes": max(0, psutil.Process().memory_info().rss - before),
                    "gpu_utilisation": gpu.utilisation,
                    "gpu_memory_bytes": gpu.memory_bytes,
                    "note": ONE_BY_ONE if batch > 1 and any(gate.refusal for gate in gates) else "",
                }
            )
    finally:
        detector.close()


def _opened(way: Way, gates: list[Batching] | None) -> Detector:
    """gates: takes what makes batches before each network; None: pictures go in as when blurring."""
    return joined([Part(_part(model, way, gates), classes) for model, classes in members(way.model)])


def _part(model: ModelFile, way: Way, gates: list[Batching] | None) -> Detector:
    fixed = model.card.fixed_size
    if fixed is not None and max(fixed) != way.size and not way.is_own:
        message = f"{model.card.name} takes pictures of {fixed[0]} x {fixed[1]} only."
        raise EngineError(message, hint="Export it with dynamic sizes.")
    size = model.card.input_size if way.is_own else way.size
    sized = replace(model, card=model.card.model_copy(update={"input_size": size}))

    def before(engine: BatchEngine) -> Engine:
        if gates is None:
            return engine
        gates.append(Batching(engine))
        return gates[-1]

    return start(sized, [Choice(way.candidate, AS_CHOSEN)], fed_by=before)


def _repeat(
    detector: Detector, picture: Picture, confidence: dict[str, float], batch: int, *, seconds: float, least: int
) -> list[float]:
    """Milliseconds of each batch, for so long and so often at least."""
    found: list[float] = []
    until = time.perf_counter() + seconds
    while len(found) < least or time.perf_counter() < until:
        found.append(_once(detector, picture, confidence, batch))
    return found


def _once(detector: Detector, picture: Picture, confidence: dict[str, float], batch: int) -> float:
    began = time.perf_counter()
    for pending in [detector.submit(picture, confidence=confidence) for _ in range(batch)]:
        pending.result()
    return 1000 * (time.perf_counter() - began)


def _is_asked(candidate: Candidate, options: BenchmarkOptions) -> bool:
    """The precision of the options is that of accuracy: speed is measured in all of them."""
    return options.engine in {AUTO, candidate.engine} and options.device in {AUTO, candidate.device}


def _row(way: Way, batch: int, *, error: str = "") -> SpeedResult:
    candidate = way.candidate
    return SpeedResult(
        model=way.model,
        engine=candidate.engine,
        device=candidate.device,
        precision=candidate.precision,
        size=way.size,
        batch=batch,
        error=error,
    )
