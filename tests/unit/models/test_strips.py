"""Strips: the same numbers as layer by layer, whatever the height, and only where the planes are wide."""

from pathlib import Path

import numpy as np
import pytest

from pyroblur_gui.models import catalogue, strips
from pyroblur_gui.models.centerface import NETWORK
from pyroblur_gui.models.engine import Network, Outputs
from pyroblur_gui.models.offline import import_openvino
from pyroblur_gui.models.openvino import OpenVinoEngine

ov = import_openvino()
WIDE_BLOCKS = 4  # of CenterFace, whose planes fill more than two strips in a portrait of 608 x 1080


def outputs_of(path: Path, network: Network, *, height: int, width: int) -> Outputs:
    engine = OpenVinoEngine(path, network, precision="f32")
    picture = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    try:
        return engine.submit(picture).result()
    finally:
        engine.close()


def rewritten(path: Path, *, height: int, width: int) -> int:
    model = ov.Core().read_model(path)
    model.reshape([1, 3, height, width])
    return strips.in_strips(model, sample_bytes=2)


@pytest.mark.parametrize(
    ("height", "width", "strip_bytes"),
    [(32, 64, 1), (64, 96, 40_000), (160, 224, 300_000)],  # single rows, strips of unequal height, few strips
)
def test_strips_give_the_numbers_of_whole_layers(
    monkeypatch: pytest.MonkeyPatch, height: int, width: int, strip_bytes: int
) -> None:
    path = catalogue.find("centerface").path
    whole = outputs_of(path, NETWORK, height=height, width=width)
    monkeypatch.setattr(strips, "STRIP_BYTES", strip_bytes)
    in_strips = outputs_of(path, NETWORK, height=height, width=width)
    for expected, found in zip(whole, in_strips, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_the_widest_blocks_of_a_large_picture_run_in_strips() -> None:
    assert rewritten(catalogue.find("centerface").path, height=1088, width=608) == WIDE_BLOCKS


def test_small_pictures_are_left_alone() -> None:
    assert rewritten(catalogue.find("centerface").path, height=224, width=128) == 0


def test_a_network_of_other_blocks_is_left_alone_and_still_runs(monkeypatch: pytest.MonkeyPatch, starter: Path) -> None:
    network = Network(scale=1 / 255, outputs=1)
    whole = outputs_of(starter, network, height=64, width=96)
    monkeypatch.setattr(strips, "STRIP_BYTES", 1)
    np.testing.assert_array_equal(outputs_of(starter, network, height=64, width=96)[0], whole[0])
