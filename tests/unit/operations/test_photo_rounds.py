"""What the check of a photo finds is covered, too, and the photo checked again: twice more at most."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stage import Stage

from pyroblur_gui.blurring.pipeline import cover
from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec, Shape, Style, Verify
from pyroblur_gui.core.classes import FACE
from pyroblur_gui.models.detector import Detections
from pyroblur_gui.operations import blur
from pyroblur_gui.operations.warm import DETECTOR

GREEN = (0, 255, 0)
SIDE = 20  # of what the detector below finds
Boxes = list[tuple[float, float, float, float]]


class Restless:
    """Finds in its n-th look what `finds` says: how a real one changes its mind when a picture changes."""

    classes = (FACE,)
    in_flight = 1
    engine = "none"

    def __init__(self, finds: Callable[[int], Boxes]) -> None:
        self._finds = finds
        self.looks = 0

    def threshold(self, _label: str) -> float:
        return 0.5

    def margin(self, _label: str) -> float:
        return 0.0

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        return width, height

    def submit(self, _picture, **_asked) -> "Restless":
        return self

    def result(self) -> Detections:
        boxes = np.array(self._finds(self.looks), np.float32).reshape(-1, 4)
        self.looks += 1
        return Detections(boxes, np.full(len(boxes), 0.9, np.float32), np.zeros(len(boxes), np.int64))

    def close(self) -> None:
        return

    def open(self, _options, _tiled) -> "Restless":
        return self


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    Image.new("RGB", (200, 60), (90, 90, 90)).save(path)
    return path


def covered(photo: Path, detector: Restless, **options):
    chosen = {"style": Style.SOLID, "color": "#00ff00", "shape": Shape.BOX, "classes": (FACE,), "report": True}
    spec = BlurSpec(
        source=photo, target=photo.with_name("out.png"), options=BlurOptions(**{**chosen, **options}, model="fast")
    )
    result = cover(spec, Stage(), detectors=detector)
    report = json.loads(Path(result["reports"][1]).read_text())
    assert report["verification"] == result["verification"]
    return result, np.asarray(Image.open(spec.target).convert("RGB"))


def is_green(picture: np.ndarray, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = map(int, box)
    return bool((picture[top:bottom, left:right] == GREEN).all())


def place(number: int) -> tuple[float, float, float, float]:
    left = 10.0 + 35 * number
    return left, 20.0, left + SIDE, 40.0


def test_what_is_found_once_the_rest_is_covered_is_covered_too(photo: Path) -> None:
    detector = Restless(lambda look: [place(0)] if look == 0 else [place(1)] if look == 1 else [])
    result, picture = covered(photo, detector)
    assert is_green(picture, place(0))
    assert is_green(picture, place(1))
    assert (picture == GREEN).all(axis=2).sum() == 2 * SIDE * SIDE, "and nothing else"
    assert (result["frames"], result["detections"], result["needs_look"]) == (1, {FACE: 2}, False)
    assert (result["verification"]["rounds"], result["verification"]["leaks"]) == (2, [])
    assert "checked 2 times" in Path(result["reports"][0]).read_text()


def test_a_detector_that_never_has_enough_is_asked_three_times(photo: Path) -> None:
    detector = Restless(lambda look: [place(look)])
    result, picture = covered(photo, detector)
    assert all(is_green(picture, place(number)) for number in range(3))
    assert detector.looks == 4
    assert result["verification"]["rounds"] == 3
    assert len(result["verification"]["leaks"]) == 1
    assert result["needs_look"] is True


def test_a_cover_that_looks_like_a_face_is_not_covered_again(photo: Path) -> None:
    result, picture = covered(photo, Restless(lambda _look: [place(0)]))
    assert (result["verification"]["rounds"], result["needs_look"], result["detections"]) == (1, False, {FACE: 1})
    assert (picture == GREEN).all(axis=2).sum() == SIDE * SIDE


def test_without_a_check_there_is_one_round(photo: Path) -> None:
    detector = Restless(lambda look: [place(look)])
    result, _ = covered(photo, detector, verify=Verify.OFF)
    assert (detector.looks, result["verification"]["rounds"], result["detections"]) == (1, 0, {FACE: 1})


def test_a_street_is_clear_of_findings(pictures: dict[str, Path], tmp_path: Path) -> None:
    """A head cut by the picture's edge is passed over by the first look, with some number formats."""
    result = blur.run(BlurSpec(source=pictures["bus"], target=tmp_path / "bus.jpg", options=BlurOptions()), Stage())
    assert result["verification"]["leaks"] == []
    assert result["needs_look"] is False
    assert result["detections"][FACE] >= 2


@pytest.fixture(autouse=True, scope="module")
def _close_detector() -> Iterator[None]:
    yield
    DETECTOR.close()
