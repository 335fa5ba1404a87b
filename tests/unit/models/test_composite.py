"""Several models behind one detector: each is asked for its own classes only."""

import numpy as np
import pytest

from pyroblur_gui.core.errors import EngineError, ModelError
from pyroblur_gui.models.composite import CompositeDetector, Part
from pyroblur_gui.models.detector import Detections, Detector, Pending, Picture
from pyroblur_gui.models.loading import open_detector

PICTURE = np.zeros((20, 30, 3), np.uint8)


class Scripted:
    """A detector that finds what it was told to, and remembers what it was asked for."""

    in_flight = 2
    engine = "a script"

    def __init__(
        self, classes: tuple[str, ...], *found: tuple[str, float], size: int = 10, fails: bool = False
    ) -> None:
        self.classes = classes
        self.asked: list[dict[str, float]] = []
        self.seen: list[tuple[int, ...]] = []
        self.is_closed = False
        self._found, self._size, self._fails = found, size, fails

    def threshold(self, label: str) -> float:
        return 0.1 * self._size if label in self.classes else 1

    def margin(self, label: str) -> float:
        return 0.01 * self._size if label in self.classes else 1

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        return min(self._size, width), min(self._size, height)

    def submit(self, picture: Picture, *, confidence: dict[str, float]) -> Pending:
        self.asked.append(confidence)
        self.seen.append(picture.shape)
        return self

    def result(self) -> Detections:
        if self._fails:
            message = "no result"
            raise EngineError(message)
        scores = np.array([score for _, score in self._found], np.float32)
        labels = np.array([self.classes.index(label) for label, _ in self._found], np.int64)
        return Detections(np.full((len(scores), 4), self._size, np.float32), scores, labels)

    def close(self) -> None:
        self.is_closed = True


def test_members_are_asked_for_their_own_classes_and_joined_best_first() -> None:
    faces = Scripted(("face",), ("face", 0.9), ("face", 0.3), size=8)
    plates = Scripted(("face", "license_plate"), ("license_plate", 0.5), size=4)
    both = CompositeDetector([Part(faces, ("face",)), Part(plates, ("license_plate",))])
    found = both.submit(PICTURE, confidence={"face": 0.2, "license_plate": 0.4}).result()
    assert both.classes == ("face", "license_plate")
    assert [both.classes[label] for label in found.labels] == ["face", "license_plate", "face"]
    np.testing.assert_allclose(found.scores, [0.9, 0.5, 0.3])
    assert found.boxes[:, 0].tolist() == [8, 4, 8]
    assert (faces.asked, plates.asked) == ([{"face": 0.2}], [{"license_plate": 0.4}])


def test_a_member_whose_classes_are_switched_off_does_no_work() -> None:
    faces, plates = Scripted(("face",)), Scripted(("license_plate",))
    both = CompositeDetector([Part(faces, ("face",)), Part(plates, ("license_plate",))])
    both.submit(PICTURE, confidence={"license_plate": 0.4}).result()
    assert faces.asked == []
    assert len(both.submit(PICTURE, confidence={}).result()) == 0


def test_values_come_from_the_member_and_the_size_from_the_largest() -> None:
    both = CompositeDetector(
        [Part(Scripted(("face",), size=3), ("face",)), Part(Scripted(("plate",), size=5), ("plate",))]
    )
    assert (both.threshold("face"), both.margin("plate")) == (pytest.approx(0.3), pytest.approx(0.05))
    assert both.preferred_size(100, 100) == (5, 5)
    with pytest.raises(ModelError):
        both.margin("badge")


def test_a_member_that_fails_fails_the_whole() -> None:
    both = CompositeDetector([Part(Scripted(("face",)), ("face",)), Part(Scripted(("plate",), fails=True), ("plate",))])
    with pytest.raises(EngineError):
        both.submit(PICTURE, confidence={"face": 0.2, "plate": 0.2}).result()


def test_two_members_cannot_own_one_class() -> None:
    with pytest.raises(ModelError):
        CompositeDetector([Part(Scripted(("face",)), ("face",)), Part(Scripted(("face",)), ("face",))])


def test_closing_closes_every_member() -> None:
    members = [Scripted(("face",)), Scripted(("plate",))]
    CompositeDetector([Part(each, each.classes) for each in members]).close()
    assert all(each.is_closed for each in members)


def test_thorough_finds_faces_with_centerface(starter: object, zidane: Picture) -> None:
    thorough, faces = open_detector("thorough"), open_detector("centerface")
    confidence = {label: thorough.threshold(label) for label in thorough.classes}
    found = thorough.submit(zidane, confidence=confidence).result()
    alone = faces.submit(zidane, confidence={"face": faces.threshold("face")}).result()
    of_faces = found.labels == thorough.classes.index("face")
    np.testing.assert_allclose(found.boxes[of_faces], alone.boxes, atol=0.5)
    assert thorough.preferred_size(1920, 1080) == (1280, 720)
    assert thorough.preferred_size(608, 1080) == (608, 1080)
    close(thorough, faces)


def close(*detectors: Detector) -> None:
    for each in detectors:
        each.close()
