"""Compares what a model finds with the labels, picture by picture, and keeps what all figures are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.covers import NEVER, Mask, bareness, widened
from pyroblur_gui.benchmark.looking import Found
from pyroblur_gui.benchmark.matching import HALF, NOTHING, confusions, matched
from pyroblur_gui.benchmark.ranking import Ranking
from pyroblur_gui.benchmark.result import Finding, FindingKind
from pyroblur_gui.benchmark.truth import Boxes, LabelledPicture, LabelledSet, in_size, sides
from pyroblur_gui.core.boxes import clipped

Number = TypeVar("Number", np.float32, np.float64, np.int64)

GRID = np.round(np.arange(0.01, 1.0, 0.01), 2)  # thresholds of the leak curves
MOST_FINDINGS = 400  # of each kind


@dataclass(frozen=True, slots=True)
class Operating:
    """How one class is covered: above this score, grown by this share of its size on each side."""

    threshold: float
    margin: float


@dataclass(slots=True)
class ClassTally:
    """One class over all pictures: a row a detection, a row a labelled object, a row a picture in which it counts."""

    operating: Operating
    scores: list[NDArray[np.float32]] = field(default_factory=list)
    found_in: list[NDArray[np.int64]] = field(default_factory=list)
    found_sides: list[NDArray[np.float64]] = field(default_factory=list)
    matches: list[NDArray[np.int64]] = field(default_factory=list)
    truth_in: list[NDArray[np.int64]] = field(default_factory=list)
    truth_sides: list[NDArray[np.float64]] = field(default_factory=list)
    needed: list[NDArray[np.float32]] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    bare: list[NDArray[np.int64]] = field(default_factory=list)
    in_vain: list[NDArray[np.float64]] = field(default_factory=list)
    labelled: list[int] = field(default_factory=list)
    truths: int = 0

    def table(self) -> "ClassTable":
        order = np.argsort(-_joined(self.scores, np.float32), kind="stable")
        columns = len(GRID) + 1
        return ClassTable(
            operating=self.operating,
            scores=_joined(self.scores, np.float32)[order],
            found_in=_joined(self.found_in, np.int64)[order],
            found_sides=_joined(self.found_sides, np.float64)[order],
            matches=np.concatenate([np.zeros((0, 10), np.int64), *self.matches])[order],
            truth_in=_joined(self.truth_in, np.int64),
            truth_sides=_joined(self.truth_sides, np.float64),
            needed=_joined(self.needed, np.float32),
            pictures=np.array(self.pictures, np.int64),
            bare=np.array(self.bare, np.float64).reshape(-1, columns),
            in_vain=np.array(self.in_vain, np.float64).reshape(-1, columns),
            labelled=np.array(self.labelled, np.float64),
        )


@dataclass(frozen=True, slots=True)
class ClassTable:
    """One class, complete. Detections best first; matches hold places of labelled objects in this table.

    bare (pixels), in_vain (shares): (pictures, thresholds of GRID and, last, the operating one).
    """

    operating: Operating
    scores: NDArray[np.float32]
    found_in: NDArray[np.int64]
    found_sides: NDArray[np.float64]
    matches: NDArray[np.int64]
    truth_in: NDArray[np.int64]
    truth_sides: NDArray[np.float64]
    needed: NDArray[np.float32]
    pictures: NDArray[np.int64]
    bare: NDArray[np.float64]
    in_vain: NDArray[np.float64]
    labelled: NDArray[np.float64]

    def ranking(self) -> Ranking:
        return Ranking(self.scores, self.found_in, self.matches, self.truth_in)

    def ranking_of(self, least: float, most: float | None) -> Ranking:
        """Of boxes of one size, as COCO does it: objects of other sizes, what met them, and detections of other sizes
        that met nothing, count for nothing.
        """
        truths = in_size(self.truth_sides, least, most)
        places = np.append(np.where(truths, np.cumsum(truths) - 1, NOTHING - 1), NOTHING)  # NOTHING finds the last
        matches = places[self.matches]
        is_own = in_size(self.found_sides, least, most)
        met_half = self.matches[:, HALF]
        counts = np.where(met_half == NOTHING, is_own, truths[met_half] if len(truths) else False)
        matches = np.where(matches < NOTHING, NOTHING, matches)
        return Ranking(self.scores[counts], self.found_in[counts], matches[counts], self.truth_in[truths])


@dataclass(frozen=True, slots=True)
class _OneClass:
    """Of one picture. places: of the truth among all labelled objects of the picture, which matches speak of."""

    boxes: Boxes
    scores: NDArray[np.float32]
    matches: NDArray[np.int64]
    truth: Boxes
    places: NDArray[np.int64]


class Tally:
    """Takes picture after picture. classes: those of the set that the model finds and that are labelled in it."""

    def __init__(self, data: LabelledSet, classes: Mapping[int, Operating]) -> None:
        self._data = data
        self._classes = {label: ClassTally(operating) for label, operating in classes.items()}
        self.confusion = np.zeros((len(data.classes) + 1,) * 2, np.int64)
        self.milliseconds: list[float] = []
        self._vain_in: list[int] = []
        self._vain: list[float] = []
        self._misses: list[tuple[float, Finding]] = []
        self._false_alarms: list[tuple[float, Finding]] = []

    def add(self, number: int, found: Found) -> None:
        """number: the picture's place in the set."""
        picture = self._data.pictures[number]
        counted = [label for label in self._classes if label in picture.looked_for]
        is_found, is_truth = np.isin(found.labels, counted), np.isin(picture.labels, counted)
        boxes, scores, labels = found.boxes[is_found], found.scores[is_found], found.labels[is_found]
        truth, truth_labels = picture.boxes[is_truth], picture.labels[is_truth]
        matches = matched(boxes, labels, truth, truth_labels)
        self.milliseconds.append(found.milliseconds)
        thresholds = np.array([self._classes[label].operating.threshold for label in labels.tolist()], np.float32)
        sure = scores > thresholds
        self.confusion += confusions(boxes[sure], labels[sure], truth, truth_labels, classes=len(self._data.classes))
        vain = np.zeros((picture.height, picture.width), np.bool_)
        for label in counted:
            mine, ours = labels == label, truth_labels == label
            one = _OneClass(boxes[mine], scores[mine], matches[mine], truth[ours], np.flatnonzero(ours))
            vain |= self._add_class(number, label, one)
        if counted:
            self._vain_in.append(number)
            self._vain.append(float(vain.mean()))
        for place in np.flatnonzero(sure & (matches[:, HALF] == NOTHING)).tolist():
            self._add_false_alarm(picture, int(labels[place]), boxes[place : place + 1], float(scores[place]))

    def _add_class(self, number: int, label: int, one: "_OneClass") -> Mask:
        """Gives where its covers lie in vain: (height, width)."""
        tally, picture = self._classes[label], self._data.pictures[number]
        boxes, scores, matches, truth = one.boxes, one.scores, one.matches, one.truth
        own = np.full(int(one.places.max(initial=-1)) + 2, NOTHING, np.int64)
        own[one.places] = tally.truths + np.arange(len(truth))
        tally.scores.append(scores)
        tally.found_in.append(np.full(len(scores), number, np.int64))
        tally.found_sides.append(sides(boxes))
        tally.matches.append(np.where(matches == NOTHING, NOTHING, own[matches]))
        tally.truth_in.append(np.full(len(truth), number, np.int64))
        tally.truth_sides.append(sides(truth))
        tally.truths += len(truth)
        coverable = scores > min(GRID[0], tally.operating.threshold)
        bared = bareness(
            truth,
            widened(clipped(boxes[coverable], width=picture.width, height=picture.height), tally.operating.margin),
            scores[coverable],
            np.append(GRID, tally.operating.threshold),
            width=picture.width,
            height=picture.height,
        )
        tally.needed.append(bared.needed)
        tally.pictures.append(number)
        tally.bare.append(bared.bare)
        tally.in_vain.append(bared.in_vain / bared.pixels)
        tally.labelled.append(bared.labelled)
        for place in np.flatnonzero(bared.needed <= tally.operating.threshold).tolist():
            self._add_miss(picture, label, truth[place : place + 1], float(bared.needed[place]))
        return bared.vain

    def _add_miss(self, picture: LabelledPicture, label: int, box: Boxes, needed: float) -> None:
        score = None if needed == NEVER else round(needed, 4)
        finding = _finding(FindingKind.MISS, picture, self._data.classes[label], box, score)
        self._misses.append((-finding.side_px, finding))

    def _add_false_alarm(self, picture: LabelledPicture, label: int, box: Boxes, score: float) -> None:
        finding = _finding(FindingKind.FALSE_ALARM, picture, self._data.classes[label], box, round(score, 4))
        self._false_alarms.append((-score, finding))

    @property
    def in_vain(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Places of pictures, and the share of each that covers of any class take in vain, counted once: (n,) both."""
        return np.array(self._vain_in, np.int64), np.array(self._vain, np.float64)

    def tables(self) -> dict[int, ClassTable]:
        """By label of the set."""
        return {label: tally.table() for label, tally in self._classes.items()}

    @property
    def misses(self) -> int:
        return len(self._misses)

    @property
    def false_alarms(self) -> int:
        return len(self._false_alarms)

    def findings(self) -> tuple[Finding, ...]:
        """Misses, the largest first, then false alarms, the surest first; so many of each at most."""
        return tuple(
            finding
            for kind in (self._misses, self._false_alarms)
            for _, finding in sorted(kind, key=lambda pair: pair[0])[:MOST_FINDINGS]
        )


def _finding(kind: FindingKind, picture: LabelledPicture, label: str, box: Boxes, score: float | None) -> Finding:
    shares = np.clip(box[0] / ((picture.width, picture.height) * 2), 0, 1).round(5).tolist()
    return Finding(
        kind=kind,
        label=label,
        picture=picture.number,
        name=picture.name,
        left=shares[0],
        top=shares[1],
        right=shares[2],
        bottom=shares[3],
        side_px=round(float(sides(box)[0]), 1),
        score=score,
    )


def _joined(parts: Sequence[NDArray[Number]], kind: type[Number]) -> NDArray[Number]:
    return np.concatenate([np.zeros(0, kind), *parts])
