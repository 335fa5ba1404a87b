"""Times the ways to run a model on this machine, while nobody waits, so that `auto` need not go by a rule."""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pyroblur_gui.core.errors import EngineError, PyroblurError
from pyroblur_gui.models import choice
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.choice import Candidate, Timing
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.engine import Engine
from pyroblur_gui.models.loading import build, members

SIZE = (384, 640)  # height and width: a small video frame
LEAST_PICTURES = 5


def measure_engines(
    name_or_path: str | Path, *, seconds_each: float = 0.5, check_cancelled: Callable[[], None] = lambda: None
) -> tuple[Timing, ...]:
    """Runs every engine that is at hand for a moment, once a network, and keeps what was measured.

    check_cancelled: called between engines and pictures; raises to stop, and nothing of that engine is kept.
    Raises ModelError for an unknown model; an engine that does not start is left out.
    """
    timings: list[Timing] = []
    for model, _ in members(name_or_path):
        for candidate in choice.candidates(has_checkpoint=model.checkpoint is not None):
            check_cancelled()
            try:
                timing = _measure(model, candidate, seconds_each, check_cancelled)
            except (PyroblurError, MemoryError):
                continue  # it cannot run here, which is all that has to be known
            choice.keep([timing])
            timings.append(timing)
    return tuple(timings)


def is_worth_measuring(name_or_path: str | Path) -> bool:
    """True while the choice is still by rule and there is something to choose from."""
    for model, _ in members(name_or_path):
        open_questions = choice.candidates(has_checkpoint=model.checkpoint is not None)
        measured = choice.timings_of(model.card.sha256)
        if len(open_questions) > 1 and not all(each in measured for each in open_questions):
            return True
    return False


def _measure(model: ModelFile, candidate: Candidate, seconds: float, check_cancelled: Callable[[], None]) -> Timing:
    engine = build(model, candidate)
    try:
        height, width = (model.card.fixed_size or SIZE[::-1])[::-1]
        picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        for _ in range(2):
            engine.submit(picture).result()
        duration_s = _time(engine, picture, seconds, check_cancelled)
    finally:
        engine.close()
    return Timing(
        machine=choice.machine_key(),
        model=model.card.sha256,
        engine=candidate.engine,
        device=candidate.device,
        precision=candidate.precision,
        version=choice.version_key(candidate.engine),
        milliseconds=round(duration_s * 1000, 3),
        measured=datetime.now(UTC),
    )


def _time(engine: Engine, picture: Picture, seconds: float, check_cancelled: Callable[[], None]) -> float:
    """Seconds a picture, with as many under way as the engine likes."""
    pending = deque(engine.submit(picture) for _ in range(engine.in_flight))
    start, done = time.perf_counter(), 0
    while done < LEAST_PICTURES or time.perf_counter() - start < seconds:
        check_cancelled()
        pending.popleft().result()
        pending.append(engine.submit(picture))
        done += 1
    duration_s = time.perf_counter() - start
    for each in pending:
        each.result()
    if duration_s <= 0:
        message = f"{engine.title} could not be timed."
        raise EngineError(message)
    return duration_s / done
