"""Batches: every picture is found in as if it had been alone, and a file that takes one at a time is told as such."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.benchmark.speed import ONE_BY_ONE, measure_speed, ways
from pyroblur_gui.models import catalogue
from pyroblur_gui.models.batching import Batching
from pyroblur_gui.models.choice import AS_CHOSEN, Candidate, Choice
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.engine import BatchEngine
from pyroblur_gui.models.loading import start

PIXELS, SCORE = 0.5, 0.01


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("name", ["fast", "centerface"])
def test_a_batch_finds_in_each_picture_what_is_found_in_it_alone(
    name: str, engine: str, zidane: Picture, bus: Picture
) -> None:
    size = (640, 384)
    pictures = [cv2.resize(picture, size) for picture in (zidane, bus, np.ascontiguousarray(zidane[:, ::-1]))]
    model, batches = catalogue.find(name), []

    def before(made: BatchEngine) -> Batching:
        batches.append(Batching(made))
        return batches[-1]

    choices = [Choice(Candidate(engine, "cpu", "f32"), AS_CHOSEN)]
    alone, together = start(model, choices), start(model, choices, fed_by=before)
    try:
        confidence = {"face": 0.2}
        expected = [alone.submit(np.asarray(picture, np.uint8), confidence=confidence).result() for picture in pictures]
        pending = [together.submit(np.asarray(picture, np.uint8), confidence=confidence) for picture in pictures]
        for found, wanted in zip([each.result() for each in pending], expected, strict=True):
            np.testing.assert_allclose(found.boxes, wanted.boxes, atol=PIXELS)
            np.testing.assert_allclose(found.scores, wanted.scores, atol=SCORE)
        assert any(len(wanted) for wanted in expected)
        assert not batches[0].refusal
    finally:
        alone.close()
        together.close()


def test_a_file_that_takes_one_picture_at_a_time_is_timed_so_and_told(tmp_path: Path) -> None:
    """Its graph says 1 in the middle, as exports without a dynamic batch do."""
    path = tmp_path / "theirs.onnx"
    graph = helper.make_graph(
        [helper.make_node("Reshape", ["images", "shape"], ["out"])],
        "one",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 6, "anchors"])],
        [numpy_helper.from_array(np.array([1, 6, 512], np.int64), "shape")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    path.with_suffix(".toml").write_text('layout = "yolo"\nclasses = ["face", "license_plate"]\ninput_size = 32\n')
    options = BenchmarkOptions(batches=(1, 2), seconds=0.05, engine="onnxruntime", device="cpu", sizes=(32,))
    rows = list(measure_speed(ways((str(path),), options), options, step=lambda: None))
    batched = [row for row in rows if not row.is_streamed]
    assert [row.batch for row in batched] == [1, 2], rows
    assert [row.note for row in batched] == ["", ONE_BY_ONE]
    assert all(row.times is not None for row in rows), rows
    assert [row.note for row in rows if row.is_streamed] == [""]
