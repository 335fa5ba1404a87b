"""A real model on real, small clips."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from listening import Listener
from scenes import Scene, moving_face

from pyroblur_gui.models.detector import Detector
from pyroblur_gui.models.loading import open_detector


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def detector() -> Iterator[Detector]:
    """CenterFace in f32, so that figures do not depend on the processor."""
    opened = open_detector("centerface", engine="openvino", device="cpu", precision="f32")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def scene(pictures: dict[str, Path]) -> Scene:
    """A face that moves through 48 small pictures."""
    return moving_face(pictures["zidane"], frames=48)
