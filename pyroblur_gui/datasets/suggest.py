"""A teacher model looks for the classes that were not looked for in a picture, and suggests boxes."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.datasets import suggestions
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture
from pyroblur_gui.datasets.sample import Origin
from pyroblur_gui.datasets.thumbnails import small_picture
from pyroblur_gui.models.detector import Detections, Detector, Pending

AT_ONCE = 50  # pictures whose suggestions are kept together: a killed run repeats no more


@dataclass(frozen=True, slots=True)
class Task:
    """A picture and the ids of the classes to look for."""

    picture: Picture
    labels: tuple[int, ...]


def tasks(dataset: Dataset, detector_classes: Iterable[str]) -> list[Task]:
    """What a teacher with these classes has to do; what this run has done already is left out."""
    known = {name: label for label, name in enumerate(dataset.classes)}
    labels = {known[name] for name in detector_classes if name in known}
    missing = suggestions.to_look_at(dataset, labels)
    return [Task(picture, tuple(missing[picture.id])) for picture in dataset.pictures(missing)]


def suggest(
    dataset: Dataset,
    detector: Detector,
    work: Iterable[Task],
    *,
    confidence: float | None,
    step: Callable[[], None],
) -> tuple[Counter[str], list[str]]:
    """Looks at the pictures and keeps what is found; numbers of suggested boxes by class, names of failed pictures.

    confidence: for all classes; None: the model's own values. step: called after each picture; may raise to stop, and
    what was found so far is then kept.
    """
    names = dataset.classes
    sure = {name: detector.threshold(name) if confidence is None else confidence for name in detector.classes}
    found: dict[int, tuple[tuple[int, ...], list[Box]]] = {}
    counts: Counter[str] = Counter()
    failed: list[str] = []
    try:
        for task, boxes in _looked(dataset, detector, work, sure):
            if boxes is None:
                failed.append(task.picture.name)
            else:
                found[task.picture.id] = (task.labels, boxes)
            if len(found) >= AT_ONCE:
                counts += _kept(dataset, found, names)
            step()
    finally:
        counts += _kept(dataset, found, names)
    return counts, failed


def _looked(
    dataset: Dataset, detector: Detector, work: Iterable[Task], sure: Mapping[str, float]
) -> Iterator[tuple[Task, list[Box] | None]]:
    """Each task with what was found, in order; None where the picture could not be looked at."""
    names = dataset.classes
    under_way: deque[tuple[Task, Pending | None, tuple[int, int]]] = deque()
    for task in work:
        asked = {names[label]: sure[names[label]] for label in task.labels}
        under_way.append((task, *_submitted(dataset, detector, task, asked)))
        if len(under_way) >= max(1, detector.in_flight):
            yield _answered(*under_way.popleft(), detector, names)
    while under_way:
        yield _answered(*under_way.popleft(), detector, names)


def _submitted(
    dataset: Dataset, detector: Detector, task: Task, asked: dict[str, float]
) -> tuple[Pending | None, tuple[int, int]]:
    size = detector.preferred_size(task.picture.width, task.picture.height)
    try:
        pixels = np.asarray(small_picture(dataset.path(task.picture), *size))
        return detector.submit(pixels, confidence=asked), (pixels.shape[1], pixels.shape[0])
    except (OSError, ValueError, SyntaxError, EngineError):  # a file that is gone, or that a codec refuses
        return None, (0, 0)


def _answered(
    task: Task, pending: Pending | None, size: tuple[int, int], detector: Detector, names: tuple[str, ...]
) -> tuple[Task, list[Box] | None]:
    if pending is None:
        return task, None
    try:
        return task, _boxes(pending.result(), size, detector.classes, names)
    except EngineError:
        return task, None


def _boxes(found: Detections, size: tuple[int, int], theirs: tuple[str, ...], ours: tuple[str, ...]) -> list[Box]:
    width, height = size
    shares = np.clip(found.boxes.astype(np.float64) / (width, height, width, height), 0, 1)
    return [
        Box(ours.index(theirs[label]), left, top, right, bottom, Origin.SUGGESTED, round(score, 4))
        for (left, top, right, bottom), score, label in zip(
            shares.round(6).tolist(), found.scores.tolist(), found.labels.tolist(), strict=True
        )
    ]


def _kept(
    dataset: Dataset, found: dict[int, tuple[tuple[int, ...], list[Box]]], names: tuple[str, ...]
) -> Counter[str]:
    counts = suggestions.keep(dataset, found)
    found.clear()
    return Counter({names[label]: number for label, number in counts.items()})
