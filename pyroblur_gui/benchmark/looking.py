"""Lets a model look at every picture of a set: read ahead in a thread, several under way, each result as it comes."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.truth import Boxes, LabelledPicture, Labels
from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.models.detector import Detections, Pending, Picture
from pyroblur_gui.models.evaluation import LEAST, MeasuredModel

MOST_FAILURES = 8  # pictures in a row that an engine may fail on before the model is given up


@dataclass(frozen=True, slots=True)
class Found:
    """What a model found in one picture, best first; labels are those of the set. milliseconds: until it was known."""

    boxes: Boxes
    scores: NDArray[np.float32]
    labels: Labels
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Unseen:
    """A picture that counts for nothing: `is_unreadable`, or the engine failed on it."""

    is_unreadable: bool


@dataclass(frozen=True, slots=True)
class _UnderWay:
    number: int
    pending: Pending | None
    began: float


def looked_at(
    model: MeasuredModel, pictures: Sequence[LabelledPicture], classes: Mapping[str, int]
) -> Iterator[tuple[int, Found | Unseen]]:
    """Each picture's place and what was found, in the order that suits the model.

    classes: the model's own names -> the set's labels; others are not asked for. Raises EngineError when the engine
    fails again and again.
    """
    most = max((len(picture.boxes) for picture in pictures), default=0)
    order = model.expect([(picture.width, picture.height) for picture in pictures], most_labelled=most)
    confidence = dict.fromkeys(classes, LEAST)
    ours = np.array([classes.get(name, -1) for name in model.detector.classes], np.int64)
    failures = 0
    for under_way in _started(model, pictures, order, confidence):
        try:
            found = None if under_way.pending is None else under_way.pending.result()
            failures = 0
        except EngineError:
            failures += 1
            if failures > MOST_FAILURES:
                raise
            yield under_way.number, Unseen(is_unreadable=False)
            continue
        if found is None:
            yield under_way.number, Unseen(is_unreadable=True)
        else:
            yield under_way.number, _found(found, ours, 1000 * (time.perf_counter() - under_way.began))


def read_picture(path: str, *, size: tuple[int, int]) -> Picture | None:
    """In RGB, upright; None when it cannot be read or is not of this size (width, height)."""
    try:
        data = np.fromfile(path, np.uint8)
        found = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    if found is None or found.shape[:2] != (size[1], size[0]):
        return None
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8)


def _started(
    model: MeasuredModel, pictures: Sequence[LabelledPicture], order: Sequence[int], confidence: dict[str, float]
) -> Iterator[_UnderWay]:
    """In order, with as many under way as the engine has use for."""
    under_way: deque[_UnderWay] = deque()
    reads: deque[tuple[int, Future[Picture | None]]] = deque()
    waiting = iter(order)
    with ThreadPoolExecutor(1, thread_name_prefix="read") as reader:

        def read_ahead() -> None:
            for number in waiting:
                picture = pictures[number]
                size = (picture.width, picture.height)
                reads.append((number, reader.submit(read_picture, str(picture.path), size=size)))
                if len(reads) > model.detector.in_flight:
                    return

        read_ahead()
        while reads:
            number, read = reads.popleft()
            pixels = read.result()
            read_ahead()
            began = time.perf_counter()
            pending = None if pixels is None else model.submit(number, pixels, confidence=confidence)
            under_way.append(_UnderWay(number, pending, began))
            if len(under_way) >= model.detector.in_flight:
                yield under_way.popleft()
        yield from under_way


def _found(found: Detections, ours: NDArray[np.int64], milliseconds: float) -> Found:
    labels = ours[found.labels] if len(found) else found.labels
    is_asked = labels >= 0
    return Found(found.boxes[is_asked].astype(np.float64), found.scores[is_asked], labels[is_asked], milliseconds)
